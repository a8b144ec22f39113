#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/app/config.h"
#include "chat/app/lobby_desk.h"
#include "parley/server/http_routes.h"

namespace parley::chat {

/// What is wrong with a comma-separated list of ICE server URLs of this scheme (`stun` or `turn`, each also with an
/// `s`), as a sentence's end; nothing if all is well. An empty list is.
std::optional<std::string> fault_of_ice_urls(std::string_view list, std::string_view scheme);

/// The STUN and TURN servers that guests are told of, for `RTCPeerConnection`. The server itself talks to none.
/// Constant after it is made; any thread may ask.
class IceServers {
 public:
  explicit IceServers(Config const& config);

  /// `iceServers` as `RTCConfiguration` has it. With a shared secret the credentials are this guest's own and good for
  /// `ttl` seconds, until `expiresAt`.
  Json for_guest(GuestId const& guest, base::Timestamp now) const;

 private:
  static constexpr std::chrono::seconds credentials_life = std::chrono::hours(1);

  std::vector<std::string> stun_urls_, turn_urls_;
  std::string username_, credential_;
  std::string secret_;  ///< set: it counts, and the two above do not
};

/// `GET /api/webrtc/ice-servers`. Runs on the lobby's worker.
http::Response tell_ice_servers(LobbyDesk& desk, server::HttpRequest const& request, IceServers const& servers);

}  // namespace parley::chat

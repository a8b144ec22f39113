#pragma once

#include <string>
#include <string_view>

namespace bench {

/// Whose upgrade request is sent: that of a lean client, or one with the headers of a desktop browser.
enum class ClientKind { lean, browser };

/// The request with which a WebSocket connection to `/socket.io/` begins.
std::string upgrade_request(ClientKind kind);
/// Whether the server's whole head, or more, agrees to it.
bool is_upgrade_answer(std::string_view head);

/// A client's way from a fresh TCP connection to a Socket.IO socket that is ready to send, over WebSocket
/// without a preceding polling session. Pure: give it what arrived, send what it appends to `out`.
///
///   upgrading ─101→ opening ─"0{…}"→ connecting ─"40{…}"→ joining ─"430[]"→ ready
///                                         └────── no room ──────────────────↗
class Handshake {
 public:
  /// Appends the upgrade request. `room` may be empty: nothing is joined then.
  Handshake(std::string room, ClientKind kind, std::string& out);

  /// Throws when the server answers anything but what the contract says.
  void receive(std::string_view bytes, std::string& out);
  bool ready() const { return stage_ == Stage::ready; }

 private:
  enum class Stage { upgrading, opening, connecting, joining, ready };

  bool take_upgrade_answer();
  bool take_frame(std::string& payload);
  void advance(std::string const& payload, std::string& out);

  Stage stage_ = Stage::upgrading;
  std::string room_;
  std::string inbox_;
};

}  // namespace bench

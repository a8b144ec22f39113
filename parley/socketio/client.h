#pragma once

#include <memory>
#include <string>
#include <vector>

#include "parley/socketio/hub.h"

namespace parley::socketio {

/// What one session brings: puts packets together, and hands them to the sockets of its namespaces.
/// Lives on  one worker. Owned by its session, which calls `session_closed` before it goes.
class Client {
 public:
  Client(Hub& hub, Link& link);
  ~Client();
  Client(Client const&) = delete;
  Client& operator=(Client const&) = delete;

  /// One Engine.IO message. `base::json_padding_bytes` readable bytes follow it.
  void receive_text(std::string_view text);
  void receive_binary(base::BytesView bytes);
  void session_closed(CloseReason why);

  /// Leaves all namespaces and ends the session.
  void disconnect();
  void close(CloseReason why);
  void forget(Socket& socket);

  Link& link() const { return link_; }
  Hub& hub() const { return hub_; }

 private:
  /// A packet that cannot be handled yet, with memory of its own: its attachments have not all arrived, or its
  /// namespace has not let the client in.
  struct Held {
    Held(PacketHeader const& packet, std::span<base::SharedBytes const> with);
    std::string json;
    std::string nsp;
    PacketHeader header;  ///< views into the two texts
    std::vector<base::SharedBytes> attachments;
  };

  void on_packet(PacketHeader const& header, std::span<base::SharedBytes const> attachments);
  void on_connect(PacketHeader const& header);
  void run_middlewares(std::shared_ptr<Socket> const& socket, NamespaceSpec const& spec, std::size_t next);
  void join(std::shared_ptr<Socket> const& socket);
  bool is_joining(std::string_view nsp) const;
  void hold(PacketHeader const& header, std::span<base::SharedBytes const> attachments);
  std::vector<std::unique_ptr<Held>> take_early(std::string_view nsp);
  void refuse(std::string_view nsp, ConnectError const& why);
  Socket* find(std::string_view nsp) const;
  void fail(PacketError why);

  Hub& hub_;
  Link& link_;
  std::vector<std::shared_ptr<Socket>> sockets_;
  std::vector<std::shared_ptr<Socket>> joining_;  ///< their middlewares have not decided yet
  std::unique_ptr<Held> partial_;
  std::vector<std::unique_ptr<Held>> early_;  ///< came while a middleware decided; handled once it has
  std::size_t early_bytes_ = 0;
  bool has_joined_ = false;  ///< some namespace, at some time
  /// Lets what was started in the name of this client find out whether it still exists.
  std::shared_ptr<Client*> alive_;
};

}  // namespace parley::socketio

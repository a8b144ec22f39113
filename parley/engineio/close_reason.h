#pragma once

#include <string_view>

namespace parley::engineio {

/// Why a session or a socket ended. Every end has exactly one.
enum class CloseReason {
  client_namespace_disconnect,
  server_namespace_disconnect,
  transport_close,
  transport_error,
  ping_timeout,
  parse_error,
  forced_close,
  forced_server_close,
  server_shutting_down,
};

/// Socket.IO's own wording, the same in event, log and metric.
constexpr std::string_view to_string(CloseReason why) {
  switch (why) {
    case CloseReason::client_namespace_disconnect:
      return "client namespace disconnect";
    case CloseReason::server_namespace_disconnect:
      return "server namespace disconnect";
    case CloseReason::transport_close:
      return "transport close";
    case CloseReason::transport_error:
      return "transport error";
    case CloseReason::ping_timeout:
      return "ping timeout";
    case CloseReason::parse_error:
      return "parse error";
    case CloseReason::forced_close:
      return "forced close";
    case CloseReason::forced_server_close:
      return "forced server close";
    case CloseReason::server_shutting_down:
      return "server shutting down";
  }
  return "unknown";
}

}  // namespace parley::engineio

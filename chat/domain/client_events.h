#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "chat/domain/event_limits.h"

namespace parley::chat {

/// An event that clients send: how it is limited, and where its refusals are told. Without an error event a refusal
/// shows in the acknowledgement alone.
struct ClientEvent {
  std::string_view name;
  EventClass limit;
  std::string_view error_event{};
};

/// Every event that the server listens to. Whatever else comes is counted and ignored.
inline constexpr std::array client_events{
    ClientEvent{"user:match", EventClass::control, "user:match:error"},
    ClientEvent{"user:match:cancel", EventClass::control, "user:match:cancel:error"},
    ClientEvent{"chat:message", EventClass::messages, "chat:error"},
    ClientEvent{"chat:message:delivered", EventClass::receipts},
    ClientEvent{"chat:typing:start", EventClass::typing},
    ClientEvent{"chat:typing:stop", EventClass::typing},
    ClientEvent{"chat:clear", EventClass::control, "chat:error"},
    ClientEvent{"leave-room", EventClass::control, "chat:error"},
    ClientEvent{"close-room", EventClass::control, "chat:error"},
    ClientEvent{"chat:history", EventClass::control, "chat:error"},
    ClientEvent{"user:report", EventClass::control, "chat:error"},
    ClientEvent{"user:block", EventClass::control, "chat:error"},
    ClientEvent{"webrtc:offer", EventClass::control, "webrtc:error"},
    ClientEvent{"webrtc:answer", EventClass::control, "webrtc:error"},
    ClientEvent{"webrtc:ice-candidate", EventClass::candidates, "webrtc:error"},
    ClientEvent{"webrtc:call-reject", EventClass::control, "webrtc:error"},
    ClientEvent{"webrtc:call-timeout", EventClass::control, "webrtc:error"},
    ClientEvent{"webrtc:call-end", EventClass::control, "webrtc:error"},
    ClientEvent{"get:stats", EventClass::control, "realtime:stats:error"},
    ClientEvent{"stats:request", EventClass::control, "realtime:stats:error"},
    ClientEvent{"users:online:request", EventClass::control, "realtime:stats:error"},
    ClientEvent{"presence:request_update", EventClass::control},
    ClientEvent{"presence:online", EventClass::control},
    ClientEvent{"presence:searching", EventClass::control},
    ClientEvent{"presence:heartbeat", EventClass::control},
    ClientEvent{"guest:register", EventClass::control},
    ClientEvent{"guest:update", EventClass::control},
};

/// A name out of the table, in one byte; any other name does not compile.
class ClientEventName {
 public:
  consteval ClientEventName(char const* name) : index_(0) {
    while (client_events.at(index_).name != name) ++index_;
  }
  ClientEvent const& operator*() const { return client_events[index_]; }
  ClientEvent const* operator->() const { return &client_events[index_]; }

 private:
  std::uint8_t index_;
};

}  // namespace parley::chat

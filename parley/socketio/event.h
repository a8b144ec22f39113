#pragma once

#include <optional>
#include <string_view>

#include "parley/engineio/close_reason.h"

namespace parley::socketio {

using engineio::CloseReason;

/// An event's name, payload and reply, written down once. `void`: there is none.
template <class Payload = void, class Reply = void>
struct Event {
  std::string_view name;
};

/// Events that the library itself raises; constants like any other.
struct ConnectionEvent {};
struct DisconnectingEvent {};
struct DisconnectEvent {};
struct RefusedEvent {};
inline constexpr ConnectionEvent connection{};        ///< a socket has joined a namespace
inline constexpr DisconnectingEvent disconnecting{};  ///< a socket is about to leave; it is still in its rooms
inline constexpr DisconnectEvent disconnect{};        ///< a socket has left, and its rooms are gone
inline constexpr RefusedEvent refused{};              ///< a packet middleware has kept an event from its handlers

}  // namespace parley::socketio

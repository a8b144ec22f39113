#include <array>

#include "chat/app/chat_server.h"
#include "chat/domain/text_rules.h"

// What clients send: the names of their events, and what each asks of the lobby.
namespace parley::chat {

template <class Read, class Act>
void ChatServer::listen(Socket& socket, std::string_view event, Read read, Act act) {
  socket.on(event, [this, &socket, read, act](Arg const& payload, Ack<> ack) {
    auto const ask = keep(socket, std::move(ack));
    bool const posted = io_.post(lobby_worker, [this, act, ask, value = read(payload)]() mutable {
      desk_.act([&](Lobby& lobby, Now now, Effects& out) { act(lobby, ask, std::move(value), now, out); });
    });
    if (posted || ask.id == 0) return;
    auto const [message, code] = text_of(Refusal::store_unavailable);
    answer(ask.id, Json::object({{"ok", false}, {"error", Json::object({{"message", message}, {"code", code}})}}));
  });
}

template <class Act>
void ChatServer::listen(Socket& socket, std::string_view event, Act act) {
  struct Nothing {};
  listen(
      socket, event, [](Arg const&) { return Nothing{}; },
      [act](Lobby& lobby, Ask ask, Nothing, Now now, Effects& out) { act(lobby, ask, now, out); });
}

void ChatServer::listen_for_matching(Socket& socket) {
  listen(
      socket, "user:match", [](Arg const& payload) { return read_preference(payload.value); },
      [](Lobby& lobby, Ask ask, Preference const& prefer, Now now, Effects& out) {
        lobby.match(ask, prefer, now, out);
      });
  listen(socket, "user:match:cancel",
         [](Lobby& lobby, Ask ask, Now now, Effects& out) { lobby.cancel_match(ask, now, out); });
  using enum Lobby::LeaveBy;
  for (auto const& [event, how] : {std::pair{"chat:clear", leaving_room}, std::pair{"leave-room", leaving_room},
                                   std::pair{"close-room", closing_room}}) {
    listen(socket, event,
           [how = how](Lobby& lobby, Ask ask, Now now, Effects& out) { lobby.leave(ask, how, now, out); });
  }
}

void ChatServer::listen_for_messages(Socket& socket) {
  listen(
      socket, "chat:message",
      [this](Arg const& payload) {
        return surrogates_are_paired(payload.raw) ? read_message(payload.value, limits_) : std::nullopt;
      },
      [](Lobby& lobby, Ask ask, std::optional<NewMessage> message, Now now, Effects& out) {
        lobby.say(ask, std::move(message), now, out);
      });
  listen(
      socket, "chat:message:delivered", [](Arg const& payload) { return read_confirmation(payload.value); },
      [](Lobby& lobby, Ask ask, std::optional<MessageId> const& id, Now now, Effects& out) {
        lobby.confirm(ask, id, now, out);
      });
  listen(
      socket, "chat:history", [](Arg const& payload) { return read_history_start(payload.value); },
      [](Lobby& lobby, Ask ask, std::optional<std::uint64_t> after_seq, Now now, Effects& out) {
        lobby.history(ask, after_seq, now, out);
      });
  for (std::string_view const event : {"chat:typing:start", "chat:typing:stop"}) {
    listen(socket, event,
           [event](Lobby& lobby, Ask ask, Now now, Effects& out) { lobby.typing(ask, event, now, out); });
  }
}

void ChatServer::listen_for_safety(Socket& socket) {
  listen(
      socket, "user:report", [](Arg const& payload) { return read_complaint(payload.value); },
      [](Lobby& lobby, Ask ask, std::optional<Complaint> complaint, Now now, Effects& out) {
        lobby.report_partner(ask, std::move(complaint), now, out);
      });
  listen(socket, "user:block",
         [](Lobby& lobby, Ask ask, Now now, Effects& out) { lobby.block_partner(ask, now, out); });
}

void ChatServer::listen_for_signals(Socket& socket) {
  constexpr std::array<std::pair<std::string_view, Signal>, 6> signals{{
      {"webrtc:offer", Signal::offer},
      {"webrtc:answer", Signal::answer},
      {"webrtc:ice-candidate", Signal::candidate},
      {"webrtc:call-reject", Signal::reject},
      {"webrtc:call-timeout", Signal::timeout},
      {"webrtc:call-end", Signal::end},
  }};
  for (auto const& [event, signal] : signals) {
    listen(
        socket, event, [signal = signal](Arg const& payload) { return read_signal(signal, payload.value); },
        [](Lobby& lobby, Ask ask, std::optional<SignalBody> body, Now now, Effects& out) {
          lobby.signal(ask, std::move(body), now, out);
        });
  }
}

void ChatServer::listen_for_presence(Socket& socket) {
  using enum Lobby::Question;
  for (auto const& [event, question] :
       {std::pair{"get:stats", realtime_stats}, std::pair{"stats:request", stats},
        std::pair{"users:online:request", online_users}, std::pair{"presence:request_update", presence}}) {
    listen(socket, event, [question = question](Lobby& lobby, Ask ask, Now now, Effects& out) {
      lobby.ask_for(ask, question, now, out);
    });
  }
  for (auto const* event : {"presence:online", "presence:searching", "presence:heartbeat"}) {
    listen(socket, event, [](Lobby& lobby, Ask ask, Now now, Effects& out) { lobby.notice(ask, now, out); });
  }
  for (auto const* event : {"guest:register", "guest:update"}) {
    listen(
        socket, event,
        [](Arg const& payload) {
          // What does not keep its rule is ignored.
          std::vector<FieldFault> faults;
          return read_profile_update(payload.value, faults);
        },
        [](Lobby& lobby, Ask ask, ProfileUpdate const& update, Now now, Effects& out) {
          lobby.update_profile(ask, update, now, out);
        });
  }
}

}  // namespace parley::chat

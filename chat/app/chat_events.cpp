#include "chat/app/chat_server.h"
#include "chat/domain/text_rules.h"

// What clients send: the names of their events, and what each asks of the lobby.
namespace parley::chat {
namespace {

Json refusal_of(RefusalText text) {
  return Json::object({{"ok", false}, {"error", Json::object({{"message", text.message}, {"code", text.code}})}});
}

}  // namespace

template <class Read, class Act>
void ChatServer::listen(Socket& socket, ClientEventName event, Read read, Act act) {
  socket.on(event->name, [this, &socket, event, read, act](Arg const& payload, Ack<> ack) {
    auto const ask = keep(socket, std::move(ack));
    bool const posted = io_.post(lobby_worker, [this, act, ask, event, value = read(payload)]() mutable {
      desk_.act([&](Lobby& lobby, Now now, Effects& out) {
        if (admit(*event, ask, now, out)) act(lobby, ask, std::move(value), now, out);
      });
    });
    if (!posted && ask.id != 0) answer(ask.id, refusal_of(text_of(Refusal::store_unavailable)));
  });
}

template <class Act>
void ChatServer::listen(Socket& socket, ClientEventName event, Act act) {
  struct Nothing {};
  listen(
      socket, event, [](Arg const&) { return Nothing{}; },
      [act](Lobby& lobby, Ask ask, Nothing, Now now, Effects& out) { act(lobby, ask, now, out); });
}

bool ChatServer::admit(ClientEvent const& event, Ask ask, Now now, Effects& out) {
  auto& lobby = desk_.lobby();
  auto const* sender = lobby.guest_at(ask.socket);
  // The lobby itself tells those who are nobody.
  if (!sender) return true;
  auto const verdict = event_meter_.admit(sender->id, ask.socket, event.limit, now.steady);
  if (verdict) return true;
  meters_.rate_limited(to_string(event.limit));
  auto const [retry_after, expel] = verdict.error();
  auto const [message, code] = text_of(Refusal::rate_limited);
  if (!event.error_event.empty()) {
    out.push_back(Tell{ask.socket, Refused{event.error_event, message, code, retry_after.count()}});
  }
  auto refusal = Json::object({{"message", message}, {"code", code}, {"retryAfterMs", retry_after.count()}});
  if (ask.id != 0) out.push_back(chat::Answer{ask, Json::object({{"ok", false}, {"error", std::move(refusal)}})});
  if (expel) {
    log_warning("a guest that floods is sent away", {{"socket", ask.socket.text()}, {"guest", sender->id.str()}});
    out.push_back(CloseSocket{ask.socket, CloseHow::stay_away});
  }
  return false;
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
  struct Leaving {
    ClientEventName event;
    Lobby::LeaveBy how;
  };
  for (auto const& [event, how] : {Leaving{"chat:clear", leaving_room}, Leaving{"leave-room", leaving_room},
                                   Leaving{"close-room", closing_room}}) {
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
  for (ClientEventName const event : {ClientEventName("chat:typing:start"), ClientEventName("chat:typing:stop")}) {
    listen(socket, event,
           [event](Lobby& lobby, Ask ask, Now now, Effects& out) { lobby.typing(ask, event->name, now, out); });
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
  struct Signalling {
    ClientEventName event;
    Signal signal;
  };
  for (auto const& [event, signal] :
       {Signalling{"webrtc:offer", Signal::offer}, Signalling{"webrtc:answer", Signal::answer},
        Signalling{"webrtc:ice-candidate", Signal::candidate}, Signalling{"webrtc:call-reject", Signal::reject},
        Signalling{"webrtc:call-timeout", Signal::timeout}, Signalling{"webrtc:call-end", Signal::end}}) {
    listen(
        socket, event, [signal = signal](Arg const& payload) { return read_signal(signal, payload.value); },
        [](Lobby& lobby, Ask ask, std::optional<SignalBody> body, Now now, Effects& out) {
          lobby.signal(ask, std::move(body), now, out);
        });
  }
}

void ChatServer::listen_for_presence(Socket& socket) {
  using enum Lobby::Question;
  struct Asking {
    ClientEventName event;
    Lobby::Question question;
  };
  for (auto const& [event, question] :
       {Asking{"get:stats", realtime_stats}, Asking{"stats:request", stats},
        Asking{"users:online:request", online_users}, Asking{"presence:request_update", presence}}) {
    listen(socket, event, [question = question](Lobby& lobby, Ask ask, Now now, Effects& out) {
      lobby.ask_for(ask, question, now, out);
    });
  }
  for (ClientEventName const event : {ClientEventName("presence:online"), ClientEventName("presence:searching"),
                                      ClientEventName("presence:heartbeat")}) {
    listen(socket, event, [](Lobby& lobby, Ask ask, Now now, Effects& out) { lobby.notice(ask, now, out); });
  }
  for (ClientEventName const event : {ClientEventName("guest:register"), ClientEventName("guest:update")}) {
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

#include <algorithm>

#include "chat/domain/lobby.h"

// What is read back from the storage: the messages a returning guest has not confirmed, and the history of a chat.
namespace parley::chat {
namespace {

constexpr std::size_t unconfirmed_page = 100;
constexpr std::size_t history_page = 500;
constexpr auto pause_after_failure = std::chrono::seconds(1);

ChatMessage relayed(Message message) { return {std::make_shared<Message>(std::move(message))}; }

Json shown(Message message, GuestId const& to) {
  auto json = Json::object({{"id", message.id.str()},
                            {"senderId", message.sender.str()},
                            {"senderUsername", std::move(message.sender_username)},
                            {"type", to_string(message.type)},
                            {"content", std::move(message.content)},
                            {"timestamp", std::move(message.timestamp)},
                            {"seq", message.seq},
                            {"status", message.delivered_at ? "delivered" : "sent"}});
  if (message.delivered_at) json.set("deliveredAt", written(*message.delivered_at));
  if (message.client_message_id && message.sender == to) json.set("clientMessageId", *message.client_message_id);
  return json;
}

}  // namespace

void Lobby::catch_up(GuestSession& session, Effects& out) {
  auto& chat = std::get<GuestSession::InChat>(session.state);
  chat.catching_up.reset();
  if (chat.with->unconfirmed_by(session.id) == 0) {
    out.push_back(JoinRoom{*session.socket, std::string(everyone)});
    return;
  }
  chat.catching_up.emplace();
  read_on(session, out);
}

void Lobby::read_on(GuestSession& session, Effects& out) {
  auto& [chat, catching_up, missed] = std::get<GuestSession::InChat>(session.state);
  catching_up->asked_seq = chat->settled_seq();
  out.push_back(ReadMessages{.room = chat->room(),
                             .conversation = chat->number(),
                             .after_seq = catching_up->read_seq,
                             .count_max = unconfirmed_page,
                             .undelivered_to = session.id,
                             .ask = {*session.socket, 0}});
}

void Lobby::messages_read(ReadMessages const& what, std::optional<std::vector<Message>> messages, Now now,
                          Effects& out) {
  if (what.undelivered_to) {
    tell_unconfirmed(what, std::move(messages), now, out);
  } else {
    tell_history(what, std::move(messages), out);
  }
}

void Lobby::tell_unconfirmed(ReadMessages const& what, std::optional<std::vector<Message>> messages, Now now,
                             Effects& out) {
  auto* const chat = conversation(what.room, what.conversation);
  // An earlier socket's reading means nothing to the present one, which has begun its own.
  if (!chat || guest(*what.undelivered_to).socket != what.ask.socket) return;
  auto& session = guest(*what.undelivered_to);
  auto& progress = std::get<GuestSession::InChat>(session.state).catching_up;
  if (!progress || progress->read_seq != what.after_seq) return;
  if (!messages) return second_readings_.push({now.steady + pause_after_failure, what});

  auto& read_seq = progress->read_seq;
  if (messages->size() < what.count_max) read_seq = std::max(read_seq, progress->asked_seq);
  for (auto& message : *messages) {
    if (message.seq > chat->settled_seq()) {
      // Its author has not been answered yet. It and what follows will be passed on when they are settled.
      read_seq = std::max(read_seq, message.seq - 1);
      break;
    }
    read_seq = std::max(read_seq, message.seq);
    if (chat->awaits_confirmation(session.id, message.id)) tell(session, relayed(std::move(message)), out);
  }
  // What was sent meanwhile has not been passed on: it comes after what was sent before.
  if (chat->last_seq_sent_to(session.id) > read_seq) return read_on(session, out);
  progress.reset();
  out.push_back(JoinRoom{*session.socket, std::string(everyone)});
}

void Lobby::history(Ask ask, std::optional<std::uint64_t> after_seq, Now now, Effects& out) {
  constexpr std::string_view error_event = "chat:error";
  auto* const session = asker(ask, error_event, now, out);
  if (!session) return;
  auto const* chat = session->open_chat();
  if (!chat) return refuse(ask, error_event, Refusal::not_in_chat, out);
  if (!after_seq) return refuse(ask, error_event, Refusal::invalid_message, out);
  // The answer is the acknowledgement; without one there is nobody to read for.
  if (ask.id == 0) return;
  out.push_back(ReadMessages{.room = chat->room(),
                             .conversation = chat->number(),
                             .after_seq = *after_seq,
                             .count_max = history_page,
                             .ask = ask});
}

void Lobby::tell_history(ReadMessages const& what, std::optional<std::vector<Message>> messages, Effects& out) {
  constexpr std::string_view error_event = "chat:error";
  auto* const chat = conversation(what.room, what.conversation);
  if (!chat) return refuse(what.ask, error_event, Refusal::not_in_chat, out);
  if (!messages) return refuse(what.ask, error_event, Refusal::store_unavailable, out);
  auto const socket = sockets_.find(what.ask.socket);
  auto const of = socket == sockets_.end() ? sessions_.end() : sessions_.find(socket->second.session);
  if (of == sessions_.end()) return refuse(what.ask, Refusal::session_unknown, out);
  Json::Array shown_messages;
  for (auto& message : *messages) {
    if (chat->has_sent(message)) shown_messages.push_back(shown(std::move(message), of->second->id));
  }
  answer(what.ask, Json::object({{"ok", true}, {"messages", Json(std::move(shown_messages))}}), out);
}

}  // namespace parley::chat

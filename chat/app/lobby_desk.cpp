#include "chat/app/lobby_desk.h"

#include "parley/base/log.h"

namespace parley::chat {
namespace {

Refusal to_refusal(TokenError error) {
  switch (error) {
    case TokenError::invalid:
      return Refusal::token_invalid;
    case TokenError::expired:
      return Refusal::token_expired;
    case TokenError::not_guest:
      return Refusal::not_guest;
  }
  return Refusal::token_invalid;
}

/// How long a message may be delivered without being marked so. A server that is killed meanwhile tells it once more.
constexpr base::Duration marks_wait = std::chrono::milliseconds(50);
constexpr std::size_t marks_max = 1000;

}  // namespace

LobbyDesk::LobbyDesk(LobbyConfig const& config, base::Duration stats_interval, TokenAuthority tokens, Storage& storage,
                     base::RandomSource& random, Ways ways)
    : random_(random),
      lobby_(config, random),
      started_(ways.now().steady),
      stats_interval_(stats_interval),
      tokens_(std::move(tokens)),
      storage_(storage),
      ways_(std::move(ways)),
      store_(storage, {.act = [this](base::FunctionRef<void(Lobby&, Now, Effects&)> work) { act(work); },
                       .after = ways_.after,
                       .now = ways_.now}) {}

base::Result<Bearer, Refusal> LobbyDesk::authenticate(std::string_view token) {
  if (token.empty()) return not_authenticated(Refusal::token_required);
  auto const now = ways_.now();
  auto const claims = tokens_.verify(token, now.wall);
  if (!claims) return not_authenticated(to_refusal(claims.error()));
  Bearer bearer{GuestId(claims->user_id), SessionKey(claims->session_id), claims->expires_at};
  if (!store_.is_loaded()) return base::fail(Refusal::store_unavailable);
  auto const* session =
      act([&](Lobby& lobby, Now at, Effects& out) { return lobby.use(bearer.key, bearer.id, at, out); });
  if (!session) return not_authenticated(Refusal::session_expired);
  return bearer;
}

base::Result<Bearer, Refusal> LobbyDesk::not_authenticated(Refusal why) const {
  if (ways_.meters) ways_.meters->not_authenticated(why);
  return base::fail(why);
}

std::string LobbyDesk::issue_token(GuestSession const& session) {
  return tokens_.issue({session.id.str(), session.key.str(), session.username}, ways_.now().wall);
}

void LobbyDesk::shut_down() {
  shutting_down_ = true;
  act([](Lobby& lobby, Now now, Effects& out) { lobby.shut_down(now, out); });
  mark_deliveries();
}

void LobbyDesk::carry_out(Effects effects) {
  if (ways_.meters) ways_.meters->decided(effects);
  Effects to_sockets;
  bool stats_have_changed = false;
  auto const flush = [&] {
    if (!to_sockets.empty()) ways_.to_sockets(std::exchange(to_sockets, {}));
  };
  for (auto& effect : effects) {
    if (auto* store = std::get_if<Store>(&effect)) {
      // Its answer may come at once, and must not overtake what was decided before.
      flush();
      // Whoever finds this message after a kill finds those before it marked, and pays no commit for it.
      mark_deliveries();
      begin(keep(std::move(store->message)));
    } else if (auto* chat = std::get_if<KeepChat>(&effect)) {
      flush();
      begin(keep(std::move(*chat)));
    } else if (auto* report = std::get_if<KeepReport>(&effect)) {
      flush();
      begin(keep(std::move(*report)));
    } else if (auto* what = std::get_if<ReadMessages>(&effect)) {
      flush();
      begin(read(std::move(*what)));
    } else if (auto* delivery = std::get_if<MarkDelivered>(&effect)) {
      mark_later(std::move(delivery->delivery));
    } else if (auto* over = std::get_if<EraseRoom>(&effect)) {
      // The same two may meet again in a room of that name, and those marks are not for it.
      mark_deliveries();
      begin(note("erase_room", storage_.erase_room(std::move(over->room))));
    } else if (auto* uploads = std::get_if<EraseFiles>(&effect)) {
      for (auto const& id : uploads->files) begin(note("erase_file", storage_.erase_file(id)));
      ways_.erase_files(std::move(uploads->files));
    } else if (auto* session = std::get_if<KeepSession>(&effect)) {
      begin(note("keep_session", storage_.keep_session(std::move(session->session))));
    } else if (auto* gone = std::get_if<EraseSession>(&effect)) {
      begin(note("erase_session", storage_.erase_session(std::move(gone->key), std::move(gone->id))));
    } else if (auto* block = std::get_if<KeepBlock>(&effect)) {
      begin(note("keep_block", storage_.keep_block(std::move(block->block))));
    } else if (std::holds_alternative<StatsChanged>(effect)) {
      stats_have_changed = true;
    } else {
      to_sockets.push_back(std::move(effect));
    }
  }
  flush();
  if (stats_have_changed) stats_changed();
  watch_deadline();
}

base::Task<void> LobbyDesk::keep(SharedMessage message) {
  auto const kept = co_await storage_.keep(message);
  if (!kept) store_.failed("keep", kept.error());
  act([&](Lobby& lobby, Now, Effects& out) { lobby.stored(message->room, message->id, kept.has_value(), out); });
}

base::Task<void> LobbyDesk::keep(KeepChat chat) {
  auto const room = chat.chat.room;
  auto const kept = co_await storage_.keep_chat(std::move(chat.chat));
  if (!kept) store_.failed("keep_chat", kept.error());
  act([&](Lobby& lobby, Now now, Effects& out) {
    lobby.chat_kept(room, chat.conversation, kept.has_value(), now, out);
  });
}

base::Task<void> LobbyDesk::keep(KeepReport report) {
  auto const id = report.report.id;
  auto const kept = co_await storage_.keep_report(std::move(report.report));
  if (!kept) store_.failed("keep_report", kept.error());
  act([&](Lobby& lobby, Now, Effects& out) { lobby.report_kept(report.ask, id, kept.has_value(), out); });
}

void LobbyDesk::mark_later(Delivery delivery) {
  deliveries_.push_back(std::move(delivery));
  if (deliveries_.size() == 1) ways_.after(marks_wait, [this] { mark_deliveries(); });
  if (deliveries_.size() >= marks_max) mark_deliveries();
}

void LobbyDesk::mark_deliveries() {
  if (deliveries_.empty()) return;
  begin(note("mark_delivered", storage_.mark_delivered(std::exchange(deliveries_, {}))));
}

base::Task<void> LobbyDesk::read(ReadMessages what) {
  mark_deliveries();
  auto reading = what.undelivered_to
                     ? storage_.undelivered_after(what.room, *what.undelivered_to, what.after_seq, what.count_max)
                     : storage_.messages_after(what.room, what.after_seq, what.count_max);
  auto messages = co_await std::move(reading);
  if (!messages) store_.failed("read", messages.error());
  act([&](Lobby& lobby, Now now, Effects& out) {
    lobby.messages_read(what, messages ? std::optional(std::move(*messages)) : std::nullopt, now, out);
  });
}

base::Task<base::Result<void, Refusal>> LobbyDesk::keep_file(SessionKey by, FileRecord file) {
  auto const id = file.id;
  bool const added = act([&](Lobby& lobby, Now now, Effects&) { return lobby.add_file(by, file, now); });
  if (!added) co_return base::fail(Refusal::not_in_chat);
  auto const kept = co_await storage_.keep_file(std::move(file));
  if (!kept) {
    store_.failed("keep_file", kept.error());
    lobby_.remove_file(id);
    co_return base::fail(Refusal::store_unavailable);
  }
  // The chat may have ended while its record was being written, and has taken the file with it.
  if (!lobby_.files().find(id, now())) co_return base::fail(Refusal::not_in_chat);
  co_return base::Result<void, Refusal>{};
}

void LobbyDesk::forget_files(std::vector<FileId> const& ids) {
  for (auto const& id : ids) {
    lobby_.remove_file(id);
    begin(note("erase_file", storage_.erase_file(id)));
  }
}

base::Task<void> LobbyDesk::note(std::string_view operation, Stored<void> work) {
  auto const keeping = keeping_;
  if (keeping) ++keeping->open;
  auto const done = co_await std::move(work);
  store_.written();
  if (!done) store_.failed(operation, done.error());
  if (!keeping) co_return;
  --keeping->open;
  if (!done) ++keeping->failed;
}

void LobbyDesk::begin(base::Task<void> work) {
  base::start(std::move(work), [](std::exception_ptr) {
    // At the end of the process nobody is left to answer.
  });
}

void LobbyDesk::stats_changed() {
  if (stats_due_) return;
  auto const now = ways_.now().steady;
  auto const next = stats_sent_ + stats_interval_;
  if (next <= now) return broadcast_stats();
  stats_due_ = true;
  ways_.after(std::chrono::ceil<base::Duration>(next - now), [this] {
    stats_due_ = false;
    broadcast_stats();
  });
}

void LobbyDesk::broadcast_stats() {
  auto const now = ways_.now();
  stats_sent_ = now.steady;
  ways_.to_everyone(RealtimeStats{lobby_.report(now)});
}

void LobbyDesk::watch_deadline() {
  auto const deadline = lobby_.deadline();
  if (deadline == base::TimePoint::max() || (!alarms_.empty() && *alarms_.begin() <= deadline)) return;
  alarms_.insert(deadline);
  auto const wait = std::chrono::ceil<base::Duration>(deadline - ways_.now().steady);
  ways_.after(std::max(wait, base::Duration::zero()), [this, deadline] {
    alarms_.erase(deadline);
    act([](Lobby& lobby, Now now, Effects& out) { lobby.advance(now, out); });
  });
}

}  // namespace parley::chat

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

void log_failure(std::string_view what, StorageError const& error) {
  base::log_error("storage has failed", {{"operation", what}, {"cause", error.cause}});
}

}  // namespace

LobbyDesk::LobbyDesk(LobbyConfig const& config, base::Duration stats_interval, TokenAuthority tokens, Storage& storage,
                     base::RandomSource& random, Ways ways)
    : random_(random),
      lobby_(config, random),
      started_(ways.now().steady),
      stats_interval_(stats_interval),
      tokens_(std::move(tokens)),
      storage_(storage),
      ways_(std::move(ways)) {}

base::Result<Bearer, Refusal> LobbyDesk::authenticate(std::string_view token) {
  if (token.empty()) return not_authenticated(Refusal::token_required);
  auto const now = ways_.now();
  auto const claims = tokens_.verify(token, now.wall);
  if (!claims) return not_authenticated(to_refusal(claims.error()));
  Bearer bearer{GuestId(claims->user_id), SessionKey(claims->session_id)};
  if (!lobby_.use(bearer.key, bearer.id, now)) return not_authenticated(Refusal::session_expired);
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
  act([](Lobby& lobby, Now, Effects& out) { lobby.shut_down(out); });
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
      begin(keep(std::move(store->message)));
    } else if (auto* delivery = std::get_if<MarkDelivered>(&effect)) {
      begin(note_delivery(std::move(*delivery)));
    } else if (auto* over = std::get_if<EraseRoom>(&effect)) {
      begin(erase(std::move(over->room)));
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

base::Task<void> LobbyDesk::keep(Message message) {
  auto const room = message.room;
  auto const id = message.id;
  auto const kept = co_await storage_.keep(std::move(message));
  if (!kept) log_failure("keep", kept.error());
  act([&](Lobby& lobby, Now, Effects& out) { lobby.stored(room, id, kept.has_value(), out); });
}

base::Task<void> LobbyDesk::note_delivery(MarkDelivered delivery) {
  auto const noted = co_await storage_.mark_delivered(std::move(delivery.room), std::move(delivery.id), delivery.at);
  if (!noted) log_failure("mark_delivered", noted.error());
}

base::Task<void> LobbyDesk::erase(RoomId room) {
  auto const erased = co_await storage_.erase_room(std::move(room));
  if (!erased) log_failure("erase_room", erased.error());
}

void LobbyDesk::begin(base::Task<void> work) {
  base::start(std::move(work), [](std::exception_ptr thrown) {
    if (thrown) base::log_error("work of the lobby has thrown");
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

#include "chat/app/store_watch.h"

#include "parley/base/log.h"

namespace parley::chat {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration patience_min = 100ms;
constexpr base::Duration patience_max = 5s;
/// How long messages may be kept, even if their chat goes on.
constexpr auto messages_kept_for = 24h;
constexpr base::Duration old_erased_every = 1h;
constexpr base::Duration tidied_every = 2s;
/// A storage that is never idle is tidied up nevertheless: what was erased must not be found for long.
constexpr unsigned busy_looks_max = 30;

}  // namespace

void StoreWatch::begin(base::Result<Snapshot, StorageError> kept) {
  patience_ = patience_min;
  if (kept) {
    load(std::move(*kept));
  } else {
    become_unavailable(kept.error().cause);
  }
}

void StoreWatch::load(Snapshot snapshot) {
  state_ = State::available;
  for (auto const& listener : on_loaded_) listener(snapshot);
  ways_.act([&](Lobby& lobby, Now now, Effects& out) {
    lobby.store_available(true);
    lobby.restore(std::move(snapshot), now, out);
  });
  erase_old_from_now_on();
  tidy_from_now_on();
}

void StoreWatch::failed(std::string_view operation, StorageError const& error) {
  if (error.of == StorageError::Of::call) {
    base::log_error("a record was refused", {{"operation", operation}, {"cause", error.cause}});
    return;
  }
  ++failures_;
  if (state_ != State::available) return;
  state_ = State::stale;
  patience_ = patience_min;
  become_unavailable(error.cause);
}

void StoreWatch::become_unavailable(std::string_view cause) {
  base::log_error("records cannot be kept or read until further notice", {{"cause", cause}});
  ways_.act([](Lobby& lobby, Now, Effects&) { lobby.store_available(false); });
  try_again_later();
}

void StoreWatch::try_again_later() {
  ways_.after(patience_, [this] { start(state_ == State::loading ? load_again() : keep_all_again()); });
  patience_ = std::min(2 * patience_, patience_max);
}

base::Task<void> StoreWatch::load_again() {
  auto kept = co_await storage_.load();
  if (!kept) {
    try_again_later();
    co_return;
  }
  base::log_info("records can be kept and read again");
  load(std::move(*kept));
}

base::Task<void> StoreWatch::keep_all_again() {
  auto const failures = failures_;
  std::vector<SessionRecord> sessions;
  std::vector<ChatRecord> chats;
  std::vector<BlockRecord> blocks;
  ways_.act([&](Lobby& lobby, Now now, Effects&) {
    Effects alive;
    lobby.keep_all(now, alive);
    for (auto& effect : alive) {
      if (auto* session = std::get_if<KeepSession>(&effect)) sessions.push_back(std::move(session->session));
      if (auto* chat = std::get_if<KeepChat>(&effect)) chats.push_back(std::move(chat->chat));
      if (auto* block = std::get_if<KeepBlock>(&effect)) blocks.push_back(std::move(block->block));
    }
  });
  auto replacing = storage_.replace_live(std::move(sessions), std::move(chats), std::move(blocks));
  auto const kept = co_await std::move(replacing);
  // What has failed meanwhile may be missing in what was kept just now.
  if (!kept || failures_ != failures) {
    try_again_later();
    co_return;
  }
  state_ = State::available;
  base::log_info("records can be kept and read again");
  ways_.act([](Lobby& lobby, Now, Effects&) { lobby.store_available(true); });
}

void StoreWatch::erase_old_from_now_on() {
  start(erase_old());
  ways_.after(old_erased_every, [this] { erase_old_from_now_on(); });
}

base::Task<void> StoreWatch::erase_old() {
  auto const now = ways_.now().wall;
  auto erasing_reports = storage_.erase_reports_before(now - Report::kept_for);
  if (auto const erased = co_await std::move(erasing_reports); !erased) failed("erase_reports", erased.error());
  std::vector<Ban> over;
  ways_.act([&](Lobby& lobby, Now at, Effects&) { over = lobby.bans().take_ended(at.wall); });
  for (auto& ban : over) {
    auto erasing_ban = storage_.erase_ban(ban.of, std::move(ban.value));
    if (auto const erased = co_await std::move(erasing_ban); !erased) failed("erase_ban", erased.error());
  }
  auto erasing_messages = storage_.erase_messages_before(now - messages_kept_for);
  if (auto const erased = co_await std::move(erasing_messages); !erased) failed("erase_messages", erased.error());
  written();
}

void StoreWatch::tidy_from_now_on() {
  ways_.after(tidied_every, [this] {
    bool const idle = writes_ == writes_seen_ || ++busy_looks_ >= busy_looks_max;
    writes_seen_ = writes_;
    if (idle && writes_ != writes_tidied_ && is_available()) start(tidy());
    tidy_from_now_on();
  });
}

base::Task<void> StoreWatch::tidy() {
  busy_looks_ = 0;
  writes_tidied_ = writes_;
  auto const tidied = co_await storage_.tidy();
  if (!tidied) failed("tidy", tidied.error());
}

void StoreWatch::start(base::Task<void> work) {
  base::start(std::move(work), [](std::exception_ptr) {
    // At the end of the process nobody is left to answer.
  });
}

}  // namespace parley::chat

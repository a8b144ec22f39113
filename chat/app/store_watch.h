#pragma once

#include <functional>
#include <vector>

#include "chat/domain/lobby.h"
#include "chat/storage/storage.h"
#include "parley/base/function.h"

namespace parley::chat {

/// Whether the records can be relied on, and the way back when they cannot.
///
///             loaded                   a call has failed
///   Loading ──────────► Available ──────────────────────────► Stale
///                           ▲    all that is alive is kept again │
///                           └────────────────────────────────────┘
///
/// In `Loading` and `Stale` it tries again and again, waiting longer each time. Each change is one line in the log.
/// While all is well it erases what has become too old, and has the storage tidied up when little is going on.
///
/// Lives on  the lobby's worker.
class StoreWatch {
 public:
  /// What it needs of the world: the lobby asked and its decisions carried out, timers, the clocks.
  struct Ways {
    std::function<void(base::FunctionRef<void(Lobby&, Now, Effects&)>)> act;
    std::function<void(base::Duration, base::Function<void()>)> after;
    std::function<Now()> now;
  };
  StoreWatch(Storage& storage, Ways ways) : storage_(storage), ways_(std::move(ways)) {}

  /// Called once what was kept is known, before the lobby goes on from it.
  void on_loaded(std::function<void(Snapshot const&)> listener) { on_loaded_.push_back(std::move(listener)); }
  /// Goes on from what was kept, or begins to try for it.
  void begin(base::Result<Snapshot, StorageError> kept);

  /// A call to the storage has failed.
  void failed(std::string_view operation, StorageError const& error);
  /// Something was written; when enough time has passed without that, the storage is tidied up.
  void written() { ++writes_; }

  /// What was kept is known: guests of former times are.
  bool is_loaded() const { return state_ != State::loading; }
  /// What is kept now will be there after a restart.
  bool is_available() const { return state_ == State::available; }
  /// Calls that have failed, ever.
  std::uint64_t failures() const { return failures_; }
  std::size_t calls_waiting() const { return storage_.calls_waiting(); }
  /// Any thread.
  base::Histogram const* commit_times() const { return storage_.commit_times(); }

 private:
  enum class State { loading, available, stale };

  void load(Snapshot snapshot);
  void become_unavailable(std::string_view cause);
  void try_again_later();
  base::Task<void> load_again();
  base::Task<void> keep_all_again();
  base::Task<void> erase_old();
  void erase_old_from_now_on();
  base::Task<void> tidy();
  void tidy_from_now_on();
  void start(base::Task<void> work);

  Storage& storage_;
  Ways ways_;
  std::vector<std::function<void(Snapshot const&)>> on_loaded_;
  State state_ = State::loading;
  base::Duration patience_{};   ///< until the next attempt
  std::uint64_t failures_ = 0;  ///< of calls, ever
  std::uint64_t writes_ = 0, writes_seen_ = 0, writes_tidied_ = 0;
  unsigned busy_looks_ = 0;  ///< how often in a row tidying up had to wait
};

}  // namespace parley::chat

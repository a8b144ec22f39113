#pragma once

#include <functional>
#include <memory>
#include <set>

#include "chat/app/meters.h"
#include "chat/app/store_watch.h"
#include "chat/auth/jwt.h"
#include "chat/domain/lobby.h"
#include "chat/storage/storage.h"

namespace parley::chat {

/// How the lobby's decisions reach the world. All are called on the lobby's worker.
struct Ways {
  /// Effects that concern sockets, in order: Tell, Answer, JoinRoom, LeaveRoom, CloseSocket.
  std::function<void(Effects)> to_sockets;
  std::function<void(RealtimeStats)> to_everyone;
  std::function<void(base::Duration, base::Function<void()>)> after;
  std::function<Now()> now;
  Meters* meters = nullptr;  ///< counts what is decided, if there is one
  /// Away with the bytes of these uploads.
  std::function<void(std::vector<FileId>)> erase_files = [](std::vector<FileId> const&) {};
};

/// Who has shown a good token.
struct Bearer {
  GuestId id;
  SessionKey key;
  base::Timestamp token_expires_at;
};

/// The one place where the lobby is asked and its decisions are carried out: it stores, wakes the lobby when a
/// deadline has come, and broadcasts statistics no more often than it should.
///
/// Lives on  the lobby's worker.
class LobbyDesk {
 public:
  LobbyDesk(LobbyConfig const& config, base::Duration stats_interval, TokenAuthority tokens, Storage& storage,
            base::RandomSource& random, Ways ways);

  /// Asks the lobby, `act(lobby, now, out)`, and carries the effects out. Returns what `act` returns.
  template <class Act>
  auto act(Act&& act) {
    Effects out;
    if constexpr (std::is_void_v<std::invoke_result_t<Act, Lobby&, Now, Effects&>>) {
      act(lobby_, ways_.now(), out);
      carry_out(std::move(out));
    } else {
      auto result = act(lobby_, ways_.now(), out);
      carry_out(std::move(out));
      return result;
    }
  }

  /// The same, and goes on when the storage is done with everything that was to be kept or erased. False: it has failed
  /// with something.
  template <class Act>
  base::Task<bool> act_and_keep(Act act_once) {
    base::Completion<bool> settled;
    keeping_ = std::make_shared<Keeping>();
    keeping_->settled = settled.resolver();
    act(act_once);
    keeping_.reset();
    co_return co_await settled;
  }

  /// Goes on from what was kept before this process began, or tries for it until it can be had.
  void go_on_from(base::Result<Snapshot, StorageError> kept) { store_.begin(std::move(kept)); }
  StoreWatch& store() { return store_; }

  /// The checks of a token in the order of the contract, the session last. A good one extends the session's life.
  /// An empty text is no token.
  base::Result<Bearer, Refusal> authenticate(std::string_view token);
  std::string issue_token(GuestSession const& session);
  Now now() const { return ways_.now(); }
  base::TimePoint started() const { return started_; }
  base::RandomSource& random() { return random_; }
  Lobby& lobby() { return lobby_; }

  /// An upload whose bytes are there, to be found from now on. Refused when its owner is not in its room any more, or
  /// the storage fails; the bytes are then the caller's to erase.
  base::Task<base::Result<void, Refusal>> keep_file(SessionKey by, FileRecord file);
  /// Forgets uploads whose bytes are not there.
  void forget_files(std::vector<FileId> const& ids);

  /// After it handshakes are refused, and whoever is in a chat has been told.
  void shut_down();
  bool shutting_down() const { return shutting_down_; }

 private:
  /// The writes of one `act_and_keep`, as long as one of them is not done.
  struct Keeping {
    ~Keeping() {
      // What was never done is the end of the process, and then there is nothing to go on with.
      if (open == 0) settled(failed == 0);
    }
    std::size_t open = 0, failed = 0;
    base::Function<void(bool)> settled;
  };
  void carry_out(Effects effects);
  base::Task<void> keep(SharedMessage message);
  base::Task<void> keep(KeepChat chat);
  base::Task<void> keep(KeepReport report);
  base::Task<void> read(ReadMessages what);
  /// Deliveries are marked together, a little later: each wakes the storage's thread and costs a commit.
  void mark_later(Delivery delivery);
  void mark_deliveries();
  /// What the lobby waits for no answer to.
  base::Task<void> note(std::string_view operation, Stored<void> work);
  void begin(base::Task<void> work);
  base::Result<Bearer, Refusal> not_authenticated(Refusal why) const;
  void stats_changed();
  void broadcast_stats();
  void watch_deadline();

  base::RandomSource& random_;
  Lobby lobby_;
  base::TimePoint started_;
  base::Duration stats_interval_;
  TokenAuthority tokens_;
  Storage& storage_;
  Ways ways_;
  StoreWatch store_;
  std::vector<Delivery> deliveries_;  ///< not marked yet
  std::shared_ptr<Keeping> keeping_;  ///< of the `act_and_keep` whose effects are being carried out
  bool stats_due_ = false;
  base::TimePoint stats_sent_{};
  std::set<base::TimePoint> alarms_;  ///< set and not yet rung
  bool shutting_down_ = false;
};

}  // namespace parley::chat

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chat/storage/sqlite_records.h"
#include "parley/base/mailbox.h"

namespace parley::chat {

/// Keeps everything in one SQLite file.
///
///   lobby's worker ─Request, inbox→ one thread of its own: all that waits in one transaction ─Answer, outbox→ back
///
/// While one group of requests is being committed, the next gathers: the more there is to do, the less each costs.
/// A request that breaks a rule of the records fails alone; when the commit fails, all of its group do. From then on
/// the file is closed, and every request fails at once, until `load` or `replace_live` opens it again.
///
/// Bound  `Limits`; beyond it requests fail at once.
class SqliteStorage : public Storage {
 public:
  /// Runs a call on some thread, calls of one thread in their order. False: it cannot.
  using Executor = std::function<bool(base::Function<void()>)>;
  /// What has been asked for and not been answered.
  struct Limits {
    std::size_t requests_max = 50'000;
    std::size_t bytes_max = 64 << 20;
  };

  /// `work` runs calls on one thread, the only one that touches the file from then on.
  SqliteStorage(std::string path, Executor work) : SqliteStorage(std::move(path), std::move(work), Limits()) {}
  SqliteStorage(std::string path, Executor work, Limits limits);
  /// Nothing may be at work any more.
  ~SqliteStorage() override;

  /// Before the first request: `home` runs calls where requests come from, which is where they are answered.
  void answer_through(Executor home) { home_ = std::move(home); }
  /// Before the first request, on any thread: everything, at once.
  base::Result<Snapshot, StorageError> load_now();
  /// After the last request, when nothing is at work any more: whoever still waits for an answer unwinds.
  void abandon();

  Stored<void> keep_session(SessionRecord session) override;
  Stored<void> erase_session(SessionKey key, GuestId id) override;
  Stored<void> keep_chat(ChatRecord chat) override;
  Stored<void> erase_room(RoomId room) override;
  Stored<void> keep_block(BlockRecord block) override;
  Stored<void> keep(SharedMessage message) override;
  Stored<void> mark_delivered(std::vector<Delivery> deliveries) override;
  Stored<std::vector<Message>> messages_after(RoomId room, std::uint64_t seq, std::size_t count_max) override;
  Stored<std::vector<Message>> undelivered_after(RoomId room, GuestId recipient, std::uint64_t seq,
                                                 std::size_t count_max) override;
  Stored<void> keep_file(FileRecord file) override;
  Stored<void> erase_file(FileId id) override;
  Stored<void> keep_report(Report report) override;
  Stored<std::vector<Report>> reports() override;
  Stored<bool> close_report(std::string id) override;
  Stored<void> erase_reports_before(base::Timestamp time) override;
  Stored<void> keep_ban(Ban ban) override;
  Stored<bool> erase_ban(Ban::Of of, std::string value) override;
  Stored<Snapshot> load() override;
  Stored<void> replace_live(std::vector<SessionRecord> sessions, std::vector<ChatRecord> chats,
                            std::vector<BlockRecord> blocks) override;
  Stored<void> erase_messages_before(base::Timestamp time) override;
  Stored<void> tidy() override;
  base::Histogram const* commit_times() const override { return &commit_times_; }
  std::size_t calls_waiting() const override { return requests_; }

 private:
  template <class T>
  using Result = base::Result<T, StorageError>;

  /// Whether the file is opened for it, and whether it runs within the transaction of its group.
  enum class Kind { plain, opening, outside };
  /// One call on its way to the file, and its answer on the way back.
  struct Errand {
    virtual ~Errand() = default;
    /// Does it; tells what has failed, if anything has.
    virtual std::optional<StorageError> run(SqliteDatabase& database) = 0;
    /// Tells whoever asked what has become of it: what it gave, or why its whole group has failed.
    virtual void answer(std::optional<StorageError> const& group) = 0;
  };
  template <class T, class Call, class Resolve>
  struct ErrandOf;
  struct Request {
    Kind kind;
    std::size_t bytes;
    std::unique_ptr<Errand> errand;
    std::optional<StorageError> group_fault{};
  };

  template <class T, class Call>
  Stored<T> ask(Kind kind, std::size_t bytes, Call call);
  /// The same for what is one call of the records.
  template <class T, class Call>
  Stored<T> ask_records(std::size_t bytes, Call call);

  // On the thread of the file.
  void work_off();
  std::optional<StorageError> run_group(std::vector<Request>& group);
  std::optional<StorageError> open();

  // Where requests come from.
  void deliver();

  std::string const path_;
  Executor const work_;
  Executor home_;
  Limits const limits_;
  base::Mailbox<Request> inbox_, outbox_;
  std::size_t requests_ = 0, bytes_ = 0;  ///< not answered yet

  std::chrono::steady_clock::time_point next_group_;  ///< it begins then at the earliest
  base::Histogram commit_times_;
  std::unique_ptr<SqliteDatabase> database_;  ///< null: closed, for the reason in `fault_`
  StorageError fault_{"the database has not been opened"};
};

}  // namespace parley::chat

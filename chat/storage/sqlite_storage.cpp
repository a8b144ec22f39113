#include "chat/storage/sqlite_storage.h"

#include <algorithm>
#include <array>
#include <thread>

namespace parley::chat {
namespace {

/// What a request occupies while it waits, beside its texts.
constexpr std::size_t bytes_of_any = 512;

/// How far apart groups begin at least. A commit costs the same however much is in it, and where the thread shares its
/// core with the lobby's worker, each one takes the core from it twice. Whoever comes after a pause does not wait.
constexpr std::chrono::milliseconds between_groups = std::chrono::milliseconds(2);

constexpr auto commit_time_bounds = [] {
  std::array<base::Histogram::Duration, 12> bounds{};
  // 0.1, 0.25, 0.5, 1 … 500 ms
  constexpr std::array<std::int64_t, 3> steps{100, 250, 500};
  std::int64_t unit = 1;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    bounds[i] = base::Histogram::Duration(steps[i % 3] * unit);
    if (i % 3 == 2) unit *= 10;
  }
  return bounds;
}();

std::size_t bytes_of(Json const& value) {
  if (auto const text = value.as_string()) return text->size();
  std::size_t bytes = sizeof(Json);
  if (value.is_array()) {
    for (auto const& each : value.elements()) bytes += bytes_of(each);
  } else if (value.is_object()) {
    for (auto const& [key, each] : value.members()) bytes += key.size() + bytes_of(each);
  }
  return bytes;
}

}  // namespace

SqliteStorage::SqliteStorage(std::string path, Executor work, Limits limits)
    : path_(std::move(path)),
      work_(std::move(work)),
      limits_(limits),
      inbox_(limits.requests_max),
      outbox_(limits.requests_max),
      commit_times_(commit_time_bounds) {}

SqliteStorage::~SqliteStorage() = default;

// Where requests come from --------------------------------------------------------------------------------------------

template <class T, class Call, class Resolve>
struct SqliteStorage::ErrandOf : Errand {
  ErrandOf(Call&& work, Resolve&& whoever_asked) : call(std::move(work)), resolve(std::move(whoever_asked)) {}
  std::optional<StorageError> run(SqliteDatabase& database) override {
    auto const& result = given.emplace(call(database));
    return result ? std::nullopt : std::optional(result.error());
  }
  void answer(std::optional<StorageError> const& group) override {
    if (group) return resolve(base::fail(*group));
    resolve(std::move(*given));
  }
  Call call;
  Resolve resolve;
  std::optional<Result<T>> given;
};

template <class T, class Call>
Stored<T> SqliteStorage::ask(Kind kind, std::size_t bytes, Call call) {
  if (requests_ >= limits_.requests_max || bytes_ + bytes > limits_.bytes_max) {
    co_return base::fail(StorageError{"too much waits to be written"});
  }
  base::Completion<Result<T>> answer;
  auto resolve = answer.resolver();
  using Its = ErrandOf<T, Call, decltype(resolve)>;
  Request request{kind, bytes, std::make_unique<Its>(std::move(call), std::move(resolve))};
  ++requests_;
  bytes_ += bytes;
  auto const posted = inbox_.post(std::move(request));
  // The inbox has room for as many as may be under way.
  PARLEY_ASSERT(posted != base::Mailbox<Request>::Posted::full);
  if (posted == base::Mailbox<Request>::Posted::first && !work_([this] { work_off(); })) {
    std::vector<Request> refused;
    inbox_.take(refused);
    for (auto& each : refused) {
      each.group_fault = StorageError{"the database's thread takes no more work"};
      static_cast<void>(outbox_.post(std::move(each)));
    }
    deliver();
  }
  co_return co_await answer;
}

template <class T, class Call>
Stored<T> SqliteStorage::ask_records(std::size_t bytes, Call call) {
  return ask<T>(Kind::plain, bytes_of_any + bytes, [call = std::move(call)](SqliteDatabase& database) mutable {
    SqliteRecords records(database);
    return call(records);
  });
}

void SqliteStorage::deliver() {
  std::vector<Request> answered;
  outbox_.take(answered);
  for (auto& each : answered) {
    --requests_;
    bytes_ -= each.bytes;
    each.errand->answer(each.group_fault);
  }
}

void SqliteStorage::abandon() {
  std::vector<Request> unanswered;
  outbox_.take(unanswered);
}

// On the thread of the file -------------------------------------------------------------------------------------------

base::Result<Snapshot, StorageError> SqliteStorage::load_now() {
  if (auto const fault = open()) return base::fail(*fault);
  auto all = SqliteRecords(*database_).load();
  if (!all) {
    fault_ = all.error();
    database_.reset();
  }
  return all;
}

std::optional<StorageError> SqliteStorage::open() {
  auto opened = SqliteDatabase::open(path_);
  if (!opened) {
    fault_ = opened.error();
    return fault_;
  }
  database_ = std::move(*opened);
  return std::nullopt;
}

void SqliteStorage::work_off() {
  // Requests have nothing else to wake this thread for: what comes meanwhile finds its way into this group.
  std::this_thread::sleep_until(next_group_);
  next_group_ = std::chrono::steady_clock::now() + between_groups;
  std::vector<Request> group;
  inbox_.take(group);
  if (group.empty()) return;
  auto const begun = std::chrono::steady_clock::now();
  auto const fault = run_group(group);
  commit_times_.add(std::chrono::ceil<base::Histogram::Duration>(std::chrono::steady_clock::now() - begun));
  if (fault) {
    // Whatever it is, opening the file again is the one way to find out that it is over.
    fault_ = *fault;
    database_.reset();
  }
  for (auto& each : group) {
    if (fault) each.group_fault = fault;
    // The outbox has room for as many as may be under way.
    static_cast<void>(outbox_.post(std::move(each)));
  }
  static_cast<void>(home_([this] { deliver(); }));
}

std::optional<StorageError> SqliteStorage::run_group(std::vector<Request>& group) {
  if (!database_ && !std::ranges::any_of(group, [](auto const& each) { return each.kind == Kind::opening; })) {
    return fault_;
  }
  if (!database_) {
    if (auto fault = open()) return fault;
  }
  auto const committed = database_->all_or_nothing([&]() -> Result<void> {
    for (auto& each : group) {
      if (each.kind == Kind::outside) continue;
      auto error = each.errand->run(*database_);
      if (error && error->of == StorageError::Of::storage) return base::fail(std::move(*error));
    }
    return {};
  });
  if (!committed) return committed.error();
  if (!database_->is_in_place()) return StorageError{path_ + ": the database has been removed or replaced"};
  for (auto& each : group) {
    if (each.kind != Kind::outside) continue;
    if (auto error = each.errand->run(*database_)) return error;
  }
  return std::nullopt;
}

// The calls -----------------------------------------------------------------------------------------------------------

Stored<void> SqliteStorage::keep_session(SessionRecord session) {
  return ask_records<void>(0, [session = std::move(session)](auto& records) { return records.keep_session(session); });
}
Stored<void> SqliteStorage::erase_session(SessionKey key, GuestId id) {
  return ask_records<void>(
      0, [key = std::move(key), id = std::move(id)](auto& records) { return records.erase_session(key, id); });
}
Stored<void> SqliteStorage::keep_chat(ChatRecord chat) {
  return ask_records<void>(0, [chat = std::move(chat)](auto& records) { return records.keep_chat(chat); });
}
Stored<void> SqliteStorage::erase_room(RoomId room) {
  return ask_records<void>(0, [room = std::move(room)](auto& records) { return records.erase_room(room); });
}
Stored<void> SqliteStorage::keep_block(BlockRecord block) {
  return ask_records<void>(0, [block = std::move(block)](auto& records) { return records.keep_block(block); });
}

Stored<void> SqliteStorage::keep(SharedMessage message) {
  auto const bytes = bytes_of(message->content);
  return ask_records<void>(bytes, [message = std::move(message)](auto& records) { return records.keep(*message); });
}
Stored<void> SqliteStorage::mark_delivered(std::vector<Delivery> deliveries) {
  auto const bytes = deliveries.size() * sizeof(Delivery);
  return ask_records<void>(bytes, [deliveries = std::move(deliveries)](auto& records) -> Result<void> {
    for (auto const& each : deliveries) {
      if (auto marked = records.mark_delivered(each); !marked) return marked;
    }
    return {};
  });
}
Stored<std::vector<Message>> SqliteStorage::messages_after(RoomId room, std::uint64_t seq, std::size_t count_max) {
  return ask_records<std::vector<Message>>(0, [room = std::move(room), seq, count_max](auto& records) {
    return records.messages_after(room, seq, count_max);
  });
}
Stored<std::vector<Message>> SqliteStorage::undelivered_after(RoomId room, GuestId recipient, std::uint64_t seq,
                                                              std::size_t count_max) {
  return ask_records<std::vector<Message>>(
      0, [room = std::move(room), recipient = std::move(recipient), seq, count_max](auto& records) {
        return records.undelivered_after(room, recipient, seq, count_max);
      });
}
Stored<void> SqliteStorage::erase_messages_before(base::Timestamp time) {
  return ask_records<void>(0, [time](auto& records) { return records.erase_messages_before(time); });
}

Stored<void> SqliteStorage::keep_file(FileRecord file) {
  return ask_records<void>(0, [file = std::move(file)](auto& records) { return records.keep_file(file); });
}
Stored<void> SqliteStorage::erase_file(FileId id) {
  return ask_records<void>(0, [id = std::move(id)](auto& records) { return records.erase_file(id); });
}

Stored<void> SqliteStorage::keep_report(Report report) {
  auto const bytes = report.details.size();
  return ask_records<void>(bytes, [report = std::move(report)](auto& records) { return records.keep_report(report); });
}
Stored<std::vector<Report>> SqliteStorage::reports() {
  return ask_records<std::vector<Report>>(0, [](auto& records) { return records.reports(); });
}
Stored<bool> SqliteStorage::close_report(std::string id) {
  return ask_records<bool>(0, [id = std::move(id)](auto& records) { return records.close_report(id); });
}
Stored<void> SqliteStorage::erase_reports_before(base::Timestamp time) {
  return ask_records<void>(0, [time](auto& records) { return records.erase_reports_before(time); });
}
Stored<void> SqliteStorage::keep_ban(Ban ban) {
  return ask_records<void>(0, [ban = std::move(ban)](auto& records) { return records.keep_ban(ban); });
}
Stored<bool> SqliteStorage::erase_ban(Ban::Of of, std::string value) {
  return ask_records<bool>(0, [of, value = std::move(value)](auto& records) { return records.erase_ban(of, value); });
}

Stored<Snapshot> SqliteStorage::load() {
  return ask<Snapshot>(Kind::opening, bytes_of_any,
                       [](SqliteDatabase& database) { return SqliteRecords(database).load(); });
}
Stored<void> SqliteStorage::replace_live(std::vector<SessionRecord> sessions, std::vector<ChatRecord> chats,
                                         std::vector<BlockRecord> blocks) {
  return ask<void>(
      Kind::opening, bytes_of_any,
      [sessions = std::move(sessions), chats = std::move(chats), blocks = std::move(blocks)](SqliteDatabase& database) {
        return SqliteRecords(database).replace_live(sessions, chats, blocks);
      });
}
Stored<void> SqliteStorage::tidy() {
  return ask<void>(Kind::outside, bytes_of_any, [](SqliteDatabase& database) { return database.empty_log(); });
}

}  // namespace parley::chat

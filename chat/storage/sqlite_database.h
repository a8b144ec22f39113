#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "chat/domain/names.h"
#include "chat/storage/storage.h"
#include "parley/base/function.h"

struct sqlite3;
struct sqlite3_stmt;

namespace parley::chat {

/// One row of an answer, read column by column from the left.
class SqliteRow {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}

  std::string text();
  std::optional<std::string> optional_text();
  std::int64_t integer();
  std::optional<std::int64_t> optional_integer();
  base::Timestamp moment() { return base::Timestamp(std::chrono::milliseconds(integer())); }
  std::optional<base::Timestamp> optional_moment();
  /// A text that has a type of its own.
  template <class T>
  T name() {
    return T(text());
  }

 private:
  sqlite3_stmt* statement_;
  int column_ = 0;
};

/// One SQLite file, open for this process alone: as long as it is open no other process can read or write it, so that
/// two servers never take the same records for theirs.
///
/// Every commit reaches the disk before it succeeds. What is deleted is overwritten.
///
/// Lives on  one thread at a time.
class SqliteDatabase {
 public:
  template <class T>
  using Result = base::Result<T, StorageError>;

  /// Opens the file, or makes it, readable by its owner alone, as well as its directory; then brings its schema up to
  /// date. A file that is damaged, or was written by a newer program, is refused.
  static Result<std::unique_ptr<SqliteDatabase>> open(std::string const& path);
  ~SqliteDatabase();
  SqliteDatabase(SqliteDatabase const&) = delete;
  SqliteDatabase& operator=(SqliteDatabase const&) = delete;

  /// Runs one statement, prepared when it is first used; `sql` is a literal, known by its address. Returns how many
  /// rows have changed.
  template <class... Values>
  Result<int> run(char const* sql, Values const&... values) {
    return query(
        sql, [](SqliteRow) {}, values...);
  }
  /// The same, and calls `on_row` with each row of the answer.
  template <class... Values>
  Result<int> query(char const* sql, base::FunctionRef<void(SqliteRow)> on_row, Values const&... values) {
    auto* const statement = prepared(sql);
    if (!statement) return base::fail(last_error());
    int at = 0;
    (bind(statement, ++at, values), ...);
    return step_through(statement, on_row);
  }
  /// Several statements, of which none answers.
  Result<void> run_script(std::string const& sql);

  /// Runs `work` within a transaction; commits if it succeeds, else nothing has happened. Within another transaction
  /// that other goes on.
  Result<void> all_or_nothing(base::FunctionRef<Result<void>()> work);
  bool in_transaction() const;

  /// False when the file at the path is no longer the one that is open: what is written would be lost with it.
  bool is_in_place() const;
  /// Copies the log into the file and empties it.
  Result<void> empty_log();

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  /// Which file stands at a path.
  struct Identity {
    dev_t device;
    ino_t number;
    friend bool operator==(Identity const&, Identity const&) = default;
  };
  static std::optional<Identity> identity_of(std::string const& path);

  SqliteDatabase(std::string path, sqlite3* connection) : path_(std::move(path)), connection_(connection) {}
  Result<void> set_up();
  Result<void> migrate();
  StorageError last_error() const;
  sqlite3_stmt* prepared(char const* sql);
  Result<int> step_through(sqlite3_stmt* statement, base::FunctionRef<void(SqliteRow)> on_row);

  static void bind(sqlite3_stmt* statement, int at, std::string_view text);
  static void bind(sqlite3_stmt* statement, int at, std::int64_t number);
  static void bind_null(sqlite3_stmt* statement, int at);
  static void bind(sqlite3_stmt* statement, int at, std::string const& text) {
    bind(statement, at, std::string_view(text));
  }
  static void bind(sqlite3_stmt* statement, int at, char const* text) { bind(statement, at, std::string_view(text)); }
  static void bind(sqlite3_stmt* statement, int at, base::Timestamp moment) {
    bind(statement, at, std::int64_t{moment.time_since_epoch().count()});
  }
  template <class Tag>
  static void bind(sqlite3_stmt* statement, int at, Name<Tag> const& name) {
    bind(statement, at, std::string_view(name));
  }
  template <class T>
  static void bind(sqlite3_stmt* statement, int at, std::optional<T> const& value) {
    value ? bind(statement, at, *value) : bind_null(statement, at);
  }

  std::string path_;
  std::optional<Identity> file_, log_;
  std::unique_ptr<sqlite3, Close> connection_;
  std::unordered_map<char const*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

}  // namespace parley::chat

#include "chat/storage/sqlite_database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "chat/storage/migrations.h"

namespace parley::chat {
namespace {

/// How long another process may keep the file from us before we give up.
constexpr int busy_ms_max = 2000;

/// Makes the directory and the file where they are missing. Nobody else may read them, not even for a moment.
base::Result<void, StorageError> make_file(std::string const& path) {
  auto const failed = [](std::string const& what) {
    return base::fail(StorageError{what + ": " + std::strerror(errno)});
  };
  if (auto const folder = std::filesystem::path(path).parent_path(); !folder.empty()) {
    std::error_code error;
    if (!std::filesystem::exists(folder, error)) {
      if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), error);
      if (mkdir(folder.c_str(), S_IRWXU) < 0 && errno != EEXIST) return failed(folder.string());
    }
  }
  if (access(path.c_str(), F_OK) == 0) return {};
  int const descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return failed(path);
  close(descriptor);
  return {};
}

bool is_the_calls_fault(int code) {
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
      return true;
    default:
      return false;
  }
}

}  // namespace

// Rows ----------------------------------------------------------------------------------------------------------------

std::string SqliteRow::text() {
  auto const* const bytes = static_cast<char const*>(sqlite3_column_blob(statement_, column_));
  auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column_++));
  return bytes ? std::string(bytes, size) : std::string();
}

std::optional<std::string> SqliteRow::optional_text() {
  if (sqlite3_column_type(statement_, column_) != SQLITE_NULL) return text();
  ++column_;
  return std::nullopt;
}

std::int64_t SqliteRow::integer() { return sqlite3_column_int64(statement_, column_++); }

std::optional<std::int64_t> SqliteRow::optional_integer() {
  if (sqlite3_column_type(statement_, column_) != SQLITE_NULL) return integer();
  ++column_;
  return std::nullopt;
}

std::optional<base::Timestamp> SqliteRow::optional_moment() {
  auto const ms = optional_integer();
  return ms ? std::optional(base::Timestamp(std::chrono::milliseconds(*ms))) : std::nullopt;
}

// Opening -------------------------------------------------------------------------------------------------------------

void SqliteDatabase::Close::operator()(sqlite3* connection) const { sqlite3_close(connection); }
void SqliteDatabase::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

SqliteDatabase::~SqliteDatabase() {
  // Before the connection, which cannot be closed while it has statements.
  statements_.clear();
}

SqliteDatabase::Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(std::string const& path) {
  if (auto made = make_file(path); !made) return base::fail(made.error());
  // Counting its memory takes a lock for each piece. Has an effect only before the first file is opened.
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* connection = nullptr;
  int const code = sqlite3_open_v2(path.c_str(), &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(path, connection));
  if (code != SQLITE_OK) {
    return base::fail(StorageError{path + ": " + (connection ? sqlite3_errmsg(connection) : "out of memory")});
  }
  if (auto ready = database->set_up(); !ready) return base::fail(ready.error());
  return database;
}

SqliteDatabase::Result<void> SqliteDatabase::set_up() {
  sqlite3_busy_timeout(connection_.get(), busy_ms_max);
  // EXCLUSIVE before the log is first touched: the file is ours alone, and no memory is shared with other processes.
  for (auto const* pragma :
       {"PRAGMA locking_mode = EXCLUSIVE", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
        "PRAGMA secure_delete = ON", "PRAGMA temp_store = MEMORY", "PRAGMA trusted_schema = OFF",
        "PRAGMA wal_autocheckpoint = 4000", "PRAGMA cache_size = -16384"}) {
    if (auto done = run_script(pragma); !done) return done;
  }
  std::string found;
  auto const asked = query("PRAGMA journal_mode", [&](SqliteRow row) { found = row.text(); });
  if (!asked) return base::fail(asked.error());
  if (found != "wal") return base::fail(StorageError{path_ + ": a write-ahead log cannot be kept beside the file"});
  auto const checked = query("PRAGMA quick_check(1)", [&](SqliteRow row) { found = row.text(); });
  if (!checked) return base::fail(checked.error());
  if (found != "ok") return base::fail(StorageError{path_ + ": the database is damaged: " + found});
  if (auto migrated = migrate(); !migrated) return migrated;
  file_ = identity_of(path_);
  log_ = identity_of(path_ + "-wal");
  return {};
}

SqliteDatabase::Result<void> SqliteDatabase::migrate() {
  std::int64_t version = 0;
  auto const asked = query("PRAGMA user_version", [&](SqliteRow row) { version = row.integer(); });
  if (!asked) return base::fail(asked.error());
  auto const known = migrations().back().number;
  if (version > known) {
    return base::fail(StorageError{path_ + ": the database was written by a newer version of this program (schema " +
                                   std::to_string(version) + ", this one knows " + std::to_string(known) + ")"});
  }
  // Even without a step to take: a file that cannot be written is found out now.
  return all_or_nothing([&]() -> Result<void> {
    for (auto const& step : migrations()) {
      if (step.number <= version) continue;
      if (auto done = run_script(std::string(step.sql)); !done) return done;
    }
    return run_script("PRAGMA user_version = " + std::to_string(known));
  });
}

std::optional<SqliteDatabase::Identity> SqliteDatabase::identity_of(std::string const& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) < 0) return std::nullopt;
  return Identity{found.st_dev, found.st_ino};
}

bool SqliteDatabase::is_in_place() const { return identity_of(path_) == file_ && identity_of(path_ + "-wal") == log_; }

// Statements ----------------------------------------------------------------------------------------------------------

StorageError SqliteDatabase::last_error() const {
  auto const of = is_the_calls_fault(sqlite3_extended_errcode(connection_.get())) ? StorageError::Of::call
                                                                                  : StorageError::Of::storage;
  return {path_ + ": " + sqlite3_errmsg(connection_.get()), of};
}

sqlite3_stmt* SqliteDatabase::prepared(char const* sql) {
  auto& known = statements_[sql];
  if (known) return known.get();
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(connection_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) == SQLITE_OK) {
    known.reset(statement);
  }
  return known.get();
}

SqliteDatabase::Result<int> SqliteDatabase::step_through(sqlite3_stmt* statement,
                                                         base::FunctionRef<void(SqliteRow)> on_row) {
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) on_row(SqliteRow(statement));
  std::optional<StorageError> error;
  if (code != SQLITE_DONE) error = last_error();
  int const changes = sqlite3_changes(connection_.get());
  sqlite3_reset(statement);
  // What is bound is borrowed from the caller.
  sqlite3_clear_bindings(statement);
  if (error) return base::fail(std::move(*error));
  return changes;
}

SqliteDatabase::Result<void> SqliteDatabase::run_script(std::string const& sql) {
  if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return base::fail(last_error());
}

void SqliteDatabase::bind(sqlite3_stmt* statement, int at, std::string_view text) {
  // An empty view may point nowhere, which would be taken for NULL.
  auto const* const bytes = text.empty() ? "" : text.data();
  sqlite3_bind_text64(statement, at, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8);
}
void SqliteDatabase::bind(sqlite3_stmt* statement, int at, std::int64_t number) {
  sqlite3_bind_int64(statement, at, number);
}
void SqliteDatabase::bind_null(sqlite3_stmt* statement, int at) { sqlite3_bind_null(statement, at); }

// Transactions --------------------------------------------------------------------------------------------------------

bool SqliteDatabase::in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }

SqliteDatabase::Result<void> SqliteDatabase::all_or_nothing(base::FunctionRef<Result<void>()> work) {
  bool const inner = in_transaction();
  auto const begun = inner ? run("SAVEPOINT part") : run("BEGIN IMMEDIATE");
  if (!begun) return base::fail(begun.error());
  auto done = work();
  if (done) {
    auto const committed = inner ? run("RELEASE part") : run("COMMIT");
    if (committed) return {};
    done = base::fail(committed.error());
  }
  // Some failures have undone the whole transaction already; then there is nothing left to undo here.
  if (inner && in_transaction()) {
    static_cast<void>(run("ROLLBACK TO part"));
    static_cast<void>(run("RELEASE part"));
  } else if (in_transaction()) {
    static_cast<void>(run("ROLLBACK"));
  }
  return done;
}

SqliteDatabase::Result<void> SqliteDatabase::empty_log() { return run_script("PRAGMA wal_checkpoint(TRUNCATE)"); }

}  // namespace parley::chat

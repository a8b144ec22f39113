#include "chat/storage/message_columns.h"
#include "chat/storage/sqlite_records.h"

// Files, reports and bans.
namespace parley::chat {
namespace {

using Done = base::Result<void, StorageError>;

constexpr std::string_view to_text(Ban::Of of) { return of == Ban::Of::session ? "session" : "address"; }

MessageType to_type(std::string_view text) {
  for (auto const type : {MessageType::file, MessageType::voice}) {
    if (text == to_string(type)) return type;
  }
  return MessageType::text;
}

Done without_count(base::Result<int, StorageError> const& done) { return done ? Done{} : base::fail(done.error()); }

}  // namespace

Message read_message(SqliteRow row) {
  Message message;
  message.room = row.name<RoomId>();
  message.seq = static_cast<std::uint64_t>(row.integer());
  message.id = row.name<MessageId>();
  message.sender = row.name<GuestId>();
  message.sender_username = row.text();
  message.recipient = row.name<GuestId>();
  message.type = to_type(row.text());
  message.content = Json::parse(row.text()).value_or(Json());
  message.timestamp = row.text();
  message.client_message_id = row.optional_text();
  message.delivered_at = row.optional_moment();
  return message;
}

SqliteRecords::Result<void> SqliteRecords::keep_file(FileRecord const& file) {
  return without_count(
      db_.run("INSERT INTO files (file_id, room_id, owner_id, mime_type, original_name, size_bytes, created_at,"
              " expires_at, base_url) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (file_id) DO UPDATE SET"
              " room_id = excluded.room_id, owner_id = excluded.owner_id, mime_type = excluded.mime_type,"
              " original_name = excluded.original_name, size_bytes = excluded.size_bytes,"
              " created_at = excluded.created_at, expires_at = excluded.expires_at, base_url = excluded.base_url",
              file.id, file.room, file.owner, file.mime_type, file.original_name, static_cast<std::int64_t>(file.size),
              file.created_at, file.expires_at, file.base_url));
}

SqliteRecords::Result<void> SqliteRecords::erase_file(FileId const& id) {
  return without_count(db_.run("DELETE FROM files WHERE file_id = ?", id));
}

SqliteRecords::Result<void> SqliteRecords::load_files_and_bans(Snapshot& all) {
  auto const files = db_.query(
      "SELECT file_id, room_id, owner_id, mime_type, original_name, size_bytes, created_at, expires_at, base_url"
      " FROM files",
      [&](SqliteRow row) {
        FileRecord file;
        file.id = row.name<FileId>();
        file.room = row.name<RoomId>();
        file.owner = row.name<GuestId>();
        file.mime_type = row.text();
        file.original_name = row.text();
        file.size = static_cast<std::uint64_t>(row.integer());
        file.created_at = row.moment();
        file.expires_at = row.moment();
        file.base_url = row.text();
        all.files.push_back(std::move(file));
      });
  if (!files) return base::fail(files.error());
  return without_count(
      db_.query("SELECT ban_of, ban_value, reason, banned_at, banned_until FROM bans", [&](SqliteRow row) {
        Ban ban;
        ban.of = row.text() == to_text(Ban::Of::address) ? Ban::Of::address : Ban::Of::session;
        ban.value = row.text();
        ban.reason = row.text();
        ban.at = row.moment();
        ban.until = row.optional_moment();
        all.bans.push_back(std::move(ban));
      }));
}

SqliteRecords::Result<void> SqliteRecords::keep_report(Report const& report) {
  return db_.all_or_nothing([&]() -> Done {
    auto const kept = db_.run(
        "INSERT INTO reports (report_id, room_id, by_guest, by_username, about_guest, about_username, about_address,"
        " reason, details, reported_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        report.id, report.room, report.by, report.by_username, report.about, report.about_username,
        report.about_address, report.reason, report.details, report.at);
    if (!kept) return without_count(kept);
    return without_count(db_.run("INSERT INTO report_messages (report_id, room_id, " PARLEY_MESSAGE_COLUMNS
                                 ") SELECT ?, room_id, " PARLEY_MESSAGE_COLUMNS
                                 " FROM chat_messages WHERE room_id = ? ORDER BY message_key DESC LIMIT ?",
                                 report.id, report.room, static_cast<std::int64_t>(Report::messages_max)));
  });
}

SqliteRecords::Result<std::vector<Report>> SqliteRecords::reports() {
  std::vector<Report> reports;
  auto const read = db_.query(
      "SELECT report_id, room_id, by_guest, by_username, about_guest, about_username, about_address, reason, details,"
      " reported_at FROM reports ORDER BY reported_at, report_id",
      [&](SqliteRow row) {
        Report report;
        report.id = row.text();
        report.room = row.name<RoomId>();
        report.by = row.name<GuestId>();
        report.by_username = row.text();
        report.about = row.name<GuestId>();
        report.about_username = row.text();
        report.about_address = row.text();
        report.reason = row.text();
        report.details = row.text();
        report.at = row.moment();
        reports.push_back(std::move(report));
      });
  if (!read) return base::fail(read.error());
  for (auto& report : reports) {
    auto const messages = db_.query(
        "SELECT room_id, " PARLEY_MESSAGE_COLUMNS " FROM report_messages WHERE report_id = ? ORDER BY seq",
        [&](SqliteRow row) { report.messages.push_back(read_message(row)); }, report.id);
    if (!messages) return base::fail(messages.error());
  }
  return reports;
}

SqliteRecords::Result<bool> SqliteRecords::close_report(std::string const& id) {
  bool found = false;
  auto const closed = db_.all_or_nothing([&]() -> Done {
    auto const erased = db_.run("DELETE FROM reports WHERE report_id = ?", id);
    if (!erased) return without_count(erased);
    found = *erased > 0;
    return without_count(db_.run("DELETE FROM report_messages WHERE report_id = ?", id));
  });
  if (!closed) return base::fail(closed.error());
  return found;
}

SqliteRecords::Result<void> SqliteRecords::erase_reports_before(base::Timestamp time) {
  return db_.all_or_nothing([&]() -> Done {
    auto const messages = db_.run(
        "DELETE FROM report_messages WHERE report_id IN (SELECT report_id FROM reports WHERE reported_at < ?)", time);
    if (!messages) return without_count(messages);
    return without_count(db_.run("DELETE FROM reports WHERE reported_at < ?", time));
  });
}

SqliteRecords::Result<void> SqliteRecords::keep_ban(Ban const& ban) {
  return without_count(
      db_.run("INSERT INTO bans (ban_of, ban_value, reason, banned_at, banned_until) VALUES (?, ?, ?, ?, ?)"
              " ON CONFLICT (ban_of, ban_value) DO UPDATE SET reason = excluded.reason,"
              " banned_at = excluded.banned_at, banned_until = excluded.banned_until",
              to_text(ban.of), ban.value, ban.reason, ban.at, ban.until));
}

SqliteRecords::Result<bool> SqliteRecords::erase_ban(Ban::Of of, std::string const& value) {
  auto const erased = db_.run("DELETE FROM bans WHERE ban_of = ? AND ban_value = ?", to_text(of), value);
  if (!erased) return base::fail(erased.error());
  return *erased > 0;
}

}  // namespace parley::chat

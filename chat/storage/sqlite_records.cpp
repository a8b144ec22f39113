#include "chat/storage/sqlite_records.h"

#include <algorithm>
#include <unordered_set>

#include "chat/storage/message_columns.h"

// Sessions, chats and what is written in them. Files and what keeps guests safe stand in sqlite_safety.cpp.
namespace parley::chat {
namespace {

using Done = base::Result<void, StorageError>;

std::optional<std::string> to_text(OrNull<Location> const& location) {
  return location ? std::optional(base::to_json(*location)) : std::nullopt;
}

OrNull<Location> to_location(std::optional<std::string> const& text) {
  OrNull<Location> location;
  auto const tree = text ? Json::parse(*text) : Json();
  if (!tree || !tree->is_object()) return location;
  auto const part = [&](std::string_view key) {
    auto const value = (*tree)[key].as_string();
    return value ? std::optional<std::string>(*value) : std::nullopt;
  };
  location.emplace(Location{part("country"), part("region"), part("city")});
  return location;
}

OrNull<std::string> or_null(std::optional<std::string> text) {
  OrNull<std::string> value;
  if (text) value.emplace(std::move(*text));
  return value;
}

Done without_count(base::Result<int, StorageError> const& done) { return done ? Done{} : base::fail(done.error()); }

SessionRecord read_session(SqliteRow row) {
  SessionRecord session;
  session.key = row.name<SessionKey>();
  session.id = row.name<GuestId>();
  session.username = row.text();
  session.profile.location = to_location(row.optional_text());
  session.profile.gender = or_null(row.optional_text());
  session.profile.language = or_null(row.optional_text());
  session.device_id = or_null(row.optional_text());
  if (auto partner = row.optional_text()) session.previous_partner = GuestId(std::move(*partner));
  session.created_at = row.moment();
  session.last_seen = row.moment();
  session.expires_at = row.moment();
  session.is_online = row.integer() != 0;
  return session;
}

}  // namespace

// Sessions and chats --------------------------------------------------------------------------------------------------

SqliteRecords::Result<void> SqliteRecords::keep_session(SessionRecord const& session) {
  return without_count(db_.run(
      "INSERT INTO sessions (session_key, guest_id, username, location, gender, language, device_id, previous_partner,"
      " created_at, last_seen, expires_at, is_online) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
      " ON CONFLICT (session_key) DO UPDATE SET username = excluded.username, location = excluded.location,"
      " gender = excluded.gender, language = excluded.language, device_id = excluded.device_id,"
      " previous_partner = excluded.previous_partner, created_at = excluded.created_at,"
      " last_seen = excluded.last_seen, expires_at = excluded.expires_at, is_online = excluded.is_online",
      session.key, session.id, session.username, to_text(session.profile.location), session.profile.gender,
      session.profile.language, session.device_id, session.previous_partner, session.created_at, session.last_seen,
      session.expires_at, std::int64_t{session.is_online}));
}

SqliteRecords::Result<void> SqliteRecords::erase_session(SessionKey const& key, GuestId const& id) {
  return db_.all_or_nothing([&]() -> Done {
    if (auto done = db_.run("DELETE FROM sessions WHERE session_key = ?", key); !done) return without_count(done);
    return without_count(db_.run("DELETE FROM blocks WHERE by_guest = ? OR whom_guest = ?", id, id));
  });
}

SqliteRecords::Result<void> SqliteRecords::keep_chat(ChatRecord const& chat) {
  return without_count(
      db_.run("INSERT INTO chats (room_id, first_guest, second_guest, began_at) VALUES (?, ?, ?, ?)"
              " ON CONFLICT (room_id) DO UPDATE SET first_guest = excluded.first_guest,"
              " second_guest = excluded.second_guest, began_at = excluded.began_at",
              chat.room, chat.first, chat.second, chat.began_at));
}

SqliteRecords::Result<void> SqliteRecords::erase_room(RoomId const& room) {
  return db_.all_or_nothing([&]() -> Done {
    for (auto const* sql : {"DELETE FROM messages WHERE message_key IN (SELECT message_key FROM chat_messages"
                            " WHERE room_id = ?)",
                            "DELETE FROM files WHERE room_id = ?", "DELETE FROM chats WHERE room_id = ?"}) {
      if (auto done = db_.run(sql, room); !done) return without_count(done);
    }
    return {};
  });
}

SqliteRecords::Result<void> SqliteRecords::keep_block(BlockRecord const& block) {
  return without_count(
      db_.run("INSERT INTO blocks (by_guest, whom_guest) VALUES (?, ?) ON CONFLICT (by_guest, whom_guest) DO NOTHING",
              block.by, block.whom));
}

// Messages ------------------------------------------------------------------------------------------------------------

SqliteRecords::Result<void> SqliteRecords::keep(Message const& message) {
  auto const kept = db_.run(
      "INSERT INTO messages (message_key, message_id, by_first, sender_username, type, content, written_at,"
      " client_message_id, delivered_at) SELECT chat_key * 4294967296 + ?, ?, first_guest = ?, ?, ?, ?, ?, ?, ?"
      " FROM chats WHERE room_id = ?",
      static_cast<std::int64_t>(message.seq), message.id, message.sender, message.sender_username,
      to_string(message.type), message.content.dump(), message.timestamp, message.client_message_id,
      message.delivered_at, message.room);
  if (kept && *kept == 0) return base::fail(StorageError{"no such chat", StorageError::Of::call});
  return without_count(kept);
}

SqliteRecords::Result<void> SqliteRecords::mark_delivered(Delivery const& delivery) {
  return without_count(
      db_.run("UPDATE messages SET delivered_at = ? WHERE delivered_at IS NULL"
              " AND message_key = (SELECT chat_key FROM chats WHERE room_id = ?) * 4294967296 + ?",
              delivery.at, delivery.room, static_cast<std::int64_t>(delivery.seq)));
}

SqliteRecords::Result<std::vector<Message>> SqliteRecords::messages_after(RoomId const& room, std::uint64_t seq,
                                                                          std::size_t count_max) {
  std::vector<Message> messages;
  auto const read = db_.query(
      "SELECT room_id, " PARLEY_MESSAGE_COLUMNS
      " FROM chat_messages WHERE room_id = ? AND seq > ? ORDER BY message_key LIMIT ?",
      [&](SqliteRow row) { messages.push_back(read_message(row)); }, room, static_cast<std::int64_t>(seq),
      static_cast<std::int64_t>(count_max));
  if (!read) return base::fail(read.error());
  return messages;
}

SqliteRecords::Result<std::vector<Message>> SqliteRecords::undelivered_after(RoomId const& room,
                                                                             GuestId const& recipient,
                                                                             std::uint64_t seq, std::size_t count_max) {
  std::vector<Message> messages;
  auto const read = db_.query(
      "SELECT room_id, " PARLEY_MESSAGE_COLUMNS
      " FROM chat_messages WHERE room_id = ? AND seq > ? AND recipient_id = ? AND delivered_at IS NULL"
      " ORDER BY message_key LIMIT ?",
      [&](SqliteRow row) { messages.push_back(read_message(row)); }, room, static_cast<std::int64_t>(seq), recipient,
      static_cast<std::int64_t>(count_max));
  if (!read) return base::fail(read.error());
  return messages;
}

SqliteRecords::Result<void> SqliteRecords::erase_messages_before(base::Timestamp time) {
  // An id begins with the time, in as many digits as any time of this age has.
  auto const first_to_stay = "msg_" + std::to_string(time.time_since_epoch().count());
  return without_count(db_.run("DELETE FROM messages WHERE message_id < ?", first_to_stay));
}

// As a whole ----------------------------------------------------------------------------------------------------------

SqliteRecords::Result<Snapshot> SqliteRecords::load() {
  Snapshot all;
  for (auto const part :
       {&SqliteRecords::load_sessions, &SqliteRecords::load_chats, &SqliteRecords::load_files_and_bans}) {
    if (auto loaded = (this->*part)(all); !loaded) return base::fail(loaded.error());
  }
  return all;
}

SqliteRecords::Result<void> SqliteRecords::load_sessions(Snapshot& all) {
  auto const sessions = db_.query(
      "SELECT session_key, guest_id, username, location, gender, language, device_id, previous_partner, created_at,"
      " last_seen, expires_at, is_online FROM sessions",
      [&](SqliteRow row) { all.sessions.push_back(read_session(row)); });
  if (!sessions) return base::fail(sessions.error());
  return without_count(db_.query("SELECT by_guest, whom_guest FROM blocks", [&](SqliteRow row) {
    auto by = row.name<GuestId>();
    all.blocks.push_back({std::move(by), row.name<GuestId>()});
  }));
}

SqliteRecords::Result<void> SqliteRecords::load_chats(Snapshot& all) {
  auto const chats =
      db_.query("SELECT room_id, first_guest, second_guest, began_at FROM chats ORDER BY room_id", [&](SqliteRow row) {
        ChatRecord chat;
        chat.room = row.name<RoomId>();
        chat.first = row.name<GuestId>();
        chat.second = row.name<GuestId>();
        chat.began_at = row.moment();
        all.chats.push_back({std::move(chat), {}});
      });
  if (!chats) return base::fail(chats.error());
  auto chat = all.chats.begin();
  return without_count(
      db_.query("SELECT room_id, seq, message_id, sender_id, recipient_id, written_at, client_message_id, delivered_at"
                " FROM chat_messages ORDER BY room_id, message_key",
                [&](SqliteRow row) {
                  auto const room = row.name<RoomId>();
                  // Both are in the order of their rooms.
                  while (chat->record.room != room) ++chat;
                  MessageHead head;
                  head.seq = static_cast<std::uint64_t>(row.integer());
                  head.id = row.name<MessageId>();
                  head.sender = row.name<GuestId>();
                  head.recipient = row.name<GuestId>();
                  head.timestamp = row.text();
                  head.client_message_id = row.optional_text();
                  head.is_delivered = row.optional_integer().has_value();
                  chat->messages.push_back(std::move(head));
                }));
}

SqliteRecords::Result<void> SqliteRecords::replace_live(std::vector<SessionRecord> const& sessions,
                                                        std::vector<ChatRecord> const& chats,
                                                        std::vector<BlockRecord> const& blocks) {
  return db_.all_or_nothing([&]() -> Done {
    for (auto const* sql : {"DELETE FROM sessions", "DELETE FROM blocks"}) {
      if (auto done = db_.run(sql); !done) return without_count(done);
    }
    if (auto done = keep_only_chats(chats); !done) return done;
    for (auto const& each : sessions) {
      if (auto done = keep_session(each); !done) return done;
    }
    for (auto const& each : chats) {
      if (auto done = keep_chat(each); !done) return done;
    }
    for (auto const& each : blocks) {
      if (auto done = keep_block(each); !done) return done;
    }
    return without_count(db_.run("DELETE FROM files WHERE room_id NOT IN (SELECT room_id FROM chats)"));
  });
}

SqliteRecords::Result<void> SqliteRecords::keep_only_chats(std::vector<ChatRecord> const& chats) {
  std::unordered_set<std::string_view> rooms;
  for (auto const& each : chats) rooms.insert(each.room);
  std::vector<RoomId> over;
  auto const read = db_.query("SELECT room_id FROM chats", [&](SqliteRow row) {
    if (auto room = row.name<RoomId>(); !rooms.contains(room)) over.push_back(std::move(room));
  });
  if (!read) return without_count(read);
  for (auto const& room : over) {
    if (auto done = erase_room(room); !done) return done;
  }
  return {};
}

}  // namespace parley::chat

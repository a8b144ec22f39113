#pragma once

#include "chat/storage/sqlite_database.h"

/// The columns of a message beside its room, in the order in which they are written and read.
#define PARLEY_MESSAGE_COLUMNS                                                                                \
  "seq, message_id, sender_id, sender_username, recipient_id, type, content, written_at, client_message_id, " \
  "delivered_at"

namespace parley::chat {

/// Reads a row of the room and these columns.
Message read_message(SqliteRow row);

}  // namespace parley::chat

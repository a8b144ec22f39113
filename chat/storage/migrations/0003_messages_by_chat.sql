-- The messages of a chat stand together, in the order of their numbers, and are found without an index beside them: each
-- has one place to be written to, and the mark of its delivery goes to the same place.
--
-- message_key is chat_key * 4294967296 + seq.

CREATE TABLE numbered_chats (
  chat_key     INTEGER NOT NULL PRIMARY KEY,
  room_id      TEXT    NOT NULL UNIQUE,
  first_guest  TEXT    NOT NULL,
  second_guest TEXT    NOT NULL,
  began_at     BIGINT  NOT NULL
);
INSERT INTO numbered_chats (room_id, first_guest, second_guest, began_at)
  SELECT room_id, first_guest, second_guest, began_at FROM chats;

CREATE TABLE keyed_messages (
  message_key       INTEGER NOT NULL PRIMARY KEY,
  message_id        TEXT    NOT NULL,
  by_first          INTEGER NOT NULL,         -- whether the chat's first guest is the author
  sender_username   TEXT    NOT NULL,
  type              TEXT    NOT NULL,
  content           TEXT    NOT NULL,         -- JSON
  written_at        TEXT    NOT NULL,         -- for display, as the author gave it
  client_message_id TEXT,
  delivered_at      BIGINT
);
INSERT INTO keyed_messages
  SELECT chat_key * 4294967296 + seq, message_id, sender_id = first_guest, sender_username, type, content, written_at,
         client_message_id, delivered_at
  FROM messages JOIN numbered_chats ON numbered_chats.room_id = messages.room_id;

DROP TABLE messages;
DROP TABLE chats;
ALTER TABLE numbered_chats RENAME TO chats;
ALTER TABLE keyed_messages RENAME TO messages;

CREATE VIEW chat_messages AS
  SELECT room_id, message_key, message_key - chat_key * 4294967296 AS seq, message_id,
         CASE WHEN by_first THEN first_guest ELSE second_guest END AS sender_id, sender_username,
         CASE WHEN by_first THEN second_guest ELSE first_guest END AS recipient_id,
         type, content, written_at, client_message_id, delivered_at
  FROM chats JOIN messages
    ON message_key BETWEEN chat_key * 4294967296 AND chat_key * 4294967296 + 4294967295;

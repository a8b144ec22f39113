-- What outlives the process. Moments are milliseconds since 1970 (UTC), yes and no are 1 and 0, JSON is kept as text.

CREATE TABLE sessions (
  session_key      TEXT    NOT NULL PRIMARY KEY,
  guest_id         TEXT    NOT NULL UNIQUE,
  username         TEXT    NOT NULL,
  location         TEXT,                     -- JSON
  gender           TEXT,
  language         TEXT,
  device_id        TEXT,
  previous_partner TEXT,
  created_at       BIGINT  NOT NULL,
  last_seen        BIGINT  NOT NULL,
  expires_at       BIGINT  NOT NULL,
  is_online        INTEGER NOT NULL
);

CREATE TABLE chats (
  room_id      TEXT   NOT NULL PRIMARY KEY,
  first_guest  TEXT   NOT NULL,
  second_guest TEXT   NOT NULL,
  began_at     BIGINT NOT NULL
);

-- An id begins with the moment at which the server was given the message, so that ids are in order of time.
CREATE TABLE messages (
  room_id           TEXT   NOT NULL,
  seq               BIGINT NOT NULL,
  message_id        TEXT   NOT NULL,
  sender_id         TEXT   NOT NULL,
  sender_username   TEXT   NOT NULL,
  recipient_id      TEXT   NOT NULL,
  type              TEXT   NOT NULL,
  content           TEXT   NOT NULL,         -- JSON
  written_at        TEXT   NOT NULL,         -- for display, as the author gave it
  client_message_id TEXT,
  delivered_at      BIGINT,
  PRIMARY KEY (room_id, seq)
);

-- Only what waits for its confirmation is ever looked up by id.
CREATE INDEX messages_undelivered ON messages (message_id) WHERE delivered_at IS NULL;

CREATE TABLE blocks (
  by_guest   TEXT NOT NULL,
  whom_guest TEXT NOT NULL,
  PRIMARY KEY (by_guest, whom_guest)
);

CREATE TABLE files (
  file_id       TEXT   NOT NULL PRIMARY KEY,
  room_id       TEXT   NOT NULL,
  owner_id      TEXT   NOT NULL,
  mime_type     TEXT   NOT NULL,
  original_name TEXT   NOT NULL,
  size_bytes    BIGINT NOT NULL,
  created_at    BIGINT NOT NULL,
  expires_at    BIGINT NOT NULL
);

CREATE INDEX files_by_room ON files (room_id);

CREATE TABLE reports (
  report_id      TEXT   NOT NULL PRIMARY KEY,
  room_id        TEXT   NOT NULL,
  by_guest       TEXT   NOT NULL,
  by_username    TEXT   NOT NULL,
  about_guest    TEXT   NOT NULL,
  about_username TEXT   NOT NULL,
  about_address  TEXT   NOT NULL,
  reason         TEXT   NOT NULL,
  details        TEXT   NOT NULL,
  reported_at    BIGINT NOT NULL
);

-- The last messages of the reported chat, which outlive it here alone.
CREATE TABLE report_messages (
  report_id         TEXT   NOT NULL,
  room_id           TEXT   NOT NULL,
  seq               BIGINT NOT NULL,
  message_id        TEXT   NOT NULL,
  sender_id         TEXT   NOT NULL,
  sender_username   TEXT   NOT NULL,
  recipient_id      TEXT   NOT NULL,
  type              TEXT   NOT NULL,
  content           TEXT   NOT NULL,
  written_at        TEXT   NOT NULL,
  client_message_id TEXT,
  delivered_at      BIGINT,
  PRIMARY KEY (report_id, seq)
);

CREATE TABLE bans (
  ban_of       TEXT   NOT NULL,              -- session or address
  ban_value    TEXT   NOT NULL,
  reason       TEXT   NOT NULL,
  banned_at    BIGINT NOT NULL,
  banned_until BIGINT,
  PRIMARY KEY (ban_of, ban_value)
);

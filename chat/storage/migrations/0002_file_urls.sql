-- What stands before the path in a file's URLs, so that messages can tell them after a restart as before.
ALTER TABLE files ADD COLUMN base_url TEXT NOT NULL DEFAULT '';

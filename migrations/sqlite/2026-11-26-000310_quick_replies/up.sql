-- Prepared texts that staff call from the composer.
CREATE TABLE quick_replies (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- None: shared with everybody.
  owner_id BIGINT REFERENCES staff (id) ON DELETE CASCADE,
  shortcut TEXT NOT NULL,
  shortcut_folded TEXT NOT NULL,
  body TEXT NOT NULL,
  -- Shortcut and text, folded: what the search looks at.
  search TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX quick_replies_shared ON quick_replies (shortcut_folded) WHERE owner_id IS NULL;
CREATE UNIQUE INDEX quick_replies_own ON quick_replies (owner_id, shortcut_folded) WHERE owner_id IS NOT NULL;

CREATE TABLE quick_reply_files (
  reply_id BIGINT NOT NULL REFERENCES quick_replies (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  file_id BIGINT NOT NULL REFERENCES files (id),
  name TEXT NOT NULL,
  PRIMARY KEY (reply_id, position)
);
CREATE INDEX quick_reply_files_file ON quick_reply_files (file_id);

-- Files with the customers of a list, made in the background.
CREATE TABLE exports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  staff_id BIGINT REFERENCES staff (id) ON DELETE SET NULL,
  format TEXT NOT NULL CHECK (format IN ('csv', 'xlsx')),
  -- The address of the list.
  view TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('making', 'ready', 'expired', 'too_large', 'failed')),
  -- Why it failed.
  reason TEXT,
  -- How often it has been begun; zero: it waits for its turn.
  attempt INTEGER NOT NULL DEFAULT 0,
  rows_done BIGINT NOT NULL DEFAULT 0,
  rows_total BIGINT NOT NULL DEFAULT 0,
  size BIGINT,
  file_id BIGINT REFERENCES files (id),
  created_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP,
  valid_until TIMESTAMP
);
CREATE INDEX exports_created ON exports (created_at DESC, id DESC);
CREATE INDEX exports_file ON exports (file_id) WHERE file_id IS NOT NULL;
CREATE INDEX exports_valid ON exports (valid_until) WHERE state = 'ready';

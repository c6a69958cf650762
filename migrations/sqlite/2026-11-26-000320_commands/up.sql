-- What staff run from the composer, and what came of it.
CREATE TABLE commands (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL UNIQUE,
  about TEXT NOT NULL,
  url TEXT NOT NULL,
  -- Sealed.
  secret TEXT NOT NULL,
  -- JSON list of names, each required or not.
  parameters TEXT NOT NULL,
  enabled BOOLEAN NOT NULL DEFAULT TRUE,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE command_runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  command_id BIGINT NOT NULL REFERENCES commands (id) ON DELETE CASCADE,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  conversation_id BIGINT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  staff_id BIGINT REFERENCES staff (id) ON DELETE SET NULL,
  -- JSON of names and values.
  parameters TEXT NOT NULL,
  -- Posted once: one that is found running was cut off.
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX command_runs_command ON command_runs (command_id);
CREATE INDEX command_runs_customer ON command_runs (customer_id);
CREATE INDEX command_runs_conversation ON command_runs (conversation_id);

-- What providers tell, and what goes out to them.

-- Work on a channel that one instance does at a time.
ALTER TABLE channels ADD COLUMN poll_cursor TEXT;
ALTER TABLE channels ADD COLUMN poll_owner TEXT;
ALTER TABLE channels ADD COLUMN poll_until TIMESTAMP;
ALTER TABLE channels ADD COLUMN read_owner TEXT;
ALTER TABLE channels ADD COLUMN read_until TIMESTAMP;
-- Nothing is sent before: the channel's pace, and what its provider asks for.
ALTER TABLE channels ADD COLUMN send_after TIMESTAMP;

-- Events as they came, each once. The bytes go when they have been read; the key stays for as long as providers repeat.
CREATE TABLE hook_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel_id BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  dedupe_key TEXT NOT NULL,
  body BLOB NOT NULL,
  received_at TIMESTAMP NOT NULL,
  not_before TIMESTAMP NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  read_at TIMESTAMP,
  -- Why it could not be read; the bytes stay then.
  error TEXT,
  UNIQUE (channel_id, dedupe_key)
);
CREATE INDEX hook_events_waiting ON hook_events (channel_id, id) WHERE read_at IS NULL;
CREATE INDEX hook_events_read ON hook_events (read_at) WHERE read_at IS NOT NULL;

-- An outgoing message on its way to the provider.
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id BIGINT NOT NULL UNIQUE REFERENCES messages (id) ON DELETE CASCADE,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  channel_id BIGINT NOT NULL REFERENCES channels (id),
  account_id BIGINT NOT NULL REFERENCES channel_accounts (id) ON DELETE CASCADE,
  -- The same at every try, for providers that send a key once.
  idempotency_key TEXT NOT NULL,
  -- JSON of what only some kinds have: subject, blind copies, template.
  extra TEXT NOT NULL DEFAULT '{}',
  state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'unknown')),
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Since it was queued last, by a person or at first: after so many it has failed for good.
  tries INTEGER NOT NULL DEFAULT 0,
  -- A message of several calls goes on after those that were answered.
  parts_sent INTEGER NOT NULL DEFAULT 0,
  not_before TIMESTAMP NOT NULL,
  leased_until TIMESTAMP,
  error_code TEXT,
  error TEXT,
  queued_at TIMESTAMP NOT NULL,
  sending_at TIMESTAMP,
  sent_at TIMESTAMP,
  delivered_at TIMESTAMP,
  read_at TIMESTAMP,
  failed_at TIMESTAMP
);
CREATE INDEX deliveries_due ON deliveries (not_before, id) WHERE state = 'queued';
CREATE INDEX deliveries_leased ON deliveries (leased_until) WHERE state = 'sending';
CREATE INDEX deliveries_waiting ON deliveries (account_id, id) WHERE state IN ('queued', 'sending');
CREATE INDEX deliveries_customer ON deliveries (customer_id, id);
CREATE INDEX deliveries_failed ON deliveries (failed_at, id) WHERE state = 'failed';

CREATE TABLE delivery_attempts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  delivery_id BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  started_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP,
  -- None: it is under way, or the process ended in it.
  outcome TEXT CHECK (outcome IN ('sent', 'again', 'failed', 'unknown')),
  code TEXT,
  words TEXT,
  again_at TIMESTAMP
);
CREATE INDEX delivery_attempts_delivery ON delivery_attempts (delivery_id, id);

-- Under which names a provider knows a message: what came in, and each part of what went out.
CREATE TABLE message_refs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel_id BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  provider_id TEXT NOT NULL,
  message_id BIGINT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  -- None on what came in.
  state TEXT CHECK (state IN ('sent', 'delivered', 'read', 'failed')),
  UNIQUE (channel_id, provider_id)
);
CREATE INDEX message_refs_message ON message_refs (message_id);
CREATE INDEX message_refs_customer ON message_refs (customer_id);

CREATE TABLE message_reactions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id BIGINT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES channel_accounts (id) ON DELETE CASCADE,
  emoji TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  UNIQUE (message_id, account_id)
);
CREATE INDEX message_reactions_account ON message_reactions (account_id);

-- What it said before its author changed it.
ALTER TABLE messages ADD COLUMN edited_at TIMESTAMP;
ALTER TABLE messages ADD COLUMN first_body TEXT;
-- The message that it answers.
ALTER TABLE messages ADD COLUMN reply_to_id BIGINT;
-- What of it this program cannot show, by the provider's word.
ALTER TABLE messages ADD COLUMN unsupported TEXT;

-- The newest outgoing message has not arrived.
ALTER TABLE customers ADD COLUMN send_failed BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX customers_send_failed ON customers (last_activity_at DESC, id DESC) WHERE send_failed;

ALTER TABLE channel_accounts ADD COLUMN avatar_file_id BIGINT REFERENCES files (id);
CREATE INDEX channel_accounts_avatar ON channel_accounts (avatar_file_id) WHERE avatar_file_id IS NOT NULL;

-- The desk. Ids are never given again (AUTOINCREMENT), times are UTC, JSON is text.

CREATE TABLE settings (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE staff (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('operator', 'supervisor', 'admin')),
  password_hash TEXT,
  language TEXT,
  theme TEXT NOT NULL DEFAULT 'auto',
  presence TEXT NOT NULL DEFAULT 'offline' CHECK (presence IN ('online', 'away', 'offline')),
  disabled_at TIMESTAMP,
  created_at TIMESTAMP NOT NULL
);

-- Links that work once: to set the first password, or a new one.
CREATE TABLE staff_links (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  staff_id BIGINT REFERENCES staff (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  created_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  used_at TIMESTAMP
);

CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key_hash TEXT NOT NULL UNIQUE,
  staff_id BIGINT REFERENCES staff (id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  ip TEXT NOT NULL DEFAULT '',
  user_agent TEXT NOT NULL DEFAULT '',
  created_at TIMESTAMP NOT NULL,
  last_seen_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL
);
CREATE INDEX sessions_staff ON sessions (staff_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE companies (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  domain TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX companies_name ON companies (name_folded, id);

CREATE TABLE channels (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('web_chat', 'email', 'telegram', 'whatsapp', 'viber', 'app')),
  name TEXT NOT NULL,
  -- Names the channel in public addresses (/chat/{public_key}, /hooks/{public_key}).
  public_key TEXT NOT NULL UNIQUE,
  enabled BOOLEAN NOT NULL DEFAULT TRUE,
  -- Sealed with the key file of the data folder.
  secret TEXT,
  settings TEXT NOT NULL DEFAULT '{}',
  last_success_at TIMESTAMP,
  last_error_at TIMESTAMP,
  last_error TEXT,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  -- Set once staff have edited the name: no channel overwrites it from then on.
  name_edited BOOLEAN NOT NULL DEFAULT FALSE,
  real_name TEXT NOT NULL DEFAULT '',
  phone TEXT,
  phone_digits TEXT,
  email TEXT,
  email_folded TEXT,
  external_id TEXT,
  company_id BIGINT REFERENCES companies (id) ON DELETE SET NULL,
  responsible_id BIGINT REFERENCES staff (id) ON DELETE SET NULL,
  language TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  source_tag TEXT NOT NULL DEFAULT '',
  avatar_url TEXT,
  -- The channel of the latest contact.
  channel_id BIGINT REFERENCES channels (id) ON DELETE SET NULL,
  channel_kind TEXT,
  blocked BOOLEAN NOT NULL DEFAULT FALSE,
  paused BOOLEAN NOT NULL DEFAULT FALSE,
  active_count BIGINT NOT NULL DEFAULT 0,
  unread_count BIGINT NOT NULL DEFAULT 0,
  last_message_id BIGINT,
  last_message_kind TEXT,
  last_message_author_id BIGINT,
  last_message_text TEXT NOT NULL DEFAULT '',
  last_message_attachment BOOLEAN NOT NULL DEFAULT FALSE,
  -- Name, phone digits, e-mail, external ID, usernames, addresses and number, folded, newline between them.
  search_text TEXT NOT NULL,
  last_activity_at TIMESTAMP NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX customers_activity ON customers (last_activity_at DESC, id DESC);
CREATE INDEX customers_responsible ON customers (responsible_id, last_activity_at DESC, id DESC);
CREATE INDEX customers_channel ON customers (channel_id, last_activity_at DESC, id DESC);
CREATE INDEX customers_unread ON customers (last_activity_at DESC, id DESC) WHERE unread_count > 0;
CREATE INDEX customers_unread_responsible ON customers (responsible_id, last_activity_at DESC, id DESC, unread_count) WHERE unread_count > 0;
CREATE INDEX customers_unread_sum ON customers (responsible_id, unread_count) WHERE unread_count > 0;
CREATE INDEX customers_blocked ON customers (last_activity_at DESC, id DESC) WHERE blocked;
CREATE INDEX customers_created ON customers (created_at, id);
CREATE INDEX customers_name ON customers (name_folded, id);
CREATE INDEX customers_phone ON customers (phone_digits) WHERE phone_digits IS NOT NULL;
CREATE INDEX customers_email ON customers (email_folded) WHERE email_folded IS NOT NULL;
CREATE UNIQUE INDEX customers_external ON customers (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX customers_company ON customers (company_id, name_folded, id) WHERE company_id IS NOT NULL;

-- Handles in messengers that are not channels here (QQ and others).
CREATE TABLE customer_handles (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  label TEXT NOT NULL,
  value TEXT NOT NULL
);
CREATE INDEX customer_handles_customer ON customer_handles (customer_id);

CREATE TABLE channel_accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  channel_id BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  display_name TEXT NOT NULL DEFAULT '',
  username TEXT NOT NULL DEFAULT '',
  avatar_url TEXT,
  -- The newest message that the customer has read there.
  read_message_id BIGINT NOT NULL DEFAULT 0,
  unsubscribed_at TIMESTAMP,
  created_at TIMESTAMP NOT NULL,
  last_seen_at TIMESTAMP NOT NULL,
  UNIQUE (channel_id, address)
);
CREATE INDEX channel_accounts_customer ON channel_accounts (customer_id, id);

-- What an unverified visitor typed about themselves.
CREATE TABLE contact_claims (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('phone', 'email')),
  value TEXT NOT NULL,
  value_folded TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  UNIQUE (customer_id, kind, value_folded)
);

CREATE TABLE pending_actions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('contact_details')),
  created_at TIMESTAMP NOT NULL,
  done_at TIMESTAMP
);
CREATE UNIQUE INDEX pending_actions_open ON pending_actions (customer_id, kind) WHERE done_at IS NULL;

CREATE TABLE customer_tags (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL UNIQUE,
  hue INTEGER NOT NULL CHECK (hue BETWEEN 1 AND 8),
  created_at TIMESTAMP NOT NULL
);
CREATE TABLE customer_tag_links (
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  tag_id BIGINT NOT NULL REFERENCES customer_tags (id) ON DELETE CASCADE,
  PRIMARY KEY (customer_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX customer_tag_links_tag ON customer_tag_links (tag_id, customer_id);

CREATE TABLE conversation_tags (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  parent_id BIGINT REFERENCES conversation_tags (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX conversation_tags_name ON conversation_tags (COALESCE(parent_id, 0), name_folded);

CREATE TABLE conversations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  channel_id BIGINT NOT NULL REFERENCES channels (id),
  account_id BIGINT REFERENCES channel_accounts (id) ON DELETE SET NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'active', 'closed')),
  origin TEXT NOT NULL CHECK (origin IN ('incoming', 'outgoing')),
  assignee_id BIGINT REFERENCES staff (id) ON DELETE SET NULL,
  opened_at TIMESTAMP NOT NULL,
  taken_at TIMESTAMP,
  first_reply_at TIMESTAMP,
  last_message_at TIMESTAMP NOT NULL,
  closed_at TIMESTAMP,
  closed_by_id BIGINT REFERENCES staff (id) ON DELETE SET NULL,
  close_reason TEXT,
  close_note TEXT NOT NULL DEFAULT '',
  rating INTEGER CHECK (rating BETWEEN 1 AND 5),
  rating_comment TEXT NOT NULL DEFAULT '',
  rated_at TIMESTAMP,
  -- Of web customers, as the first message came.
  ip TEXT,
  region TEXT,
  environment TEXT,
  page_url TEXT,
  referrer TEXT
);
CREATE INDEX conversations_customer ON conversations (customer_id, opened_at DESC, id DESC);
CREATE INDEX conversations_recent ON conversations (last_message_at DESC, id DESC);
CREATE INDEX conversations_open ON conversations (last_message_at DESC, id DESC) WHERE status <> 'closed';
CREATE INDEX conversations_open_assignee ON conversations (assignee_id) WHERE status <> 'closed';
CREATE INDEX conversations_queued ON conversations (opened_at) WHERE status = 'queued';
CREATE INDEX conversations_closed ON conversations (closed_at DESC, id DESC) WHERE status = 'closed';
-- With what Home counts by, so that a week is read from the indexes alone.
CREATE INDEX conversations_opened ON conversations (opened_at, channel_id);
CREATE INDEX conversations_rated ON conversations (rated_at, rating) WHERE rated_at IS NOT NULL;

CREATE TABLE conversation_tag_links (
  conversation_id BIGINT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  tag_id BIGINT NOT NULL REFERENCES conversation_tags (id) ON DELETE CASCADE,
  PRIMARY KEY (conversation_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX conversation_tag_links_tag ON conversation_tag_links (tag_id, conversation_id);

CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  -- None: received while blocked.
  conversation_id BIGINT REFERENCES conversations (id) ON DELETE CASCADE,
  channel_id BIGINT NOT NULL REFERENCES channels (id),
  kind TEXT NOT NULL CHECK (kind IN ('customer', 'staff', 'bot', 'system', 'comment', 'command_result')),
  author_id BIGINT REFERENCES staff (id) ON DELETE SET NULL,
  body TEXT NOT NULL DEFAULT '',
  -- What a system message tells, as JSON: said in the reader's language.
  event TEXT,
  -- Made by the sender's program: the same message sent twice is stored once.
  client_uuid TEXT,
  has_attachments BOOLEAN NOT NULL DEFAULT FALSE,
  received_while_blocked BOOLEAN NOT NULL DEFAULT FALSE,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX messages_customer ON messages (customer_id, id);
CREATE INDEX messages_conversation ON messages (conversation_id, id);
CREATE UNIQUE INDEX messages_client ON messages (customer_id, client_uuid) WHERE client_uuid IS NOT NULL;

CREATE TABLE files (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- SHA-256 of the content, in hex: its name in the store.
  sha256 TEXT NOT NULL UNIQUE,
  size BIGINT NOT NULL,
  content_type TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE TABLE attachments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id BIGINT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  file_id BIGINT NOT NULL REFERENCES files (id),
  name TEXT NOT NULL,
  position INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX attachments_message ON attachments (message_id, position);
CREATE INDEX attachments_file ON attachments (file_id);
CREATE INDEX attachments_customer ON attachments (customer_id);

CREATE TABLE blocks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  reason TEXT NOT NULL,
  created_by_id BIGINT REFERENCES staff (id) ON DELETE SET NULL,
  created_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP,
  lifted_by_id BIGINT REFERENCES staff (id) ON DELETE SET NULL,
  lifted_at TIMESTAMP
);
CREATE UNIQUE INDEX blocks_current ON blocks (customer_id) WHERE lifted_at IS NULL;
CREATE INDEX blocks_newest ON blocks (created_at DESC, id DESC) WHERE lifted_at IS NULL;
CREATE INDEX blocks_expiring ON blocks (expires_at) WHERE lifted_at IS NULL AND expires_at IS NOT NULL;
CREATE INDEX blocks_customer ON blocks (customer_id, id);

CREATE TABLE block_requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  reason TEXT NOT NULL,
  requested_by_id BIGINT REFERENCES staff (id) ON DELETE SET NULL,
  created_at TIMESTAMP NOT NULL,
  status TEXT NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'approved', 'declined', 'withdrawn')),
  decided_by_id BIGINT REFERENCES staff (id) ON DELETE SET NULL,
  decided_at TIMESTAMP,
  decision_note TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX block_requests_waiting ON block_requests (customer_id) WHERE status = 'waiting';
CREATE INDEX block_requests_customer ON block_requests (customer_id, id);

CREATE TABLE api_tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel_id BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  created_by_id BIGINT REFERENCES staff (id) ON DELETE SET NULL,
  created_at TIMESTAMP NOT NULL,
  last_used_at TIMESTAMP,
  revoked_at TIMESTAMP
);
CREATE INDEX api_tokens_channel ON api_tokens (channel_id);

-- What happened for an app channel: polled at /api/v1/events, pushed by signed webhook.
CREATE TABLE app_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel_id BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  customer_id BIGINT REFERENCES customers (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX app_events_channel ON app_events (channel_id, id);
CREATE INDEX app_events_customer ON app_events (customer_id);

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  payload TEXT NOT NULL,
  -- At most one waiting job of a name has a given key.
  unique_key TEXT,
  run_at TIMESTAMP NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  leased_until TIMESTAMP,
  last_error TEXT,
  dead_at TIMESTAMP,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX jobs_due ON jobs (run_at, id) WHERE dead_at IS NULL;
CREATE UNIQUE INDEX jobs_unique ON jobs (name, unique_key) WHERE dead_at IS NULL AND unique_key IS NOT NULL;

-- A form sent twice does its work once: its token is spent in the transaction of the change.
CREATE TABLE form_tokens (
  token TEXT NOT NULL PRIMARY KEY,
  used_at TIMESTAMP NOT NULL
);
CREATE INDEX form_tokens_used ON form_tokens (used_at);

CREATE TABLE audit_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TIMESTAMP NOT NULL,
  -- No foreign key: the record outlives the person.
  staff_id BIGINT,
  actor TEXT NOT NULL,
  event TEXT NOT NULL,
  customer_id BIGINT,
  detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_events_at ON audit_events (at DESC, id DESC);

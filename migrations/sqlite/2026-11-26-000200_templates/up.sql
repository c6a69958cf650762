-- Messages of a fixed wording that a provider has approved: fetched from it, or written here as it has them.
CREATE TABLE message_templates (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel_id BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  -- The provider's own; none of what was written here.
  provider_id TEXT,
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  -- With numbered parameters: {{1}}, {{2}} ...; the title has numbers of its own.
  body TEXT NOT NULL,
  signature TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('approved', 'pending', 'rejected', 'paused', 'unsupported')),
  -- Why it is not approved, or what of it cannot be filled in here.
  note TEXT NOT NULL DEFAULT '',
  updated_at TIMESTAMP NOT NULL,
  UNIQUE (channel_id, name, language)
);

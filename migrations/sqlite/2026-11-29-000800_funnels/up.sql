-- The bot's flows: funnels of blocks, the place of each customer, and the blocks that they have been in.
CREATE TABLE funnels (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL UNIQUE,
  position BIGINT NOT NULL,
  enabled BOOLEAN NOT NULL DEFAULT FALSE,
  -- Where it begins with new customers; of 'chosen', funnel_channels names the channels.
  starts TEXT NOT NULL DEFAULT 'nowhere' CHECK (starts IN ('nowhere', 'everywhere', 'chosen')),
  created_at TIMESTAMP NOT NULL
);
CREATE TABLE funnel_channels (
  funnel_id BIGINT NOT NULL REFERENCES funnels (id) ON DELETE CASCADE,
  channel_id BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  PRIMARY KEY (funnel_id, channel_id)
) WITHOUT ROWID;
CREATE TABLE funnel_blocks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  funnel_id BIGINT NOT NULL REFERENCES funnels (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  position BIGINT NOT NULL,
  -- What the bot says to whoever enters; empty: nothing.
  text TEXT NOT NULL DEFAULT '',
  -- Where the customer's next message leads.
  next_id BIGINT REFERENCES funnel_blocks (id) ON DELETE SET NULL,
  created_at TIMESTAMP NOT NULL,
  UNIQUE (funnel_id, name_folded)
);
-- A table of its own: no index of customers changes, and a block's customers stand side by side in one of this.
CREATE TABLE funnel_places (
  customer_id BIGINT NOT NULL PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
  block_id BIGINT NOT NULL REFERENCES funnel_blocks (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX funnel_places_block ON funnel_places (block_id, customer_id);
-- Numbers of blocks are never given again, and stay here when a block is deleted.
CREATE TABLE funnel_entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  block_id BIGINT NOT NULL,
  entered_at TIMESTAMP NOT NULL
);
CREATE INDEX funnel_entries_customer ON funnel_entries (customer_id, id);

-- Failed messages that staff send again, many at a time: one run at once.
CREATE TABLE resends (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  staff_id BIGINT REFERENCES staff (id) ON DELETE SET NULL,
  -- What failed from this moment on.
  since TIMESTAMP NOT NULL,
  -- None: every messenger.
  channel_kind TEXT,
  interval_seconds INTEGER NOT NULL,
  total BIGINT NOT NULL,
  -- Steps done: a step that comes twice is done once.
  turn BIGINT NOT NULL DEFAULT 0,
  started_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP,
  stopped BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE UNIQUE INDEX resends_going ON resends (stopped) WHERE ended_at IS NULL;

-- What a run sends again, in its order.
CREATE TABLE resend_items (
  resend_id BIGINT NOT NULL REFERENCES resends (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  delivery_id BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
  outcome TEXT CHECK (outcome IN ('again', 'passed')),
  PRIMARY KEY (resend_id, position)
);
CREATE INDEX resend_items_delivery ON resend_items (delivery_id);

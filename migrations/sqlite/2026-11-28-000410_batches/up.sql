-- One action on many customers.
CREATE TABLE batches (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  staff_id BIGINT REFERENCES staff (id) ON DELETE SET NULL,
  action TEXT NOT NULL,
  -- What belongs to the action, as JSON: a reason, tags.
  detail TEXT NOT NULL,
  total BIGINT NOT NULL,
  done BIGINT NOT NULL DEFAULT 0,
  failed BIGINT NOT NULL DEFAULT 0,
  -- Steps done: a step that comes twice is done once.
  turn BIGINT NOT NULL DEFAULT 0,
  started_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP,
  stopped BOOLEAN NOT NULL DEFAULT FALSE,
  -- Whoever started it lost the right to it.
  no_right BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX batches_staff ON batches (staff_id);
CREATE INDEX batches_going ON batches (staff_id, id) WHERE ended_at IS NULL;

-- Whom it is still about, and to whom it was not done. They may be gone from the customers by then.
CREATE TABLE batch_items (
  batch_id BIGINT NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
  customer_id BIGINT NOT NULL,
  error TEXT,
  PRIMARY KEY (batch_id, customer_id)
);
CREATE INDEX batch_items_failed ON batch_items (batch_id, customer_id) WHERE error IS NOT NULL;

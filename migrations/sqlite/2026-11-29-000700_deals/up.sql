-- The built-in CRM: pipelines of stages, and the deals of customers on them.
CREATE TABLE pipelines (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL UNIQUE,
  -- Three letters, as ISO 4217 has them.
  currency TEXT NOT NULL,
  position BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE TABLE deal_stages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  pipeline_id BIGINT NOT NULL REFERENCES pipelines (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  hue INTEGER NOT NULL CHECK (hue BETWEEN 1 AND 8),
  position BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('open', 'won', 'lost')),
  created_at TIMESTAMP NOT NULL,
  UNIQUE (pipeline_id, name_folded)
);
-- A stage that has deals does not go.
CREATE TABLE deals (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  stage_id BIGINT NOT NULL REFERENCES deal_stages (id),
  title TEXT NOT NULL,
  -- In hundredths of the pipeline's currency.
  amount BIGINT,
  created_by_id BIGINT NOT NULL REFERENCES staff (id),
  created_at TIMESTAMP NOT NULL,
  -- When it came to its stage.
  moved_at TIMESTAMP NOT NULL
);
CREATE INDEX deals_customer ON deals (customer_id, id);
CREATE INDEX deals_stage ON deals (stage_id, customer_id);

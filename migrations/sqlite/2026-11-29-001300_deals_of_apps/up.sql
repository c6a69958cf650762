-- Programs make deals, too: no staff member made such a one, and the same one sent twice is there once.
CREATE TABLE deals_before AS SELECT * FROM deals;
DROP TABLE deals;
CREATE TABLE deals (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  stage_id BIGINT NOT NULL REFERENCES deal_stages (id),
  title TEXT NOT NULL,
  -- In hundredths of the pipeline's currency.
  amount BIGINT,
  -- Empty: a program made it.
  created_by_id BIGINT REFERENCES staff (id),
  created_at TIMESTAMP NOT NULL,
  -- When it came to its stage.
  moved_at TIMESTAMP NOT NULL,
  client_uuid TEXT
);
INSERT INTO deals (id, customer_id, stage_id, title, amount, created_by_id, created_at, moved_at)
  SELECT id, customer_id, stage_id, title, amount, created_by_id, created_at, moved_at FROM deals_before;
DROP TABLE deals_before;
CREATE INDEX deals_customer ON deals (customer_id, id);
CREATE INDEX deals_stage ON deals (stage_id, customer_id);
CREATE UNIQUE INDEX deals_client ON deals (customer_id, client_uuid) WHERE client_uuid IS NOT NULL;

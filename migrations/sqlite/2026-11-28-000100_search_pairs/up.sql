-- A bit for each pair of neighbouring characters of the search text: who lacks one of those of a name cannot hold the name,
-- which is known without reading the text. At a million customers 40 to 60 nanoseconds each instead of 120 to 160.
-- All bits: not made yet, may hold anything. The desk makes them in the background after its start.
ALTER TABLE customers ADD COLUMN search_pairs BIGINT NOT NULL DEFAULT -1;
CREATE INDEX customers_unpaired ON customers (id) WHERE search_pairs = -1;
DROP INDEX customers_activity;
CREATE INDEX customers_activity
  ON customers (last_activity_at DESC, id DESC, search_pairs, name_folded, responsible_id, search_text);

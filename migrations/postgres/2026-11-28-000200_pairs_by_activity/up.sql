-- The bits of a customer's pairs stand in the index of activity here, too: walked in it alone, they name a thirtieth of the
-- customers whose rows have to be read for the inbox by a name. The responsible staff member decides who is seen.
DROP INDEX customers_activity;
CREATE INDEX customers_activity ON customers (last_activity_at DESC, id DESC)
  INCLUDE (name_folded, created_at, responsible_id, search_pairs);
CREATE INDEX customers_unpaired ON customers (id) WHERE search_pairs = -1;

-- What SQLite walks its list of customers by, see there. PostgreSQL does not ask for it: its walk reads the rows, of which
-- comparing the texts is the smaller part. All bits: not made yet.
ALTER TABLE customers ADD COLUMN search_pairs BIGINT NOT NULL DEFAULT -1;

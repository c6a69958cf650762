-- Whoever searches for what many hold walks the newest customers and compares their texts. With the texts in the index that
-- is one run through it: at a million customers 0.2 microseconds each instead of 1.1, 1.3 ms instead of 9 for a first name.
-- The index takes 120 MB then instead of 32; the UPDATE of an activity writes as many pages as before, and takes four tenths
-- longer (0.05 ms).
DROP INDEX customers_activity;
CREATE INDEX customers_activity ON customers (last_activity_at DESC, id DESC, name_folded, responsible_id, search_text);

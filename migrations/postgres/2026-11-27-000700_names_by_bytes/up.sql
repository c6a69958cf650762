-- Folded names are compared by their bytes, whatever language the database was made for: names that begin with a text are
-- then one stretch of an index, and lists by name have one order on both engines.
ALTER TABLE customers ALTER COLUMN name_folded TYPE TEXT COLLATE "C";

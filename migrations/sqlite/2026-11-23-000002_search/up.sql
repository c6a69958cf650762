-- Trigrams of customers.search_text: which customers may hold a term; the query verifies with LIKE.
CREATE VIRTUAL TABLE customers_fts USING fts5 (
  search_text, content = 'customers', content_rowid = 'id', tokenize = 'trigram', detail = none, columnsize = 0
);
CREATE TRIGGER customers_fts_insert AFTER INSERT ON customers BEGIN
  INSERT INTO customers_fts (rowid, search_text) VALUES (new.id, new.search_text);
END;
CREATE TRIGGER customers_fts_delete AFTER DELETE ON customers BEGIN
  INSERT INTO customers_fts (customers_fts, rowid, search_text) VALUES ('delete', old.id, old.search_text);
END;
CREATE TRIGGER customers_fts_update AFTER UPDATE OF search_text ON customers WHEN old.search_text <> new.search_text BEGIN
  INSERT INTO customers_fts (customers_fts, rowid, search_text) VALUES ('delete', old.id, old.search_text);
  INSERT INTO customers_fts (rowid, search_text) VALUES (new.id, new.search_text);
END;

-- Trigrams of customers.search_text: which customers may hold a term; the query verifies with LIKE.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX customers_search ON customers USING gin (search_text gin_trgm_ops);

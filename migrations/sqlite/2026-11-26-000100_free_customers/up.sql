-- The free tab in its order: PostgreSQL takes none from an index whose first column IS NULL.
CREATE INDEX customers_free ON customers (last_activity_at DESC, id DESC) WHERE responsible_id IS NULL;

-- A profile looks for others who typed the same phone or e-mail about themselves.
CREATE INDEX contact_claims_value ON contact_claims (value_folded);
-- Customers who were first seen in a period, by activity: compared while walking, where each row was read. With their
-- rows to read, the planner gathered and sorted all twelve thousand of a week instead.
DROP INDEX customers_activity;
CREATE INDEX customers_activity ON customers (last_activity_at DESC, id DESC) INCLUDE (name_folded, created_at);

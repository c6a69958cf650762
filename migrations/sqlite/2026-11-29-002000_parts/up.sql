-- Which part of its message the provider knows under this name, and why it did not arrive, in the provider's words.
ALTER TABLE message_refs ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message_refs ADD COLUMN error_code TEXT;
ALTER TABLE message_refs ADD COLUMN error TEXT;
UPDATE message_refs SET part = (
  SELECT COUNT(*) FROM message_refs e
  WHERE e.message_id = message_refs.message_id AND e.state IS NOT NULL AND e.id < message_refs.id
) WHERE state IS NOT NULL AND message_id IN (SELECT message_id FROM deliveries WHERE parts_sent > 1);

-- The calls that the message takes; which of them were answered, message_refs tells.
ALTER TABLE deliveries ADD COLUMN parts INTEGER NOT NULL DEFAULT 1;
UPDATE deliveries SET parts = parts_sent WHERE parts_sent > 1;
-- Nobody has noted how many there are of one that broke off: some at least are missing.
UPDATE deliveries SET parts = parts_sent + 1
  WHERE parts_sent > 0 AND sent_at IS NULL AND state IN ('queued', 'sending', 'failed', 'unknown');
ALTER TABLE deliveries DROP COLUMN parts_sent;

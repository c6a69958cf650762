-- Work that has failed for good is seen, and takes along what waited for it.

-- Whether what a dead job was to do has been ended: to try it again does nothing.
ALTER TABLE jobs ADD COLUMN is_over BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX jobs_dead ON jobs (dead_at DESC, id DESC) WHERE dead_at IS NOT NULL;

-- Ended because its steps failed.
ALTER TABLE batches ADD COLUMN broken BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE resends ADD COLUMN broken BOOLEAN NOT NULL DEFAULT FALSE;

-- Passed over because it could not be queued.
ALTER TABLE resend_items ADD COLUMN failed BOOLEAN NOT NULL DEFAULT FALSE;

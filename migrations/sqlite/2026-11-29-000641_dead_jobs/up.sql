-- How many jobs were given up: counted by whoever watches the desk, several times a minute.
CREATE INDEX jobs_dead ON jobs (id) WHERE dead_at IS NOT NULL;

-- Whether it is the provider who has named how long a channel rests, and how long a message waits: saved settings do not end that.
ALTER TABLE channels ADD COLUMN rest_named BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE deliveries ADD COLUMN pause_named BOOLEAN NOT NULL DEFAULT FALSE;

-- Events that were to be pushed while their channel was on pause: they are pushed when it works again.
ALTER TABLE app_events ADD COLUMN waits BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX app_events_waiting ON app_events (channel_id, id) WHERE waits;

-- Whether a channel has something to read now is asked each second.
CREATE INDEX hook_events_due ON hook_events (channel_id, not_before) WHERE read_at IS NULL;

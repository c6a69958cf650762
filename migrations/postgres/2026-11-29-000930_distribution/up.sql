-- When somebody last had a page of the desk open or used one: whoever has chosen to be online may have gone home.
ALTER TABLE staff ADD COLUMN seen_at TIMESTAMP;
-- Whose new conversations somebody is given. Without a row: those of every channel.
CREATE TABLE staff_channels (
  staff_id BIGINT NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
  channel_id BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  PRIMARY KEY (staff_id, channel_id)
);
CREATE INDEX staff_channels_channel ON staff_channels (channel_id);

-- Which instance fetches files that did not come in time.
ALTER TABLE channels ADD COLUMN fetch_owner TEXT;
ALTER TABLE channels ADD COLUMN fetch_until TIMESTAMP;

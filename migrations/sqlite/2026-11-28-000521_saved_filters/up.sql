-- Filters of the inbox under a name: of the one who saved them, or shared with the team.
CREATE TABLE saved_filters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  owner_id BIGINT NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  shared BOOLEAN NOT NULL,
  -- The query of the list's address.
  query TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX saved_filters_shared ON saved_filters (name_folded) WHERE shared;
CREATE UNIQUE INDEX saved_filters_own ON saved_filters (owner_id, name_folded) WHERE NOT shared;
CREATE INDEX saved_filters_owner ON saved_filters (owner_id);

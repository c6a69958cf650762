-- What a person's inbox shows: parts of a card, as words with a space between them, and kinds of messages that the chat
-- hides. Who has no row has changed nothing.
CREATE TABLE inbox_displays (
  staff_id BIGINT NOT NULL PRIMARY KEY REFERENCES staff (id) ON DELETE CASCADE,
  card TEXT NOT NULL,
  hidden TEXT NOT NULL
);

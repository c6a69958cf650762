-- Whether profiles show a custom field.
ALTER TABLE custom_fields ADD COLUMN is_shown BOOLEAN NOT NULL DEFAULT TRUE;

-- One sequence of the system's fields, by their words, and of custom fields, by their numbers. What is not in it stands
-- behind it.
CREATE TABLE field_places (
  field TEXT NOT NULL PRIMARY KEY,
  place BIGINT NOT NULL
);

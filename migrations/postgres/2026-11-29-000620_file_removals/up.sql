-- Contents whose rows are gone and that are being removed from the file store: until then nobody puts an equal one there.
CREATE TABLE file_removals (
  name TEXT NOT NULL PRIMARY KEY,
  since TIMESTAMP NOT NULL
);

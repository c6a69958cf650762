-- What a message was as a mail.
CREATE TABLE mails (
  message_id BIGINT NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  subject TEXT NOT NULL,
  -- JSON of a name and an address; the next two: lists of them.
  sender TEXT NOT NULL,
  recipients TEXT NOT NULL,
  copies TEXT NOT NULL DEFAULT '[]',
  -- JSON list of addresses. For staff only.
  bcc TEXT NOT NULL DEFAULT '[]',
  -- The history that was quoted below.
  quoted TEXT NOT NULL DEFAULT '',
  is_cut BOOLEAN NOT NULL DEFAULT FALSE,
  -- As they came; shown only after cleaning.
  html_file_id BIGINT REFERENCES files (id),
  original_file_id BIGINT REFERENCES files (id)
);
CREATE INDEX mails_customer ON mails (customer_id);
CREATE INDEX mails_html ON mails (html_file_id) WHERE html_file_id IS NOT NULL;
CREATE INDEX mails_original ON mails (original_file_id) WHERE original_file_id IS NOT NULL;

-- Pictures inside the HTML.
CREATE TABLE mail_pictures (
  message_id BIGINT NOT NULL REFERENCES mails (message_id) ON DELETE CASCADE,
  cid TEXT NOT NULL,
  file_id BIGINT NOT NULL REFERENCES files (id),
  PRIMARY KEY (message_id, cid)
);
CREATE INDEX mail_pictures_file ON mail_pictures (file_id);

-- What the address for replies carries.
ALTER TABLE conversations ADD COLUMN mail_token TEXT;
CREATE UNIQUE INDEX conversations_mail_token ON conversations (mail_token) WHERE mail_token IS NOT NULL;

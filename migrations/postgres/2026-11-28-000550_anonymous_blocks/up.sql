-- Addresses whose customers were deleted while they were blocked, as marks that nobody reads without the key file.
CREATE TABLE anonymous_blocks (
  mark TEXT NOT NULL PRIMARY KEY,
  created_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP
);
CREATE INDEX anonymous_blocks_expiry ON anonymous_blocks (expires_at) WHERE expires_at IS NOT NULL;
-- Who has left is found without reading every account.
CREATE INDEX channel_accounts_unsubscribed ON channel_accounts (customer_id) WHERE unsubscribed_at IS NOT NULL;

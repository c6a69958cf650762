-- Whoever has a username is found by it at once, though thousands have its letters in their names.
CREATE INDEX channel_accounts_username ON channel_accounts (lower(username)) WHERE username <> '';

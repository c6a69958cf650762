-- What an app has said of its customer itself. It reads this again, and nothing that others know of the same person; and what it
-- says anew takes the place of what it said before.
ALTER TABLE channel_accounts ADD COLUMN told_email TEXT;
ALTER TABLE channel_accounts ADD COLUMN told_phone TEXT;

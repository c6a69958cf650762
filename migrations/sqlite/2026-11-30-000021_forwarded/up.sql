-- The words are somebody else's, passed on: whose, or empty where the provider does not say.
ALTER TABLE messages ADD COLUMN forwarded_from TEXT;

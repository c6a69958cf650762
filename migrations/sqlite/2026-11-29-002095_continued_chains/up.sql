-- The first conversation of the chain of mails that this one goes on with. No foreign key: it may be deleted before.
ALTER TABLE conversations ADD COLUMN continues_id BIGINT;

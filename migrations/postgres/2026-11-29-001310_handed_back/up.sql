-- Whose hand a conversation in the queue came back from: the program gives it to somebody else.
ALTER TABLE conversations ADD COLUMN handed_back_by_id BIGINT REFERENCES staff (id);

-- When a customer wrote a message that was long on its way: the channel was on pause, the desk was down, the provider tried again.
ALTER TABLE messages ADD COLUMN sent_at TIMESTAMP;

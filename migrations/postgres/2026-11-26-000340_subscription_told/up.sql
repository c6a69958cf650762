-- When the customer last left the channel or came back, by the provider's clock: an older word that comes later changes nothing.
ALTER TABLE channel_accounts ADD COLUMN subscription_told_at TIMESTAMP;

-- Which of a customer's accounts they wrote from while they were blocked. Such messages belong to no conversation, and whoever
-- has two accounts in a channel sees in each what was written there.
ALTER TABLE messages ADD COLUMN blocked_account_id BIGINT;
UPDATE messages SET blocked_account_id = (SELECT min(a.id) FROM channel_accounts a
  WHERE a.customer_id = messages.customer_id AND a.channel_id = messages.channel_id)
WHERE conversation_id IS NULL AND kind = 'customer';

-- Who has an account in a channel, for the filter by channels: how many they are, who they are, and whether somebody is one.
CREATE INDEX channel_accounts_channel ON channel_accounts (channel_id, customer_id);

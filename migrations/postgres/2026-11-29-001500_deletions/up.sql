-- Whoever deletes a customer takes along their accounts, deliveries and marks, and conversations forget the accounts. Without an
-- index that begins with what points there, the engine reads each of these tables from end to end, once for every account: a third
-- of a second a customer at two million conversations, in which nobody else can write on SQLite.
CREATE INDEX conversations_account ON conversations (account_id);
CREATE INDEX deliveries_account ON deliveries (account_id);
CREATE INDEX pending_actions_customer ON pending_actions (customer_id);

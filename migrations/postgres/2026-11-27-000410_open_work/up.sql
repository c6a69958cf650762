-- Open conversations from both sides, whoever works them and whose they are: some customers have thousands of closed ones.
DROP INDEX conversations_open_assignee;
CREATE INDEX conversations_open_assignee ON conversations (assignee_id, customer_id) WHERE status <> 'closed';
CREATE INDEX conversations_open_customer ON conversations (customer_id, assignee_id) WHERE status <> 'closed';

-- Operators see in History the conversations that they had a part in: those that were theirs once are noted from here on, and those
-- that they closed for somebody else have an index, in the order of the list.
CREATE TABLE past_assignments (
  conversation_id BIGINT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  staff_id BIGINT NOT NULL REFERENCES staff (id),
  PRIMARY KEY (conversation_id, staff_id)
) WITHOUT ROWID;
CREATE INDEX past_assignments_staff ON past_assignments (staff_id, conversation_id);
CREATE INDEX conversations_closed_by ON conversations (closed_by_id, closed_at DESC, id DESC)
WHERE status = 'closed' AND closed_by_id <> COALESCE(assignee_id, 0);

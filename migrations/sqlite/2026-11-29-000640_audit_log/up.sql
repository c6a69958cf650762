-- The page of the audit log: newest first, of one person, of some kinds of events, of one person's such events, and about one
-- customer. A kind is read event by event, so that a rare one among millions is found where it stands.
CREATE INDEX audit_events_staff ON audit_events (staff_id, at DESC, id DESC);
CREATE INDEX audit_events_event ON audit_events (event, at DESC, id DESC);
CREATE INDEX audit_events_staff_event ON audit_events (staff_id, event, at DESC, id DESC);
CREATE INDEX audit_events_customer ON audit_events (customer_id, at DESC, id DESC) WHERE customer_id IS NOT NULL;

-- Sign-ins were noted as somebody's in words alone ("staff 3 from 192.0.2.1"), and could not be found by the person.
UPDATE audit_events
SET
  staff_id = CAST(substr(actor, 7, instr(actor, ' from ') - 7) AS INTEGER),
  detail = json_object('address', substr(actor, instr(actor, ' from ') + 6)),
  actor = COALESCE(
    (SELECT s.email FROM staff s WHERE s.id = CAST(substr(actor, 7, instr(actor, ' from ') - 7) AS INTEGER)),
    actor
  )
WHERE event = 'signed_in' AND staff_id IS NULL AND actor LIKE 'staff % from %';

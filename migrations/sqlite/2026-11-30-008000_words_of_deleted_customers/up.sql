-- What somebody has written about a customer in the audit log (titles of deals, why they were blocked) goes with the customer: of
-- those who are gone already, now.
UPDATE audit_events
SET detail = json_remove(detail, '$.name', '$.reason')
WHERE event IN (
    'customer.blocked', 'customer.deal_added', 'customer.deal_edited', 'customer.deal_moved', 'customer.deal_deleted'
  )
  AND customer_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.id = audit_events.customer_id);

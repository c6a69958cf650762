-- Programs make deals, too: no staff member made such a one, and the same one sent twice is there once.
ALTER TABLE deals ALTER COLUMN created_by_id DROP NOT NULL;
ALTER TABLE deals ADD COLUMN client_uuid TEXT;
CREATE UNIQUE INDEX deals_client ON deals (customer_id, client_uuid) WHERE client_uuid IS NOT NULL;

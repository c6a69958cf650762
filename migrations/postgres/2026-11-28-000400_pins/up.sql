-- Customers whom a staff member keeps above all others in the inbox.
CREATE TABLE customer_pins (
  staff_id BIGINT NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  PRIMARY KEY (staff_id, customer_id)
);
CREATE INDEX customer_pins_customer ON customer_pins (customer_id);

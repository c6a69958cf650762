-- Named sets of customers.
CREATE TABLE customer_lists (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL UNIQUE,
  created_at TIMESTAMP NOT NULL
);
CREATE TABLE customer_list_links (
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  list_id BIGINT NOT NULL REFERENCES customer_lists (id) ON DELETE CASCADE,
  PRIMARY KEY (customer_id, list_id)
) WITHOUT ROWID;
CREATE INDEX customer_list_links_list ON customer_list_links (list_id, customer_id);

-- What is declared of customers besides the system's own fields.
CREATE TABLE custom_fields (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  created_at TIMESTAMP NOT NULL
);

-- The values of custom fields, and of keys that nobody declared: looked for by the exact name, value, or both.
CREATE TABLE customer_variables (
  customer_id BIGINT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (customer_id, name)
) WITHOUT ROWID;
CREATE INDEX customer_variables_name ON customer_variables (name, value, customer_id);
CREATE INDEX customer_variables_value ON customer_variables (value, customer_id);

-- Whose contact details are missing, by name: a list of Contacts. The second as `customers_later_name`. SQLite reads no row for what stands in
-- the index, hence the two columns that are always empty.
CREATE INDEX customers_lacking ON customers (name_folded, id, phone, email) WHERE phone IS NULL AND email IS NULL;
CREATE INDEX customers_lacking_later
  ON customers (SUBSTR(name_folded, INSTR(name_folded, ' ') + 1), name_folded, id, phone, email)
  WHERE INSTR(name_folded, ' ') > 0 AND phone IS NULL AND email IS NULL;

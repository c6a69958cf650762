-- Whose contact details are missing, by name: a list of Contacts. The second as `customers_later_name`.
CREATE INDEX customers_lacking ON customers (name_folded, id) WHERE phone IS NULL AND email IS NULL;
CREATE INDEX customers_lacking_later
  ON customers (SUBSTR(name_folded, STRPOS(name_folded, ' ') + 1), name_folded, id)
  WHERE STRPOS(name_folded, ' ') > 0 AND phone IS NULL AND email IS NULL;

-- е and ё are two letters in addresses: берёза.рф and береза.рф belong to two. Whose e-mail, or one that they typed, is not plain
-- ASCII is folded anew in the background after the start, past the mark in settings. One that is there already begins again.
INSERT INTO settings (key, value) SELECT 'refolded_customers', '0'
  WHERE EXISTS (SELECT 1 FROM customers WHERE octet_length(email) > length(email))
  OR EXISTS (SELECT 1 FROM contact_claims WHERE kind = 'email' AND octet_length(value) > length(value))
  ON CONFLICT (key) DO UPDATE SET value = '0';

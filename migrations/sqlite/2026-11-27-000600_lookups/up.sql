-- A profile looks for others who typed the same phone or e-mail about themselves.
CREATE INDEX contact_claims_value ON contact_claims (value_folded);

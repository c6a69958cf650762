//! What customers typed about themselves: stored, shown as unverified, and taken into the record by staff alone.

use diesel::prelude::*;

use super::Customer;
use crate::db::schema::contact_claims;
use crate::text;
use crate::text_enum;

/// What an unverified visitor typed about themselves.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = contact_claims)]
pub struct StoredClaim {
    pub id: i64,
    pub kind: ClaimKind,
    pub value: String,
    pub value_folded: String,
}

impl StoredClaim {
    /// Those of a customer's claims that their record does not say.
    pub fn unknown(of: &Customer, mut claims: Vec<Self>) -> Vec<Self> {
        let email = of.email.as_deref().map(text::fold_address);
        claims.retain(|claim| {
            let own = match claim.kind {
                ClaimKind::Phone => of.phone_digits.as_ref(),
                ClaimKind::Email => email.as_ref(),
            };
            own != Some(&claim.value_folded)
        });
        claims
    }

    /// The id of what the button says that takes it into the record.
    pub fn use_key(&self) -> &'static str {
        match self.kind {
            ClaimKind::Phone => "customers-claim-phone",
            ClaimKind::Email => "customers-claim-email",
        }
    }
}

text_enum!(
    /// What can be claimed.
    ClaimKind { Phone = "phone", Email = "email" }
);

/// A claim to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub kind: ClaimKind,
    pub value: String,
}

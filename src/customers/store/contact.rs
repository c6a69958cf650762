//! How a customer is reached and recognised: phone, e-mail, external ID, what they claimed themselves, and the pending
//! action while nothing is known.

use diesel::prelude::*;

use super::{Told, refresh_search_text};
use crate::customers::model::{Claim, ClaimKind, StoredClaim};
use crate::db::dialect;
use crate::db::schema::{contact_claims as claims, customers, pending_actions as pending};
use crate::db::sql::Limited;
use crate::db::types::{CustomerId, UtcTime};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::text;

/// Who already has this external ID, phone or e-mail (normalised).
pub fn find_by_contact(
    conn: &mut Conn,
    external_id: Option<&str>,
    phone_digits: Option<&str>,
    email_folded: Option<&str>,
) -> Result<Option<CustomerId>> {
    if let Some(external_id) = external_id {
        let found = customers::table
            .filter(customers::external_id.eq(external_id))
            .select(customers::id)
            .one(conn)
            .optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    if let Some(digits) = phone_digits {
        let found = customers::table
            .filter(customers::phone_digits.eq(digits))
            .order(customers::id)
            .select(customers::id)
            .one(conn)
            .optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    let Some(email) = email_folded else { return Ok(None) };
    Ok(customers::table
        .filter(customers::email_folded.eq(email))
        .order(customers::id)
        .select(customers::id)
        .one(conn)
        .optional()?)
}

/// The same for whoever makes that customer where there is none: others who want to wait until the transaction ends, and
/// find the customer then. Without it, two channels that brought the same new person at once made two of them.
pub fn find_or_hold_contact(
    tx: &mut Tx,
    external_id: Option<&str>,
    phone_digits: Option<&str>,
    email_folded: Option<&str>,
) -> Result<Option<CustomerId>> {
    let found = find_by_contact(tx, external_id, phone_digits, email_folded)?;
    // In one order, so that nobody waits for somebody who waits for them.
    let held = [("external", external_id), ("phone", phone_digits), ("email", email_folded)];
    let words = held.into_iter().filter_map(|(kind, word)| Some(format!("{kind} {}", word?)));
    if found.is_some() || !dialect::hold_words(tx, words)? {
        return Ok(found);
    }
    find_by_contact(tx, external_id, phone_digits, email_folded)
}

/// Stores what a visitor typed, unless they typed the same before.
pub fn insert_claim(tx: &mut Tx, customer: CustomerId, claim: &Claim, phone_region: &str) -> Result<()> {
    let folded = match claim.kind {
        ClaimKind::Email => text::fold_address(&claim.value),
        ClaimKind::Phone => text::phone_digits(&claim.value, phone_region).unwrap_or_default(),
    };
    let known: Option<i64> = claims::table
        .filter(claims::customer_id.eq(customer).and(claims::kind.eq(claim.kind)).and(claims::value_folded.eq(&folded)))
        .select(claims::id)
        .one(tx)
        .optional()?;
    if known.is_none() && !folded.is_empty() {
        diesel::insert_into(claims::table)
            .values((
                claims::customer_id.eq(customer),
                claims::kind.eq(claim.kind),
                claims::value.eq(&claim.value),
                claims::value_folded.eq(folded),
                claims::created_at.eq(UtcTime::now()),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

pub fn claims_of(conn: &mut Conn, id: CustomerId) -> Result<Vec<StoredClaim>> {
    Ok(claims::table
        .filter(claims::customer_id.eq(id))
        .order(claims::id)
        .select(StoredClaim::as_select())
        .load(conn)?)
}

/// Fills in an e-mail and a phone that the record lacks, unless they are another customer's: nobody becomes reachable
/// under somebody else's address. A record that has them already costs one look.
pub fn fill_contact(
    tx: &mut Tx,
    id: CustomerId,
    email: Option<&str>,
    phone: Option<&str>,
    phone_region: &str,
) -> Result<()> {
    if email.is_none() && phone.is_none() {
        return Ok(());
    }
    let (has_email, has_phone): (bool, bool) =
        customers::table.find(id).select((customers::email.is_not_null(), customers::phone.is_not_null())).one(tx)?;
    let (email, phone) = (email.filter(|_| !has_email), phone.filter(|_| !has_phone));
    let mut filled = 0;
    if let Some(email) = email
        && find_by_contact(tx, None, None, Some(&text::fold_address(email)))?.is_none()
    {
        let lacks = customers::table.filter(customers::id.eq(id).and(customers::email.is_null()));
        filled += diesel::update(lacks)
            .set((customers::email.eq(email), customers::email_folded.eq(text::fold_address(email))))
            .execute(&mut **tx)?;
    }
    if let Some(phone) = phone
        && let Some(digits) = text::phone_digits(phone, phone_region)
        && find_by_contact(tx, None, Some(&digits), None)?.is_none()
    {
        let lacks = customers::table.filter(customers::id.eq(id).and(customers::phone.is_null()));
        filled += diesel::update(lacks)
            .set((customers::phone.eq(phone), customers::phone_digits.eq(&digits)))
            .execute(&mut **tx)?;
    }
    if filled == 0 {
        return Ok(());
    }
    refresh_search_text(tx, id)?;
    refresh_pending(tx, id)
}

/// Takes away an e-mail and a phone that an app told before, where the record still has them and the app now tells others that
/// are nobody's: [`fill_contact`] puts the new ones in their place. What staff have written stays.
pub fn forget_told(
    tx: &mut Tx,
    id: CustomerId,
    before: &Told,
    email: Option<&str>,
    phone: Option<&str>,
    phone_region: &str,
) -> Result<()> {
    if let (Some(old), Some(new)) = (before.email.as_deref().map(text::fold_address), email.map(text::fold_address))
        && old != new
        && find_by_contact(tx, None, None, Some(&new))?.is_none()
    {
        let still = customers::table.filter(customers::id.eq(id).and(customers::email_folded.eq(old)));
        diesel::update(still)
            .set((customers::email.eq(None::<String>), customers::email_folded.eq(None::<String>)))
            .execute(&mut **tx)?;
    }
    let digits = |phone: &str| text::phone_digits(phone, phone_region);
    if let (Some(old), Some(new)) = (before.phone.as_deref().and_then(digits), phone.and_then(digits))
        && old != new
        && find_by_contact(tx, None, Some(&new), None)?.is_none()
    {
        let still = customers::table.filter(customers::id.eq(id).and(customers::phone_digits.eq(old)));
        diesel::update(still)
            .set((customers::phone.eq(None::<String>), customers::phone_digits.eq(None::<String>)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Gives a record without external ID the one that a channel vouches for, unless it is another customer's: the next channel
/// that names it finds the same person.
pub fn fill_external_id(tx: &mut Tx, id: CustomerId, external_id: &str) -> Result<()> {
    dialect::hold_words(tx, [format!("external {external_id}")])?;
    if find_by_contact(tx, Some(external_id), None, None)?.is_some() {
        return Ok(());
    }
    let lacks = customers::table.filter(customers::id.eq(id).and(customers::external_id.is_null()));
    if diesel::update(lacks).set(customers::external_id.eq(external_id)).execute(&mut **tx)? > 0 {
        refresh_search_text(tx, id)?;
    }
    Ok(())
}

/// Opens or ends the pending action "contact details", by what the customer's record has now.
pub fn refresh_pending(tx: &mut Tx, id: CustomerId) -> Result<()> {
    let (phone, email): (Option<String>, Option<String>) =
        customers::table.find(id).select((customers::phone, customers::email)).one(tx)?;
    let is_needed = phone.is_none() && email.is_none();
    let open = pending::table
        .filter(pending::customer_id.eq(id).and(pending::kind.eq("contact_details")).and(pending::done_at.is_null()));
    let waits: Option<i64> = open.select(pending::id).one(tx).optional()?;
    let now = UtcTime::now();
    match (is_needed, waits) {
        (true, None) => {
            diesel::insert_into(pending::table)
                .values((pending::customer_id.eq(id), pending::kind.eq("contact_details"), pending::created_at.eq(now)))
                .execute(&mut **tx)?;
        }
        (false, Some(action)) => {
            diesel::update(pending::table.find(action)).set(pending::done_at.eq(now)).execute(&mut **tx)?;
        }
        _ => {}
    }
    Ok(())
}

//! Rows of customers, their accounts, tags, handles and claims.

pub mod list;
pub mod profile;

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{ChannelAccount, Claim, ClaimKind, Customer, CustomerTag, Details, Handle, StoredClaim};
use crate::auth::CustomerScope;
use crate::channels::ChannelKind;
use crate::db::schema::{
    channel_accounts as accounts, channels, contact_claims as claims, customer_handles as handles,
    customer_tag_links as links, customer_tags as tags, customers, pending_actions as pending,
};
use crate::db::types::{AccountId, ChannelId, CompanyId, CustomerId, CustomerTagId, StaffId, UtcTime};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::text;

/// The customer, if the scope shows them.
pub fn find(conn: &mut Conn, scope: &CustomerScope, id: CustomerId) -> Result<Customer> {
    let customer: Customer = customers::table.find(id).select(Customer::as_select()).first(conn)?;
    if scope.sees(customer.responsible_id) { Ok(customer) } else { Err(Error::NotFound) }
}

/// Refuses, as if it did not exist, a customer that the scope does not show.
pub fn require_visible(conn: &mut Conn, scope: &CustomerScope, id: CustomerId) -> Result<()> {
    let responsible: Option<StaffId> = customers::table.find(id).select(customers::responsible_id).first(conn)?;
    if scope.sees(responsible) { Ok(()) } else { Err(Error::NotFound) }
}

/// The customers of these numbers that the scope shows, in no order.
pub fn find_many(conn: &mut Conn, scope: &CustomerScope, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Customer>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Customer> =
        customers::table.filter(customers::id.eq_any(ids)).select(Customer::as_select()).load(conn)?;
    Ok(rows.into_iter().filter(|c| scope.sees(c.responsible_id)).map(|c| (c.id, c)).collect())
}

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
            .first(conn)
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
            .first(conn)
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
        .first(conn)
        .optional()?)
}

/// Where a customer first came from.
pub struct Origin<'a> {
    pub channel: Option<(ChannelId, ChannelKind)>,
    pub source_tag: &'a str,
    pub avatar_url: Option<&'a str>,
    /// Whether staff wrote the name.
    pub name_edited: bool,
    pub phone_region: &'a str,
}

pub fn insert(tx: &mut Tx, details: &Details, origin: &Origin) -> Result<CustomerId> {
    let now = UtcTime::now();
    let phone_digits = details.phone.as_deref().and_then(|p| text::phone_digits(p, origin.phone_region));
    let id: CustomerId = diesel::insert_into(customers::table)
        .values((
            (
                customers::name.eq(&details.name),
                customers::name_folded.eq(text::fold(&details.name)),
                customers::name_edited.eq(origin.name_edited),
                customers::real_name.eq(&details.real_name),
                customers::phone.eq(&details.phone),
                customers::phone_digits.eq(phone_digits),
                customers::email.eq(&details.email),
                customers::email_folded.eq(details.email.as_deref().map(text::fold)),
                customers::external_id.eq(&details.external_id),
                customers::company_id.eq(details.company_id),
            ),
            (
                customers::language.eq(&details.language),
                customers::note.eq(&details.note),
                customers::source_tag.eq(origin.source_tag),
                customers::avatar_url.eq(origin.avatar_url),
                customers::channel_id.eq(origin.channel.map(|(id, _)| id)),
                customers::channel_kind.eq(origin.channel.map(|(_, kind)| kind)),
                customers::search_text.eq(""),
                customers::last_activity_at.eq(now),
                customers::created_at.eq(now),
            ),
        ))
        .returning(customers::id)
        .get_result(&mut **tx)?;
    set_handles(tx, id, &details.handles)?;
    refresh_search_text(tx, id)?;
    Ok(id)
}

/// Writes the fields that staff fill in.
pub fn update_details(
    tx: &mut Tx,
    id: CustomerId,
    details: &Details,
    name_edited: bool,
    phone_region: &str,
) -> Result<()> {
    let phone_digits = details.phone.as_deref().and_then(|p| text::phone_digits(p, phone_region));
    diesel::update(customers::table.find(id))
        .set((
            customers::name.eq(&details.name),
            customers::name_folded.eq(text::fold(&details.name)),
            customers::name_edited.eq(name_edited),
            customers::real_name.eq(&details.real_name),
            customers::phone.eq(&details.phone),
            customers::phone_digits.eq(phone_digits),
            customers::email.eq(&details.email),
            customers::email_folded.eq(details.email.as_deref().map(text::fold)),
            customers::external_id.eq(&details.external_id),
            customers::company_id.eq(details.company_id),
            customers::language.eq(&details.language),
            customers::note.eq(&details.note),
        ))
        .execute(&mut **tx)?;
    set_handles(tx, id, &details.handles)?;
    refresh_search_text(tx, id)
}

/// The name that a channel gives, for a customer whose name staff have not edited.
pub fn set_channel_name(tx: &mut Tx, id: CustomerId, name: &str) -> Result<()> {
    diesel::update(customers::table.find(id))
        .set((customers::name.eq(name), customers::name_folded.eq(text::fold(name))))
        .execute(&mut **tx)?;
    refresh_search_text(tx, id)
}

pub fn set_responsible(tx: &mut Tx, id: CustomerId, responsible: Option<StaffId>) -> Result<()> {
    diesel::update(customers::table.find(id)).set(customers::responsible_id.eq(responsible)).execute(&mut **tx)?;
    Ok(())
}

pub fn set_company(tx: &mut Tx, id: CustomerId, company: Option<CompanyId>) -> Result<()> {
    diesel::update(customers::table.find(id)).set(customers::company_id.eq(company)).execute(&mut **tx)?;
    Ok(())
}

pub fn set_blocked(tx: &mut Tx, id: CustomerId, blocked: bool) -> Result<()> {
    diesel::update(customers::table.find(id)).set(customers::blocked.eq(blocked)).execute(&mut **tx)?;
    Ok(())
}

/// The channel of the latest contact.
pub fn set_last_channel(tx: &mut Tx, id: CustomerId, channel: ChannelId, kind: ChannelKind) -> Result<()> {
    diesel::update(customers::table.find(id))
        .set((customers::channel_id.eq(channel), customers::channel_kind.eq(kind)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Sets the shared unread mark; false if it stood there already.
pub fn set_unread(tx: &mut Tx, id: CustomerId, count: i64) -> Result<bool> {
    let changed = diesel::update(customers::table.filter(customers::id.eq(id).and(customers::unread_count.ne(count))))
        .set(customers::unread_count.eq(count))
        .execute(&mut **tx)?;
    Ok(changed > 0)
}

/// Counts one conversation that is not closed more (1) or fewer (-1).
pub fn add_active(tx: &mut Tx, id: CustomerId, by: i64) -> Result<()> {
    diesel::update(customers::table.find(id))
        .set(customers::active_count.eq(customers::active_count + by))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn delete(tx: &mut Tx, id: CustomerId) -> Result<()> {
    diesel::delete(customers::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// Makes anew what the customer can be found by.
pub fn refresh_search_text(tx: &mut Tx, id: CustomerId) -> Result<()> {
    type Row = (String, String, Option<String>, Option<String>, Option<String>);
    let (name, real_name, phone, email, external): Row = customers::table
        .find(id)
        .select((
            customers::name_folded,
            customers::real_name,
            customers::phone_digits,
            customers::email_folded,
            customers::external_id,
        ))
        .first(&mut **tx)?;
    let known: Vec<(String, String, ChannelKind)> = accounts::table
        .inner_join(channels::table)
        .filter(accounts::customer_id.eq(id))
        .order(accounts::id)
        .select((accounts::username, accounts::address, channels::kind))
        .load(&mut **tx)?;
    let mut lines = vec![name, text::fold(&real_name)];
    lines.extend([phone, email].into_iter().flatten());
    lines.extend(external.map(|id| text::fold(&id)));
    for (username, address, kind) in known {
        lines.push(text::fold(&username));
        // The address of a web-chat visitor is a random number of ours: nobody searches it, and it would match by chance.
        if kind != ChannelKind::WebChat {
            lines.push(text::fold(&address));
        }
    }
    lines.push(id.to_string());
    let mut seen = std::collections::HashSet::new();
    lines.retain(|line| !line.is_empty() && seen.insert(line.clone()));
    diesel::update(customers::table.find(id)).set(customers::search_text.eq(lines.join("\n"))).execute(&mut **tx)?;
    Ok(())
}

pub fn accounts_of(conn: &mut Conn, id: CustomerId) -> Result<Vec<ChannelAccount>> {
    Ok(accounts::table
        .filter(accounts::customer_id.eq(id))
        .order(accounts::id)
        .select(ChannelAccount::as_select())
        .load(conn)?)
}

pub fn find_account(conn: &mut Conn, id: AccountId) -> Result<ChannelAccount> {
    Ok(accounts::table.find(id).select(ChannelAccount::as_select()).first(conn)?)
}

pub fn find_account_by_address(conn: &mut Conn, channel: ChannelId, address: &str) -> Result<Option<ChannelAccount>> {
    Ok(accounts::table
        .filter(accounts::channel_id.eq(channel).and(accounts::address.eq(address)))
        .select(ChannelAccount::as_select())
        .first(conn)
        .optional()?)
}

/// A channel's words on somebody's identity there.
pub struct NewAccount<'a> {
    pub channel: ChannelId,
    pub address: &'a str,
    pub display_name: &'a str,
    pub username: &'a str,
    pub avatar_url: Option<&'a str>,
}

pub fn insert_account(tx: &mut Tx, customer: CustomerId, new: &NewAccount) -> Result<AccountId> {
    let now = UtcTime::now();
    Ok(diesel::insert_into(accounts::table)
        .values((
            accounts::customer_id.eq(customer),
            accounts::channel_id.eq(new.channel),
            accounts::address.eq(new.address),
            accounts::display_name.eq(new.display_name),
            accounts::username.eq(new.username),
            accounts::avatar_url.eq(new.avatar_url),
            accounts::created_at.eq(now),
            accounts::last_seen_at.eq(now),
        ))
        .returning(accounts::id)
        .get_result(&mut **tx)?)
}

/// Takes over what the channel says now.
pub fn update_account(tx: &mut Tx, id: AccountId, new: &NewAccount) -> Result<()> {
    diesel::update(accounts::table.find(id))
        .set((
            accounts::display_name.eq(new.display_name),
            accounts::username.eq(new.username),
            accounts::last_seen_at.eq(UtcTime::now()),
            accounts::unsubscribed_at.eq(None::<UtcTime>),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Tags of many customers, in one query.
pub fn tags_of(conn: &mut Conn, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Vec<CustomerTag>>> {
    let mut found: HashMap<CustomerId, Vec<CustomerTag>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let rows: Vec<(CustomerId, CustomerTag)> = links::table
        .inner_join(tags::table)
        .filter(links::customer_id.eq_any(ids))
        .order(tags::name_folded)
        .select((links::customer_id, CustomerTag::as_select()))
        .load(conn)?;
    for (customer, tag) in rows {
        found.entry(customer).or_default().push(tag);
    }
    Ok(found)
}

/// Every customer tag, by name.
pub fn all_tags(conn: &mut Conn) -> Result<Vec<CustomerTag>> {
    Ok(tags::table.order(tags::name_folded).select(CustomerTag::as_select()).load(conn)?)
}

/// Puts a tag on a customer; nothing happens if it is there.
pub fn add_tag(tx: &mut Tx, customer: CustomerId, tag: CustomerTagId) -> Result<()> {
    let there: Option<CustomerTagId> =
        links::table.find((customer, tag)).select(links::tag_id).first(&mut **tx).optional()?;
    if there.is_none() {
        diesel::insert_into(links::table)
            .values((links::customer_id.eq(customer), links::tag_id.eq(tag)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

pub fn remove_tag(tx: &mut Tx, customer: CustomerId, tag: CustomerTagId) -> Result<()> {
    diesel::delete(links::table.find((customer, tag))).execute(&mut **tx)?;
    Ok(())
}

pub fn handles_of(conn: &mut Conn, id: CustomerId) -> Result<Vec<Handle>> {
    Ok(handles::table.filter(handles::customer_id.eq(id)).order(handles::id).select(Handle::as_select()).load(conn)?)
}

fn set_handles(tx: &mut Tx, id: CustomerId, new: &[(String, String)]) -> Result<()> {
    diesel::delete(handles::table.filter(handles::customer_id.eq(id))).execute(&mut **tx)?;
    for (label, value) in new {
        let row = Handle { customer_id: id, label: label.clone(), value: value.clone() };
        diesel::insert_into(handles::table).values(row).execute(&mut **tx)?;
    }
    Ok(())
}

/// Stores what a visitor typed, unless they typed the same before.
pub fn insert_claim(tx: &mut Tx, customer: CustomerId, claim: &Claim, phone_region: &str) -> Result<()> {
    let folded = match claim.kind {
        ClaimKind::Email => text::fold(&claim.value),
        ClaimKind::Phone => text::phone_digits(&claim.value, phone_region).unwrap_or_default(),
    };
    let known: Option<i64> = claims::table
        .filter(claims::customer_id.eq(customer).and(claims::kind.eq(claim.kind)).and(claims::value_folded.eq(&folded)))
        .select(claims::id)
        .first(&mut **tx)
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
/// under somebody else's address.
pub fn fill_contact(
    tx: &mut Tx,
    id: CustomerId,
    email: Option<&str>,
    phone: Option<&str>,
    phone_region: &str,
) -> Result<()> {
    if let Some(email) = email
        && find_by_contact(tx, None, None, Some(&text::fold(email)))?.is_none()
    {
        let lacks = customers::table.filter(customers::id.eq(id).and(customers::email.is_null()));
        diesel::update(lacks)
            .set((customers::email.eq(email), customers::email_folded.eq(text::fold(email))))
            .execute(&mut **tx)?;
    }
    if let Some(phone) = phone
        && let Some(digits) = text::phone_digits(phone, phone_region)
        && find_by_contact(tx, None, Some(&digits), None)?.is_none()
    {
        let lacks = customers::table.filter(customers::id.eq(id).and(customers::phone.is_null()));
        diesel::update(lacks)
            .set((customers::phone.eq(phone), customers::phone_digits.eq(&digits)))
            .execute(&mut **tx)?;
    }
    refresh_search_text(tx, id)?;
    refresh_pending(tx, id)
}

/// Opens or ends the pending action "contact details", by what the customer's record has now.
pub fn refresh_pending(tx: &mut Tx, id: CustomerId) -> Result<()> {
    let (phone, email): (Option<String>, Option<String>) =
        customers::table.find(id).select((customers::phone, customers::email)).first(&mut **tx)?;
    let is_needed = phone.is_none() && email.is_none();
    let open = pending::table
        .filter(pending::customer_id.eq(id).and(pending::kind.eq("contact_details")).and(pending::done_at.is_null()));
    let waits: Option<i64> = open.select(pending::id).first(&mut **tx).optional()?;
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

/// Whether contact details are missing.
pub fn has_pending(conn: &mut Conn, id: CustomerId) -> Result<bool> {
    let open: Option<i64> = pending::table
        .filter(pending::customer_id.eq(id).and(pending::done_at.is_null()))
        .select(pending::id)
        .first(conn)
        .optional()?;
    Ok(open.is_some())
}

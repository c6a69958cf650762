//! Rows of customers.

mod accounts;
mod belongings;
pub mod by_name;
mod contact;
pub mod finding;
pub mod list;
mod lists;
mod name_parts;
mod numbers;
pub mod profile;
mod refolding;
mod sample;
mod search_text;
mod tagged;
mod tags;
mod trigrams;
mod unsubscribed;

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::model::{Customer, Details, Handle};
use crate::auth::CustomerScope;
use crate::channels::ChannelKind;
use crate::db::schema::{customer_handles as handles, customers};
use crate::db::sql::{Limited, Sql, among, one_of};
use crate::db::types::{ChannelId, CompanyId, CustomerId, StaffId, UtcTime};
use crate::db::{Conn, Failure, Tx, dialect};
use crate::error::{Error, Result};
use crate::settings;
use crate::text;

pub use accounts::{
    KnownAccount, NewAccount, Told, accounts_of, correct_address, find_account, find_account_by_address,
    insert_account, known_account, note_told, read_by, set_address, told_of, update_account,
};
pub use belongings::{Belongings, belongings_of};
pub use contact::{
    claims_of, fill_contact, fill_external_id, find_by_contact, find_or_hold_contact, forget_told, insert_claim,
    refresh_pending,
};
pub use lists::{add_to_list, remove_from_list};
pub use numbers::{numbered, numbered_customers};
pub use refolding::refold;
pub use search_text::{FoundBy, make_pairs, pairs, refresh_search_text, search_text};
pub use tags::{add_tag, remove_tag, tags_of};
pub use unsubscribed::{HAS_LEFT, forget_ended_blocks, is_kept_blocked, keep_blocked, take_kept_block, unsubscribed};

/// The customer, if the scope shows them.
pub fn find(conn: &mut Conn, scope: &CustomerScope, id: CustomerId) -> Result<Customer> {
    let customer: Customer = customers::table.find(id).select(Customer::as_select()).one(conn)?;
    if scope.sees(conn, id, customer.responsible_id)? { Ok(customer) } else { Err(Error::NotFound) }
}

/// The same within a write that changes what it reads of them: as they are once others are done with them, and stay until it
/// ends. Without, two on PostgreSQL who save at the same moment both pass the check that nobody overwrites what they have not
/// seen.
pub fn find_held(tx: &mut Tx, scope: &CustomerScope, id: CustomerId) -> Result<Customer> {
    hold(tx, id)?;
    find(tx, scope, id)
}

/// Refuses, as if it did not exist, a customer that the scope does not show.
pub fn require_visible(conn: &mut Conn, scope: &CustomerScope, id: CustomerId) -> Result<()> {
    let responsible: Option<StaffId> = customers::table.find(id).select(customers::responsible_id).one(conn)?;
    if scope.sees(conn, id, responsible)? { Ok(()) } else { Err(Error::NotFound) }
}

/// The customers of these numbers that the scope shows, in no order.
pub fn find_many(conn: &mut Conn, scope: &CustomerScope, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Customer>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Customer> = customers::table
        .filter(among(conn, customers::id, ids.iter().copied()))
        .select(Customer::as_select())
        .load(conn)?;
    let of: Vec<_> = rows.iter().map(|c| (c.id, c.responsible_id)).collect();
    let hidden = scope.hidden(conn, &of)?;
    Ok(rows.into_iter().filter(|c| !hidden.contains(&c.id)).map(|c| (c.id, c)).collect())
}

/// The names of those of these customers whom one sees.
pub fn names(
    conn: &mut Conn,
    scope: &CustomerScope,
    ids: impl IntoIterator<Item = CustomerId>,
) -> Result<HashMap<CustomerId, String>> {
    let ids: Vec<CustomerId> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(CustomerId, Option<StaffId>, String)> = customers::table
        .filter(among(conn, customers::id, ids))
        .select((customers::id, customers::responsible_id, customers::name))
        .load(conn)?;
    let of: Vec<_> = rows.iter().map(|(id, responsible, _)| (*id, *responsible)).collect();
    let hidden = scope.hidden(conn, &of)?;
    Ok(rows.into_iter().filter(|(id, ..)| !hidden.contains(id)).map(|(id, _, name)| (id, name)).collect())
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

/// The fields that staff fill in, with what is derived from them, as the columns of a row.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = customers, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Fields<'a> {
    name: &'a str,
    name_folded: String,
    name_edited: bool,
    real_name: &'a str,
    phone: Option<&'a str>,
    phone_digits: Option<String>,
    email: Option<&'a str>,
    email_folded: Option<String>,
    external_id: Option<&'a str>,
    company_id: Option<CompanyId>,
    language: &'a str,
    note: &'a str,
}

impl<'a> Fields<'a> {
    fn of(details: &'a Details, name_edited: bool, phone_region: &str) -> Self {
        Self {
            name: &details.name,
            name_folded: text::fold(&details.name),
            name_edited,
            real_name: &details.real_name,
            phone: details.phone.as_deref(),
            phone_digits: details.phone.as_deref().and_then(|phone| text::phone_digits(phone, phone_region)),
            email: details.email.as_deref(),
            email_folded: details.email.as_deref().map(text::fold_address),
            external_id: details.external_id.as_deref(),
            company_id: details.company_id,
            language: &details.language,
            note: &details.note,
        }
    }
}

pub fn insert(tx: &mut Tx, details: &Details, origin: &Origin) -> Result<CustomerId> {
    let now = UtcTime::now();
    let id: CustomerId = diesel::insert_into(customers::table)
        .values((
            Fields::of(details, origin.name_edited, origin.phone_region),
            (
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
    diesel::update(customers::table.find(id)).set(Fields::of(details, name_edited, phone_region)).execute(&mut **tx)?;
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

/// Binds a customer to somebody, or to nobody, as long as they are still whose they were read to be: on PostgreSQL two may
/// take a free one at the same moment.
pub fn set_responsible(tx: &mut Tx, id: CustomerId, was: Option<StaffId>, to: Option<StaffId>) -> Result<()> {
    let same = Sql::new("COALESCE(responsible_id, 0) = $1").bind(was.map_or(0, |id| id.0)).condition();
    let same = customers::table.filter(customers::id.eq(id)).filter(same);
    let changed = diesel::update(same).set(customers::responsible_id.eq(to)).execute(&mut **tx)?;
    if changed > 0 { Ok(()) } else { Err(Failure::Overtaken.into()) }
}

/// How many are bound to somebody.
pub fn count_of(conn: &mut Conn, responsible: StaffId) -> Result<i64> {
    Ok(customers::table.filter(customers::responsible_id.eq(responsible)).count().get_result(conn)?)
}

/// Some of those who are bound to somebody.
pub fn some_of(tx: &mut Tx, responsible: StaffId, most: i64) -> Result<Vec<CustomerId>> {
    let theirs = customers::table.filter(customers::responsible_id.eq(responsible));
    Ok(theirs.select(customers::id).at_most(most).load(&mut **tx)?)
}

/// Binds those of these who are bound to one person to another one, or to nobody.
pub fn rebind(tx: &mut Tx, ids: &[CustomerId], from: StaffId, to: Option<StaffId>) -> Result<()> {
    hold_all(tx, ids)?;
    let these = among(tx, customers::id, ids.iter().copied());
    diesel::update(customers::table.filter(customers::responsible_id.eq(from)).filter(these))
        .set(customers::responsible_id.eq(to))
        .execute(&mut **tx)?;
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

/// Sets the shared unread mark; false if it stood there already.
pub fn set_unread(tx: &mut Tx, id: CustomerId, count: i64) -> Result<bool> {
    let changed = diesel::update(customers::table.filter(customers::id.eq(id).and(customers::unread_count.ne(count))))
        .set(customers::unread_count.eq(count))
        .execute(&mut **tx)?;
    Ok(changed > 0)
}

/// Keeps whatever goes on with this customer as it is until the end of the transaction, once others are done with it: on
/// PostgreSQL writes run side by side. Gives whether the customer is blocked by then.
pub fn hold(tx: &mut Tx, id: CustomerId) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Held {
        #[diesel(sql_type = Bool)]
        blocked: bool,
    }
    let lock = dialect::row_lock(tx);
    let held = Sql::new(format!("SELECT blocked FROM customers WHERE id = $1{lock}")).bind(id.0);
    Ok(held.get_result::<Held>(&mut **tx)?.blocked)
}

/// What whoever opens a conversation needs to know of its customer.
#[derive(QueryableByName)]
pub struct Opening {
    #[diesel(sql_type = Bool)]
    pub blocked: bool,
    /// Whether new conversations are given to operators: asked along, so that it costs nothing.
    #[diesel(sql_type = Bool)]
    pub distributes: bool,
}

/// The same as [`hold`], and all that opening a conversation goes by.
pub fn hold_to_open(tx: &mut Tx, id: CustomerId) -> Result<Opening> {
    let (lock, distributes) = (dialect::row_lock(tx), settings::DISTRIBUTES);
    let text = format!("SELECT blocked, {distributes} AS distributes FROM customers WHERE id = $1{lock}");
    Ok(Sql::new(text).bind(id.0).get_result(&mut **tx)?)
}

/// The same for several at once, in the order of their numbers, so that no two who hold some wait for each other.
pub fn hold_all(tx: &mut Tx, ids: &[CustomerId]) -> Result<()> {
    let lock = dialect::row_lock(tx);
    if lock.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::default();
    let these = one_of(tx, &mut sql, "id", ids.iter().map(|id| id.0));
    sql.text = format!("SELECT id FROM customers WHERE {these} ORDER BY id{lock}");
    sql.execute(&mut **tx)?;
    Ok(())
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

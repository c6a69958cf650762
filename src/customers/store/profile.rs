//! What a profile tells beside the customer's own row.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::list::visible;
use crate::auth::CustomerScope;
use crate::customers::model::{ClaimKind, CurrentBlock, Customer, ListedCustomer, Records, StoredClaim};
use crate::db::Conn;
use crate::db::schema::{
    attachments, block_requests as requests, blocks, channel_accounts as accounts, conversations, customers, messages,
    staff,
};
use crate::db::sql::{Limited, Sql, among, one_of_texts};
use crate::db::types::CustomerId;
use crate::error::{Error, Result};
use crate::text;

/// Duplicates that are shown.
const SHOWN: i64 = 5;
/// The newest claims among which they are looked for.
const CLAIMS: i64 = 50;

#[derive(QueryableByName)]
struct Alike {
    #[diesel(sql_type = BigInt)]
    id: CustomerId,
    #[diesel(sql_type = Bool)]
    is_claim: bool,
}

/// Others whose phone or e-mail (normalised) is one of these. For a customer who is there, those follow who typed one of
/// them about themselves. Mostly there is nobody, and it is one statement.
pub fn lookalikes(
    conn: &mut Conn,
    scope: &CustomerScope,
    of: Option<CustomerId>,
    phones: &[String],
    emails: &[String],
) -> Result<Vec<ListedCustomer>> {
    let (mut sql, mut parts) = (Sql::default(), vec![]);
    for (column, words) in [("phone_digits", phones), ("email_folded", emails)] {
        if !words.is_empty() {
            let (same, seen) = (one_of_texts(&mut sql, &format!("c.{column}"), words), scope.put(&mut sql, "c"));
            parts.push(format!(
                "SELECT * FROM (SELECT c.id AS id, FALSE AS is_claim FROM customers c WHERE {same}{seen} \
                 ORDER BY c.id LIMIT {}) AS {column}",
                SHOWN + 1
            ));
        }
    }
    if parts.is_empty() {
        return Ok(vec![]);
    }
    if of.is_some() {
        let typed = one_of_texts(&mut sql, "t.value_folded", &[phones, emails].concat());
        parts.push(format!(
            "SELECT * FROM (SELECT t.customer_id AS id, TRUE AS is_claim FROM contact_claims t WHERE {typed} \
             ORDER BY t.id DESC LIMIT {CLAIMS}) AS claims"
        ));
    }
    sql.text = parts.join(" UNION ALL ");
    let mut found: Vec<Alike> = sql.load(conn)?;
    found.retain(|other| Some(other.id) != of);
    if found.is_empty() {
        return Ok(vec![]);
    }
    found.sort_by_key(|other| (other.is_claim, other.id));
    let rows = visible(scope).filter(among(conn, customers::id, found.iter().map(|other| other.id)));
    let rows: Vec<ListedCustomer> = rows.select(ListedCustomer::as_select()).load(conn)?;
    let mut shown: Vec<ListedCustomer> = vec![];
    for is_claim in [false, true] {
        let others = found.iter().filter(|other| other.is_claim == is_claim);
        let others = others.filter_map(|other| rows.iter().find(|row| row.id == other.id));
        let most = shown.len() + usize::try_from(SHOWN).unwrap_or_default();
        for other in others {
            if shown.len() < most && !shown.iter().any(|seen| seen.id == other.id) {
                shown.push(other.clone());
            }
        }
    }
    Ok(shown)
}

/// Possible duplicates of a customer: whose phone or e-mail is theirs, or what they typed about themselves; then who typed one
/// of those.
pub fn duplicates(
    conn: &mut Conn,
    scope: &CustomerScope,
    of: &Customer,
    claims: &[StoredClaim],
) -> Result<Vec<ListedCustomer>> {
    let typed = |kind| claims.iter().filter(move |claim| claim.kind == kind).map(|claim| claim.value_folded.clone());
    let phones: Vec<String> = typed(ClaimKind::Phone).chain(of.phone_digits.clone()).collect();
    let emails: Vec<String> = typed(ClaimKind::Email).chain(of.email.as_deref().map(text::fold_address)).collect();
    lookalikes(conn, scope, Some(of.id), &phones, &emails)
}

/// The block that holds now, if there is one.
pub fn current_block(conn: &mut Conn, id: CustomerId) -> Result<Option<CurrentBlock>> {
    Ok(blocks::table
        .left_join(staff::table.on(blocks::created_by_id.eq(staff::id.nullable())))
        .filter(blocks::customer_id.eq(id).and(blocks::lifted_at.is_null()))
        .select((blocks::reason, blocks::created_at, blocks::expires_at, staff::name.nullable()))
        .one(conn)
        .optional()?)
}

/// The customer, if the scope shows them, and whether a block request waits for its decision: in one statement.
pub fn find(conn: &mut Conn, scope: &CustomerScope, id: CustomerId) -> Result<(Customer, bool)> {
    let waiting = requests::customer_id.eq(customers::id).and(requests::status.eq("waiting"));
    let (customer, waits): (Customer, bool) =
        customers::table.find(id).select((Customer::as_select(), exists(requests::table.filter(waiting)))).one(conn)?;
    if scope.sees(conn, id, customer.responsible_id)? { Ok((customer, waits)) } else { Err(Error::NotFound) }
}

/// Whether a block request waits for its decision.
pub fn request_waits(conn: &mut Conn, id: CustomerId) -> Result<bool> {
    let waiting = requests::customer_id.eq(id).and(requests::status.eq("waiting"));
    Ok(diesel::select(exists(requests::table.filter(waiting))).one(conn)?)
}

/// What is destroyed along with the customer.
pub fn records(conn: &mut Conn, id: CustomerId) -> Result<Records> {
    Ok(Records {
        accounts: accounts::table.filter(accounts::customer_id.eq(id)).count().get_result(conn)?,
        conversations: conversations::table.filter(conversations::customer_id.eq(id)).count().get_result(conn)?,
        messages: messages::table.filter(messages::customer_id.eq(id)).count().get_result(conn)?,
        files: attachments::table.filter(attachments::customer_id.eq(id)).count().get_result(conn)?,
    })
}

//! What a profile tells beside the customer's own row.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::list::visible;
use crate::auth::CustomerScope;
use crate::customers::model::{CurrentBlock, ListedCustomer, Records};
use crate::db::Conn;
use crate::db::schema::{
    attachments, blocks, channel_accounts as accounts, contact_claims as claims, conversations, customers, messages,
    staff,
};
use crate::db::sql::{Limited, Sql, among, among_texts};
use crate::db::types::CustomerId;
use crate::error::Result;

/// Duplicates that are shown.
const SHOWN: i64 = 5;
/// The newest claims among which they are looked for.
const CLAIMS: i64 = 50;

/// Others whose phone or e-mail (normalised) is one of these.
pub fn lookalikes(
    conn: &mut Conn,
    scope: &CustomerScope,
    except: Option<CustomerId>,
    phones: &[String],
    emails: &[String],
) -> Result<Vec<ListedCustomer>> {
    let mut found: Vec<ListedCustomer> = vec![];
    if !phones.is_empty() {
        let same = visible(scope).filter(among_texts(customers::phone_digits, phones)).order(customers::id);
        found.extend(same.select(ListedCustomer::as_select()).at_most(SHOWN + 1).load::<ListedCustomer>(conn)?);
    }
    if !emails.is_empty() {
        let same = visible(scope).filter(among_texts(customers::email_folded, emails)).order(customers::id);
        found.extend(same.select(ListedCustomer::as_select()).at_most(SHOWN + 1).load::<ListedCustomer>(conn)?);
    }
    found.retain(|other| Some(other.id) != except);
    found.sort_by_key(|other| other.id);
    found.dedup_by_key(|other| other.id);
    found.truncate(usize::try_from(SHOWN).unwrap_or_default());
    Ok(found)
}

/// Others who typed this phone or e-mail about themselves.
pub fn claimants(
    conn: &mut Conn,
    scope: &CustomerScope,
    except: CustomerId,
    folded: &[String],
) -> Result<Vec<ListedCustomer>> {
    if folded.is_empty() {
        return Ok(vec![]);
    }
    let ids: Vec<CustomerId> = claims::table
        .filter(among_texts(claims::value_folded, folded))
        .filter(claims::customer_id.ne(except))
        .order(claims::id.desc())
        .select(claims::customer_id)
        .at_most(CLAIMS)
        .load(conn)?;
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let rows = visible(scope).filter(among(conn, customers::id, ids)).order(customers::id);
    Ok(rows.select(ListedCustomer::as_select()).at_most(SHOWN).load(conn)?)
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

/// What waits for somebody to do it.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Waits {
    /// A block request, for its decision.
    #[diesel(sql_type = Bool)]
    pub block_request: bool,
    /// Contact details are missing.
    #[diesel(sql_type = Bool)]
    pub contact: bool,
}

/// What waits concerning this customer, in one statement.
pub fn waits(conn: &mut Conn, id: CustomerId) -> Result<Waits> {
    let waiting = Sql::new(
        "SELECT EXISTS (SELECT 1 FROM block_requests b WHERE b.customer_id = $1 AND b.status = 'waiting') AS block_request, \
         EXISTS (SELECT 1 FROM pending_actions p WHERE p.customer_id = $1 AND p.done_at IS NULL) AS contact",
    );
    Ok(waiting.bind(id.0).get_result(conn)?)
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

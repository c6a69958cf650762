//! Customers who were folded by an older rule of [`text::fold`] and its like, folded anew: once after an upgrade, a stretch of
//! numbers at a time.
//!
//! A migration leaves the mark, past whom to go on. Only they are written who hold a letter that is folded in another way now,
//! or an account or an e-mail that is not plain ASCII: to look at the others takes microseconds each.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::accounts::{account_found_by, accounts_of};
use super::contact::claims_of;
use super::{finding, refresh_search_text};
use crate::customers::model::ClaimKind;
use crate::db::schema::{channel_accounts as accounts, contact_claims as claims, customers, settings};
use crate::db::sql::{Limited, Sql};
use crate::db::types::CustomerId;
use crate::db::{Tx, dialect};
use crate::error::Result;
use crate::text;

/// The setting that is the mark: the number of the last customer who was looked at.
const MARK: &str = "refolded_customers";
/// Customers looked at in one transaction.
const LOOKED: i64 = 10_000;
/// Customers written in one.
const WRITTEN: i64 = 200;

#[derive(QueryableByName)]
struct Mark {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: CustomerId,
}

/// Folds a stretch of customers anew. False: nobody is left.
pub fn refold(tx: &mut Tx) -> Result<bool> {
    tx.concerns_nothing_kept();
    // Two processes do it one after the other.
    let lock = dialect::row_lock(tx);
    let mark: Option<Mark> =
        Sql::new(format!("SELECT value FROM settings WHERE key = $1{lock}")).bind(MARK).get_result(tx).optional()?;
    let Some(past) = mark.and_then(|mark| mark.value.parse::<i64>().ok()) else { return Ok(false) };
    let end = past + LOOKED;
    let older = older(tx, past, end)?;
    for id in &older {
        refold_one(tx, *id)?;
    }
    let is_cut = i64::try_from(older.len()).unwrap_or(WRITTEN) >= WRITTEN;
    let last = older.last().filter(|_| is_cut).map_or(end, |id| id.0);
    if !is_cut && last >= finding::newest(tx)? {
        diesel::delete(settings::table.find(MARK)).execute(&mut **tx)?;
        return Ok(false);
    }
    diesel::update(settings::table.find(MARK)).set(settings::value.eq(last.to_string())).execute(&mut **tx)?;
    Ok(true)
}

/// The first of them in a stretch, lowest number first.
fn older(tx: &mut Tx, past: i64, end: i64) -> Result<Vec<CustomerId>> {
    let mut sql = Sql::default();
    let (past, end) = (sql.put(past), sql.put(end));
    let holds = ["ς", "ß"].map(|letter| dialect::contains(tx, &mut sql, "c.search_text", letter)).join(" OR ");
    sql.text = format!(
        "SELECT c.id FROM customers c WHERE c.id > {past} AND c.id <= {end} AND ({holds} \
         OR octet_length(c.email) > length(c.email) OR EXISTS \
         (SELECT 1 FROM contact_claims t WHERE t.customer_id = c.id AND octet_length(t.value) > length(t.value)) \
         OR EXISTS (SELECT 1 FROM channel_accounts a WHERE a.customer_id = c.id AND \
         octet_length(a.address) + octet_length(a.username) > length(a.address) + length(a.username))) \
         ORDER BY c.id LIMIT {WRITTEN}"
    );
    Ok(sql.load::<Found>(tx)?.into_iter().map(|found| found.id).collect())
}

fn refold_one(tx: &mut Tx, id: CustomerId) -> Result<()> {
    let (name, email): (String, Option<String>) =
        customers::table.find(id).select((customers::name, customers::email)).one(tx)?;
    let folded = (
        customers::name_folded.eq(text::fold(&name)),
        customers::email_folded.eq(email.as_deref().map(text::fold_address)),
    );
    diesel::update(customers::table.find(id)).set(folded).execute(&mut **tx)?;
    refold_claims(tx, id)?;
    for account in accounts_of(tx, id)? {
        let found_by = account_found_by(&account.username, &account.address);
        diesel::update(accounts::table.find(account.id)).set(accounts::found_by.eq(found_by)).execute(&mut **tx)?;
    }
    refresh_search_text(tx, id)
}

/// The e-mails that a visitor typed.
fn refold_claims(tx: &mut Tx, id: CustomerId) -> Result<()> {
    let typed = claims_of(tx, id)?;
    for claim in typed.iter().filter(|claim| claim.kind == ClaimKind::Email) {
        let folded = text::fold_address(&claim.value);
        // They may have typed it again since the upgrade: each is kept once.
        if !typed.iter().any(|other| other.value_folded == folded) {
            let row = claims::table.find(claim.id);
            diesel::update(row).set(claims::value_folded.eq(folded)).execute(&mut **tx)?;
        }
    }
    Ok(())
}

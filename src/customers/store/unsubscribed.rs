//! Whom nothing reaches any more, and what stays of those among them who were blocked: marks of their addresses.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::auth::CustomerScope;
use crate::db::schema::anonymous_blocks as kept;
use crate::db::sql::{Limited, Sql};
use crate::db::types::UtcTime;
use crate::db::{Conn, Tx};
use crate::error::Result;

/// The condition that nothing reaches a customer any more in the channel where they were last in touch, of `customers`.
pub const HAS_LEFT: &str = "EXISTS (SELECT 1 FROM channel_accounts a WHERE a.customer_id = customers.id \
     AND a.channel_id = customers.channel_id AND a.unsubscribed_at IS NOT NULL)";

/// Selects the `id` of those who are blocked, or have unsubscribed wherever they had an account.
pub fn unsubscribed(scope: &CustomerScope) -> Sql {
    let mut sql = Sql::default();
    let seen = scope.put(&mut sql, "c");
    sql.text = format!(
        "SELECT c.id FROM customers c WHERE c.id IN (SELECT id FROM customers WHERE blocked UNION \
         SELECT a.customer_id FROM channel_accounts a WHERE a.unsubscribed_at IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM channel_accounts o WHERE o.customer_id = a.customer_id AND o.unsubscribed_at IS NULL)){seen}"
    );
    sql
}

/// Keeps blocked whoever writes from the address of this mark, until then or for good.
pub fn keep_blocked(tx: &mut Tx, mark: &str, until: Option<UtcTime>) -> Result<()> {
    let row = (kept::mark.eq(mark), kept::created_at.eq(UtcTime::now()), kept::expires_at.eq(until));
    diesel::delete(kept::table.find(mark)).execute(&mut **tx)?;
    diesel::insert_into(kept::table).values(row).execute(&mut **tx)?;
    Ok(())
}

/// Forgets up to a thousand of those whose time has come; true while there may be more.
pub fn forget_ended_blocks(tx: &mut Tx, now: UtcTime) -> Result<bool> {
    let ended = || kept::expires_at.is_not_null().and(kept::expires_at.le(now));
    let marks: Vec<String> = kept::table.filter(ended()).select(kept::mark).at_most(1000).load(&mut **tx)?;
    diesel::delete(kept::table.filter(ended()).filter(kept::mark.eq_any(&marks))).execute(&mut **tx)?;
    Ok(marks.len() == 1000)
}

/// Whether the address of this mark is kept blocked.
pub fn is_kept_blocked(conn: &mut Conn, mark: &str) -> Result<bool> {
    let in_force = kept::expires_at.is_null().or(kept::expires_at.gt(UtcTime::now()));
    Ok(diesel::select(exists(kept::table.find(mark).filter(in_force))).one(conn)?)
}

/// Uses up the mark of an address: gives since when and until when it was kept blocked, if it is.
pub fn take_kept_block(tx: &mut Tx, mark: &str) -> Result<Option<(UtcTime, Option<UtcTime>)>> {
    let found: Option<(UtcTime, Option<UtcTime>)> =
        kept::table.find(mark).select((kept::created_at, kept::expires_at)).one(tx).optional()?;
    if found.is_some() {
        diesel::delete(kept::table.find(mark)).execute(&mut **tx)?;
    }
    let now = UtcTime::now();
    Ok(found.filter(|(_, until)| until.is_none_or(|until| until > now)))
}

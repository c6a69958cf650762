//! Which customers a person may see. Every read of customers, conversations and messages takes a scope.
//!
//! Who may not see others' customers sees their own, the free ones, and those of whom they work an open conversation:
//! a colleague has handed it to them. That third part is a list of its own, asked once a statement and not once a row:
//! the partial index `conversations_open_assignee` holds one person's open conversations, some tens, however many
//! customers there are; both engines keep the list as a set and probe it for each row that the first two parts did not
//! show. A column on customers would have to follow every transfer, closure and further conversation of theirs.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::model::Role;
use crate::db::schema::{conversations, customers};
use crate::db::sql::{Sql, among, is_open};
use crate::db::types::{CustomerId, StaffId};
use crate::db::{Backend, Conn};

/// A right to see customers; made from a guard, or by the program for its own work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerScope(Sees);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sees {
    All,
    OwnAndFree(StaffId),
}

impl CustomerScope {
    pub(super) fn of(id: StaffId, role: Role, sees_others: bool) -> Self {
        Self(if role == Role::Operator && !sees_others { Sees::OwnAndFree(id) } else { Sees::All })
    }

    /// For the program's own work: inbound messages, jobs, the command line. Never from a request of staff.
    pub fn system() -> Self {
        Self(Sees::All)
    }

    /// Whether this customer, with this responsible, is visible.
    pub fn sees(&self, conn: &mut Conn, id: CustomerId, responsible: Option<StaffId>) -> QueryResult<bool> {
        Ok(self.hidden(conn, &[(id, responsible)])?.is_empty())
    }

    /// Those of these customers, each with their responsible, that are not visible. One query at most.
    pub fn hidden(&self, conn: &mut Conn, of: &[(CustomerId, Option<StaffId>)]) -> QueryResult<HashSet<CustomerId>> {
        let Sees::OwnAndFree(me) = self.0 else { return Ok(HashSet::new()) };
        let others = of.iter().filter(|(_, responsible)| responsible.is_some_and(|id| id != me));
        let mut hidden: HashSet<CustomerId> = others.map(|(id, _)| *id).collect();
        if hidden.is_empty() {
            return Ok(hidden);
        }
        let handed: Vec<CustomerId> = conversations::table
            .filter(among(conn, conversations::customer_id, hidden.iter().copied()))
            .filter(conversations::assignee_id.eq(me))
            .filter(is_open())
            .select(conversations::customer_id)
            .load(conn)?;
        hidden.retain(|id| !handed.contains(id));
        Ok(hidden)
    }

    /// The condition on `customers` for a query of diesel's; `None` when everything is visible.
    pub fn condition(&self) -> Option<ScopeCondition> {
        let mut sql = Sql::default();
        let condition = self.put(&mut sql, "customers");
        sql.text = condition.strip_prefix(" AND ")?.to_owned();
        Some(Box::new(sql.condition()))
    }

    /// The same for a statement in words, beginning with AND, or empty.
    pub fn put(&self, sql: &mut Sql, alias: &str) -> String {
        match self.0 {
            Sees::All => String::new(),
            Sees::OwnAndFree(me) => {
                let me = sql.put(me.0);
                let handed = handed_to(&me, alias);
                format!(" AND ({alias}.responsible_id IS NULL OR {alias}.responsible_id = {me} OR {handed})")
            }
        }
    }
}

/// Customers of whom this person works an open conversation. The plus keeps SQLite from gathering and sorting all that is
/// visible where it can walk the newest ones and stop after a page: at a million customers, most of them free, a page
/// took 147 ms without it and takes 0.07 with it (EXISTS instead: 0.06, but 1,283 where it takes 146 for the walk past a
/// million of others').
fn handed_to(me: impl std::fmt::Display, alias: &str) -> String {
    format!(
        "+{alias}.id IN (SELECT h.customer_id FROM conversations h WHERE h.assignee_id = {me} AND h.status <> 'closed')"
    )
}

/// A condition on `customers` on either engine.
pub type ScopeCondition = Box<dyn BoxableExpression<customers::table, Backend, SqlType = Bool>>;

//! Which customers a person may see. Every read of customers, conversations and messages takes a scope.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::model::Role;
use crate::db::Conn;
use crate::db::schema::customers;
use crate::db::sql::Sql;
use crate::db::types::StaffId;

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

    /// Whether a customer with this responsible is visible.
    pub fn sees(&self, responsible: Option<StaffId>) -> bool {
        match self.0 {
            Sees::All => true,
            Sees::OwnAndFree(me) => responsible.is_none_or(|id| id == me),
        }
    }

    /// The condition on `customers` for a boxed query; `None` when everything is visible.
    pub fn condition(&self) -> Option<ScopeCondition> {
        match self.0 {
            Sees::All => None,
            Sees::OwnAndFree(me) => Some(Box::new(
                customers::responsible_id.is_null().or(customers::responsible_id.eq(me.0)).assume_not_null(),
            )),
        }
    }

    /// The same condition for a statement that stays prepared, beginning with AND, or empty.
    pub fn put(&self, sql: &mut Sql, alias: &str) -> String {
        match self.0 {
            Sees::All => String::new(),
            Sees::OwnAndFree(me) => {
                let me = sql.put(me.0);
                format!(" AND ({alias}.responsible_id IS NULL OR {alias}.responsible_id = {me})")
            }
        }
    }

    /// The same condition for a statement written as text, on a table or alias `customers`. The number is our own, so
    /// it stands in the text; beginning with AND, or empty.
    pub fn sql(&self, alias: &str) -> String {
        match self.0 {
            Sees::All => String::new(),
            Sees::OwnAndFree(me) => {
                format!(" AND ({alias}.responsible_id IS NULL OR {alias}.responsible_id = {})", me.0)
            }
        }
    }
}

/// A condition on `customers` on either engine.
pub type ScopeCondition = Box<dyn BoxableExpression<customers::table, <Conn as Connection>::Backend, SqlType = Bool>>;

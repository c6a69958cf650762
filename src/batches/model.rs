//! What is done, to whom, and how far it is.

use std::fmt;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::auth::{Operator, Role};
use crate::db::schema::batches;
use crate::db::sql::Sql;
use crate::db::types::{BatchId, CustomerId, CustomerListId, CustomerTagId, StaffId, UtcTime};
use crate::error::{Error, Result};
use crate::text_enum;

text_enum!(
    /// What is done to each customer.
    Action {
        Read = "read",
        Unread = "unread",
        Block = "block",
        Unblock = "unblock",
        AddTags = "add_tags",
        RemoveTags = "remove_tags",
        AddToLists = "add_to_lists",
        RemoveFromLists = "remove_from_lists",
        Delete = "delete",
        DeleteUnsubscribed = "delete_unsubscribed",
    }
);
text_enum!(
    /// Why it was not done to one of them.
    Why { Gone = "gone", Blocked = "blocked", Subscribed = "subscribed", Refused = "refused", Failed = "failed" }
);

impl Action {
    /// The id of its name in `locales/`.
    pub fn name_key(&self) -> &'static str {
        match self {
            Action::Read => "bulk-read",
            Action::Unread => "bulk-unread",
            Action::Block => "bulk-block",
            Action::Unblock => "bulk-unblock",
            Action::AddTags => "bulk-add-tags",
            Action::RemoveTags => "bulk-remove-tags",
            Action::AddToLists => "bulk-add-lists",
            Action::RemoveFromLists => "bulk-remove-lists",
            Action::Delete => "bulk-delete",
            Action::DeleteUnsubscribed => "bulk-delete-unsubscribed",
        }
    }

    /// The id of what its button says.
    pub fn submit_key(&self) -> &'static str {
        match self {
            Action::AddTags | Action::AddToLists => "bulk-add",
            Action::RemoveTags | Action::RemoveFromLists => "bulk-remove",
            action => action.name_key(),
        }
    }

    /// The role from which on it is allowed.
    fn role(self) -> Role {
        match self {
            Action::Read
            | Action::Unread
            | Action::AddTags
            | Action::RemoveTags
            | Action::AddToLists
            | Action::RemoveFromLists => Role::Operator,
            Action::Block | Action::Unblock => Role::Supervisor,
            Action::Delete | Action::DeleteUnsubscribed => Role::Admin,
        }
    }

    pub fn require(self, by: &Operator) -> Result<()> {
        if self.is_allowed(by.me().role) { Ok(()) } else { Err(Error::Forbidden) }
    }

    pub fn is_allowed(self, role: Role) -> bool {
        role >= self.role()
    }

    /// Nobody is left of those it was done to, so that their number is typed first.
    pub fn deletes(self) -> bool {
        matches!(self, Action::Delete | Action::DeleteUnsubscribed)
    }

    /// Customers in one write. A customer who is deleted takes all their messages along.
    pub(super) fn at_once(self) -> usize {
        if self.deletes() { 50 } else { 100 }
    }
}

impl Why {
    /// Why an attempt ended so.
    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::NotFound => Why::Gone,
            Error::Refused(said) if said.key == "refused-blocked" => Why::Blocked,
            Error::Refused(said) if said.key == "refused-still-subscribed" => Why::Subscribed,
            Error::Refused(_) | Error::Forbidden | Error::Invalid(_) => Why::Refused,
            _ => Why::Failed,
        }
    }

    /// The id of its sentence in `locales/`.
    pub fn name_key(&self) -> &'static str {
        match self {
            Why::Gone => "bulk-why-gone",
            Why::Blocked => "refused-blocked",
            Why::Subscribed => "refused-still-subscribed",
            Why::Refused => "bulk-why-refused",
            Why::Failed => "bulk-why-failed",
        }
    }
}

/// An action with what belongs to it.
#[derive(Clone, Debug)]
pub struct Deed {
    pub action: Action,
    /// Of a block: one for all.
    pub reason: String,
    /// Those that are put on or taken off.
    pub tags: Vec<CustomerTagId>,
    /// Those that they are put on or taken off.
    pub lists: Vec<CustomerListId>,
}

/// The same as a row keeps it.
#[derive(Serialize, Deserialize)]
pub(super) struct Detail {
    pub reason: String,
    pub tags: Vec<CustomerTagId>,
    /// None in batches from before there were lists.
    #[serde(default)]
    pub lists: Vec<CustomerListId>,
}

/// Whom it is to be done to.
#[derive(Clone, Debug)]
pub struct Whom {
    /// Selects their `id`, within what the person may see.
    pub found: Sql,
    /// Those who were marked one by one: whom `found` does not give has vanished meanwhile. Empty: all who match.
    pub marked: Vec<CustomerId>,
}

/// Whom it is done to, each by their number, in its order.
#[derive(Clone, Debug)]
pub struct Those {
    pub found: Vec<CustomerId>,
    /// Those who were marked and have vanished.
    pub gone: Vec<CustomerId>,
    /// As many as the person said: if others were found, nothing is done.
    pub expected: Option<i64>,
}

/// Customers as a row of a batch names them, each by the distance from the one before: a third of what their numbers take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part(pub Vec<CustomerId>);

impl Part {
    /// As many as a row names.
    pub const LONGEST: usize = 1000;

    pub fn parse(text: &str) -> Result<Self> {
        let mut last = 0;
        let numbers = text.split_ascii_whitespace().map(|step| {
            let step: i64 = step.parse().map_err(|_| Error::Internal(format!("no step to a customer: {step}")))?;
            last += step;
            Ok(CustomerId(last))
        });
        numbers.collect::<Result<_>>().map(Self)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = 0;
        for CustomerId(number) in &self.0 {
            let gap = if last == 0 { "" } else { " " };
            write!(f, "{gap}{}", number - last)?;
            last = *number;
        }
        Ok(())
    }
}

/// A batch as it stands.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = batches)]
pub struct Batch {
    pub id: BatchId,
    pub staff_id: Option<StaffId>,
    pub action: Action,
    pub detail: String,
    pub total: i64,
    pub done: i64,
    pub failed: i64,
    pub started_at: UtcTime,
    pub ended_at: Option<UtcTime>,
    pub stopped: bool,
    /// Whoever started it lost the right to it.
    pub no_right: bool,
    /// It was ended because its steps failed.
    pub broken: bool,
}

impl Batch {
    pub(super) fn deed(&self) -> Result<Deed> {
        let Detail { reason, tags, lists } =
            serde_json::from_str(&self.detail).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Deed { action: self.action, reason, tags, lists })
    }
}

/// A hundred customers of a batch: the job that `jobs` does.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Step {
    pub batch: BatchId,
    pub turn: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_names_its_customers_by_their_distances() {
        let part = Part(vec![CustomerId(7), CustomerId(8), CustomerId(1_000_000)]);
        assert_eq!(part.to_string(), "7 1 999992");
        assert_eq!(Part::parse("7 1 999992").unwrap(), part);
        assert_eq!(Part::parse("").unwrap(), Part(vec![]));
        assert!(Part::parse("7 x").is_err());
    }
}

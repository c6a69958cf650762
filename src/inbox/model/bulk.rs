//! What is asked of many customers at once, as a form or an address says it.

use super::{Facets, Filter, ListQuery, with_query};
use crate::auth::Role;
use crate::batches::Action;
use crate::db::types::{CustomerId, CustomerListId, CustomerTagId};
use crate::text_enum;
use crate::web::address::back_or;

/// Cards that can be marked: the longest list in one piece, and the pins above it.
const MARKED: usize = 350;

text_enum!(
    /// What a person sets out to do: an action, or two of which they choose at the end.
    Task {
        Read = "read",
        Unread = "unread",
        Tags = "tags",
        Lists = "lists",
        Block = "block",
        Unblock = "unblock",
        Delete = "delete",
        DeleteUnsubscribed = "delete_unsubscribed",
    }
);

impl Task {
    /// Those that this role may do to whom it chooses.
    pub fn allowed_to(role: Role) -> impl Iterator<Item = &'static Task> {
        Self::ALL
            .iter()
            .filter(|task| !task.is_of_itself())
            .filter(move |task| task.actions().iter().all(|action| action.is_allowed(role)))
    }

    /// Whether something has to be said first. What needs nothing is done to marked customers at once; its word is
    /// the action's.
    pub fn asks(&self) -> bool {
        matches!(self, Task::Tags | Task::Lists | Task::Block | Task::Delete | Task::DeleteUnsubscribed)
    }

    /// Whom it is about is said with it: nobody chooses.
    pub fn is_of_itself(&self) -> bool {
        matches!(self, Task::DeleteUnsubscribed)
    }

    pub fn deletes(&self) -> bool {
        self.actions().iter().any(|action| action.deletes())
    }

    /// What it may come to.
    pub fn actions(&self) -> &'static [Action] {
        match self {
            Task::Read => &[Action::Read],
            Task::Unread => &[Action::Unread],
            Task::Tags => &[Action::AddTags, Action::RemoveTags],
            Task::Lists => &[Action::AddToLists, Action::RemoveFromLists],
            Task::Block => &[Action::Block],
            Task::Unblock => &[Action::Unblock],
            Task::Delete => &[Action::Delete],
            Task::DeleteUnsubscribed => &[Action::DeleteUnsubscribed],
        }
    }

    fn of(action: Action) -> Option<Self> {
        Self::ALL.iter().copied().find(|task| task.actions().contains(&action))
    }

    /// The id of its name in `locales/`.
    pub fn name_key(&self) -> &'static str {
        match self {
            Task::Tags => "bulk-tags",
            Task::Lists => "bulk-lists",
            task => task.actions()[0].name_key(),
        }
    }

    pub fn icon(&self) -> &'static str {
        match self {
            Task::Read => "mail-opened",
            Task::Unread => "mail",
            Task::Tags => "tag",
            Task::Lists => "list-details",
            Task::Block => "ban",
            Task::Unblock => "circle-check",
            Task::Delete => "trash",
            Task::DeleteUnsubscribed => "user-off",
        }
    }
}

/// The form, as it came. What cannot be read means nothing.
#[derive(Clone, Debug)]
pub struct BulkQuery {
    pub task: Option<Task>,
    pub action: Option<Action>,
    /// All who match `filter`, and not those of `rows`; of a task that says itself whom it is about, all of those.
    pub is_all: bool,
    pub filter: Filter,
    pub rows: Vec<CustomerId>,
    pub reason: String,
    pub tags: Vec<CustomerTagId>,
    pub lists: Vec<CustomerListId>,
    /// How many they are, as it was typed.
    pub typed: String,
    pub form_token: String,
    pub back: String,
}

impl BulkQuery {
    /// `here`: path and query of the page that asks, where the way back is not said.
    pub fn of(pairs: &[(String, String)], here: &str) -> Self {
        let all = |name: &'static str| pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value);
        let one = |name: &'static str| all(name).next().cloned().unwrap_or_default();
        let action = Action::parse(&one("action"));
        let mut rows: Vec<CustomerId> = all("row").filter_map(|id| id.parse().ok()).take(MARKED).collect();
        rows.sort_unstable();
        rows.dedup();
        let task = Task::parse(&one("task")).or(action.and_then(Task::of));
        let is_of_itself = task.is_some_and(|task| task.is_of_itself());
        let here = if here.starts_with("/inbox") { here } else { "/inbox" };
        Self {
            task,
            action,
            is_all: is_of_itself || one("all") == "1",
            filter: list(pairs).filter(),
            rows,
            reason: one("reason"),
            tags: all("tag").filter_map(|id| id.parse().ok()).collect(),
            lists: all("list").filter_map(|id| id.parse().ok()).collect(),
            typed: one("count"),
            form_token: one("form_token"),
            back: back_or(&one("back"), here),
        }
    }

    /// The way back after it is done. A conversation that is open would be read again at once, or is gone.
    pub fn way_back(&self) -> String {
        let (path, query) = self.back.split_once('?').unwrap_or((&self.back, ""));
        let leaves = self.action.is_some_and(|action| action == Action::Unread || action.deletes())
            && path.starts_with("/inbox/");
        if leaves { with_query("/inbox", query) } else { self.back.clone() }
    }

    /// The number that was typed, with or without the spaces between groups of digits.
    pub fn number(&self) -> Option<i64> {
        self.typed.split_whitespace().collect::<String>().parse().ok()
    }

    /// The fields that say whom it is about.
    pub fn whom(&self) -> Vec<(&'static str, String)> {
        if self.task.is_some_and(|task| task.is_of_itself()) {
            return vec![];
        }
        if !self.is_all {
            return self.rows.iter().map(|id| ("row", id.to_string())).collect();
        }
        self.filter.whole()
    }

    /// The address of a task for the same customers.
    pub fn address(&self, task: &Task) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.whom());
        query.append_pair("task", task.as_str()).append_pair("back", &self.back);
        format!("/inbox/bulk?{}", query.finish())
    }
}

/// The list that a form is about. Its tags are those of the task, and not the filter's.
fn list(pairs: &[(String, String)]) -> ListQuery {
    let (chosen, own): (Vec<_>, Vec<_>) = pairs.iter().cloned().partition(|(name, _)| name == Filter::CHOSEN);
    let above = own.into_iter().filter(|(name, _)| !Facets::NAMES.contains(&name.as_str()));
    let chosen = chosen.first().map_or("", |(_, query)| query.as_str());
    ListQuery::of(above.chain(url::form_urlencoded::parse(chosen.as_bytes()).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_comes_back_as_fields() {
        let pairs =
            |fields: &[(&str, &str)]| fields.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect::<Vec<_>>();
        let marked =
            BulkQuery::of(&pairs(&[("row", "7"), ("row", "x"), ("row", "3"), ("row", "7")]), "/inbox?tab=mine");
        assert_eq!(marked.whom(), [("row", "3".to_owned()), ("row", "7".to_owned())]);
        assert_eq!(marked.back, "/inbox?tab=mine");
        let all =
            BulkQuery::of(&pairs(&[("all", "1"), ("tab", "free"), ("search", "a&b"), ("action", "add_tags")]), "");
        assert_eq!(all.task, Some(Task::Tags));
        assert_eq!(all.address(&Task::Block), "/inbox/bulk?tab=free&search=a%26b&all=1&task=block&back=%2Finbox");
        let deleted = BulkQuery { action: Some(Action::Delete), back: "/inbox/7?tab=mine".into(), ..all.clone() };
        assert_eq!(deleted.way_back(), "/inbox?tab=mine");
        let of_tags =
            BulkQuery::of(&pairs(&[("all", "1"), ("filters", "tag=4&not_tag=5&search=no"), ("tag", "6")]), "");
        assert_eq!(of_tags.filter.facets.tags, [CustomerTagId(4)]);
        assert_eq!(of_tags.tags, [CustomerTagId(6)]);
        assert_eq!(of_tags.whom()[1..], [("filters", "tag=4&not_tag=5".to_owned()), ("all", "1".to_owned())]);
        let typed = BulkQuery { typed: " 12 480 ".into(), ..all };
        assert_eq!(typed.number(), Some(12480));
    }
}

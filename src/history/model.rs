//! What the list is asked for.

use chrono::Days;
use diesel::prelude::*;
use serde::Deserialize;

use crate::conversations::{CloseReason, Origin, Status};
use crate::customers::filter::number_part;
use crate::db::schema::{conversations, customers};
use crate::db::types::{ChannelId, ConversationId, ConversationTagId, CustomerId, StaffId, UtcTime};
use crate::text_enum;
use crate::web::forms::Errors;
use crate::web::times::Clock;

text_enum!(
    /// Which conversations.
    Tab { Active = "active", History = "history" }
);
text_enum!(
    /// Which ratings.
    Rating { Low = "low", None = "none" }
);

/// The word of an address for days on which conversations ended.
pub const ENDED: &str = "ended";

/// The filters as the address carries them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub tab: String,
    pub customer: String,
    pub operator: String,
    pub channel: String,
    pub tag: String,
    pub rating: String,
    pub from: String,
    pub to: String,
    /// `ended`: the days are those on which conversations of History ended, not those on which they began.
    pub by: String,
    pub at: String,
}

/// The same, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub tab: Tab,
    /// Those that this person had a part in: they have or had them, closed them, or are responsible for the customer. `None`:
    /// everybody's. No address decides it.
    pub part_of: Option<StaffId>,
    /// Digits within the customer's number; empty: anybody.
    pub customer: String,
    pub operator: Option<StaffId>,
    pub channel: Option<ChannelId>,
    pub tag: Option<ConversationTagId>,
    pub rating: Option<Rating>,
    /// The times are those of the end.
    pub by_end: bool,
    /// From this moment on.
    pub from: Option<UtcTime>,
    /// Before this moment.
    pub until: Option<UtcTime>,
}

/// A conversation as its line shows it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = conversations)]
pub struct Listed {
    pub id: ConversationId,
    pub channel_id: ChannelId,
    pub status: Status,
    pub origin: Origin,
    pub assignee_id: Option<StaffId>,
    pub opened_at: UtcTime,
    pub first_reply_at: Option<UtcTime>,
    pub last_message_at: UtcTime,
    pub closed_at: Option<UtcTime>,
    pub close_reason: Option<CloseReason>,
    pub rating: Option<i32>,
}

impl Listed {
    /// The time that orders a tab.
    pub fn at(&self, tab: Tab) -> UtcTime {
        match tab {
            Tab::Active => self.last_message_at,
            Tab::History => self.closed_at.unwrap_or(self.last_message_at),
        }
    }
}

/// Whose conversation it is.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = customers)]
pub struct Whose {
    pub id: CustomerId,
    pub name: String,
    pub blocked: bool,
}

impl Asked {
    /// The filter, and what is wrong with the words for it. A word that does not fit filters nothing.
    pub fn parse(&self, clock: &Clock) -> (Filter, Errors) {
        let mut errors = Errors::default();
        let customer = number_part(&self.customer);
        if customer.is_empty() && !self.customer.trim().is_empty() {
            errors.add("customer", "customers-id-number");
        }
        let from = errors.day("from", &self.from);
        let to = errors.day("to", &self.to);
        let tab = self.tab();
        let filter = Filter {
            tab,
            part_of: None,
            customer,
            operator: self.operator.parse().ok(),
            channel: self.channel.parse().ok(),
            tag: self.tag.parse().ok(),
            rating: Rating::parse(self.rating_on(tab)),
            by_end: tab == Tab::History && self.is_by_end(),
            from: from.map(|day| clock.start_of(day)),
            until: to.and_then(|day| day.checked_add_days(Days::new(1))).map(|day| clock.start_of(day)),
        };
        (filter, errors)
    }

    fn tab(&self) -> Tab {
        Tab::parse(&self.tab).unwrap_or(Tab::Active)
    }

    /// Nothing that is active has a rating, and its tab has no field for one: there it narrows nothing.
    fn rating_on(&self, tab: Tab) -> &str {
        if tab == Tab::History { &self.rating } else { "" }
    }

    /// Whether the days are those of the end; nothing that is active has one.
    pub fn is_by_end(&self) -> bool {
        self.by == ENDED
    }

    /// Whether anything narrows the list.
    pub fn is_filtered(&self) -> bool {
        let rating = self.rating_on(self.tab());
        let fields: [&str; 7] =
            [&self.customer, &self.operator, &self.channel, &self.tag, rating, &self.from, &self.to];
        fields.iter().any(|field| !field.trim().is_empty())
    }

    /// The address of the list with these filters, on `tab`, from `at` on.
    pub fn url(&self, tab: Tab, at: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let rating = self.rating_on(tab);
        let (tab, by) = if tab == Tab::History { (tab.as_str(), self.by.as_str()) } else { ("", "") };
        let pairs = [
            ("tab", tab),
            ("customer", &self.customer),
            ("operator", &self.operator),
            ("channel", &self.channel),
            ("tag", &self.tag),
            ("rating", rating),
            ("from", &self.from),
            ("to", &self.to),
            ("by", by),
            ("at", at),
        ];
        for (name, value) in pairs {
            if !value.trim().is_empty() {
                query.append_pair(name, value.trim());
            }
        }
        match query.finish() {
            empty if empty.is_empty() => "/history".into(),
            query => format!("/history?{query}"),
        }
    }
}

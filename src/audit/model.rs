//! What the log is asked for, and the words of what it holds.

use chrono::Days;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};
use serde::Deserialize;

use crate::db::types::{CustomerId, StaffId, UtcTime};
use crate::text_enum;
use crate::web::forms::Errors;
use crate::web::times::Clock;

text_enum!(
    /// Kinds of events, as the page filters by them.
    Group {
        SignIns = "sign-ins",
        Customers = "customers",
        Blacklist = "blacklist",
        Conversations = "conversations",
        Settings = "settings",
        Staff = "staff",
        Exports = "exports",
    }
);

/// Each event that the desk records: its word in the database, its kind, and the id of its name in `locales/`.
pub const EVENTS: &[(&str, Group, &str)] = &[
    ("signed_in", Group::SignIns, "audit-event-signed-in"),
    ("signed_out", Group::SignIns, "audit-event-signed-out"),
    ("session.ended", Group::SignIns, "audit-event-session-ended"),
    ("session.others_ended", Group::SignIns, "audit-event-session-others-ended"),
    ("staff.password_set", Group::SignIns, "audit-event-staff-password-set"),
    ("staff.password_changed", Group::SignIns, "audit-event-staff-password-changed"),
    ("staff.profile_edited", Group::SignIns, "audit-event-staff-profile-edited"),
    ("customer.created", Group::Customers, "audit-event-customer-created"),
    ("customer.edited", Group::Customers, "audit-event-customer-edited"),
    ("customer.bound", Group::Customers, "audit-event-customer-bound"),
    ("customer.tagged", Group::Customers, "audit-event-customer-tagged"),
    ("customer.untagged", Group::Customers, "audit-event-customer-untagged"),
    ("customer.listed", Group::Customers, "audit-event-customer-listed"),
    ("customer.unlisted", Group::Customers, "audit-event-customer-unlisted"),
    ("customer.funnel_moved", Group::Customers, "audit-event-customer-funnel-moved"),
    ("customer.funnel_left", Group::Customers, "audit-event-customer-funnel-left"),
    ("customer.deal_added", Group::Customers, "audit-event-customer-deal-added"),
    ("customer.deal_edited", Group::Customers, "audit-event-customer-deal-edited"),
    ("customer.deal_moved", Group::Customers, "audit-event-customer-deal-moved"),
    ("customer.deal_deleted", Group::Customers, "audit-event-customer-deal-deleted"),
    ("customer.deleted", Group::Customers, "audit-event-customer-deleted"),
    ("customers.bulk", Group::Customers, "audit-event-customers-bulk"),
    ("customers.bulk_stopped", Group::Customers, "audit-event-customers-bulk-stopped"),
    ("company.created", Group::Customers, "audit-event-company-created"),
    ("company.edited", Group::Customers, "audit-event-company-edited"),
    ("company.deleted", Group::Customers, "audit-event-company-deleted"),
    ("list.added", Group::Customers, "audit-event-list-added"),
    ("list.renamed", Group::Customers, "audit-event-list-renamed"),
    ("list.deleted", Group::Customers, "audit-event-list-deleted"),
    ("customer.blocked", Group::Blacklist, "audit-event-customer-blocked"),
    ("customer.unblocked", Group::Blacklist, "audit-event-customer-unblocked"),
    ("block.requested", Group::Blacklist, "audit-event-block-requested"),
    ("block.approved", Group::Blacklist, "audit-event-block-approved"),
    ("block.declined", Group::Blacklist, "audit-event-block-declined"),
    ("conversation.started", Group::Conversations, "audit-event-conversation-started"),
    ("conversation.taken", Group::Conversations, "audit-event-conversation-taken"),
    ("conversation.distributed", Group::Conversations, "audit-event-conversation-distributed"),
    ("conversation.transferred", Group::Conversations, "audit-event-conversation-transferred"),
    ("conversation.closed", Group::Conversations, "audit-event-conversation-closed"),
    ("conversation.tagged", Group::Conversations, "audit-event-conversation-tagged"),
    ("conversation.untagged", Group::Conversations, "audit-event-conversation-untagged"),
    ("command.run", Group::Conversations, "audit-event-command-run"),
    ("delivery.arrived", Group::Conversations, "audit-event-delivery-arrived"),
    ("delivery.retried", Group::Conversations, "audit-event-delivery-retried"),
    ("messages.resent", Group::Conversations, "audit-event-messages-resent"),
    ("messages.resend_stopped", Group::Conversations, "audit-event-messages-resend-stopped"),
    ("settings.saved", Group::Settings, "audit-event-settings-saved"),
    ("channel.connected", Group::Settings, "audit-event-channel-connected"),
    ("channel.edited", Group::Settings, "audit-event-channel-edited"),
    ("channel.enabled", Group::Settings, "audit-event-channel-enabled"),
    ("channel.paused", Group::Settings, "audit-event-channel-paused"),
    ("channel.secret_replaced", Group::Settings, "audit-event-channel-secret-replaced"),
    ("channel.disconnected", Group::Settings, "audit-event-channel-disconnected"),
    ("api_token.added", Group::Settings, "audit-event-api-token-added"),
    ("api_token.revoked", Group::Settings, "audit-event-api-token-revoked"),
    ("template.added", Group::Settings, "audit-event-template-added"),
    ("template.edited", Group::Settings, "audit-event-template-edited"),
    ("template.deleted", Group::Settings, "audit-event-template-deleted"),
    ("template.fetched", Group::Settings, "audit-event-template-fetched"),
    ("custom_field.added", Group::Settings, "audit-event-custom-field-added"),
    ("custom_field.renamed", Group::Settings, "audit-event-custom-field-renamed"),
    ("custom_field.shown", Group::Settings, "audit-event-custom-field-shown"),
    ("custom_field.hidden", Group::Settings, "audit-event-custom-field-hidden"),
    ("custom_field.moved", Group::Settings, "audit-event-custom-field-moved"),
    ("custom_field.deleted", Group::Settings, "audit-event-custom-field-deleted"),
    ("customer_tag.added", Group::Settings, "audit-event-customer-tag-added"),
    ("customer_tag.edited", Group::Settings, "audit-event-customer-tag-edited"),
    ("customer_tag.deleted", Group::Settings, "audit-event-customer-tag-deleted"),
    ("conversation_tag.added", Group::Settings, "audit-event-conversation-tag-added"),
    ("conversation_tag.renamed", Group::Settings, "audit-event-conversation-tag-renamed"),
    ("conversation_tag.deleted", Group::Settings, "audit-event-conversation-tag-deleted"),
    ("command.added", Group::Settings, "audit-event-command-added"),
    ("command.edited", Group::Settings, "audit-event-command-edited"),
    ("command.secret_renewed", Group::Settings, "audit-event-command-secret-renewed"),
    ("command.enabled", Group::Settings, "audit-event-command-enabled"),
    ("command.disabled", Group::Settings, "audit-event-command-disabled"),
    ("command.deleted", Group::Settings, "audit-event-command-deleted"),
    ("quick_reply.added", Group::Settings, "audit-event-quick-reply-added"),
    ("quick_reply.edited", Group::Settings, "audit-event-quick-reply-edited"),
    ("quick_reply.deleted", Group::Settings, "audit-event-quick-reply-deleted"),
    ("funnel.added", Group::Settings, "audit-event-funnel-added"),
    ("funnel.edited", Group::Settings, "audit-event-funnel-edited"),
    ("funnel.enabled", Group::Settings, "audit-event-funnel-enabled"),
    ("funnel.disabled", Group::Settings, "audit-event-funnel-disabled"),
    ("funnel.moved", Group::Settings, "audit-event-funnel-moved"),
    ("funnel.deleted", Group::Settings, "audit-event-funnel-deleted"),
    ("funnel_block.added", Group::Settings, "audit-event-funnel-block-added"),
    ("funnel_block.edited", Group::Settings, "audit-event-funnel-block-edited"),
    ("funnel_block.moved", Group::Settings, "audit-event-funnel-block-moved"),
    ("funnel_block.deleted", Group::Settings, "audit-event-funnel-block-deleted"),
    ("pipeline.added", Group::Settings, "audit-event-pipeline-added"),
    ("pipeline.edited", Group::Settings, "audit-event-pipeline-edited"),
    ("pipeline.moved", Group::Settings, "audit-event-pipeline-moved"),
    ("pipeline.deleted", Group::Settings, "audit-event-pipeline-deleted"),
    ("deal_stage.added", Group::Settings, "audit-event-deal-stage-added"),
    ("deal_stage.edited", Group::Settings, "audit-event-deal-stage-edited"),
    ("deal_stage.moved", Group::Settings, "audit-event-deal-stage-moved"),
    ("deal_stage.deleted", Group::Settings, "audit-event-deal-stage-deleted"),
    ("saved_filter.added", Group::Settings, "audit-event-saved-filter-added"),
    ("saved_filter.edited", Group::Settings, "audit-event-saved-filter-edited"),
    ("saved_filter.deleted", Group::Settings, "audit-event-saved-filter-deleted"),
    ("job.tried_again", Group::Settings, "audit-event-job-tried-again"),
    ("job.removed", Group::Settings, "audit-event-job-removed"),
    ("staff.first_admin", Group::Staff, "audit-event-staff-first-admin"),
    ("staff.added", Group::Staff, "audit-event-staff-added"),
    ("staff.edited", Group::Staff, "audit-event-staff-edited"),
    ("staff.channels_chosen", Group::Staff, "audit-event-staff-channels"),
    ("staff.disabled", Group::Staff, "audit-event-staff-disabled"),
    ("staff.handed_over", Group::Staff, "audit-event-staff-handed-over"),
    ("staff.enabled", Group::Staff, "audit-event-staff-enabled"),
    ("staff.password_reset", Group::Staff, "audit-event-staff-password-reset"),
    ("customers.exported", Group::Exports, "audit-event-customers-exported"),
    ("export.downloaded", Group::Exports, "audit-event-export-downloaded"),
    ("audit.downloaded", Group::Exports, "audit-event-audit-downloaded"),
];

impl Group {
    /// The words of its events.
    pub fn events(self) -> impl Iterator<Item = &'static str> {
        EVENTS.iter().filter(move |(_, group, _)| *group == self).map(|(event, _, _)| *event)
    }

    /// The id of its name in `locales/`.
    pub fn name_key(&self) -> &'static str {
        match self {
            Group::SignIns => "audit-group-sign-ins",
            Group::Customers => "audit-group-customers",
            Group::Blacklist => "audit-group-blacklist",
            Group::Conversations => "audit-group-conversations",
            Group::Settings => "audit-group-settings",
            Group::Staff => "audit-group-staff",
            Group::Exports => "audit-group-exports",
        }
    }
}

/// The id of an event's name in `locales/`; `None` of one that this version does not know.
pub fn event_key(event: &str) -> Option<&'static str> {
    EVENTS.iter().find(|(known, _, _)| *known == event).map(|(_, _, key)| *key)
}

/// A row of the log.
#[derive(Clone, Debug, QueryableByName)]
pub struct Row {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Timestamp)]
    pub at: UtcTime,
    /// `None`: nobody who had signed in.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub staff_id: Option<StaffId>,
    /// The person's e-mail at that time; or who else, in a word.
    #[diesel(sql_type = Text)]
    pub actor: String,
    #[diesel(sql_type = Text)]
    pub event: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub customer_id: Option<CustomerId>,
    /// A JSON object.
    #[diesel(sql_type = Text)]
    pub detail: String,
}

/// The filters as the address carries them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub by: String,
    pub kind: String,
    pub customer: String,
    pub from: String,
    pub to: String,
    pub at: String,
}

/// Whose events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Staff(StaffId),
    /// Nobody who had signed in: the command line, the program itself.
    Program,
}

impl By {
    /// The word for the program in an address.
    pub const PROGRAM: &str = "program";

    fn parse(text: &str) -> Option<Self> {
        if text == Self::PROGRAM { Some(By::Program) } else { text.parse().ok().map(By::Staff) }
    }
}

/// The same, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub by: Option<By>,
    pub group: Option<Group>,
    pub customer: Option<CustomerId>,
    /// From this moment on.
    pub from: Option<UtcTime>,
    /// Before this moment.
    pub until: Option<UtcTime>,
}

impl Asked {
    /// The filter, or what is wrong with the words for it. A choice that there is not filters nothing.
    pub fn parse(&self, clock: &Clock) -> Result<Filter, Errors> {
        let mut errors = Errors::default();
        let number = self.customer.trim().trim_start_matches(['#', '№']).trim_start();
        let customer = number.parse().ok().filter(|id| *id > CustomerId(0));
        if customer.is_none() && !number.is_empty() {
            errors.add("customer", "customers-id-number");
        }
        let (from, to) = (errors.day("from", &self.from), errors.day("to", &self.to));
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            errors.add("to", "reports-reversed");
        }
        errors.or(Filter {
            by: By::parse(&self.by),
            group: Group::parse(&self.kind),
            customer,
            from: from.map(|day| clock.start_of(day)),
            until: to.and_then(|day| day.checked_add_days(Days::new(1))).map(|day| clock.start_of(day)),
        })
    }

    /// Whether anything narrows the list.
    pub fn is_filtered(&self) -> bool {
        [&self.by, &self.kind, &self.customer, &self.from, &self.to].iter().any(|field| !field.trim().is_empty())
    }

    /// `path` with these filters, from `at` on.
    pub fn url(&self, path: &str, at: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let pairs = [
            ("by", self.by.as_str()),
            ("kind", &self.kind),
            ("customer", &self.customer),
            ("from", &self.from),
            ("to", &self.to),
            ("at", at),
        ];
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.trim().is_empty()) {
            query.append_pair(name, value.trim());
        }
        match query.finish() {
            empty if empty.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock::now(chrono_tz::Tz::UTC)
    }

    #[test]
    fn an_event_is_named_once() {
        for (place, (event, _, key)) in EVENTS.iter().enumerate() {
            let others = &EVENTS[place + 1..];
            assert!(others.iter().all(|(other, _, name)| other != event && name != key), "{event}");
        }
    }

    #[test]
    fn what_does_not_fit_is_said_at_its_field() {
        let wrong = |asked: Asked| asked.parse(&clock()).unwrap_err().first().map(|(field, _)| field);
        assert_eq!(wrong(Asked { from: "soon".into(), ..Asked::default() }), Some("from"));
        assert_eq!(wrong(Asked { customer: "Anna".into(), ..Asked::default() }), Some("customer"));
        let reversed = Asked { from: "2026-02-01".into(), to: "2026-01-01".into(), ..Asked::default() };
        assert_eq!(wrong(reversed), Some("to"));
    }

    #[test]
    fn an_address_is_read_back_as_it_was_written() {
        let asked =
            Asked { by: "program".into(), kind: "sign-ins".into(), customer: "№ 7".into(), ..Asked::default() };
        let filter = asked.parse(&clock()).unwrap();
        assert_eq!((filter.by, filter.group), (Some(By::Program), Some(Group::SignIns)));
        assert_eq!(filter.customer, Some(CustomerId(7)));
        assert_eq!(asked.url("/settings/audit", ""), "/settings/audit?by=program&kind=sign-ins&customer=%E2%84%96+7");
    }
}

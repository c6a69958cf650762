//! What a search found, with what this person can do about each customer.

use std::collections::HashSet;

use super::model::Term;
use super::store::{self, Limits};
use crate::auth::Operator;
use crate::channels::{self, ChannelKind, WritesFirst, registry};
use crate::customers::{self, Customer};
use crate::db::Conn;
use crate::db::types::{ConversationId, CustomerId};
use crate::error::Result;
use crate::mails;

/// Messengers in which somebody who has never written can be written to: whoever is not found may be created there.
const OPEN_TO_STRANGERS: [ChannelKind; 2] = [ChannelKind::WhatsApp, ChannelKind::Viber];

/// The best matches, and where to write when there are none.
#[derive(Clone, Debug, Default)]
pub struct Results {
    pub found: Vec<Found>,
    /// More than these match.
    pub more: bool,
    /// Made when nothing is found.
    pub offers: Vec<Offer>,
}

/// A messenger where a new customer can be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    pub kind: ChannelKind,
    /// With their first message: the messenger goes by phone numbers.
    pub with_message: bool,
}

/// A customer that was found.
#[derive(Clone, Debug)]
pub struct Found {
    pub customer: Customer,
    pub search_text: String,
    /// They can be written to first, by this person, now.
    pub can_send: bool,
    /// The newest open conversation of theirs that this person works.
    pub goes_to: Option<ConversationId>,
}

/// Searches for `by`.
pub fn results(conn: &mut Conn, by: &Operator, term: &Term, limits: &Limits) -> Result<Results> {
    let hits = store::find(conn, &by.scope(), term, limits)?;
    if hits.rows.is_empty() {
        let enabled = channels::enabled(conn)?;
        let by_phone = registry::open_to_phones(&enabled);
        let offers = OPEN_TO_STRANGERS
            .into_iter()
            .filter(|kind| enabled.iter().any(|channel| channel.kind == *kind))
            .map(|kind| Offer { kind, with_message: by_phone.contains(&kind) });
        return Ok(Results { offers: offers.collect(), ..Results::default() });
    }
    let ids: Vec<CustomerId> = hits.rows.iter().map(|hit| hit.id).collect();
    let mut known = customers::store::find_many(conn, &by.scope(), &ids)?;
    let mine = store::active_with(conn, by.id(), &ids)?;
    // A mail goes by the address in the record, whatever account there is.
    let mut kinds = registry::writable();
    kinds.retain(|kind| *kind != ChannelKind::Email);
    let reachable: HashSet<CustomerId> = store::reachable(conn, &kinds, &ids)?.into_iter().collect();
    let enabled = channels::enabled(conn)?;
    let (by_phone, by_mail) = (!registry::open_to_phones(&enabled).is_empty(), !mails::senders(&enabled).is_empty());
    let by_id = enabled.iter().any(|channel| registry::first(channel) == Some(WritesFirst::ExternalId));
    let found = hits.rows.into_iter().filter_map(|hit| {
        let customer = known.remove(&hit.id)?;
        let has_way = reachable.contains(&hit.id)
            || (by_phone && customer.phone.is_some())
            || (by_id && customer.external_id.is_some());
        // A mail goes beside whatever is open.
        let can_mail = by_mail && customer.email.is_some();
        Some(Found {
            can_send: is_theirs_to_write(by, &customer) && (can_mail || (has_way && !customer.is_active())),
            goes_to: mine.get(&hit.id).copied(),
            search_text: hit.search_text,
            customer,
        })
    });
    Ok(Results { found: found.collect(), more: hits.more, offers: vec![] })
}

/// Whether the customer leaves room for a first message of this person; `conversations::start` has the last word.
fn is_theirs_to_write(by: &Operator, customer: &Customer) -> bool {
    let own_or_free = customer.responsible_id.is_none_or(|id| id == by.id());
    !customer.blocked && (own_or_free || by.supervisor().is_some())
}

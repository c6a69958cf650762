//! What becomes of the open conversations and the customers of somebody who goes: a colleague has them from then on, or nobody.
//!
//! Few are handed over in the write that disables the account. Of many the rest is a job, some in each write: it takes what is
//! still theirs, so that it may begin anew after a crash. It ends where the person is let in again, and where another order
//! takes its place.

use serde_json::json;

use super::hand_over::HandOver;
use super::model::Conversation;
use super::store::{self, departing};
use super::{actions, distribution};
use crate::audit;
use crate::auth::Admin;
use crate::customers;
use crate::db::types::{CustomerId, StaffId};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::jobs;
use crate::messages::{Event, Who};
use crate::realtime::Topic;
use crate::staff::{self, StaffMember};

/// How many conversations change hands in one write, and how many customers.
const CONVERSATIONS: i64 = 50;
const CUSTOMERS: i64 = 200;
/// Parts that are done in the write that disables the account.
const AT_ONCE: usize = 4;

/// How much somebody has that another would take over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holdings {
    /// Those that are not closed.
    pub conversations: i64,
    pub customers: i64,
}

impl Holdings {
    pub fn of(conn: &mut Conn, id: StaffId) -> Result<Self> {
        Ok(Self { conversations: departing::count(conn, id)?, customers: customers::store::count_of(conn, id)? })
    }

    pub fn is_empty(self) -> bool {
        self.conversations == 0 && self.customers == 0
    }
}

/// Whether what somebody had is on its way to others.
pub fn is_handing_over(conn: &mut Conn, id: StaffId) -> Result<bool> {
    jobs::is_under_way::<HandOver>(conn, &HandOver::key(id))
}

/// Disables a staff member and hands over what they have: to a colleague, or to nobody. Of one who is disabled already
/// (false) it hands over what they still have.
pub fn dismiss(tx: &mut Tx, by: &Admin, id: StaffId, to: Option<StaffId>) -> Result<bool> {
    if let Some(to) = to
        && (to == id || !staff::find(tx, to).is_ok_and(|member| member.is_enabled()))
    {
        return Err(Error::Invalid("conversations-colleague-unknown".into()));
    }
    let was_enabled = staff::find(tx, id)?.is_enabled();
    if was_enabled {
        staff::disable(tx, by, id)?;
    }
    let held = Holdings::of(tx, id)?;
    if !held.is_empty() {
        audit::record_with(tx, by, "staff.handed_over", None, &detail(id, to, held))?;
    }
    begin(tx, HandOver { from: id, to })?;
    Ok(was_enabled)
}

/// The same at the command line: nobody takes over.
pub fn dismiss_from_command_line(tx: &mut Tx, email: &str) -> Result<bool> {
    let (id, was_enabled) = staff::disable_from_command_line(tx, email)?;
    let held = Holdings::of(tx, id)?;
    if !held.is_empty() {
        audit::record_as(tx, "command line", "staff.handed_over", None, &detail(id, None, held))?;
    }
    begin(tx, HandOver { from: id, to: None })?;
    Ok(was_enabled)
}

fn detail(id: StaffId, to: Option<StaffId>, held: Holdings) -> serde_json::Value {
    json!({ "staff": id, "responsible": to, "conversations": held.conversations, "customers": held.customers })
}

fn begin(tx: &mut Tx, order: HandOver) -> Result<()> {
    jobs::withdraw(tx, &order)?;
    for _ in 0..AT_ONCE {
        if !some(tx, order)? {
            return Ok(());
        }
    }
    jobs::enqueue(tx, &order)
}

/// The next part of an order that is a job; false if that was the last one, or another order has taken its place.
pub(super) fn go_on(tx: &mut Tx, order: HandOver) -> Result<bool> {
    Ok(jobs::is_wanted(tx, &order)? && some(tx, order)?)
}

/// The next part: conversations as long as there are any, then customers. False if that was the last one.
fn some(tx: &mut Tx, order: HandOver) -> Result<bool> {
    let from = staff::find(tx, order.from)?;
    if from.is_enabled() {
        return Ok(false);
    }
    // Who was to take over may have gone meanwhile.
    let to = order.to.map(|id| staff::find(tx, id)).transpose()?.filter(StaffMember::is_enabled);
    let conversations = departing::some(tx, from.id, CONVERSATIONS)?;
    if conversations.is_empty() {
        let theirs = departing_customers(tx, from.id, to.as_ref())?;
        return Ok(theirs.len() == usize::try_from(CUSTOMERS).unwrap_or_default());
    }
    let of: Vec<CustomerId> = conversations.iter().map(|conversation| conversation.customer_id).collect();
    customers::store::rebind(tx, &of, from.id, to.as_ref().map(|to| to.id))?;
    for conversation in &conversations {
        hand_on(tx, conversation, &from, to.as_ref())?;
    }
    distribution::ask(tx)?;
    Ok(true)
}

fn departing_customers(tx: &mut Tx, from: StaffId, to: Option<&StaffMember>) -> Result<Vec<CustomerId>> {
    let theirs = customers::store::some_of(tx, from, CUSTOMERS)?;
    if !theirs.is_empty() {
        customers::store::rebind(tx, &theirs, from, to.map(|to| to.id))?;
        tx.publish(Topic::Inbox);
    }
    for customer in &theirs {
        tx.publish(Topic::Customer(*customer));
    }
    Ok(theirs)
}

fn hand_on(tx: &mut Tx, conversation: &Conversation, from: &StaffMember, to: Option<&StaffMember>) -> Result<()> {
    store::assign(tx, conversation, to.map(|to| to.id))?;
    let detail = json!({ "conversation": conversation.id, "assignee": to.map(|to| to.id) });
    audit::record_as(tx, "system", "conversation.transferred", Some(conversation.customer_id), &detail)?;
    let who = |member: &StaffMember| Who { id: member.id, name: member.name.clone() };
    actions::said(tx, conversation, Event::HandedOver { from: who(from), to: to.map(who) })
}

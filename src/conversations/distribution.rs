//! New conversations are given to operators who are there, if the settings say so.
//!
//! Each goes to the customer's responsible, if they are online and may serve its channel; otherwise to the operator who is
//! online, may serve it and has the fewest active ones (of several, the one whose account is oldest). Supervisors and admins
//! get those of their own customers only. A conversation that somebody has handed back to the queue is given out again, to
//! anybody but them.

use super::actions;
use super::store;
use super::store::waiting::{self, Waiting};
use crate::auth::CustomerScope;
use crate::db::types::{ConversationId, StaffId};
use crate::db::{Db, Tx, dialect};
use crate::error::Result;
use crate::messages::Who;
use crate::settings;

/// How many are given out at a time; the rest come a little later.
const AT_ONCE: i64 = 100;
/// What whoever gives holds until the end, so that two see each other's when they look who has the fewest.
const GIVING: &str = "distribution";

/// Gives a conversation that has just been opened; without anybody there it stays queued.
pub(super) fn give_new(tx: &mut Tx, id: ConversationId, responsible: Option<StaffId>) -> Result<()> {
    dialect::hold_words(tx, [GIVING.to_owned()])?;
    give(tx, &Waiting { id, responsible_id: responsible, handed_back_by_id: None })
}

/// Gives the one that waits longest, when somebody has one fewer.
pub(super) fn after_one_has_left(tx: &mut Tx) -> Result<()> {
    after_some_have_left(tx, 1)
}

/// Gives as many as somebody has fewer.
pub(super) fn after_some_have_left(tx: &mut Tx, count: i64) -> Result<()> {
    if count == 0 { Ok(()) } else { up_to(tx, count.min(AT_ONCE)) }
}

/// Gives what waits to those who are there: somebody has come, or has handed one back.
pub fn distribute(tx: &mut Tx) -> Result<()> {
    up_to(tx, AT_ONCE)
}

/// The same for those who have come back to a page that was open all the time, or were busy elsewhere.
pub async fn distribute_waiting(db: &Db) -> Result<()> {
    let waits = db.read(|conn| Ok(settings::distributes(conn)? && !waiting::longest(conn, 1)?.is_empty())).await?;
    if waits { db.write(distribute).await } else { Ok(()) }
}

fn up_to(tx: &mut Tx, limit: i64) -> Result<()> {
    if !settings::distributes(tx)? || waiting::longest(tx, 1)?.is_empty() {
        return Ok(());
    }
    dialect::hold_words(tx, [GIVING.to_owned()])?;
    for found in waiting::hold_longest(tx, limit)? {
        give(tx, &found)?;
    }
    Ok(())
}

fn give(tx: &mut Tx, waiting: &Waiting) -> Result<()> {
    let conversation = store::find(tx, &CustomerScope::system(), waiting.id)?;
    let Some(to) = waiting::whose_turn(tx, conversation.channel_id, waiting)? else { return Ok(()) };
    actions::give(tx, &conversation, waiting.responsible_id, Who { id: to.id, name: to.name })
}

//! New conversations are given to operators who are there, if the settings say so.
//!
//! Each goes to the customer's responsible, if they are online and may serve its channel; otherwise to the operator who is
//! online, may serve it and has the fewest active ones (of several, the one whose account is oldest). Supervisors and admins
//! get those of their own customers only. A conversation that somebody has handed back to the queue is given out again, to
//! anybody but them.
//!
//! Whoever changes what waits or who is there asks for it ([`ask`]), and goes on. It is done right after their commit, in
//! writes of their own, one conversation after the other as they came (`distributor`): who gives must see what others have
//! given, and nobody who writes, closes or comes shall stand in line for that. What a crash in between leaves is found by the
//! work that comes round.

use std::time::Duration;

use super::actions;
use super::store;
use super::store::waiting::{self, Waiting};
use crate::auth::CustomerScope;
use crate::db::{Db, Tx, dialect};
use crate::error::Result;
use crate::messages::Who;
use crate::realtime::Topic;
use crate::settings;

/// How many are given in one write.
const AT_ONCE: i64 = 20;
/// What whoever gives holds until the end, so that two see each other's when they look who has the fewest.
const GIVING: &str = "distribution";
/// When it looks again whether anything is left: what somebody held just then, or what has come since.
const LOOKS: [Duration; 4] =
    [Duration::ZERO, Duration::from_millis(50), Duration::from_millis(200), Duration::from_millis(1_000)];

/// Asks for what waits to be given out after the commit: something waits, or somebody may be given one more.
pub fn ask(tx: &mut Tx) -> Result<()> {
    if settings::distributes(tx)? {
        tx.publish(Topic::Distribution);
    }
    Ok(())
}

/// Gives what waits to those who are there.
pub async fn distribute_waiting(db: &Db) -> Result<()> {
    for pause in LOOKS {
        tokio::time::sleep(pause).await;
        if !db.read(|conn| Ok(settings::distributes(conn)? && waiting::is_any(conn)?)).await? {
            break;
        }
        while db.write(give_some).await? {}
    }
    Ok(())
}

/// True if there may be more.
fn give_some(tx: &mut Tx) -> Result<bool> {
    if !settings::distributes(tx)? {
        return Ok(false);
    }
    dialect::hold_words(tx, [GIVING.to_owned()])?;
    let found = waiting::hold_longest(tx, AT_ONCE)?;
    tx.concerns_customers(found.len() as u64);
    let mut given = 0;
    for waiting in &found {
        given += i64::from(give(tx, waiting)?);
    }
    Ok(given > 0 && found.len() == usize::try_from(AT_ONCE).unwrap_or_default())
}

fn give(tx: &mut Tx, waiting: &Waiting) -> Result<bool> {
    let conversation = store::find(tx, &CustomerScope::system(), waiting.id)?;
    let Some(to) = waiting::whose_turn(tx, conversation.channel_id, waiting)? else { return Ok(false) };
    actions::give(tx, &conversation, waiting.responsible_id, Who { id: to.id, name: to.name })?;
    Ok(true)
}

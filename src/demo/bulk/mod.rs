//! The large demo: as many customers, conversations and messages as one asks for, the same for the same seed.
//!
//! - `plan` decides for everybody who talks when and how long; it is all that is held in memory.
//! - `person` and `talk` make a customer and a conversation of the seed and their number alone.
//! - `write` turns them into rows, conversations in the order in which they began, as they came in life, so that one
//!   customer's messages lie scattered over the table.
//! - `db::bulk` loads the rows, and fills what search looks in beside that. What a load has put away stands in the
//!   settings until it is finished: a run that was interrupted is told by every later command and begun again by `demo`.

mod dice;
mod names;
mod person;
mod plan;
mod stage;
mod tables;
mod talk;
mod write;

use std::sync::mpsc;

use crate::db::bulk::{Bulk, Feed, Rows, Scope};
use crate::db::types::UtcTime;
use crate::demo::store;
use crate::error::{Error, Result};
use crate::files::StoredFile;
use write::Stage;

/// How large, and which one.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub customers: u64,
    pub conversations: u64,
    pub messages: u64,
    pub seed: u64,
    /// The moment up to which the demo tells; whole seconds.
    pub ends_at: UtcTime,
}

impl Size {
    /// What does not add up, in words.
    pub fn check(&self) -> Result<()> {
        let wrong = |why: &str| Err(Error::Internal(why.into()));
        if self.customers == 0 {
            return wrong("a demo has one customer at least");
        }
        if self.messages < self.conversations || (self.conversations == 0 && self.messages > 0) {
            return wrong("every conversation has one message at least, and every message a conversation");
        }
        if [self.customers, self.conversations, self.messages].iter().any(|n| *n > u64::from(u32::MAX)) {
            return wrong("that is too large a demo");
        }
        Ok(())
    }
}

/// How far a load is: what, how many of it, of how many (0: one step).
pub type Progress<'a> = &'a mut dyn FnMut(&str, u64, u64);

/// Fills an empty database, or one where a load was interrupted. Nobody else may use it meanwhile.
pub fn fill(url: &str, size: &Size, parts: &Parts, progress: Progress) -> Result<()> {
    size.check()?;
    let mut bulk = Bulk::open(url)?;
    let earlier = store::unfinished(bulk.conn())?.unwrap_or_default();
    let scope = Scope { loaded: &tables::names(), emptied: stage::TABLES, sparse: tables::SPARSE };
    let makes = bulk.put_away(&scope, earlier, store::keep_unfinished)?;
    let stage = bulk.write(|tx| stage::set(tx, size, &parts.hash, &parts.sealed, [&parts.picture, &parts.invoice]))?;
    let texts = write::texts(size, stage.working());
    bulk.feed((&tables::CUSTOMER_TEXTS, texts), |feed| load(feed, &stage, size, progress))?;
    bulk.make_again(&makes, &mut |place, of| progress("indexes", place, of))?;
    progress("the planner's figures", 0, 0);
    bulk.finish()?;
    bulk.write(store::finish_load)
}

/// What the rows are made with beside chance.
pub struct Parts {
    /// Of everybody's password.
    pub hash: String,
    /// A channel's secret.
    pub sealed: String,
    pub picture: StoredFile,
    pub invoice: StoredFile,
}

/// One thread makes the rows, this one loads them.
fn load(feed: &mut Feed, stage: &Stage, size: &Size, progress: Progress) -> Result<()> {
    let (to, rows) = mpsc::sync_channel::<Rows>(4);
    std::thread::scope(|scope| {
        let making = scope.spawn(move || write::everything(stage, size, &|made| to.send(made).is_ok()));
        let (mut messages, mut customers) = (0, 0);
        for rows in rows {
            let (table, count) = (rows.target.table, rows.count() as u64);
            feed.load(rows)?;
            match table {
                "messages" => {
                    messages += count;
                    progress("messages", messages, size.messages);
                }
                "customers" => {
                    customers += count;
                    progress("customers", customers, size.customers);
                }
                _ => {}
            }
        }
        making.join().unwrap_or_else(|_| Err(Error::Internal("the maker of rows has panicked".into())))
    })
}

/// The name of company number `place`.
fn company(place: usize) -> String {
    let pick = |list: &[&'static str], at: usize| list.get(at % list.len()).copied().unwrap_or_default();
    format!("{} {}", pick(names::LATIN_LAST, place), pick(names::TRADES, place / names::LATIN_LAST.len() + place))
}

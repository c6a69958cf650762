//! Funnels: the bot's flows. A funnel is a row of blocks; a customer is in one block of all funnels, or in none.
//!
//! - A funnel may begin with new customers, in all channels or in chosen ones: the first message of somebody whom the desk has
//!   never talked to leads into its first block. Where two would begin, the upper one does.
//! - Who enters a block is told its text, if it has one. The next message of theirs leads to its next block, if it has one; else
//!   the flow ends there, and staff go on. One message is one step.
//! - The bot is silent, and the place stays, while the customer is paused or blocked, and as soon as staff work the conversation:
//!   somebody has taken it by hand, or answered. It goes on beside whoever was only given it automatically. It writes no mails,
//!   and after so many messages in an hour no more at all: machines would answer machines.
//!   `conversations` does all that, in the transaction that stores the customer's message.
//! - Staff and programs move a customer to a block, or out of all. That sends nothing: whoever moves them has their own words.
//! - Where no funnel is enabled, a message that comes in asks nothing more of the database ([`are_on`]).
//! - Each entry stands in a history. A block that is deleted lets its customers go; its number stays in there.

mod actions;
mod model;
mod store;

pub use actions::{
    add, add_block, are_on, delete, delete_block, edit, edit_block, enter, following, leave, move_block, move_funnel,
    place,
};
pub use model::{
    BlockTyped, Entry, Funnel, FunnelBlock, FunnelTyped, NAME, NewBlock, NewFunnel, Place, Starts, TEXT, name, path,
};
pub use store::{all, customers_in, entries_of, find, place_of, places_of};

use crate::db::Conn;
use crate::db::types::FunnelBlockId;
use crate::error::Result;

/// A customer's place among those that there are. `block`: the one that they are in.
pub fn place_among_all(conn: &mut Conn, block: Option<FunnelBlockId>) -> Result<Place> {
    let mut funnels = all(conn)?;
    funnels.retain(|funnel| !funnel.blocks.is_empty());
    Ok(Place { block, funnels })
}

//! A bounded episode with a customer, with a start and an end.
//!
//! - Queued: nobody works it. Active: its assignee does. Both count as active ("not closed"). Closed: over for good; the
//!   next message opens a new one.
//! - Taking a conversation of a free customer makes the taker responsible.
//! - With the setting, a new one is given to an operator who is there (`distribution`), right after the commit that opened
//!   it (`distributor`).
//! - Whoever is disabled hands over theirs, and their customers (`departure`; what is left in the background: `hand_over`).
//! - A blocked customer's messages are kept, open nothing, count as no unread and notify nobody.
//! - After a customer's message the bot has its turn (`bot`): it clears no unread, and is no first answer.
//! - A tag may be asked for before somebody writes first and before a conversation is closed (`required_tag`).
//! - Each change writes a system message that only staff see, in the transaction of the change.

pub mod actions;
mod bot;
mod departure;
mod destination;
mod distribution;
mod distributor;
mod hand_over;
mod inbound;
mod mail;
mod model;
mod moving;
mod outgoing;
mod required_tag;
mod sendable;
pub mod store;
pub mod views;
pub mod web;

pub use actions::{close_for_block, is_workable, may_work, tell, who};
pub use departure::{Holdings, dismiss, dismiss_from_command_line, is_handing_over};
pub use destination::{Destination, external_channels};
pub use distribution::{ask as ask_distribution, distribute_waiting};
pub use distributor::Distributor;
pub use hand_over::HandOver;
pub use inbound::{Belongs, Inbound, Received, Sender, identify, is_chain_open, receive, receive_in};
pub use mail::has_mail_way;
pub use model::{CloseReason, Conversation, Origin, Status, VisitDetails};
pub use moving::moved;
pub use outgoing::{Outgoing, Sent, comment, may_write_anew, may_write_first, may_write_mail, reply, start};
pub use required_tag::{chosen_tag, field_of, missing_tag};
pub use sendable::{Window, why_not, window};

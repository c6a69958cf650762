//! The inbox: customers by latest activity, the conversation with one of them, and what is known of them.
//!
//! - The list's state is the URL: tab, filters, place. Tabs narrow in addition to the filters.
//! - What is chosen in the panel of filters (`model::facets`) holds for the page and for all that is done to the whole list:
//!   its conditions stand in one place (`store::facets`).
//! - Filters are saved under a name as the query of their address (`model::saved`), for oneself or for the team. Whoever
//!   saved one changes it; a shared one may be changed by admins, too.
//! - Each part of the page that changes by itself is a region with an address of its own (`web::regions`); the page holds
//!   the same templates.
//! - Pins are personal and stand above every sort, on the first page, within the tab and filters in force
//!   (`store::pinned`).
//! - What cards show and which kinds of messages the chat hides is personal (`model::display`). The composer goes by
//!   all messages, hidden ones included; History hides nothing.
//! - What is done to many customers at once is chosen here (`web::bulk`): marked ones, or all in the list. `batches`
//!   does it.
//! - Who opens a conversation reads it for all, if the log goes up to its end there. What comes in later is read when a
//!   visible page says that it shows it (`presence`).
//! - A slash in the composer offers quick replies and commands (`slash`). A text that begins with a slash and the name of
//!   a command runs it, and goes to nobody; one that looks like that and names none is asked about before it is sent.
//! - The composer remembers the newest message that it showed: a colleague's newer answer holds the reply back.

mod actions;
mod choices;
mod list;
mod load;
pub mod model;
mod slash;
pub mod store;
mod views;
pub mod web;

pub use choices::Choices;
pub use model::{Filter, ListQuery, Tab};
pub use store::Viewer;
pub use store::saved::rename_variable;
pub use store::whole::{among_these, count_exactly};

//! The dialogs of a conversation, and the menu of a card.

use super::super::load::State;
use super::{Beside, region};
use crate::blacklist::BlockForm;
use crate::conversations::views::{CloseForm, TransferForm};
use crate::customers::Customer;
use crate::db::types::{ConversationId, CustomerId};
use crate::staff::StaffMember;
use crate::web::shell::Shell;

/// What asks before it is done: the forms to hand over, to close and to block, each in its dialog.
pub struct DialogsView {
    pub customer: CustomerId,
    /// What they stand for; a region that asks with the same words is up to date.
    pub state: String,
    pub work: Option<(TransferForm, CloseForm)>,
    pub block: Option<BlockForm>,
    conversation: Option<ConversationId>,
}

impl DialogsView {
    pub fn new(sh: &Shell, state: &State, colleagues: Vec<StaffMember>, beside: &Beside) -> Self {
        let (customer, here) = (&state.customer, beside.here.as_str());
        let open = state.conversation.as_ref().filter(|_| state.may_reply);
        let of = open.map(|c| format!("{}-{}", c.id, c.assignee_id.map_or(0, |id| id.0))).unwrap_or_default();
        Self {
            customer: customer.id,
            state: format!("{of}-{}-{}-{}", customer.blocked, state.request_waits, state.needed_tags.len()),
            conversation: state.conversation.as_ref().map(|c| c.id),
            work: open.map(|c| {
                let close = CloseForm::new(c, state.needed_tags.clone(), here.to_owned());
                (TransferForm::new(c, colleagues, here.to_owned()), close)
            }),
            block: BlockForm::offered(sh, customer, state.request_waits, here),
        }
    }

    /// Where the region asks again: about the same conversation, as long as that is open.
    pub fn region(&self) -> String {
        region(&format!("/inbox/{}/dialogs?state={}", self.customer, self.state), self.conversation)
    }
}

/// The menu of a card.
pub struct MenuView {
    pub customer: Customer,
    pub is_pinned: bool,
    pub block: Option<BlockForm>,
    /// The page that the menu is on, where its forms come back to.
    pub here: String,
    /// The list of that page, without this customer's conversation.
    pub list: String,
    pub token: String,
}

impl MenuView {
    /// `here`: path and query of the page that asks; anything but the inbox counts as its beginning.
    pub fn new(sh: &Shell, state: State, here: &str) -> Self {
        let Beside { here, list, .. } = Beside::of(here, state.customer.id);
        let block = BlockForm::offered(sh, &state.customer, state.request_waits, here.as_str());
        Self {
            block: block.map(BlockForm::in_menu),
            is_pinned: state.is_pinned,
            customer: state.customer,
            here,
            list,
            token: crate::web::forms::new_token(),
        }
    }
}

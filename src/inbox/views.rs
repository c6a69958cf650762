//! The page and its regions.

use askama::Template;

use super::list::{ListView, Mark};
use super::load::{Known, Log, State};
use super::model::{Tab, with_query};
use crate::blacklist::BlockForm;
use crate::channels::ChannelKind;
use crate::conversations::views::{CloseForm, TransferForm};
use crate::conversations::{Conversation, Status, Window};
use crate::customers::Customer;
use crate::db::types::{ChannelId, ConversationId, CustomerId, UtcTime};
use crate::error::Said;
use crate::mails::{self, Typed};
use crate::messages::Message;
use crate::messages::views::{Item, LogView, Look};
use crate::quick_replies::FileRef;
use crate::staff::StaffMember;
use crate::templates::Picker;
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// `/inbox` and `/inbox/{customer}`.
#[derive(Template)]
#[template(path = "inbox/page.html")]
pub struct InboxPage {
    pub sh: Shell,
    pub list: ListView,
    pub open: Option<Box<Open>>,
}

impl Regions for InboxPage {}

/// The conversation that is open.
pub struct Open {
    pub customer: Customer,
    pub head: HeadView,
    pub log: Place,
    pub composer: ComposerView,
    pub side: SideView,
    pub here: HereView,
    pub dialogs: DialogsView,
}

/// The heading of a conversation.
pub struct HeadView {
    pub state: State,
    /// The way back to the list.
    pub list_url: String,
    /// For its buttons.
    pub token: String,
}

/// The address of a region about a conversation.
fn region(address: &str, conversation: Option<ConversationId>) -> String {
    let and = if address.contains('?') { '&' } else { '?' };
    conversation.map_or_else(|| address.to_owned(), |id| format!("{address}{and}conversation={id}"))
}

impl HeadView {
    pub fn new(state: State, list_url: String) -> Self {
        Self { state, list_url, token: crate::web::forms::new_token() }
    }

    /// The address of the conversation, where its forms come back to.
    pub fn here(&self) -> String {
        format!("/inbox/{}", self.state.customer.id)
    }

    /// Where the region asks again: about the same conversation, as long as that is open.
    pub fn region(&self) -> String {
        let conversation = self.state.conversation.as_ref().map(|c| c.id);
        region(&format!("/inbox/{}/head", self.state.customer.id), conversation)
    }

    /// Whether a block can be asked for, or done.
    pub fn may_block(&self, sh: &Shell) -> bool {
        !self.state.customer.blocked && (sh.is_supervisor() || !self.state.request_waits)
    }

    pub fn is_queued(&self) -> bool {
        self.state.conversation.as_ref().is_some_and(|c| c.status == Status::Queued)
    }

    /// Whether a button offers to take the conversation.
    pub fn may_take(&self, sh: &Shell) -> bool {
        self.state.may_reply && self.state.conversation.as_ref().is_some_and(|c| c.assignee_id != Some(sh.me.id))
    }

    /// Channel and state in one line.
    pub fn line(&self, sh: &Shell) -> String {
        let state = match (&self.state.conversation, self.state.assignee.as_str()) {
            (None, _) => sh.t("inbox-state-none").to_string(),
            (Some(_), "") => sh.t("inbox-state-queued").to_string(),
            (Some(c), _) if c.assignee_id == Some(sh.me.id) => sh.t("inbox-state-yours").to_string(),
            (Some(_), name) => sh.ta("inbox-state-with", "name", crate::text::isolate(name)),
        };
        match &self.state.channel {
            Some(channel) => format!("{} · {state}", channel.name),
            None => state,
        }
    }

    pub fn channel_kind(&self) -> &'static str {
        self.state.channel.as_ref().map_or("", |c| c.kind.as_str())
    }
}

/// A part of a log with its ways on.
pub struct Place {
    pub customer: CustomerId,
    pub log: LogView,
    pub again: String,
    pub next: String,
}

impl Place {
    pub fn new(sh: &Shell, customer: &Customer, log: &Log) -> Self {
        let base = format!("/inbox/{}", customer.id);
        Self {
            customer: customer.id,
            again: with_query(&format!("{base}/log"), &log.again),
            next: log.next.map_or(base.clone(), |id| format!("{base}?at={id}")),
            log: LogView::new(sh, customer, &log.thread),
        }
    }
}

/// The composer, or why there is none.
pub struct ComposerView {
    pub customer: CustomerId,
    /// The conversation that is answered.
    pub conversation: Option<ConversationId>,
    /// What else is open.
    pub others: Vec<ConversationId>,
    pub name: String,
    pub writing: Writing,
    pub channel: String,
    /// A queued conversation: replying takes it.
    pub takes: bool,
    /// What the form stands for; a region that asks with the same words is up to date.
    pub state: String,
    pub text: String,
    /// Files of quick replies that go along: the name in the form, and the file's own.
    pub quick: Vec<(FileRef, String)>,
    pub is_comment: bool,
    pub is_template: bool,
    pub client_uuid: String,
    pub error: String,
    /// What holds the reply back until its sender says "send anyway".
    pub question: Option<Question>,
    /// Such questions that have been answered so.
    pub answered: Vec<&'static str>,
    pub is_fresh: bool,
    /// Why only comments can be written, where it is the channel's doing.
    pub stop: Option<Said>,
    /// What makes a reply a mail.
    pub mail: Option<MailFields>,
    /// Choosing a template, where the channel has any.
    pub picker: Option<Picker>,
    /// How long free text may be written, where that ends.
    pub window: Option<WindowView>,
}

/// Something that was asked before a reply goes out.
pub struct Question {
    /// The field by which the answer comes back.
    pub field: &'static str,
    pub heading: String,
    pub text: String,
}

/// How long free text reaches the customer.
pub struct WindowView {
    pub customer: CustomerId,
    pub conversation: Option<ConversationId>,
    /// `None`: not any more.
    pub until: Option<UtcTime>,
    /// Those that are left.
    pub minutes: i64,
}

impl WindowView {
    /// Nothing where free text can always be written.
    pub fn new(state: &State) -> Option<Self> {
        let until = match state.window {
            Window::Always => return None,
            Window::Until(until) => Some(until),
            Window::Closed => None,
        };
        let seconds = until.map_or(0, |until| UtcTime::now().until(until).num_seconds().max(0));
        let minutes = (seconds + 59) / 60;
        let conversation = state.conversation.as_ref().map(|conversation| conversation.id);
        Some(Self { customer: state.customer.id, conversation, until, minutes })
    }

    /// Where the region asks again: about the same conversation.
    fn region(&self) -> String {
        region(&format!("/inbox/{}/window", self.customer), self.conversation)
    }

    fn hours(&self) -> i64 {
        self.minutes / 60
    }

    fn minutes(&self) -> i64 {
        self.minutes % 60
    }
}

/// The fields of a mail.
pub struct MailFields {
    pub senders: Vec<String>,
    pub typed: Typed,
    /// Something was typed there.
    pub is_open: bool,
}

/// What may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    All,
    /// The customer wrote too long ago for free text.
    TemplatesOnly,
    CommentsOnly,
    Blocked,
    NothingOpen,
}

impl ComposerView {
    pub fn new(state: &State) -> Self {
        let open = state.conversation.as_ref();
        let writing = match open {
            _ if state.customer.blocked => Writing::Blocked,
            None => Writing::NothingOpen,
            Some(_) if state.may_reply && state.stop.is_none() => {
                if state.window == Window::Closed {
                    Writing::TemplatesOnly
                } else {
                    Writing::All
                }
            }
            Some(_) => Writing::CommentsOnly,
        };
        let takes = open.is_some_and(|c| c.assignee_id.is_none());
        Self {
            customer: state.customer.id,
            conversation: open.map(|c| c.id),
            others: state.others.iter().map(|c| c.id).collect(),
            name: state.customer.name.clone(),
            channel: state.channel.as_ref().map(|c| c.name.clone()).unwrap_or_default(),
            state: format!("{writing:?}-{takes}-{}-{}", state.others.len(), open.map_or(0, |c| c.id.0)),
            writing,
            takes,
            text: String::new(),
            quick: vec![],
            is_comment: writing == Writing::CommentsOnly,
            is_template: writing == Writing::TemplatesOnly,
            client_uuid: crate::web::forms::new_token(),
            error: String::new(),
            question: None,
            answered: vec![],
            is_fresh: false,
            mail: mail_fields(state).filter(|_| writing == Writing::All),
            stop: state.stop.clone().filter(|_| state.may_reply),
            picker: picker(state, writing),
            window: WindowView::new(state).filter(|_| state.may_reply && state.stop.is_none()),
        }
    }

    /// Where the region asks again: about the same conversation, as long as that is open.
    pub fn region(&self) -> String {
        region(&format!("/inbox/{}/composer?state={}", self.customer, self.state), self.conversation)
    }

    /// Whether a text can be typed; what was typed is never taken away.
    pub fn has_form(&self) -> bool {
        matches!(self.writing, Writing::All | Writing::TemplatesOnly | Writing::CommentsOnly) || !self.text.is_empty()
    }

    /// A colleague has answered meanwhile: with this.
    pub fn hold_for_newer(&mut self, sh: &Shell, message: &Message, author: &str) {
        let heading = sh.ta("inbox-newer-answer", "name", author);
        self.question = Some(Question { field: "over", heading, text: crate::text::preview(&message.body, 500) });
    }

    /// The text begins as a command does, and calls none.
    pub fn hold_for_slash(&mut self, sh: &Shell, word: &str) {
        let heading = sh.ta("inbox-no-command", "name", crate::text::isolate(word));
        self.question = Some(Question { field: "plain", heading, text: sh.t("inbox-no-command-hint").to_string() });
    }
}

/// Offered where there is something to choose, and where nothing else can be sent.
fn picker(state: &State, writing: Writing) -> Option<Picker> {
    let is_wanted = writing == Writing::TemplatesOnly || (writing == Writing::All && !state.offers.is_empty());
    is_wanted.then(|| Picker::new(state.offers.clone()))
}

fn mail_fields(state: &State) -> Option<MailFields> {
    let channel = state.channel.as_ref().filter(|channel| channel.kind == ChannelKind::Email && state.may_reply)?;
    let senders = mails::senders(std::slice::from_ref(channel)).into_iter().map(|(sender, _)| sender).collect();
    Some(MailFields { senders, typed: Typed { sender: state.mail_sender.clone(), ..Typed::default() }, is_open: false })
}

/// Who else is here.
pub struct HereView {
    pub customer: CustomerId,
    pub lines: Vec<String>,
}

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
    pub fn new(sh: &Shell, state: &State, colleagues: Vec<StaffMember>) -> Self {
        let (customer, here) = (&state.customer, format!("/inbox/{}", state.customer.id));
        let open = state.conversation.as_ref().filter(|_| state.may_reply);
        let of = open.map(|c| format!("{}-{}", c.id, c.assignee_id.map_or(0, |id| id.0))).unwrap_or_default();
        Self {
            customer: customer.id,
            state: format!("{of}-{}-{}-{}", customer.blocked, state.request_waits, state.needed_tags.len()),
            conversation: state.conversation.as_ref().map(|c| c.id),
            work: open.map(|c| {
                let close = CloseForm::new(c, state.needed_tags.clone(), here.clone());
                (TransferForm::new(c, colleagues, here.clone()), close)
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
        let here = if here.starts_with("/inbox") { here } else { "/inbox" };
        let open = format!("/inbox/{}", state.customer.id);
        let (path, query) = here.split_once('?').unwrap_or((here, ""));
        let list = if path == open { with_query("/inbox", query) } else { here.to_owned() };
        let block = BlockForm::offered(sh, &state.customer, state.request_waits, here);
        Self {
            block: block.map(BlockForm::in_menu),
            customer: state.customer,
            here: here.to_owned(),
            list,
            token: crate::web::forms::new_token(),
        }
    }
}

/// The customer bar.
pub struct SideView {
    pub known: Known,
    pub back: String,
}

impl SideView {
    pub fn new(known: Known) -> Self {
        let back = format!("/inbox/{}", known.customer.id);
        Self { known, back }
    }

    /// The kind of the channel of this number.
    pub fn kind_of(&self, id: &ChannelId) -> &'static str {
        self.known.channels.iter().find(|c| c.id == *id).map_or("", |c| c.kind.as_str())
    }

    pub fn is_mine(&self, sh: &Shell) -> bool {
        self.known.customer.responsible_id == Some(sh.me.id)
    }

    pub fn channel_kind(&self) -> &'static str {
        self.known.customer.channel_kind.as_ref().map_or("", |kind| kind.as_str())
    }

    pub fn edit_url(&self) -> String {
        format!("/customers/{}/edit?back={}", self.known.customer.id, self.back)
    }

    pub fn previous_name(&self, sh: &Shell, conversation: &Conversation) -> String {
        sh.ta("messages-conversation", "number", conversation.id)
    }
}

macro_rules! fragments {
    ($($(#[$doc:meta])* $name:ident $path:literal { $($field:ident: $type:ty),* };)+) => {
        $($(#[$doc])*
        #[derive(Template)]
        #[template(path = $path)]
        #[allow(dead_code, reason = "one of the templates says no words of its own")]
        pub struct $name<'a> { pub sh: &'a Shell, $(pub $field: $type),* })+
    };
}

fragments! {
    /// The tabs and the cards.
    CardsFragment "inbox/cards.html" { list: &'a ListView };
    HeadFragment "inbox/head.html" { head: &'a HeadView, customer: &'a Customer };
    LogFragment "inbox/log.html" { place: &'a Place };
    ComposerFragment "inbox/composer.html" { composer: &'a ComposerView };
    SideFragment "inbox/side.html" { side: &'a SideView };
    HereFragment "inbox/here.html" { here: &'a HereView };
    WindowFragment "inbox/window.html" { window: &'a WindowView };
    /// A card's menu and its dialogs.
    MenuFragment "inbox/menu.html" { menu: &'a MenuView };
    DialogsFragment "inbox/dialogs.html" { dialogs: &'a DialogsView };
}

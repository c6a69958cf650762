//! The composer, or why nothing can be written.

use super::super::load::State;
use super::window::WindowView;
use super::{Beside, region};
use crate::channels::{self, ChannelKind};
use crate::conversations::Window;
use crate::db::types::{ConversationId, CustomerId};
use crate::error::Said;
use crate::files::Limits;
use crate::mails::{self, Typed};
use crate::messages::Message;
use crate::quick_replies::FileRef;
use crate::templates::Picker;
use crate::web::shell::Shell;

/// The composer, or why there is none.
pub struct ComposerView {
    pub customer: CustomerId,
    /// The conversation that is answered.
    pub conversation: Option<ConversationId>,
    /// What else is open.
    pub others: Vec<ConversationId>,
    pub beside: Beside,
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
    /// Bytes that a file may have: the page says so before it is sent.
    pub file_limit: u64,
}

/// Something that was asked before a reply goes out.
pub struct Question {
    /// The field by which the answer comes back.
    pub field: &'static str,
    pub heading: String,
    pub text: String,
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
    pub fn new(state: &State, beside: Beside) -> Self {
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
        let kind = state.channel.as_ref().map_or(ChannelKind::WebChat, |channel| channel.kind);
        Self {
            customer: state.customer.id,
            conversation: open.map(|c| c.id),
            others: state.others.iter().map(|c| c.id).collect(),
            beside,
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
            file_limit: Limits::of(kind).file,
        }
    }

    pub fn file_limit_said(&self, sh: &Shell) -> String {
        sh.ta("inbox-file-too-large", "limit", self.file_limit / channels::MB)
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

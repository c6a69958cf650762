//! Messages as pages show them: `templates/messages/items.html` shows a [`LogView`] as `log`.

mod sentences;

use chrono::NaiveDate;

use super::delivery_view::DeliveryView;
use super::model::{AWAITED, Attachment, Event, Message, MessageKind, Who};
use super::thread::Thread;
use crate::conversations::{CloseReason, Conversation, Origin, is_workable};
use crate::customers::Customer;
use crate::db::types::{ConversationId, MessageId, StaffId, UtcTime};
use crate::error::Said;
use crate::mails::MailHead;
use crate::text;
use crate::web::shell::Shell;
use crate::web::times;

use sentences::{closed_text, person, sentence};

/// A log: what stands in it, oldest first.
pub struct LogView {
    pub items: Vec<Item>,
    /// The oldest message of it.
    pub first: Option<MessageId>,
    /// The newest message of it.
    pub last: Option<MessageId>,
    /// The newest of the customer's.
    pub seen: Option<MessageId>,
    pub has_older: bool,
    pub has_newer: bool,
}

/// What stands in a log.
pub enum Item {
    /// A day begins.
    Day {
        id: String,
        text: String,
    },
    /// A conversation begins or goes on.
    Start(Box<EdgeView>),
    /// A conversation ends.
    End(Box<EdgeView>),
    /// What happened.
    System(Box<SystemView>),
    Message(Box<MessageView>),
}

/// The start or the end of a conversation.
pub struct EdgeView {
    /// Unique on the page.
    pub id: String,
    pub conversation: ConversationId,
    pub channel_kind: &'static str,
    pub channel: String,
    pub time: UtcTime,
    /// At the end: who closed it and why.
    pub said: String,
    pub note: String,
    /// 1 to 5, or 0.
    pub rating: i32,
    pub is_outgoing: bool,
}

/// A line that tells what happened.
pub struct SystemView {
    pub id: MessageId,
    pub icon: &'static str,
    pub said: String,
    pub note: String,
    pub time: UtcTime,
    /// The conversation of which it tells the rating.
    pub rates: Option<ConversationId>,
}

/// Whose words a message holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Customer,
    Staff,
    Bot,
    Comment,
    Command,
}

/// A message in its bubble.
pub struct MessageView {
    pub id: MessageId,
    pub look: Look,
    /// The customer, "You", or a colleague.
    pub author: String,
    pub initials: String,
    /// 1 to 8.
    pub hue: u8,
    pub channel_kind: &'static str,
    pub body: String,
    pub files: Vec<Attachment>,
    pub time: UtcTime,
    /// When it came, where it was written long before.
    pub came: Option<UtcTime>,
    pub received_while_blocked: bool,
    /// The customer has seen it, where no provider tells it.
    pub is_read: bool,
    /// What became of it at the provider.
    pub delivery: Option<DeliveryView>,
    /// When it was edited, and what it said before.
    pub edited: Option<(UtcTime, String)>,
    /// The message that it answers.
    pub quote: Option<(MessageId, String)>,
    /// That the words are somebody else's, and whose.
    pub forwarded: Option<String>,
    pub reactions: Vec<String>,
    /// What of it cannot be shown.
    pub unsupported: Option<String>,
    /// What it was as a mail.
    pub mail: Option<MailHead>,
}

impl MessageView {
    /// Whether it has not arrived.
    pub fn is_bad(&self) -> bool {
        self.delivery.as_ref().is_some_and(DeliveryView::is_bad)
    }

    /// The words, with the addresses among them.
    pub fn said(&self) -> Vec<text::Piece<'_>> {
        text::pieces(&self.body)
    }
}

impl LogView {
    pub fn new(sh: &Shell, customer: &Customer, thread: &Thread) -> Self {
        let mut items = vec![];
        let mut day: Option<NaiveDate> = None;
        let mut running: Option<Running> = None;
        for message in &thread.messages {
            let conversation = message.conversation_id.and_then(|id| thread.conversations.get(&id));
            if running.as_ref().map(|r| r.conversation) != conversation.map(|c| c.id) {
                finish(&mut items, running.take(), Some(message), thread, sh);
            }
            let today = sh.clock.day(message.created_at);
            if day != Some(today) {
                day = Some(today);
                items.push(Item::Day { id: format!("d{today}"), text: day_text(sh, today) });
            }
            if running.is_none()
                && let Some(conversation) = conversation
            {
                items.push(Item::Start(Box::new(start_edge(thread, conversation, message.id))));
                running = Some(Running { conversation: conversation.id, after: message });
            }
            items.extend(item(sh, customer, thread, message, conversation));
        }
        if !thread.has_newer {
            finish(&mut items, running, None, thread, sh);
        }
        Self {
            items,
            first: thread.messages.first().map(|m| m.id),
            last: thread.messages.last().map(|m| m.id),
            seen: thread.messages.iter().rev().find(|m| m.kind == MessageKind::Customer).map(|m| m.id),
            has_older: thread.has_older,
            has_newer: thread.has_newer,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Each rating once: at the end of its conversation only where no line tells of it, with its words and its time.
    pub fn rated_once(mut self) -> Self {
        let line = |item: &Item| if let Item::System(line) = item { line.rates } else { None };
        let told: Vec<ConversationId> = self.items.iter().filter_map(line).collect();
        for item in &mut self.items {
            if let Item::End(edge) = item
                && told.contains(&edge.conversation)
            {
                edge.rating = 0;
            }
        }
        self
    }
}

/// The conversation that the log is going through.
struct Running<'a> {
    conversation: ConversationId,
    /// Its first message here.
    after: &'a Message,
}

/// Shows the end of a conversation that was closed before the next message, where the closing left no message here. Closed
/// later, it goes on below: two conversations may be had at the same time.
fn finish(items: &mut Vec<Item>, running: Option<Running>, next: Option<&Message>, thread: &Thread, sh: &Shell) {
    let Some(Running { conversation: id, after }) = running else { return };
    let Some(conversation) = thread.conversations.get(&id) else { return };
    let is_over = |at: UtcTime| at >= after.created_at && next.is_none_or(|next| at <= next.created_at);
    let tells = |message: &Message| {
        message.conversation_id == Some(id) && matches!(message.event(), Some(Event::Closed { .. }))
    };
    if conversation.closed_at.is_some_and(is_over) && !thread.messages.iter().any(tells) {
        let by = conversation.closed_by_id.map(|id| name_of(sh, thread, id));
        let reason = conversation.close_reason.as_ref().map_or("", CloseReason::as_str);
        let said = closed_text(sh, by, reason);
        items.push(Item::End(Box::new(end_edge(thread, conversation, said, &conversation.close_note))));
    }
}

fn item(
    sh: &Shell,
    customer: &Customer,
    thread: &Thread,
    message: &Message,
    conversation: Option<&Conversation>,
) -> Option<Item> {
    if message.kind != MessageKind::System {
        return Some(Item::Message(Box::new(bubble(sh, customer, thread, message))));
    }
    let event = message.event()?;
    if let (Event::Closed { by, reason, note }, Some(conversation)) = (&event, conversation) {
        let said = closed_text(sh, by.as_ref().map(|who| person(sh, who)), reason);
        return Some(Item::End(Box::new(end_edge(thread, conversation, said, note))));
    }
    let (icon, said, note) = sentence(sh, &event)?;
    let rates = message.conversation_id.filter(|_| matches!(event, Event::Rated { .. }));
    Some(Item::System(Box::new(SystemView { id: message.id, icon, said, note, time: message.created_at, rates })))
}

fn is_read(thread: &Thread, message: &Message) -> bool {
    let up_to = message.conversation_id.and_then(|id| thread.read.get(&id));
    up_to.is_some_and(|up_to| message.id <= *up_to)
}

fn bubble(sh: &Shell, customer: &Customer, thread: &Thread, message: &Message) -> MessageView {
    let look = match message.kind {
        MessageKind::Customer => Look::Customer,
        MessageKind::Bot => Look::Bot,
        MessageKind::Comment => Look::Comment,
        MessageKind::CommandResult | MessageKind::System => Look::Command,
        MessageKind::Staff => Look::Staff,
    };
    let name = match (look, message.author_id) {
        (Look::Customer, _) => customer.name.clone(),
        (Look::Bot, _) => sh.t("messages-bot").to_string(),
        (_, Some(id)) => thread.staff.get(&id).cloned().unwrap_or_default(),
        (_, None) => sh.t("messages-former-staff").to_string(),
    };
    let is_me = look != Look::Customer && message.author_id == Some(sh.me.id);
    let hue = match (look, message.author_id) {
        (Look::Customer, _) | (_, None) => customer.hue(),
        (_, Some(id)) => text::hue(id.0),
    };
    MessageView {
        id: message.id,
        look,
        initials: text::initials(&name),
        author: if is_me { sh.t("messages-you").to_string() } else { name },
        hue,
        channel_kind: thread.channels.get(&message.channel_id).map_or("", |c| c.kind.as_str()),
        body: message.body.clone(),
        is_read: message.is_outgoing() && is_read(thread, message),
        files: thread.attachments.get(&message.id).cloned().unwrap_or_default(),
        time: message.sent_at.unwrap_or(message.created_at),
        came: message.sent_at.map(|_| message.created_at),
        received_while_blocked: message.received_while_blocked,
        delivery: thread.deliveries.get(&message.id).map(|(delivery, tries)| {
            let conversation = message.conversation_id.and_then(|id| thread.conversations.get(&id));
            DeliveryView::new(sh, delivery, tries, is_workable(&sh.me, customer, conversation))
        }),
        edited: message.edited_at.map(|at| (at, message.first_body.clone().unwrap_or_default())),
        quote: message.reply_to_id.and_then(|id| Some((id, thread.quotes.get(&id)?.clone()))),
        forwarded: message.forwarded_from.as_deref().map(|name| forwarded(sh, name)),
        reactions: thread.reactions.get(&message.id).cloned().unwrap_or_default(),
        unsupported: message.unsupported.as_deref().map(|what| not_shown(sh, what)),
        mail: thread.mails.get(&message.id).map(MailHead::from),
    }
}

fn forwarded(sh: &Shell, name: &str) -> String {
    match name {
        "" => sh.t("messages-forwarded").to_string(),
        name => sh.say(&Said::from("messages-forwarded-from").with("name", text::isolate(name))),
    }
}

/// What of a message cannot be shown: ours in the reader's language, a provider's in its own words.
fn not_shown(sh: &Shell, what: &str) -> String {
    let said = |one: &str| match one {
        "not_given" => sh.t("mail-not-given").to_string(),
        "unreadable" => sh.t("mail-unreadable").to_string(),
        "too_large" => sh.t("mail-too-large").to_string(),
        "attachments" => sh.t("mail-left-out").to_string(),
        other => match other.strip_prefix(AWAITED) {
            Some(file) => sh.ta("messages-file-awaited", "file", file),
            None => other.to_owned(),
        },
    };
    what.split("; ").map(said).collect::<Vec<_>>().join("; ")
}

fn start_edge(thread: &Thread, conversation: &Conversation, at: MessageId) -> EdgeView {
    EdgeView { id: format!("c{}-{at}", conversation.id), ..edge(thread, conversation, conversation.opened_at) }
}

fn end_edge(thread: &Thread, conversation: &Conversation, said: String, note: &str) -> EdgeView {
    let time = conversation.closed_at.unwrap_or(conversation.last_message_at);
    EdgeView {
        id: format!("c{}-end", conversation.id),
        said,
        note: note.to_owned(),
        rating: conversation.rating.unwrap_or(0),
        ..edge(thread, conversation, time)
    }
}

fn edge(thread: &Thread, conversation: &Conversation, time: UtcTime) -> EdgeView {
    let channel = thread.channels.get(&conversation.channel_id);
    EdgeView {
        id: String::new(),
        conversation: conversation.id,
        channel_kind: channel.map_or("", |c| c.kind.as_str()),
        channel: channel.map(|c| c.name.clone()).unwrap_or_default(),
        time,
        said: String::new(),
        note: String::new(),
        rating: 0,
        is_outgoing: conversation.origin == Origin::Outgoing,
    }
}

fn name_of(sh: &Shell, thread: &Thread, id: StaffId) -> String {
    let name = thread.staff.get(&id).cloned().unwrap_or_default();
    person(sh, &Who { id, name })
}

fn day_text(sh: &Shell, day: NaiveDate) -> String {
    let today = sh.clock.today();
    if day == today {
        return sh.t("messages-today").to_string();
    }
    if Some(day) == today.pred_opt() {
        return sh.t("messages-yesterday").to_string();
    }
    times::date(sh.lang, day)
}

/// The log alone, as a fragment.
#[derive(askama::Template)]
#[template(path = "messages/log.html")]
pub struct LogFragment<'a> {
    pub sh: &'a Shell,
    pub log: &'a LogView,
}

//! Conversations by mail: subjects, blind copies, an HTML part with a picture inside it, an attachment.

use chrono::Duration;

use super::dialogues::{Tongue, Voice};
use super::episode::{happened, who};
use super::stage::{Hero, Stage, pick};
use super::store::{self, Card, Ended, NewConversation, NewCustomer, NewMessage};
use crate::channels::ChannelKind;
use crate::channels::email::address::Person;
use crate::conversations::CloseReason;
use crate::db::Tx;
use crate::db::types::UtcTime;
use crate::error::{Error, Result};
use crate::files::StoredFile;
use crate::mails::{self, NewMail};
use crate::messages::{Event, MessageKind};

/// The settings of the mailbox. Without a password it is not connected.
pub const MAILBOX: &str = r#"{
    "imap": { "host": "imap.northwind.example", "port": 993, "security": "tls" },
    "smtp": { "host": "smtp.northwind.example", "port": 465, "security": "tls" },
    "user": "care@northwind.example", "senders": ["care@northwind.example", "sales@northwind.example"],
    "display_name": "Northwind"
}"#;
const CARE: &str = "care@northwind.example";
/// Who answers: a place in `people::STAFF`.
const OPERATOR: usize = 2;

/// What a letter comes with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum With {
    Nothing,
    /// An HTML part with the picture inside.
    Look,
    /// The invoice.
    Invoice,
    /// A blind copy.
    Copy,
    /// The letter before it, quoted below.
    Quote,
}

use Voice::{Customer as C, Staff as S};
use With::{Copy as Bcc, Invoice, Look, Nothing, Quote};

struct Thread {
    name: &'static str,
    address: &'static str,
    subject: &'static str,
    /// Minutes since the last letter.
    age: i64,
    is_closed: bool,
    /// A place in `people::SUBJECTS`.
    about: usize,
    letters: &'static [(Voice, With, &'static str)],
}

const THREADS: &[Thread] = &[
    Thread {
        name: "Дарья Власова",
        address: "d.vlasova@romashka.example",
        subject: "Возврат по заказу № 18377",
        age: 2900,
        is_closed: true,
        about: 5,
        letters: &[
            (
                C,
                Nothing,
                "Здравствуйте!\n\nОтправила лампу обратно в понедельник. Когда вернутся деньги?\n\nДарья Власова",
            ),
            (
                S,
                Nothing,
                "Здравствуйте, Дарья!\n\nЛампа у нас, деньги отправлены сегодня. На карте они будут в течение пяти рабочих дней.",
            ),
            (C, Quote, "Спасибо, всё пришло."),
        ],
    },
    Thread {
        name: "Peter Hoffmann",
        address: "p.hoffmann@okafor.example",
        subject: "Quote for twelve oak shelves",
        age: 190,
        is_closed: false,
        about: 7,
        letters: &[
            (
                C,
                Nothing,
                "Good morning,\n\nwe are fitting out a second shop and need twelve of your oak shelves (120 cm). What would they cost with delivery to Hamburg?\n\nBest regards\nPeter Hoffmann\nOkafor Retail",
            ),
            (
                S,
                Bcc,
                "Good morning Mr Hoffmann,\n\nfrom ten pieces on we take 12 % off: 1,254 € with delivery. They would reach you within two weeks.",
            ),
            (C, Quote, "That is fine, please go ahead."),
            (S, Invoice, "Thank you! Here is the invoice; they leave as soon as it is paid."),
        ],
    },
    Thread {
        name: "Ingrid Solberg",
        address: "ingrid@solberg.example",
        subject: "Order 18412: one chair with a scratch",
        age: 14,
        is_closed: false,
        about: 9,
        letters: &[
            (
                C,
                Look,
                "Dear Northwind,\n\nthe six chairs of order 18412 came this morning. Five are perfect. One has a scratch across the seat, and the box was open at the corner: see the courier’s card.\n\nCould you send one more, and tell me what to do with this one?\n\nKind regards\nIngrid Solberg",
            ),
            (
                S,
                Nothing,
                "Dear Ms Solberg,\n\nI am sorry about that. A new chair leaves today. Please keep the other one: the scratch is ours.\n\nPriya Nair",
            ),
            (C, Quote, "How kind! One question: will the new one come in the same oak? The others are rather dark."),
        ],
    },
];

/// Writes them all.
pub fn write(tx: &mut Tx, stage: &Stage) -> Result<()> {
    THREADS.iter().try_for_each(|thread| tell(tx, stage, thread))
}

fn tell(tx: &mut Tx, stage: &Stage, thread: &Thread) -> Result<()> {
    let hour = |place: usize| Duration::hours(i64::try_from(thread.letters.len() - 1 - place).unwrap_or(0) * 3);
    let at = |place: usize| stage.now.plus(-Duration::minutes(thread.age) - hour(place));
    let hero = meet(tx, stage, thread, at(0))?;
    let assignee = pick(&stage.staff, OPERATOR)?;
    let ended = thread.is_closed.then(|| Ended {
        at: at(thread.letters.len() - 1).plus(Duration::minutes(5)),
        by: assignee,
        reason: CloseReason::Solved,
        rating: None,
    });
    let new = NewConversation {
        customer: hero.id,
        channel: hero.channel.0,
        account: hero.account,
        assignee: Some(assignee),
        opened_at: at(0),
        first_reply_at: Some(at(1)),
        last_message_at: at(thread.letters.len() - 1),
        ended,
        subject: Some(pick(&stage.subjects, thread.about)?),
        is_web: false,
    };
    let conversation = store::conversation(tx, &new)?;
    happened(tx, &hero, conversation, &Event::Opened { by: None }, at(0))?;
    let mut last = None;
    for (place, (voice, with, body)) in thread.letters.iter().enumerate() {
        if place == 1 {
            happened(tx, &hero, conversation, &Event::Taken { by: who(stage, OPERATOR)? }, at(1))?;
        }
        let is_ours = *voice == S;
        let message = NewMessage {
            customer: hero.id,
            conversation,
            channel: hero.channel.0,
            kind: if is_ours { MessageKind::Staff } else { MessageKind::Customer },
            author: is_ours.then_some(assignee),
            body,
            event: None,
            file: attached(stage, *with),
            at: at(place),
        };
        let id = store::message(tx, &message)?;
        let before = place.checked_sub(1).and_then(|place| thread.letters.get(place)).map_or("", |(_, _, body)| *body);
        mails::attach(tx, id, hero.id, &mail(stage, thread, place, is_ours, *with, before))?;
        last = Some((message, id));
    }
    if let Some(ended) = &new.ended {
        let reason = ended.reason.as_str().into();
        let event = Event::Closed { by: Some(who(stage, OPERATOR)?), reason, note: String::new() };
        happened(tx, &hero, conversation, &event, ended.at)?;
    }
    let (last, last_id) = last.ok_or_else(|| Error::Internal("a thread of the demo has no letter".into()))?;
    let unread = i64::from(!thread.is_closed && last.kind == MessageKind::Customer);
    store::card(tx, hero.id, &Card { last: &last, last_id, active: i64::from(!thread.is_closed), unread })
}

fn meet(tx: &mut Tx, stage: &Stage, thread: &Thread, at: UtcTime) -> Result<Hero> {
    let mailbox = stage.channels.iter().copied().find(|(_, kind)| *kind == ChannelKind::Email);
    let channel = mailbox.ok_or_else(|| Error::Internal("the demo has no mailbox".into()))?;
    let responsible = Some(pick(&stage.staff, OPERATOR)?);
    let new = NewCustomer {
        name: thread.name,
        phone: None,
        email: Some(thread.address),
        external_id: None,
        company: None,
        responsible,
        channel,
        address: thread.address,
        username: "",
        paused: false,
        created_at: at,
    };
    let (id, account) = store::customer(tx, &new)?;
    Ok(Hero { number: 0, id, account, channel, tongue: Tongue::English, operator: OPERATOR, responsible })
}

/// The picture of a look is inside its HTML, not beside it.
fn attached<'a>(stage: &Stage<'a>, with: With) -> Option<&'a StoredFile> {
    (with == Invoice).then_some(&stage.contents.invoice)
}

fn mail(stage: &Stage, thread: &Thread, place: usize, is_ours: bool, with: With, before: &str) -> NewMail {
    let person = |name: &str, address: &str| Person { name: name.to_owned(), address: address.to_owned() };
    let (ours, theirs) = (person("Northwind", CARE), person(thread.name, thread.address));
    let (sender, recipient) = if is_ours { (ours, theirs) } else { (theirs, ours) };
    let looks = with == Look;
    NewMail {
        subject: if place == 0 { thread.subject.to_owned() } else { mails::reply_subject(thread.subject) },
        sender,
        recipients: vec![recipient],
        bcc: if with == Bcc { vec!["sales@northwind.example".into()] } else { vec![] },
        quoted: if with == Quote { before.lines().map(|line| format!("> {line}\n")).collect() } else { String::new() },
        html: looks.then(|| stage.contents.letter.clone()),
        pictures: if looks { vec![("card@solberg.example".into(), stage.contents.picture.clone())] } else { vec![] },
        ..NewMail::default()
    }
}

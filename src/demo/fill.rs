//! Puts the people, their channels and their conversations together.

use chrono::Duration;

use super::dialogues::{self, Tongue, Voice};
use super::people;
use super::store::{self, Card, Ended, NewConversation, NewCustomer, NewMessage};
use crate::auth::Role;
use crate::channels::ChannelKind;
use crate::conversations::CloseReason;
use crate::db::Tx;
use crate::db::types::{
    AccountId, ChannelId, CompanyId, ConversationTagId, CustomerId, CustomerTagId, MessageId, StaffId, UtcTime,
};
use crate::error::{Error, Result};
use crate::files::StoredFile;
use crate::messages::{Event, MessageKind, Who};

/// Customers of the demo.
const CUSTOMERS: usize = 150;
/// The first so many have something going on now.
const RECENT: usize = 56;
/// The regular whose history is long.
const REGULAR: usize = 29;
/// Messages of the regular's longest conversation.
const SMALL_TALK: usize = 160;

/// What the customers' stories are told with.
struct Stage<'a> {
    now: UtcTime,
    staff: Vec<StaffId>,
    channels: Vec<(ChannelId, ChannelKind)>,
    companies: Vec<CompanyId>,
    tags: Vec<CustomerTagId>,
    subjects: Vec<ConversationTagId>,
    picture: &'a StoredFile,
    invoice: &'a StoredFile,
}

/// A customer with what their conversations need of them.
#[derive(Clone, Copy)]
struct Hero {
    number: usize,
    id: CustomerId,
    account: AccountId,
    channel: (ChannelId, ChannelKind),
    tongue: Tongue,
    operator: usize,
    responsible: Option<StaffId>,
}

/// How an episode stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The customer has written, nobody has answered.
    Queued,
    /// Answered; it is the customer's turn.
    Active,
    /// The customer has written again.
    Waiting,
    Closed,
}

pub fn everything(tx: &mut Tx, hash: &str, sealed: &str, picture: &StoredFile, invoice: &StoredFile) -> Result<()> {
    let stage = set(tx, hash, sealed, picture, invoice)?;
    for number in 0..CUSTOMERS {
        story(tx, &stage, number)?;
    }
    store::mark(tx)
}

fn set<'a>(
    tx: &mut Tx,
    hash: &str,
    sealed: &str,
    picture: &'a StoredFile,
    invoice: &'a StoredFile,
) -> Result<Stage<'a>> {
    let mut staff = vec![];
    for (place, (email, name, role)) in people::STAFF.iter().enumerate() {
        let presence = match (role, place) {
            (Role::Operator, 2 | 3) => "online",
            (Role::Operator, 4) => "away",
            _ => "offline",
        };
        staff.push(store::staff(tx, email, name, *role, hash, presence)?);
    }
    let mut channels = vec![];
    for (kind, name, key, enabled) in [
        (ChannelKind::WebChat, "northwind.example", super::WEB_CHAT_KEY, true),
        (ChannelKind::App, "Northwind app", "northwind-app", true),
        // Not connected yet: their customers came before.
        (ChannelKind::Telegram, "@northwind_bot", "northwind-telegram", false),
        (ChannelKind::WhatsApp, "+44 7700 900142", "northwind-whatsapp", false),
        (ChannelKind::Email, "care@northwind.example", "northwind-mail", false),
        (ChannelKind::Viber, "Northwind", "northwind-viber", false),
    ] {
        channels.push((store::channel(tx, kind, name, key, enabled, sealed)?, kind));
    }
    let mut companies = vec![];
    for (name, domain) in people::COMPANIES {
        companies.push(store::company(tx, name, domain)?);
    }
    let mut tags = vec![];
    for (name, hue) in people::TAGS {
        tags.push(store::customer_tag(tx, name, *hue)?);
    }
    let mut subjects: Vec<ConversationTagId> = vec![];
    for (name, above) in people::SUBJECTS {
        let parent = above.and_then(|place| subjects.get(place).copied());
        subjects.push(store::subject(tx, name, parent)?);
    }
    Ok(Stage { now: UtcTime::now(), staff, channels, companies, tags, subjects, picture, invoice })
}

fn pick<T: Copy>(list: &[T], at: usize) -> Result<T> {
    list.get(at % list.len().max(1)).copied().ok_or_else(|| Error::Internal("the demo lacks a part".into()))
}

fn minutes(count: usize) -> Duration {
    Duration::minutes(i64::try_from(count).unwrap_or(0))
}

/// One customer from their first message until now.
fn story(tx: &mut Tx, stage: &Stage, number: usize) -> Result<()> {
    // Recent ones within days, the others over some five weeks.
    let age = if number < RECENT { 4 + number * number * 2 } else { 5000 + number * 330 };
    let episodes = 1 + number % 4;
    let channel_place = match number % 12 {
        0..=5 => 0,
        6 | 7 => 1,
        other => other - 6,
    };
    // What is going on now goes on where it can be answered.
    let channel = pick(&stage.channels, if number < RECENT { channel_place % 2 } else { channel_place })?;
    let state = match number % 7 {
        _ if number >= RECENT || is_blocked(number) => State::Closed,
        0 => State::Queued,
        1 | 4 => State::Active,
        2 => State::Waiting,
        _ => State::Closed,
    };
    let hero = meet(
        tx,
        stage,
        number,
        channel,
        state,
        age + (episodes - 1) * 2900 + if number == REGULAR { 900 } else { 25 },
    )?;
    let mut last = None;
    for episode in (0..episodes).rev() {
        let is_last = episode == 0;
        let ends_at = stage.now.plus(-minutes(age + episode * 2900));
        let now = if is_last { state } else { State::Closed };
        last = Some(tell(tx, stage, &hero, ends_at, number + episode * 3, now)?);
    }
    let Some((message, id)) = last else { return Ok(()) };
    let unread = match state {
        State::Queued => 1,
        State::Waiting => 1 + i64::try_from(number % 3).unwrap_or(0),
        State::Active | State::Closed => 0,
    };
    let active = i64::from(state != State::Closed);
    store::card(tx, hero.id, &Card { last: &message.as_new(&hero), last_id: id, active, unread })?;
    trouble(tx, stage, &hero)
}

fn is_blocked(number: usize) -> bool {
    number % 29 == 21
}

/// The customer's record.
fn meet(
    tx: &mut Tx,
    stage: &Stage,
    number: usize,
    channel: (ChannelId, ChannelKind),
    state: State,
    age: usize,
) -> Result<Hero> {
    let (name, tongue) = people::name(number);
    let phone = (number % 5 != 2).then(|| people::phone(number, tongue));
    let email = (number % 3 != 1).then(|| format!("customer{number}@mail{}.example", number % 4));
    let is_app = channel.1 == ChannelKind::App;
    let operator = people::OPERATORS.start + number % people::OPERATORS.len();
    let responsible =
        if state == State::Queued || number % 9 == 8 { None } else { Some(pick(&stage.staff, operator)?) };
    let username = if channel.1 == ChannelKind::Telegram { format!("northfan{number}") } else { String::new() };
    let address = match channel.1 {
        ChannelKind::WhatsApp | ChannelKind::Viber => phone.clone().unwrap_or_else(|| people::phone(number, tongue)),
        ChannelKind::Telegram => format!("77719{number:05}"),
        ChannelKind::App => format!("ext:CRM-{}", 55_000 + number),
        ChannelKind::Email => format!("writer{number}@mail.example"),
        ChannelKind::WebChat => format!("demo-visitor-{number}"),
    };
    let (id, account) = store::customer(
        tx,
        &NewCustomer {
            name: &name,
            phone: phone.as_deref(),
            email: email.as_deref(),
            external_id: is_app.then(|| format!("CRM-{}", 55_000 + number)).as_deref(),
            company: if number.is_multiple_of(6) { Some(pick(&stage.companies, number / 6)?) } else { None },
            responsible,
            channel,
            address: &address,
            username: &username,
            paused: number % 31 == 5,
            created_at: stage.now.plus(-minutes(age)),
        },
    )?;
    if number.is_multiple_of(3) {
        store::tag_customer(tx, id, pick(&stage.tags, number / 3)?)?;
    }
    if number.is_multiple_of(10) {
        store::tag_customer(tx, id, pick(&stage.tags, number / 3 + 1)?)?;
    }
    crate::customers::refresh_pending(tx, id)?;
    Ok(Hero { number, id, account, channel, tongue, operator, responsible })
}

/// A message to write, with words of its own.
struct Line<'a> {
    kind: MessageKind,
    author: Option<StaffId>,
    body: &'a str,
    file: Option<&'a StoredFile>,
    at: UtcTime,
    conversation: crate::db::types::ConversationId,
}

impl<'a> Line<'a> {
    fn as_new(&self, hero: &Hero) -> NewMessage<'a> {
        NewMessage {
            customer: hero.id,
            conversation: self.conversation,
            channel: hero.channel.0,
            kind: self.kind,
            author: self.author,
            body: self.body,
            event: None,
            file: self.file,
            at: self.at,
        }
    }
}

/// One conversation. Returns its last message.
fn tell<'a>(
    tx: &mut Tx,
    stage: &Stage<'a>,
    hero: &Hero,
    ends_at: UtcTime,
    number: usize,
    state: State,
) -> Result<(Line<'a>, MessageId)> {
    let (subject, lines) = script(hero, number, state);
    let assignee = pick(&stage.staff, hero.operator)?;
    let seconds = |count: usize| Duration::seconds(i64::try_from(count).unwrap_or(0));
    let opened_at = ends_at.plus(-seconds(lines.len() * 140));
    let at = |place: usize| opened_at.plus(seconds(place * 140 + number % 50));
    let answered = lines.iter().position(|(voice, _)| *voice == Voice::Staff).map(at);
    let closed_at = at(lines.len());
    let ended = (state == State::Closed).then(|| Ended {
        at: closed_at,
        by: assignee,
        reason: if number % 11 == 3 { CloseReason::NoAnswer } else { CloseReason::Solved },
        rating: rating(hero.tongue, number),
    });
    let rated = ended.as_ref().and_then(|e| e.rating);
    let reason = ended.as_ref().map(|e| e.reason);
    let conversation = store::conversation(
        tx,
        &NewConversation {
            customer: hero.id,
            channel: hero.channel.0,
            account: hero.account,
            assignee: answered.map(|_| assignee),
            opened_at,
            first_reply_at: answered,
            last_message_at: at(lines.len()),
            ended,
            subject: if answered.is_some() { Some(pick(&stage.subjects, subject)?) } else { None },
            is_web: hero.channel.1 == ChannelKind::WebChat,
        },
    )?;
    let happened = |tx: &mut Tx, event: Event, time: UtcTime| {
        store::message(
            tx,
            &NewMessage {
                customer: hero.id,
                conversation,
                channel: hero.channel.0,
                kind: MessageKind::System,
                author: None,
                body: "",
                event: Some(&event),
                file: None,
                at: time,
            },
        )
    };
    happened(tx, Event::Opened { by: None }, opened_at)?;
    let mut last = None;
    for (place, (voice, body)) in lines.iter().enumerate() {
        if Some(at(place)) == answered {
            handover(number, hero, stage)?
                .into_iter()
                .try_for_each(|event| happened(tx, event, at(place)).map(drop))?;
        }
        let (kind, author) = match voice {
            Voice::Customer => (MessageKind::Customer, None),
            Voice::Staff => (MessageKind::Staff, Some(assignee)),
            Voice::Comment => (MessageKind::Comment, Some(pick(&stage.staff, 1)?)),
        };
        let line = Line { kind, author, body, file: file(stage, number, place, *voice), at: at(place), conversation };
        let id = store::message(tx, &line.as_new(hero))?;
        last = Some((line, id));
    }
    if let Some(reason) = reason {
        let by = who(stage, hero.operator)?;
        happened(tx, Event::Closed { by: Some(by), reason: reason.as_str().into(), note: String::new() }, closed_at)?;
        if let Some((stars, comment)) = rated {
            happened(tx, Event::Rated { stars, comment: comment.into() }, closed_at)?;
        }
    }
    last.ok_or_else(|| Error::Internal("a conversation of the demo has no message".into()))
}

/// The lines of an episode, cut where it stands now.
fn script(hero: &Hero, number: usize, state: State) -> (usize, Vec<(Voice, &'static str)>) {
    if hero.number == REGULAR && state == State::Active {
        let talk = (0..SMALL_TALK).flat_map(|n| {
            let (asks, answers) = dialogues::small_talk(n);
            [(Voice::Customer, asks), (Voice::Staff, answers)]
        });
        return (7, talk.collect());
    }
    let (subject, lines) = dialogues::dialogue(hero.tongue, number);
    let first_answer = lines.iter().position(|(voice, _)| *voice == Voice::Staff).unwrap_or(0);
    let count = match state {
        State::Queued => first_answer.max(1),
        State::Active => first_answer + 1,
        State::Waiting => (first_answer + 2).min(lines.len()),
        State::Closed => lines.len(),
    };
    (subject, lines.iter().take(count).copied().collect())
}

/// Who took it, and who handed it on.
fn handover(number: usize, hero: &Hero, stage: &Stage) -> Result<Vec<Event>> {
    if !number.is_multiple_of(5) {
        return Ok(vec![Event::Taken { by: who(stage, hero.operator)? }]);
    }
    let note = "Knows this customer, please go on.".to_owned();
    let by = who(stage, 1)?;
    Ok(vec![Event::Taken { by: by.clone() }, Event::Transferred { by, to: Some(who(stage, hero.operator)?), note }])
}

fn who(stage: &Stage, place: usize) -> Result<Who> {
    let name = people::STAFF.get(place).map(|(_, name, _)| (*name).to_owned()).unwrap_or_default();
    Ok(Who { id: pick(&stage.staff, place)?, name })
}

fn file<'a>(stage: &Stage<'a>, number: usize, place: usize, voice: Voice) -> Option<&'a StoredFile> {
    match (voice, place) {
        (Voice::Customer, 0) if number % 6 == 5 => Some(stage.picture),
        (Voice::Staff, 2..) if number % 8 == 1 => Some(stage.invoice),
        _ => None,
    }
}

fn rating(tongue: Tongue, number: usize) -> Option<(i32, &'static str)> {
    let stars = match number % 9 {
        0 | 2 | 4 | 7 => 5,
        1 | 5 => 4,
        3 if number % 2 == 1 => 2,
        _ => return None,
    };
    let comment = if number.is_multiple_of(2) { dialogues::rating_comment(tongue, stars) } else { "" };
    Some((stars, comment))
}

/// The blacklist, and what waits for a decision.
fn trouble(tx: &mut Tx, stage: &Stage, hero: &Hero) -> Result<()> {
    let hour_ago = stage.now.plus(-Duration::hours(1));
    if is_blocked(hero.number) {
        let reason = pick(people::BLOCK_REASONS, hero.number / 29)?;
        store::block(tx, hero.id, reason, pick(&stage.staff, 1)?, hour_ago)?;
    } else if hero.number % 47 == 18 && hero.responsible.is_some() {
        let reason = "Writes to every operator and answers nobody";
        store::block_request(tx, hero.id, reason, pick(&stage.staff, hero.operator)?, hour_ago)?;
    }
    Ok(())
}

//! Puts the people, their channels and their conversations together.

use chrono::Duration;

use super::episode::{REGULAR, State, first_answer, tell};
use super::letters;
use super::people;
use super::stage::{Hero, Stage, pick};
use super::store::{self, Card, NewCustomer};
use crate::auth::Role;
use crate::channels::ChannelKind;
use crate::db::Tx;
use crate::db::types::{ChannelId, ConversationTagId, UtcTime};
use crate::error::Result;
use crate::exports::Make;
use crate::fields;
use crate::files::StoredFile;
use crate::jobs;
use crate::text;

/// Customers of the demo.
const CUSTOMERS: usize = 150;
/// The first so many have something going on now.
const RECENT: usize = 56;

/// Contents that messages of the demo come with.
#[derive(Clone)]
pub struct Contents {
    pub picture: StoredFile,
    pub invoice: StoredFile,
    pub letter: StoredFile,
}

pub fn everything(tx: &mut Tx, hash: &str, sealed: &str, contents: &Contents) -> Result<()> {
    let stage = set(tx, hash, sealed, contents)?;
    for number in 0..CUSTOMERS {
        story(tx, &stage, number)?;
    }
    letters::write(tx, &stage)?;
    exports(tx, &stage)?;
    store::mark(tx)
}

/// An export that is made as soon as the desk runs, and two of earlier days.
fn exports(tx: &mut Tx, stage: &Stage) -> Result<()> {
    let admin = pick(&stage.staff, 0)?;
    let tagged = format!("/customers?period=all&tag={}", pick(&stage.tags, 0)?);
    store::export(tx, admin, &tagged, "expired", Duration::days(19))?;
    store::export(tx, admin, "/customers?period=all", "failed", Duration::days(3))?;
    let export = store::export(tx, admin, "/customers?period=all", "making", Duration::zero())?;
    jobs::enqueue(tx, &Make { export, base: String::new() })
}

fn set<'a>(tx: &mut Tx, hash: &str, sealed: &str, contents: &'a Contents) -> Result<Stage<'a>> {
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
        // Not connected: their customers came before, and nothing is ever sent there.
        (ChannelKind::Telegram, "@northwind_bot", "northwind-telegram", false),
        (ChannelKind::WhatsApp, "+44 7700 900142", "northwind-whatsapp", false),
        (ChannelKind::Email, "care@northwind.example", "northwind-mail", false),
        (ChannelKind::Viber, "Northwind", "northwind-viber", false),
    ] {
        let channel = store::channel(tx, kind, name, key, enabled, enabled.then_some(sealed))?;
        if kind == ChannelKind::Email {
            store::set_settings(tx, channel, letters::MAILBOX)?;
        }
        channels.push((channel, kind));
    }
    let mut companies = vec![];
    for (name, domain) in people::COMPANIES {
        companies.push(store::company(tx, name, domain)?);
    }
    let mut tags = vec![];
    for (name, hue) in people::TAGS {
        tags.push(store::customer_tag(tx, name, *hue)?);
    }
    let mut lists = vec![];
    for (name, every) in people::LISTS {
        lists.push((store::list(tx, name)?, *every));
    }
    let mut subjects: Vec<ConversationTagId> = vec![];
    for (name, above) in people::SUBJECTS {
        let parent = above.and_then(|place| subjects.get(place).copied());
        subjects.push(store::subject(tx, name, parent)?);
    }
    // The last of them stays a variable.
    for name in people::FIELDS.iter().take(people::FIELDS.len() - 1) {
        store::custom_field(tx, name)?;
    }
    let blocks = store::funnel(tx, people::FUNNEL, people::BLOCKS)?;
    let deal_stages = store::pipeline(tx, people::PIPELINE, people::DEAL_STAGES)?;
    for (shortcut, body) in people::QUICK_REPLIES {
        store::quick_reply(tx, shortcut, body)?;
    }
    if let (Some(owner), Some(tag)) = (staff.first(), tags.first()) {
        store::saved_filter(tx, *owner, "VIP", &format!("tag={tag}&sort=created"))?;
    }
    for (name, about, parameters) in people::COMMANDS {
        store::command(tx, name, about, parameters, sealed)?;
    }
    Ok(Stage { now: UtcTime::now(), staff, channels, companies, tags, lists, subjects, blocks, deal_stages, contents })
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
        age + (episodes - 1) * 2900
            + if number == REGULAR { 900 } else { 25 + first_answer(number + (episodes - 1) * 3) / 60 },
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
        // Digits alone, as the messengers tell them.
        ChannelKind::WhatsApp | ChannelKind::Viber => {
            text::digits(phone.as_ref().unwrap_or(&people::phone(number, tongue)))
        }
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
    for (place, name) in people::FIELDS.iter().enumerate() {
        if !(number + place).is_multiple_of(place + 2) {
            fields::put_value(tx, id, name, &people::value(place, number))?;
        }
    }
    for (list, _) in stage.lists.iter().filter(|(_, every)| number.is_multiple_of(*every)) {
        store::put_on_list(tx, id, *list)?;
    }
    if number % 4 == 1 {
        let been = stage.blocks.get(..=number / 4 % stage.blocks.len().max(1)).unwrap_or_default();
        store::place(tx, id, been, stage.now.plus(-minutes(age)))?;
    }
    // One in five has a deal, and some of them a second one.
    for place in (0..2).filter(|place| number % (5 + 10 * place) == 2) {
        let (about, on) = (pick(people::DEALS, number / 5 + place)?, pick(&stage.deal_stages, number / 5 + 3 * place)?);
        store::deal(tx, id, on, about, (pick(&stage.staff, operator)?, stage.now.plus(-minutes(age))))?;
    }
    crate::customers::refresh_pending(tx, id)?;
    Ok(Hero { number, id, account, channel, tongue, operator, responsible })
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

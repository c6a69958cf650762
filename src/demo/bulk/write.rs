//! The rows of the large demo.

mod customers;

pub use customers::texts;

use std::collections::HashMap;

use super::Size;
use super::person::{KINDS, Way, way};
use super::plan::{self, SPAN, State, Talk};
use super::tables;
use super::talk::{Line, Says, Story, story};
use crate::channels::ChannelKind;
use crate::conversations::{CloseReason, Origin, Status};
use crate::db::bulk::{Rows, Target};
use crate::db::types::{
    ChannelId, CompanyId, ConversationTagId, CustomerTagId, DealStageId, FileId, FunnelBlockId, StaffId,
};
use crate::error::{Error, Result};
use crate::messages::{Event, MessageKind, Who};

/// Rows that are handed over at once.
const PIECE: usize = 5_000;

/// What stands before the load: few rows, written one by one.
pub struct Stage {
    /// Numbers and names, the ones that work with customers from `operators` on.
    pub staff: Vec<(StaffId, String)>,
    pub operators: usize,
    /// In the order of [`KINDS`].
    pub channels: Vec<ChannelId>,
    pub companies: Vec<CompanyId>,
    /// In the order of [`super::TAGS`].
    pub tags: Vec<CustomerTagId>,
    pub subjects: Vec<ConversationTagId>,
    pub blocks: Vec<FunnelBlockId>,
    pub deal_stages: Vec<DealStageId>,
    /// Number and name.
    pub picture: (FileId, String),
    pub invoice: (FileId, String),
}

impl Stage {
    /// How many work with customers.
    pub fn working(&self) -> usize {
        self.staff.len() - self.operators
    }
}

/// The newest message of a customer, and what is open: what their card shows.
#[derive(Clone, Copy, Default)]
struct Card {
    last: Option<Last>,
    active: i64,
    unread: i64,
}

#[derive(Clone, Copy)]
struct Last {
    id: i64,
    line: Line,
    author: Option<StaffId>,
    /// Seconds after the beginning.
    at: u32,
}

/// Takes rows; false: nobody takes any more.
type Send<'a> = &'a dyn Fn(Rows) -> bool;

struct Out<'a> {
    send: Send<'a>,
    /// Those in the making, one for each table: a handful.
    rows: Vec<Rows>,
    /// Seconds since 1970.
    begins: i64,
}

impl Out<'_> {
    /// Where the next row of a table goes.
    fn row(&mut self, target: &'static Target) -> Result<&mut Rows> {
        let place = match self.rows.iter().position(|rows| rows.target.table == target.table) {
            Some(place) => place,
            None => {
                self.rows.push(Rows::new(target));
                self.rows.len() - 1
            }
        };
        let rows = self.rows.get_mut(place).ok_or_else(stopped)?;
        if rows.count() >= PIECE {
            let more = rows.more();
            if !(self.send)(std::mem::replace(rows, more)) {
                return Err(stopped());
            }
        }
        Ok(rows)
    }

    fn time(&self, seconds: u32) -> i64 {
        self.begins + i64::from(seconds)
    }

    fn finish(mut self) -> Result<()> {
        for rows in self.rows.drain(..) {
            if !(self.send)(rows) {
                return Err(stopped());
            }
        }
        Ok(())
    }
}

fn stopped() -> Error {
    Error::Internal("the load has stopped".into())
}

/// Makes all rows: conversations with their messages as they began, then the customers.
pub fn everything(stage: &Stage, size: &Size, send: Send) -> Result<()> {
    let begins = size.ends_at.micros().div_euclid(1_000_000) - i64::from(SPAN);
    let mut out = Out { send, rows: vec![], begins };
    let events = Events::new(stage)?;
    let mut cards = vec![Card::default(); usize::try_from(size.customers).unwrap_or_default() + 1];
    let mut numbers = Numbers::default();
    for talk in plan::talks(size)? {
        numbers.conversation += 1;
        let way = way(size.seed, talk.customer.into(), stage.working());
        let seed_of = u64::try_from(numbers.conversation).unwrap_or_default();
        let story = story(size.seed, seed_of, &talk, way.tongue, kind(way));
        let card = usize::try_from(talk.customer).ok().and_then(|at| cards.get_mut(at)).ok_or_else(stopped)?;
        let mut teller = Teller { stage, events: &events, out: &mut out, numbers: &mut numbers };
        teller.conversation(&talk, &story, way, card)?;
    }
    for number in 1..=size.customers {
        let card = usize::try_from(number).ok().and_then(|at| cards.get(at)).copied().unwrap_or_default();
        customers::customer(stage, size, &mut out, &mut numbers, number, &card)?;
    }
    out.finish()
}

fn kind(way: Way) -> ChannelKind {
    KINDS.get(way.channel).copied().unwrap_or(ChannelKind::WebChat)
}

/// Numbers given last.
#[derive(Default)]
struct Numbers {
    conversation: i64,
    message: i64,
    attachment: i64,
    account: i64,
    handle: i64,
    claim: i64,
    pending: i64,
    block: i64,
    request: i64,
    entry: i64,
    deal: i64,
}

fn next(number: &mut i64) -> i64 {
    *number += 1;
    *number
}

/// What system messages tell, made once for each person and reason.
struct Events {
    opened: String,
    taken: Vec<String>,
    closed: HashMap<(usize, CloseReason), String>,
}

impl Events {
    fn new(stage: &Stage) -> Result<Self> {
        let who = |(id, name): &(StaffId, String)| Who { id: *id, name: name.clone() };
        let mut closed = HashMap::new();
        for (place, member) in stage.staff.iter().enumerate() {
            for reason in CloseReason::CHOICES {
                let event =
                    Event::Closed { by: Some(who(member)), reason: reason.as_str().into(), note: String::new() };
                closed.insert((place, reason), json(&event)?);
            }
        }
        Ok(Self {
            opened: json(&Event::Opened { by: None })?,
            taken: stage.staff.iter().map(|member| json(&Event::Taken { by: who(member) })).collect::<Result<_>>()?,
            closed,
        })
    }
}

fn json(event: &Event) -> Result<String> {
    serde_json::to_string(event).map_err(|e| Error::Internal(e.to_string()))
}

struct Teller<'a, 'b> {
    stage: &'a Stage,
    events: &'a Events,
    out: &'a mut Out<'b>,
    numbers: &'a mut Numbers,
}

impl Teller<'_, '_> {
    fn conversation(&mut self, talk: &Talk, story: &Story, way: Way, card: &mut Card) -> Result<()> {
        let (id, customer) = (self.numbers.conversation, i64::from(talk.customer));
        let operators = self.stage.working();
        // Mostly whoever is responsible, now and then a colleague.
        let own = way.operator.filter(|_| !story.operator.is_multiple_of(8));
        let place = self.stage.operators + own.unwrap_or_else(|| remainder(story.operator, operators));
        let member = self.stage.staff.get(place).map(|(id, _)| *id).ok_or_else(stopped)?;
        let is_answered = talk.state != State::Queued;
        let at = |place: usize| talk.opened + talk.gap * u32::try_from(place).unwrap_or_default();
        let ended = at(story.lines.len().saturating_sub(1));
        let mut first_reply = None;
        let mut trailing = 0;
        for (place_in_talk, line) in story.lines.iter().enumerate() {
            let author = matches!(line.kind, MessageKind::Staff | MessageKind::Comment).then_some(member);
            let message = next(&mut self.numbers.message);
            self.message(message, talk, story, line, (place, way), at(place_in_talk))?;
            match line.kind {
                MessageKind::Staff => {
                    first_reply.get_or_insert(at(place_in_talk));
                    trailing = 0;
                }
                MessageKind::Customer => trailing += 1,
                _ => {}
            }
            if line.kind != MessageKind::System {
                card.last = Some(Last { id: message, line: *line, author, at: at(place_in_talk) });
            }
        }
        let status = match talk.state {
            State::Queued => Status::Queued,
            State::Active | State::Waiting => Status::Active,
            State::Closed => Status::Closed,
        };
        let is_closed = status == Status::Closed;
        if !is_closed {
            card.active += 1;
            card.unread = if talk.state == State::Active { 0 } else { trailing };
        }
        let assignee = is_answered.then_some(member.0);
        let time = |seconds| self.out.time(seconds);
        let (opened_at, ended_at) = (time(talk.opened), time(ended));
        let reply_at = first_reply.map(time);
        let taken_at = is_answered.then(|| reply_at.unwrap_or(ended_at));
        let channel = self.stage.channels.get(way.channel).ok_or_else(stopped)?.0;
        let rows = self.out.row(&tables::CONVERSATIONS)?;
        rows.int(id).int(customer).int(channel).int(customer);
        rows.text(status.as_str()).text(Origin::Incoming.as_str()).opt(assignee, Rows::int);
        rows.time(opened_at).opt(taken_at, Rows::time).opt(reply_at, Rows::time).time(ended_at);
        rows.opt(is_closed.then_some(ended_at), Rows::time).opt(assignee.filter(|_| is_closed), Rows::int);
        rows.opt(is_closed.then(|| story.reason.as_str()), Rows::text);
        rows.opt(story.rating.map(|(stars, _)| stars), Rows::int).text(story.rating.map_or("", |(_, words)| words));
        rows.opt(story.rating.map(|_| ended_at), Rows::time);
        visit(rows, way, story.visit);
        if let Some(subject) =
            story.subject.and_then(|at| self.stage.subjects.get(remainder(at, self.stage.subjects.len())))
        {
            self.out.row(&tables::CONVERSATION_TAGS)?.int(id).int(subject.0);
        }
        Ok(())
    }

    fn message(
        &mut self,
        id: i64,
        talk: &Talk,
        story: &Story,
        line: &Line,
        (place, way): (usize, Way),
        at: u32,
    ) -> Result<()> {
        let customer = i64::from(talk.customer);
        let channel = self.stage.channels.get(way.channel).ok_or_else(stopped)?.0;
        let member = self.stage.staff.get(place).map(|(id, _)| id.0);
        let author = member.filter(|_| matches!(line.kind, MessageKind::Staff | MessageKind::Comment));
        let rated = match (line.says, story.rating) {
            (Says::Rated, Some((stars, words))) => json(&Event::Rated { stars, comment: words.into() })?,
            _ => String::new(),
        };
        let event = match line.says {
            Says::Words(_) | Says::Numbered(..) => None,
            Says::Opened => Some(self.events.opened.as_str()),
            Says::Taken => self.events.taken.get(place).map(String::as_str),
            Says::Closed => self.events.closed.get(&(place, story.reason)).map(String::as_str),
            Says::Rated => Some(rated.as_str()),
        };
        let (conversation, time) = (self.numbers.conversation, self.out.time(at));
        let rows = self.out.row(&tables::MESSAGES)?;
        rows.int(id).int(customer).int(conversation).int(channel).text(line.kind.as_str()).opt(author, Rows::int);
        rows.text(&words(line.says)).opt(event, Rows::text).flag(line.has_file).time(time);
        if line.has_file {
            let (file, name) = if author.is_some() { &self.stage.invoice } else { &self.stage.picture };
            let attachment = next(&mut self.numbers.attachment);
            self.out.row(&tables::ATTACHMENTS)?.int(attachment).int(id).int(customer).int(file.0).text(name);
        }
        Ok(())
    }
}

fn words(says: Says) -> std::borrow::Cow<'static, str> {
    match says {
        Says::Words(words) => words.into(),
        Says::Numbered(words, number) => format!("{words} (№ {number})").into(),
        Says::Opened | Says::Taken | Says::Closed | Says::Rated => "".into(),
    }
}

fn remainder(number: u64, length: usize) -> usize {
    usize::try_from(number % (length as u64).max(1)).unwrap_or_default()
}

/// Where a web customer came from; nothing of the others.
fn visit(rows: &mut Rows, way: Way, chance: u64) {
    const REGIONS: &[&str] =
        &["Leeds, United Kingdom", "Казань, Россия", "Kraków, Poland", "Lyon, France", "Hamburg, Germany"];
    const BROWSERS: &[&str] =
        &["Safari 19, iOS 20", "Chrome 156, Android", "Firefox 149, Linux", "Edge 155, Windows 11"];
    const PAGES: &[&str] = &["track", "sofas", "lamps", "checkout", "returns", "outlet"];
    if kind(way) != ChannelKind::WebChat {
        rows.null().null().null().null().null();
        return;
    }
    let pick = |list: &[&'static str], at: u64| list.get(remainder(at, list.len())).copied().unwrap_or_default();
    rows.text(&format!("203.0.113.{}", chance % 254 + 1))
        .text(pick(REGIONS, chance / 7))
        .text(pick(BROWSERS, chance / 64));
    rows.text(&format!("https://northwind.example/{}", pick(PAGES, chance / 512))).text("https://www.google.com/");
}

//! One conversation of a demo customer, from its first line to its rating.

use chrono::Duration;

use super::dialogues::{self, Tongue, Voice};
use super::people;
use super::stage::{Hero, Stage, pick};
use super::store::{self, Ended, NewConversation, NewMessage};
use crate::channels::ChannelKind;
use crate::conversations::CloseReason;
use crate::db::Tx;
use crate::db::types::{ConversationId, MessageId, StaffId, UtcTime};
use crate::error::{Error, Result};
use crate::files::StoredFile;
use crate::messages::{Event, MessageKind, Who};

/// The regular whose history is long.
pub const REGULAR: usize = 29;
/// Messages of the regular's longest conversation.
const SMALL_TALK: usize = 160;

/// How an episode stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The customer has written, nobody has answered.
    Queued,
    /// Answered; it is the customer's turn.
    Active,
    /// The customer has written again.
    Waiting,
    Closed,
}

/// A message to write, with words of its own.
pub struct Line<'a> {
    kind: MessageKind,
    author: Option<StaffId>,
    body: &'a str,
    file: Option<&'a StoredFile>,
    at: UtcTime,
    conversation: ConversationId,
}

impl<'a> Line<'a> {
    pub fn as_new(&self, hero: &Hero) -> NewMessage<'a> {
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
pub fn tell<'a>(
    tx: &mut Tx,
    stage: &Stage<'a>,
    hero: &Hero,
    ends_at: UtcTime,
    number: usize,
    state: State,
) -> Result<(Line<'a>, MessageId)> {
    let (subject, lines) = script(hero, number, state);
    let seconds = |count: usize| Duration::seconds(i64::try_from(count).unwrap_or(0));
    let answered = lines.iter().position(|(voice, _)| *voice == Voice::Staff);
    let pace = |place: usize| match answered {
        Some(answer) if state == State::Closed && place < answer => place * 20,
        Some(answer) if state == State::Closed => answer * 20 + first_answer(number) + (place - answer) * 140,
        _ => place * 140,
    };
    let opened_at = ends_at.plus(-seconds(pace(lines.len())));
    let at = |place: usize| opened_at.plus(seconds(pace(place) + number % 50));
    let assignee = pick(&stage.staff, hero.operator)?;
    let ended = (state == State::Closed).then(|| Ended {
        at: at(lines.len()),
        by: assignee,
        reason: if number % 11 == 3 { CloseReason::NoAnswer } else { CloseReason::Solved },
        rating: rating(hero.tongue, number),
    });
    let events = ended.as_ref().map_or(Ok(vec![]), |ended| ending(stage, hero, ended))?;
    let conversation = store::conversation(
        tx,
        &NewConversation {
            customer: hero.id,
            channel: hero.channel.0,
            account: hero.account,
            assignee: answered.map(|_| assignee),
            opened_at,
            first_reply_at: answered.map(at),
            last_message_at: at(lines.len().saturating_sub(1)),
            ended,
            subject: if answered.is_some() { Some(pick(&stage.subjects, subject)?) } else { None },
            is_web: hero.channel.1 == ChannelKind::WebChat,
        },
    )?;
    happened(tx, hero, conversation, &Event::Opened { by: None }, opened_at)?;
    let mut last = None;
    for (place, (voice, body)) in lines.iter().enumerate() {
        if Some(place) == answered {
            for event in handover(number, hero, stage)? {
                happened(tx, hero, conversation, &event, at(place))?;
            }
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
    for event in events {
        happened(tx, hero, conversation, &event, at(lines.len()))?;
    }
    last.ok_or_else(|| Error::Internal("a conversation of the demo has no message".into()))
}

/// How many seconds a customer waits for the first answer, in a conversation that is over.
pub fn first_answer(number: usize) -> usize {
    const WAITS: [usize; 17] = [10, 90, 25, 400, 150, 1_100, 15, 240, 6_000, 60, 45, 120, 2_500, 75, 200, 20_000, 30];
    WAITS[number % WAITS.len()]
}

/// Writes a system message.
pub fn happened(tx: &mut Tx, hero: &Hero, conversation: ConversationId, event: &Event, at: UtcTime) -> Result<()> {
    let message = NewMessage {
        customer: hero.id,
        conversation,
        channel: hero.channel.0,
        kind: MessageKind::System,
        author: None,
        body: "",
        event: Some(event),
        file: None,
        at,
    };
    store::message(tx, &message).map(drop)
}

/// What the log says of an end: who closed it, and how it was rated.
fn ending(stage: &Stage, hero: &Hero, ended: &Ended) -> Result<Vec<Event>> {
    let by = Some(who(stage, hero.operator)?);
    let mut events = vec![Event::Closed { by, reason: ended.reason.as_str().into(), note: String::new() }];
    events.extend(ended.rating.map(|(stars, comment)| Event::Rated { stars, comment: comment.into() }));
    Ok(events)
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

pub fn who(stage: &Stage, place: usize) -> Result<Who> {
    let name = people::STAFF.get(place).map(|(_, name, _)| (*name).to_owned()).unwrap_or_default();
    Ok(Who { id: pick(&stage.staff, place)?, name })
}

fn file<'a>(stage: &Stage<'a>, number: usize, place: usize, voice: Voice) -> Option<&'a StoredFile> {
    match (voice, place) {
        (Voice::Customer, 0) if number % 6 == 5 => Some(&stage.contents.picture),
        (Voice::Staff, 2..) if number % 8 == 1 => Some(&stage.contents.invoice),
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

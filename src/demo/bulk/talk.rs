//! What is said in a conversation of the large demo.

use super::dice::{Dice, For};
use super::plan::{State, Talk};
use crate::channels::ChannelKind;
use crate::conversations::CloseReason;
use crate::demo::dialogues::{self, Tongue, Voice};
use crate::messages::MessageKind;

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    Words(&'static str),
    /// With a number that is told apart by search: an order's.
    Numbered(&'static str, u64),
    Opened,
    Taken,
    Closed,
    Rated,
}

/// A message; its time is that of its place.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub kind: MessageKind,
    pub says: Says,
    /// A picture from the customer, or an invoice from staff.
    pub has_file: bool,
}

/// A conversation with all that its row tells.
pub struct Story {
    pub lines: Vec<Line>,
    pub reason: CloseReason,
    pub rating: Option<(i32, &'static str)>,
    /// By chance, any number: places in lists whose length the reader knows.
    pub operator: u64,
    pub subject: Option<u64>,
    pub visit: u64,
}

pub fn story(seed: u64, number: u64, talk: &Talk, tongue: Tongue, kind: ChannelKind) -> Story {
    let mut dice = Dice::of(seed, For::Talk, number);
    let count = usize::try_from(talk.messages).unwrap_or_default();
    let is_closed = talk.state == State::Closed;
    let rating = (is_closed && kind != ChannelKind::Email && dice.chance(250)).then(|| rating(&mut dice, tongue));
    let (operator, visit) = (dice.below(u64::MAX), dice.below(u64::MAX));
    let subject = (talk.state != State::Queued && dice.chance(600)).then(|| dice.below(u64::MAX));
    let reason = match dice.below(20) {
        0..=14 => CloseReason::Solved,
        15..=17 => CloseReason::NoAnswer,
        18 => CloseReason::Spam,
        _ => CloseReason::Other,
    };
    let event = |says| Line { kind: MessageKind::System, says, has_file: false };
    let (before, after) = match (is_closed, rating.is_some()) {
        (true, true) if count >= 6 => (1, 2),
        (true, _) if count >= 4 => (1, 1),
        _ if count >= 3 => (1, 0),
        _ => (0, 0),
    };
    let mut lines = Vec::with_capacity(count);
    lines.extend((0..before).map(|_| event(Says::Opened)));
    let spoken = count - before - after;
    speak(&mut dice, talk, tongue, spoken, &mut lines);
    let ends = [event(Says::Closed), event(Says::Rated)];
    lines.extend(ends.into_iter().take(after));
    Story { lines, reason, rating, operator, subject, visit }
}

fn rating(dice: &mut Dice, tongue: Tongue) -> (i32, &'static str) {
    let stars = dice.pick(&[5, 5, 5, 5, 5, 4, 4, 3, 2, 1]);
    (stars, if dice.chance(300) { dialogues::rating_comment(tongue, stars) } else { "" })
}

/// So many lines, ending as the conversation stands.
fn speak(dice: &mut Dice, talk: &Talk, tongue: Tongue, count: usize, lines: &mut Vec<Line>) {
    let (mut dialogue, mut place) = (dialogues::dialogue(tongue, dice.place(1000)).1, 0);
    let mut is_taken = false;
    for number in 0..count {
        let (voice, words) = match dialogue.get(place) {
            Some(line) => *line,
            None => {
                (dialogue, place) = (dialogues::dialogue(tongue, dice.place(1000)).1, 0);
                dialogue.first().copied().unwrap_or((Voice::Customer, ""))
            }
        };
        place += 1;
        let is_last = number + 1 == count;
        let voice = match talk.state {
            _ if number == 0 => Voice::Customer,
            State::Queued => Voice::Customer,
            State::Active if is_last => Voice::Staff,
            State::Waiting if is_last => Voice::Customer,
            _ => voice,
        };
        if voice != Voice::Customer && !is_taken {
            is_taken = true;
            // Said by the system where there is room for it: the line itself comes next.
            if count - number > 3 {
                lines.push(Line { kind: MessageKind::System, says: Says::Taken, has_file: false });
                place -= 1;
                continue;
            }
        }
        let kind = match voice {
            Voice::Customer => MessageKind::Customer,
            Voice::Staff => MessageKind::Staff,
            Voice::Comment => MessageKind::Comment,
        };
        let says =
            if dice.chance(120) { Says::Numbered(words, 10_000 + dice.below(990_000)) } else { Says::Words(words) };
        lines.push(Line { kind, says, has_file: kind != MessageKind::Comment && dice.chance(25) });
    }
}

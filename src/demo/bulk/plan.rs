//! Who talks when, for how long, and how it stands: decided for everybody before a row is written, so that numbers of
//! conversations and messages grow with the time, as they do in life, and come out exactly as asked.

use super::Size;
use super::dice::{Dice, For};
use super::person::activity;
use crate::error::{Error, Result};

/// The time that is told of, in seconds: three years.
pub const SPAN: u32 = 3 * 365 * 86_400;
/// The time before the end in which nobody new comes.
const LATEST: u32 = 1_800;
/// Messages of the longest conversation.
const LONGEST: u64 = 20_000;
const DAY: u32 = 86_400;

/// How a conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody has answered.
    Queued,
    /// Answered; it is the customer's turn.
    Active,
    /// The customer has written again.
    Waiting,
    Closed,
}

/// A conversation to be written.
#[derive(Clone, Copy, Debug)]
pub struct Talk {
    /// Seconds after the beginning of the span.
    pub opened: u32,
    /// The customer's number, from 1 on.
    pub customer: u32,
    pub messages: u32,
    /// Seconds between two messages, 1 at least.
    pub gap: u32,
    pub state: State,
}

/// When a customer came, in seconds after the beginning of the span: more and more of them as time goes by.
pub fn came(size: &Size, number: u64) -> u32 {
    let share = u128::from(number) * 1_000_000_000_000 / u128::from(size.customers.max(1));
    let at = u128::from(SPAN - LATEST) * share.isqrt() / 1_000_000;
    u32::try_from(at).unwrap_or(SPAN - LATEST)
}

/// Cuts `whole` into parts of given weights, so that they add up exactly.
struct Cut {
    whole: u128,
    of: u128,
    seen: u128,
    given: u128,
}

impl Cut {
    fn new(whole: u64, of: u64) -> Self {
        Self { whole: whole.into(), of: u128::from(of).max(1), seen: 0, given: 0 }
    }

    fn next(&mut self, weight: u64) -> u64 {
        self.seen += u128::from(weight);
        let upto = self.whole * self.seen / self.of;
        let part = upto - self.given;
        self.given = upto;
        u64::try_from(part).unwrap_or_default()
    }
}

/// All conversations, in the order in which they begin.
pub fn talks(size: &Size) -> Result<Vec<Talk>> {
    let seed = size.seed;
    let narrow = |number: u64| u32::try_from(number).map_err(|_| Error::Internal("that is too large a demo".into()));
    // The last one writes in any case: somebody must.
    let weight = |number| activity(seed, number).weight.max(u64::from(number == size.customers));
    let mut shares = Cut::new(size.conversations, (1..=size.customers).map(weight).sum());
    // The same weights in the same order give the same counts: once to weigh the messages, once to give them.
    let counts: Vec<u32> =
        (1..=size.customers).map(|number| narrow(shares.next(weight(number)))).collect::<Result<_>>()?;
    let regular = (1..=size.customers).skip(usize::try_from(size.customers / 3).unwrap_or_default());
    let regular = regular.into_iter().find(|number| {
        let is_there = counts.get(usize::try_from(*number - 1).unwrap_or_default()).is_some_and(|count| *count > 0);
        is_there && !activity(seed, *number).is_blocked
    });
    let long = regular.map_or(0, |_| LONGEST.min(size.messages.saturating_sub(size.conversations) / 20));
    let length = |number: u64, place: u64| Dice::of(seed, For::Conversation, number << 24 | place).heavy(64);
    let all = || {
        (1..=size.customers)
            .zip(&counts)
            .flat_map(|(number, count)| (0..u64::from(*count)).map(move |place| (number, place)))
    };
    let weighed: u64 = all().map(|(number, place)| length(number, place)).sum();
    let mut lengths = Cut::new(size.messages - size.conversations - long, weighed);

    let mut talks = Vec::with_capacity(usize::try_from(size.conversations).unwrap_or_default());
    for (number, count) in (1..=size.customers).zip(&counts) {
        let mut own: Vec<u32> = vec![];
        for place in 0..u64::from(*count) {
            own.push(narrow(1 + lengths.next(length(number, place)))?);
        }
        if regular == Some(number)
            && let Some(last) = own.last_mut()
        {
            *last += narrow(long)?;
        }
        place_in_time(size, number, &own, regular == Some(number), &mut talks)?;
    }
    talks.sort_by_key(|talk: &Talk| (talk.opened, talk.customer));
    Ok(talks)
}

/// One customer's conversations: the first when they came, none before the one before it has ended.
fn place_in_time(size: &Size, number: u64, lengths: &[u32], is_regular: bool, talks: &mut Vec<Talk>) -> Result<()> {
    let mut dice = Dice::of(size.seed, For::Conversation, number << 24 | 0xff_ffff);
    let customer = u32::try_from(number).map_err(|_| Error::Internal("that is too large a demo".into()))?;
    let (came, is_blocked) = (came(size, number), activity(size.seed, number).is_blocked);
    let life = u64::from(SPAN - came);
    let mut gaps: Vec<u64> = lengths.iter().map(|_| 15 + dice.below(200)).collect();
    if is_regular && let Some(last) = gaps.last_mut() {
        *last = 600;
    }
    let lasts =
        |gaps: &[u64]| -> u64 { gaps.iter().zip(lengths).map(|(gap, count)| (gap * u64::from(*count)) + 1).sum() };
    let wanted = lasts(&gaps);
    if wanted > life {
        gaps.iter_mut().for_each(|gap| *gap = (*gap * life / wanted).max(1));
    }
    let free = life.saturating_sub(lasts(&gaps));
    let mut starts: Vec<u64> = lengths.iter().map(|_| dice.below(free + 1)).collect();
    starts.sort_unstable();
    if let Some(first) = starts.first_mut() {
        *first = 0;
    }
    let (mut busy, mut left) = (0, lengths.len());
    for ((start, gap), count) in starts.iter().zip(&gaps).zip(lengths) {
        let lasting = gap * u64::from(*count);
        let opened = u64::from(came) + start + busy;
        busy += lasting + 1;
        left -= 1;
        let ended = u32::try_from(opened + lasting).unwrap_or(SPAN).min(SPAN);
        let state = if left > 0 || is_blocked { State::Closed } else { state(&mut dice, SPAN - ended, is_regular) };
        talks.push(Talk {
            opened: u32::try_from(opened).unwrap_or(SPAN),
            customer,
            messages: *count,
            gap: u32::try_from(*gap).unwrap_or(1),
            state,
        });
    }
    Ok(())
}

/// Of the last conversation with a customer, which ended `ago` seconds before the end.
fn state(dice: &mut Dice, ago: u32, is_regular: bool) -> State {
    let open = match ago {
        _ if is_regular => return State::Active,
        _ if ago < 2 * DAY => 600,
        _ if ago < 14 * DAY => 150,
        _ => 2,
    };
    if !dice.chance(open) {
        return State::Closed;
    }
    match dice.below(20) {
        0..=4 => State::Queued,
        5..=11 => State::Active,
        _ => State::Waiting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::types::UtcTime;

    fn size(customers: u64, conversations: u64, messages: u64) -> Size {
        Size { customers, conversations, messages, seed: 1, ends_at: UtcTime::now() }
    }

    #[test]
    fn the_numbers_come_out_as_asked() {
        for (customers, conversations, messages) in [(1, 1, 1), (10, 3, 3), (300, 700, 5000), (1000, 1000, 40_000)] {
            let talks = talks(&size(customers, conversations, messages)).unwrap();
            assert_eq!(talks.len() as u64, conversations);
            assert_eq!(talks.iter().map(|talk| u64::from(talk.messages)).sum::<u64>(), messages);
        }
    }

    #[test]
    fn nobody_talks_before_they_come_or_twice_at_once_or_in_the_future() {
        let size = size(500, 1500, 9000);
        let mut ends = std::collections::HashMap::new();
        for talk in talks(&size).unwrap() {
            assert!(talk.opened >= came(&size, talk.customer.into()));
            let end = talk.opened + talk.gap * talk.messages;
            assert!(end <= SPAN, "{talk:?}");
            assert!(talk.opened > ends.insert(talk.customer, end).unwrap_or(0), "{talk:?}");
        }
    }
}

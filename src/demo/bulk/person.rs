//! A customer of the large demo, made of the seed and their number alone.

use super::dice::{Dice, For};
use super::names;
use crate::channels::ChannelKind;
use crate::demo::dialogues::Tongue;
use crate::demo::people;

/// How busy a customer is, and whether they may be: what the plan needs of everybody before anybody is written.
pub struct Activity {
    /// Their share of the conversations; 0: entered by hand, they have never written.
    pub weight: u64,
    pub is_blocked: bool,
    pub is_paused: bool,
}

pub fn activity(seed: u64, number: u64) -> Activity {
    let mut dice = Dice::of(seed, For::Activity, number);
    let weight = if dice.chance(40) { 0 } else { dice.heavy(4_000) };
    Activity { weight, is_blocked: dice.chance(8), is_paused: dice.chance(15) }
}

/// Where people write, by how many do: places in [`KINDS`].
const USED: &[usize] = &[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5];
/// The demo's channels, in the order in which they are made.
pub const KINDS: [ChannelKind; 6] = [
    ChannelKind::WebChat,
    ChannelKind::App,
    ChannelKind::Telegram,
    ChannelKind::WhatsApp,
    ChannelKind::Email,
    ChannelKind::Viber,
];

/// What a customer's conversations need of them.
#[derive(Clone, Copy)]
pub struct Way {
    pub tongue: Tongue,
    /// A place in [`KINDS`].
    pub channel: usize,
    /// Whose customer they are, as a place among so many operators: the first have far more than the last.
    pub operator: Option<usize>,
}

pub fn way(seed: u64, number: u64, operators: usize) -> Way {
    let mut dice = Dice::of(seed, For::Way, number);
    let tongue = match dice.below(100) {
        0..=46 => Tongue::English,
        47..=81 => Tongue::Russian,
        82..=92 => Tongue::Chinese,
        _ => Tongue::Arabic,
    };
    let (channel, is_free) = (dice.pick(USED), dice.chance(280));
    let operator = dice.skewed(operators);
    Way { tongue, channel, operator: (!is_free).then_some(operator) }
}

pub struct Person {
    pub name: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub external_id: Option<String>,
    /// By chance, any number: a place in a list when its length is known.
    pub company: Option<u64>,
    pub address: String,
    pub username: String,
    /// A second way to write, with its address.
    pub also: Option<(usize, String)>,
    /// Places in [`names::TAGS`], each once, ascending.
    pub tags: Vec<usize>,
    pub handle: Option<String>,
    /// What they typed about themselves: an e-mail address.
    pub claim: Option<String>,
    pub note: &'static str,
}

pub fn person(seed: u64, number: u64, way: &Way) -> Person {
    let mut dice = Dice::of(seed, For::Person, number);
    let (tongue, channel) = (way.tongue, way.channel);
    let name = name(&mut dice, tongue);
    let phone_of = phone(&mut dice, tongue, number);
    let phone = dice.chance(820).then(|| phone_of.clone());
    let mail = mail(&mut dice, number);
    let email = dice.chance(600).then(|| mail.clone());
    let is_app = channel == 1;
    let external_id = (is_app || dice.chance(100)).then(|| format!("CRM-{}", 55_000 + number));
    let handle = format!("{}{}", dice.pick(names::HANDLES), number % 100_000);
    let address = |channel: usize| match channel {
        0 => format!("demo-visitor-{number}"),
        1 => format!("ext:CRM-{}", 55_000 + number),
        2 => (7_000_000_000 + number).to_string(),
        4 => mail.clone(),
        _ => phone_of.clone(),
    };
    let other = dice.pick(USED);
    Person {
        tags: tags(&mut dice),
        company: dice.chance(60).then(|| dice.below(u64::MAX)),
        username: if channel == 2 { handle.clone() } else { String::new() },
        also: (dice.chance(80) && other != channel).then(|| (other, address(other))),
        address: address(channel),
        handle: dice.chance(20).then(|| format!("{handle}_qq")),
        claim: (channel == 0 && dice.chance(60)).then(|| format!("claimed.{mail}")),
        note: if dice.chance(30) { "Asks for the pickup point in Harbour Lane." } else { "" },
        name,
        phone,
        email,
        external_id,
    }
}

fn name(dice: &mut Dice, tongue: Tongue) -> String {
    match tongue {
        Tongue::Arabic => format!("{} {}", dice.pick(names::ARABIC_FIRST), dice.pick(names::ARABIC_LAST)),
        Tongue::Chinese => {
            let second = if dice.chance(600) { dice.pick(names::CHINESE_GIVEN) } else { "" };
            format!("{}{}{second}", dice.pick(names::CHINESE_LAST), dice.pick(names::CHINESE_GIVEN))
        }
        Tongue::Russian if dice.chance(500) => {
            format!("{} {}", dice.pick(names::CYRILLIC_MEN), dice.pick(names::CYRILLIC_LAST))
        }
        Tongue::Russian => format!("{} {}а", dice.pick(names::CYRILLIC_WOMEN), dice.pick(names::CYRILLIC_LAST)),
        // Known by what they call themselves.
        Tongue::English if dice.chance(50) => format!("{}{}", dice.pick(names::HANDLES), dice.below(3000)),
        Tongue::English => format!("{} {}", dice.pick(names::LATIN_FIRST), dice.pick(names::LATIN_LAST)),
    }
}

/// A phone number of one of ten countries; no two customers have the same.
fn phone(dice: &mut Dice, tongue: Tongue, number: u64) -> String {
    // Odd and no multiple of five: each number below ten million has a tail of its own.
    let tail = format!("{:07}", number.wrapping_mul(7_654_321) % 10_000_000);
    let (a, b, c) = (tail.get(..3).unwrap_or("000"), tail.get(3..5).unwrap_or("00"), tail.get(5..).unwrap_or("00"));
    let more = number / 10_000_000 % 10;
    match (tongue, dice.below(6)) {
        (Tongue::Russian, 0) => format!("+380 6{more} {a} {b} {c}"),
        (Tongue::Russian, _) => format!("+7 9{more}5 {a}-{b}-{c}"),
        (Tongue::Chinese, _) => format!("+86 13{more} 8{a} {b}{c}"),
        (Tongue::Arabic, _) => format!("+971 5{more} {a} {b}{c}"),
        (Tongue::English, 0) => format!("+49 151{more} {a}{b}{c}"),
        (Tongue::English, 1) => format!("+44 74{more} {a} {b}{c}"),
        (Tongue::English, 2) => format!("+1 21{more} {a} {b}{c}"),
        (Tongue::English, 3) => format!("+33 6 1{more} {b} {c} {a}"),
        (Tongue::English, 4) => format!("+48 5{more} {a} {b}{c}"),
        (Tongue::English, _) => format!("+90 53{more} {a} {b} {c}"),
    }
}

fn mail(dice: &mut Dice, number: u64) -> String {
    format!("{}.{number}@mail{}.example", dice.pick(names::HANDLES), dice.skewed(30))
}

/// Most have none or one; a few tags are on very many, most tags on few.
fn tags(dice: &mut Dice) -> Vec<usize> {
    let count = [0, 0, 0, 0, 1, 1, 1, 2, 2, 4].get(dice.place(10)).copied().unwrap_or_default();
    let mut tags: Vec<usize> = (0..count).map(|_| dice.skewed(names::TAGS.len())).collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}

/// The funnel block that a customer is in, as a place among so many: one in three is in one, most in the first.
pub fn block(seed: u64, number: u64, blocks: usize) -> Option<usize> {
    let mut dice = Dice::of(seed, For::Funnel, number);
    (blocks > 0 && dice.chance(333)).then(|| dice.skewed(blocks))
}

/// The deal of a customer: its stage, as a place among so many, and what it is about. One in twelve has one.
pub fn deal(seed: u64, number: u64, stages: usize) -> Option<(usize, (&'static str, Option<i64>))> {
    let mut dice = Dice::of(seed, For::Deal, number);
    (stages > 0 && dice.chance(83)).then(|| (dice.skewed(stages), dice.pick(people::DEALS)))
}

/// The language's code.
pub fn language(tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::English => "en",
        Tongue::Russian => "ru",
        Tongue::Chinese => "zh",
        Tongue::Arabic => "ar",
    }
}

/// The name of an operator.
pub fn staff_name(seed: u64, number: u64) -> String {
    let mut dice = Dice::of(seed, For::Person, u64::MAX - number);
    let tongue = if dice.chance(500) { Tongue::English } else { Tongue::Russian };
    name(&mut dice, tongue)
}

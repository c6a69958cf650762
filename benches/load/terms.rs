//! Terms of ten kinds, and what the desk says that each finds, said once more here and simply: a plain comparison.

use crate::data::Searched;

/// The fewest characters that are searched for.
const SHORTEST: usize = 3;
/// Results that a page shows.
pub const SHOWN: usize = 50;

/// Terms cut out of search texts, which are folded already, with what kind each is of.
pub fn terms(all: &[Searched], count: usize) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = vec![];
    let each = count / 10;
    // Places that jump over the whole list.
    let at = |n: usize| &all[n * 7_919_017 % all.len()].text;
    let cut = |text: &str, from: usize, length: usize| -> String { text.chars().skip(from).take(length).collect() };
    let line = |n: usize, fits: fn(&str) -> bool| at(n).lines().find(|line| fits(line)).map(str::to_owned);
    let is_digits = |line: &str| line.len() > 8 && line.bytes().all(|b| b.is_ascii_digit());
    let cyrillic = |line: &str| line.chars().any(|c| ('а'..='я').contains(&c));
    let chinese = |line: &str| line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) && line.chars().count() > 2;
    let latin = |line: &str| line.len() > 6 && line.bytes().all(|b| b.is_ascii_lowercase() || b == b' ');
    let mut n = 0;
    let mut fill = |kind: &'static str, count: usize, make: &dyn Fn(usize) -> Option<String>| {
        let mut made = 0;
        for _ in 0..count * 200 {
            n += 1;
            if let Some(term) = make(n).filter(|term| !needles(term).is_empty()) {
                found.push((kind, term));
                made += 1;
            }
            if made == count {
                break;
            }
        }
    };
    fill("whole names", each, &|n| line(n, latin));
    fill("three letters", each, &|n| line(n, latin).map(|line| cut(&line, n % (line.len() - 3), 3)));
    fill("parts of names", each, &|n| line(n, latin).map(|line| cut(&line, n % 3, 5)));
    fill("Cyrillic", each, &|n| line(n, cyrillic).map(|line| cut(&line, n % 4, 3 + n % 5)));
    fill("Chinese", each, &|n| line(n, chinese).map(|line| cut(&line, 0, 3)));
    fill("phones", each, &|n| line(n, is_digits));
    fill("some digits", each, &|n| line(n, is_digits).map(|line| cut(&line, n % 4, 3 + n % 5)));
    fill("repeated digits", each, &|n| {
        Some(char::from(b'0' + u8::try_from(n % 10).unwrap_or(0)).to_string().repeat(3 + n / 10 % 4))
    });
    fill("e-mail", each, &|n| at(n).lines().find(|line| line.contains('@')).map(|line| cut(line, n % 5, 6 + n % 12)));
    fill("absent", count - each * 9, &|n| Some(format!("zq{}x{n}", n % 10)));
    found
}

/// What a search text is compared with: the term without a leading @, and the digits of what looks like a phone number,
/// without the 8 that Russians dial before ten more. Empty: too short to be searched.
pub fn needles(term: &str) -> Vec<String> {
    let term = term.trim().trim_start_matches('@').trim_start();
    if term.chars().count() < SHORTEST {
        return vec![];
    }
    let mut needles = vec![term.to_owned()];
    let digits: String = term.chars().filter(char::is_ascii_digit).collect();
    let looks_like_phone = term.chars().all(|c| c.is_ascii_digit() || " +-().\u{a0}–".contains(c));
    if looks_like_phone && digits.len() >= SHORTEST {
        let national = digits.strip_prefix('8').filter(|rest| rest.len() == 10);
        needles.push(national.unwrap_or(&digits).to_owned());
        needles.dedup();
    }
    needles
}

/// All search texts in one, so that a comparison of everybody is one walk through memory.
pub struct Everybody {
    text: Vec<u8>,
    /// Where each begins, in the order of their latest activity.
    begins: Vec<usize>,
    ids: Vec<i64>,
}

impl Everybody {
    pub fn new(all: &[Searched]) -> Self {
        let (mut text, mut begins) = (vec![], vec![]);
        for row in all {
            begins.push(text.len());
            text.extend_from_slice(row.text.as_bytes());
            text.push(0);
        }
        Self { text, begins, ids: all.iter().map(|row| row.id).collect() }
    }

    /// The customers that hold any of the needles, up to one more than a page shows of each.
    pub fn holding(&self, needles: &[String]) -> Vec<i64> {
        let mut places = vec![];
        for needle in needles {
            let (mut from, mut found) = (0, 0);
            while let Some(at) = memchr::memmem::find(&self.text[from..], needle.as_bytes()).map(|at| from + at) {
                let place = self.begins.partition_point(|begin| *begin <= at) - 1;
                places.push(place);
                found += 1;
                if found > SHOWN {
                    break;
                }
                from = self.begins.get(place + 1).copied().unwrap_or(self.text.len());
            }
        }
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(|place| self.ids[place]).collect()
    }
}

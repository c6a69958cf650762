//! A sample of customers' search texts, by which PostgreSQL's searches guess how many hold a text: its trigram index makes out
//! everybody before it names the first.
//!
//! The planner has such a sample, too. To ask it took a third of a millisecond, most of it for comparing a thousand texts one
//! by one, and it compared them again for each pattern of the search itself, when that was planned.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;

use super::finding;
use crate::db::schema::customers;
use crate::db::sql::among;
use crate::db::{Conn, kept};
use crate::error::Result;

/// So many customers are asked for their texts, up to twice as many: spread evenly, some five milliseconds in ten minutes.
const SIZE: i64 = 1_000;

/// Texts of customers, who stand for everybody.
#[derive(Default)]
pub struct Sample {
    texts: Vec<String>,
    /// How many of the texts hold each trigram.
    trigrams: HashMap<[char; 3], usize>,
    /// For so many customers each of the texts stands.
    step: i64,
}

/// The sample of the moment, or of some minutes ago. It is taken anew whenever the customers have doubled.
pub fn sample(conn: &mut Conn) -> Result<Arc<Sample>> {
    let newest = *kept::settled("newest customer".into(), || finding::newest(conn))?;
    kept::lasting(format!("sample of search texts, {:?}", newest.checked_ilog2()), || {
        let step = (newest / SIZE).max(1);
        let ids = (1..=newest).step_by(usize::try_from(step).unwrap_or(1));
        let texts =
            customers::table.filter(among(conn, customers::id, ids)).select(customers::search_text).load(conn)?;
        Ok(Sample::new(texts, step))
    })
}

impl Sample {
    fn new(texts: Vec<String>, step: i64) -> Self {
        let mut trigrams: HashMap<[char; 3], usize> = HashMap::new();
        for text in &texts {
            let mut of_text: Vec<[char; 3]> = trigrams_of(text).collect();
            of_text.sort_unstable();
            of_text.dedup();
            for trigram in of_text {
                *trigrams.entry(trigram).or_default() += 1;
            }
        }
        Self { texts, trigrams, step }
    }

    /// How many of all customers are expected to hold a text.
    pub fn expected(&self, text: &str) -> i64 {
        if trigrams_of(text).any(|trigram| !self.trigrams.contains_key(&trigram)) {
            return 0;
        }
        let held = self.texts.iter().filter(|held| held.contains(text)).count();
        self.step * i64::try_from(held).unwrap_or(i64::MAX)
    }

    /// How large a share of the customers hold a trigram: above nothing, since hardly any is held by nobody. Half where
    /// nothing is known.
    pub fn share(&self, trigram: [char; 3]) -> f64 {
        let held = self.trigrams.get(&trigram).copied().unwrap_or(0);
        (held as f64 + 0.5) / (self.texts.len() as f64 + 1.0)
    }
}

/// The trigrams of a text, each time they stand there.
pub fn trigrams_of(text: &str) -> impl Iterator<Item = [char; 3]> {
    let following = text.chars().skip(1).zip(text.chars().skip(2));
    text.chars().zip(following).map(|(first, (second, third))| [first, second, third])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_held_by_as_many_as_in_the_sample() {
        let sample = Sample::new(["anna ivanova 1", "anna li 2", "иван 3", "banana 4"].map(String::from).to_vec(), 250);
        assert_eq!(sample.expected("anna"), 500);
        assert_eq!(sample.expected("nan"), 250, "once a text, however often it stands there");
        assert_eq!(sample.expected("ива"), 250);
        assert_eq!(sample.expected("zzz"), 0);
        assert_eq!(sample.expected("anna l1"), 0);
        assert_eq!(sample.share(['a', 'n', 'n']), 0.5);
        assert_eq!(sample.share(['z', 'z', 'z']), 0.1);
        assert_eq!(Sample::default().share(['a', 'n', 'n']), 0.5);
        assert_eq!(Sample::default().expected("anna"), 0);
    }
}

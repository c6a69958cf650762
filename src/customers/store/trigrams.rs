//! Which trigrams of a text PostgreSQL's index is asked for.
//!
//! Asked for a text, the index meets the lists of all its trigrams, those at the edges of words among them. Some are as long as
//! the table ("mai" of everybody's "mail", "  k" of a word with k), and to walk along these takes most of a search: of a
//! million customers an address took 18 ms, a name 7, a phone number 7. The rarest few name hardly anybody else, whose texts
//! are compared: 5, 2 and 2.

use super::finding;
use super::sample::{sample, trigrams_of};
use crate::db::{Conn, kept};
use crate::error::Result;

/// Trigrams that are asked for, at the most.
const ASKED: usize = 4;
/// Customers who are named beside those who hold the text, and are quicker compared than ruled out by one list more.
const FEW: f64 = 20.0;
/// A list of so large a share of the customers rules out too few to pay for the way along it.
const COMMON: f64 = 0.2;

/// The rarest trigrams of a text, as far as they pay. None where the text has no rare ones, or nothing is known yet.
pub fn rarest(conn: &mut Conn, text: &str) -> Result<Vec<String>> {
    let sample = sample(conn)?;
    let everybody = *kept::settled("newest customer".into(), || finding::newest(conn))?;
    Ok(chosen(text, everybody as f64, |trigram| sample.share(trigram)))
}

/// One of each word first, since a name's are all found together; of equally rare ones the later, since what numbers
/// begin with, thousands share.
fn chosen(text: &str, everybody: f64, share: impl Fn([char; 3]) -> f64) -> Vec<String> {
    let mut found: Vec<(usize, f64, [char; 3])> = vec![];
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        let three: Vec<[char; 3]> = trigrams_of(word).collect();
        let mut of_word: Vec<(usize, f64, [char; 3])> = vec![];
        for trigram in three.into_iter().rev() {
            if !found.iter().chain(&of_word).any(|(_, _, known)| *known == trigram) {
                of_word.push((1, share(trigram), trigram));
            }
        }
        of_word.sort_by(|a, b| a.1.total_cmp(&b.1));
        if let Some(rarest) = of_word.first_mut() {
            rarest.0 = 0;
        }
        found.extend(of_word);
    }
    found.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let (mut named, mut chosen) = (everybody, vec![]);
    for (_, share, trigram) in found {
        if chosen.len() < ASKED && named > FEW && share < COMMON {
            named *= share;
            chosen.push(trigram.iter().collect());
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_rare_ones_are_chosen() {
        let share = |trigram: [char; 3]| match trigram.iter().collect::<String>().as_str() {
            "mai" | "ail" => 0.6,
            "ann" => 0.03,
            "kow" | "ows" | "wsk" => 0.001,
            _ => 0.01,
        };
        let of = |text: &str| chosen(text, 1_000_000.0, share);
        assert_eq!(of("ee.4711@mail"), ["711", "471"]);
        assert_eq!(of("79054940380"), ["380", "038", "403"], "the last ones");
        assert_eq!(of("anna kowska"), ["wsk", "nna"], "one of each word");
        assert_eq!(of("mail"), Vec::<String>::new());
        assert_eq!(of("a@b.c"), Vec::<String>::new());
        assert_eq!(chosen("4711", 1_000_000.0, |_| 0.5), Vec::<String>::new(), "nothing is known");
    }
}

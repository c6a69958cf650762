//! Customers by a part of their number.
//!
//! Which numbers hold some digits is reckoned, not looked for: 12345 stands in 12345, in 1_12345 to 9_12345, in 12345_0 to
//! 12345_9 and so on. Few are looked up; where there are many, a list's own index is walked, where a page fills quickly.
//! The trigrams of search texts are no help here: telephones and addresses are full of digits, and to meet two of their
//! lists took up to 0.16 s at a million customers.

use std::collections::BTreeSet;

use super::finding;
use crate::db::Conn;
use crate::db::dialect;
use crate::db::sql::{Sql, one_of};
use crate::error::Result;
use crate::text;

/// A condition on customers.
pub struct Numbered {
    pub condition: String,
    /// It holds for fewer than [`finding::common`], and they are looked up.
    pub few: bool,
}

/// The condition that the number of a customer, whose table or alias this is, has these digits somewhere. Where many have, the
/// bits of their texts are asked first, of which the number is one.
pub fn numbered_customers(sql: &mut Sql, conn: &mut Conn, alias: &str, digits: &str) -> Result<Numbered> {
    let mut numbered = numbered(sql, conn, &format!("{alias}.id"), digits)?;
    if !numbered.few {
        numbered.condition = finding::bits_first(sql, conn, alias, &text::digits(digits), &numbered.condition);
    }
    Ok(numbered)
}

/// The condition that the number of a customer in `column` has these digits somewhere: to be planned for its values.
pub fn numbered(sql: &mut Sql, conn: &mut Conn, column: &str, digits: &str) -> Result<Numbered> {
    let digits = text::digits(digits);
    let most = usize::try_from(finding::common(conn)?).unwrap_or(usize::MAX);
    if let Some(numbers) = holding(&digits, finding::newest(conn)?, most) {
        return Ok(Numbered { condition: one_of(conn, sql, column, numbers), few: true });
    }
    let condition = dialect::contains(conn, sql, &format!("CAST({column} AS TEXT)"), &digits);
    Ok(Numbered { condition, few: false })
}

/// The numbers up to `last` that hold these digits. `None`: they are `most` or more.
fn holding(digits: &str, last: i64, most: usize) -> Option<BTreeSet<i64>> {
    let mut found = BTreeSet::new();
    // More digits than any number has.
    let Ok(value) = digits.parse::<i64>() else { return Some(found).filter(|_| !digits.is_empty()) };
    let tens = |power: usize| u32::try_from(power).ok().and_then(|power| 10_i64.checked_pow(power));
    for after in 0.. {
        let Some((place, step)) = tens(after).zip(tens(after + digits.len())) else { break };
        let Some(least) = value.checked_mul(place).filter(|least| *least <= last) else { break };
        // No number begins with a nought.
        let first = if digits.starts_with('0') { step.checked_add(least) } else { Some(least) };
        let mut begins = first.filter(|first| *first <= last);
        if begins.is_none() {
            break;
        }
        while let Some(from) = begins {
            for number in from..=last.min(from.saturating_add(place - 1)) {
                if found.len() + 1 == most && !found.contains(&number) {
                    return None;
                }
                found.insert(number);
            }
            begins = from.checked_add(step).filter(|next| *next <= last);
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_that_hold_digits_are_those_that_a_comparison_finds() {
        for last in [0, 9, 10, 99, 1_000, 12_345, 100_001] {
            for digits in ["0", "00", "01", "1", "10", "12", "100", "345", "2345", "12345", "99999", "123456", "0001"] {
                let plain: BTreeSet<i64> = (1..=last).filter(|number| number.to_string().contains(digits)).collect();
                assert_eq!(holding(digits, last, usize::MAX), Some(plain), "{digits} up to {last}");
            }
        }
    }

    #[test]
    fn many_are_not_reckoned_to_the_end() {
        assert_eq!(holding("1", 1_000_000_000_000, 2_500), None);
        assert_eq!(holding("123", 1_000, 2).map(|found| found.len()), Some(1));
        assert_eq!(holding("12", 130, 12), None, "12, 112 and 120 to 129");
        assert_eq!(holding("12", 130, 13).map(|found| found.len()), Some(12));
    }

    #[test]
    fn digits_that_no_number_has() {
        assert_eq!(holding(&"9".repeat(40), i64::MAX, 2_500), Some(BTreeSet::new()));
        assert_eq!(holding("", 10, 2_500), None);
    }
}

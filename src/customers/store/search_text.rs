//! What a customer is found by: one column that search compares, and one that says who need not be compared.

use diesel::prelude::*;

use crate::channels::ChannelKind;
use crate::db::Tx;
use crate::db::schema::{channel_accounts as accounts, channels, customers};
use crate::db::sql::Limited;
use crate::db::types::CustomerId;
use crate::error::Result;
use crate::text;

/// All bits: whoever was there before there were any may hold anything.
const NO_PAIRS: i64 = -1;

/// What a customer is found by.
pub struct FoundBy<'a> {
    pub id: CustomerId,
    pub name_folded: &'a str,
    pub real_name: &'a str,
    pub phone_digits: Option<&'a str>,
    pub email_folded: Option<&'a str>,
    pub external_id: Option<&'a str>,
    /// Username and address in each channel.
    pub accounts: &'a [(&'a str, &'a str, ChannelKind)],
}

/// The text that search compares: one thing a line, each once.
pub fn search_text(by: &FoundBy) -> String {
    let mut lines = vec![by.name_folded.to_owned(), text::fold(by.real_name)];
    lines.extend(by.phone_digits.map(str::to_owned));
    lines.extend([by.email_folded, by.external_id].into_iter().flatten().map(text::fold));
    for (username, address, kind) in by.accounts {
        lines.push(text::fold(username));
        // The address of a web-chat visitor is a random number of ours: nobody searches it, and it would match by chance.
        if *kind != ChannelKind::WebChat {
            lines.push(text::fold(address));
        }
    }
    lines.push(by.id.to_string());
    let mut kept: Vec<&str> = Vec::with_capacity(lines.len());
    for line in &lines {
        if !line.is_empty() && !kept.contains(&line.as_str()) {
            kept.push(line);
        }
    }
    kept.join("\n")
}

/// A bit for each pair of neighbouring characters in the lines of a text, of 64: a text that lacks one of another's bits does
/// not hold the other. Of a million customers one in thirty has those of a name and does not hold it.
///
/// The bits are stored. Another rule needs a migration.
pub fn pairs(text: &str) -> i64 {
    let mut bits = 0_i64;
    for line in text.lines() {
        let mut before = None;
        for c in line.chars() {
            if let Some(before) = before.replace(c) {
                // Fibonacci hashing: the upper six bits are the best mixed.
                let pair = u64::from(u32::from(before)) << 21 | u64::from(u32::from(c));
                bits |= 1 << (pair.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58);
            }
        }
    }
    bits
}

/// Makes anew what the customer can be found by.
pub fn refresh_search_text(tx: &mut Tx, id: CustomerId) -> Result<()> {
    type Row = (String, String, Option<String>, Option<String>, Option<String>);
    let (name, real_name, phone, email, external): Row = customers::table
        .find(id)
        .select((
            customers::name_folded,
            customers::real_name,
            customers::phone_digits,
            customers::email_folded,
            customers::external_id,
        ))
        .one(tx)?;
    let known: Vec<(String, String, ChannelKind)> = accounts::table
        .inner_join(channels::table)
        .filter(accounts::customer_id.eq(id))
        .order(accounts::id)
        .select((accounts::username, accounts::address, channels::kind))
        .load(&mut **tx)?;
    let accounts: Vec<_> = known.iter().map(|(name, address, kind)| (name.as_str(), address.as_str(), *kind)).collect();
    let text = search_text(&FoundBy {
        id,
        name_folded: &name,
        real_name: &real_name,
        phone_digits: phone.as_deref(),
        email_folded: email.as_deref(),
        external_id: external.as_deref(),
        accounts: &accounts,
    });
    let pairs = pairs(&text);
    let found_by = (customers::search_text.eq(text), customers::search_pairs.eq(pairs));
    diesel::update(customers::table.find(id)).set(found_by).execute(&mut **tx)?;
    Ok(())
}

/// Makes the bits of up to `limit` customers past this one who have none yet, and returns the last of them.
pub fn make_pairs(tx: &mut Tx, past: CustomerId, limit: i64) -> Result<Option<CustomerId>> {
    let without: Vec<(CustomerId, String)> = customers::table
        .filter(customers::search_pairs.eq(NO_PAIRS).and(customers::id.gt(past)))
        .order(customers::id)
        .select((customers::id, customers::search_text))
        .at_most(limit)
        .load(&mut **tx)?;
    for (id, text) in &without {
        diesel::update(customers::table.find(id)).set(customers::search_pairs.eq(pairs(text))).execute(&mut **tx)?;
    }
    Ok(without.last().map(|(id, _)| *id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_bits_of_whatever_it_holds() {
        let text = "зоя кузьмина\n79031234567\nzoya@mail.example";
        for part in ["кузьмина", "я к", "зо", "3123", "@mail.", "a", ""] {
            assert_eq!(pairs(text) & pairs(part), pairs(part), "{part}");
        }
        assert_ne!(pairs(text) & pairs("кузнецова"), pairs("кузнецова"));
        // Of two lines, what ends one and what begins the next are no pair.
        assert_eq!(pairs("ab\ncd"), pairs("ab") | pairs("cd"));
    }

    #[test]
    fn the_bits_are_those_that_are_stored() {
        assert_eq!(pairs("zoya"), 0x0200_2000_0000_0004);
    }

    proptest::proptest! {
        #[test]
        fn every_part_of_a_text_has_its_bits(text in ".{0,40}", from in 0..40_usize, length in 0..40_usize) {
            let part: String = text.chars().skip(from).take(length).collect();
            proptest::prop_assert_eq!(pairs(&text) & pairs(&part), pairs(&part));
        }
    }
}

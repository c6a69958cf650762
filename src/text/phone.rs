//! Phone numbers: the digits of what was typed, with the country in front, and what one is looked for by.

use unicode_normalization::UnicodeNormalization;

/// The digits of a text, full-width, Arabic and Persian ones too.
pub fn digits(text: &str) -> String {
    if text.is_ascii() {
        return text.chars().filter(char::is_ascii_digit).collect();
    }
    text.nfkc().filter_map(digit).filter_map(|value| char::from_digit(value, 10)).collect()
}

fn digit(c: char) -> Option<u32> {
    match c {
        '\u{0660}'..='\u{0669}' => Some(u32::from(c) - 0x0660),
        '\u{06f0}'..='\u{06f9}' => Some(u32::from(c) - 0x06f0),
        _ => c.to_digit(10),
    }
}

/// What people and word processors put between the digits of a phone number.
fn is_between_digits(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '+' | '-' | '(' | ')' | '[' | ']' | '.' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// A phone number as its digits with country code. National numbers are read as numbers of `region` (ISO 3166, "RU");
/// what no country knows keeps the digits that it has. `None` without at least three digits.
pub fn phone_digits(text: &str, region: &str) -> Option<String> {
    let country = region.parse::<phonenumber::country::Id>().ok();
    let plain: String = text.nfkc().collect();
    let parsed = phonenumber::parse(country, &plain).ok().filter(phonenumber::is_valid);
    let found = match parsed {
        Some(number) => digits(&number.format().mode(phonenumber::Mode::E164).to_string()),
        None => digits(&plain),
    };
    (found.len() >= 3).then_some(found)
}

/// The digits by which a phone is searched: the Russian trunk prefix 8 is dropped of an eleven-digit number, and of the
/// beginning of one where it stands apart, so that "8 (901) 788-07-95" and "8 901" find +79017880795.
pub fn phone_needle(text: &str) -> Option<String> {
    let looks_like_phone = text.chars().all(|c| digit(c).is_some() || is_between_digits(c));
    let found = digits(text);
    if !looks_like_phone || found.len() < 3 {
        return None;
    }
    let stands_apart = text.trim_start().chars().nth(1).is_some_and(|c| !c.is_numeric());
    Some(match found.strip_prefix('8') {
        Some(rest) if rest.len() == 10 || (stands_apart && (3..10).contains(&rest.len())) => rest.to_owned(),
        _ => found,
    })
}

/// The digits of a Russian number that somebody is typing from its trunk prefix 8, as they are stored: with the country's
/// code. `None` where an 8 begins nothing of that kind.
pub fn typed_from_trunk(digits: &str) -> Option<String> {
    let rest = digits.strip_prefix('8').filter(|rest| (4..10).contains(&rest.len()))?;
    (!rest.starts_with(['0', '8'])).then(|| format!("7{rest}"))
}

/// A whole Russian number that was typed from its trunk prefix 8, as it is stored.
pub fn whole_from_trunk(text: &str) -> Option<String> {
    let rest = phone_needle(text).filter(|rest| rest.len() == 10 && digits(text).len() == 11)?;
    Some(format!("7{rest}"))
}

/// Whether what was searched for is meant as a phone number, and not as a name.
pub fn is_number(text: &str) -> bool {
    digits(text).len() >= 5 && !text.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_spellings_of_a_phone_meet() {
        let stored = phone_digits("8 (901) 788-07-95", "RU").unwrap();
        assert_eq!(stored, "79017880795");
        for typed in [
            "8 (901) 788-07-95",
            "+79017880795",
            "7880795",
            "788.07.95",
            "8 (901) 7",
            "8-901-788",
            "8 901 788‑07‑95",
            "8 (901) 788−07−95",
            "[901] 788/07/95",
            "٧٨٨٠٧٩٥",
        ] {
            assert!(stored.contains(&phone_needle(typed).unwrap()), "{typed}");
        }
        assert_eq!(phone_needle("Vasya1988"), None);
        assert_eq!(phone_needle("8901107").as_deref(), Some("8901107"), "part of any number");
    }

    /// SEARCH-07: on the way to its last digit a number from its 8 is the one from +7; what only begins with an 8 is not.
    #[test]
    fn a_number_is_typed_from_its_trunk_prefix() {
        assert_eq!(typed_from_trunk("89017").as_deref(), Some("79017"));
        assert_eq!(typed_from_trunk("8901788079").as_deref(), Some("7901788079"));
        for other in ["8901", "89017880795", "79017", "88005", "80001", ""] {
            assert_eq!(typed_from_trunk(other), None, "{other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn digits_are_ascii_digits_in_their_order(text in ".*", number in "[0-9]{0,30}") {
            proptest::prop_assert!(digits(&text).bytes().all(|b| b.is_ascii_digit()));
            let spread: String = number.chars().flat_map(|c| [c, ' ', '-']).collect();
            proptest::prop_assert_eq!(digits(&spread), number);
        }

        /// Whatever is typed as a phone, the stored digits are found by what was typed.
        #[test]
        fn a_phone_is_digits_or_nothing(text in ".*", phone in "(\\+|8|7|00)?[0-9 ()-]{3,18}") {
            for typed in [&text, &phone] {
                for region in ["RU", "US", "no country"] {
                    let found = phone_digits(typed, region);
                    proptest::prop_assert!(found.is_none_or(|d| d.len() >= 3 && d.bytes().all(|b| b.is_ascii_digit())));
                }
                let needle = phone_needle(typed);
                proptest::prop_assert!(needle.is_none_or(|d| d.len() >= 3 && d.bytes().all(|b| b.is_ascii_digit())));
            }
        }
    }
}

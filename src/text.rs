//! Text as it is compared: one normaliser for search, filters, uniqueness and sorting.

use unicode_normalization::UnicodeNormalization;

/// The form in which two spellings of the same text are equal: compatibility forms joined, case folded, control and
/// direction marks dropped, runs of white space made one space. Works in any script.
pub fn fold(text: &str) -> String {
    // Addresses and user names, mostly: there is nothing to join.
    if text.is_ascii() {
        return clean(&text.to_ascii_lowercase());
    }
    let joined: String = text.nfkc().flat_map(char::to_lowercase).collect();
    // Compatibility forms hold blanks of their own, so what nobody sees goes last. The Russian ё is written е as often
    // as not.
    clean(&joined).replace('ё', "е")
}

/// One line as typed, without what nobody sees: control characters, direction marks, surrounding and doubled spaces. Empty
/// if nothing of it shows.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        let before = out.len();
        if before > 0 {
            out.push(' ');
        }
        let start = out.len();
        out.extend(word.chars().filter(|c| !is_invisible(*c)));
        if out.len() == start {
            out.truncate(before);
        }
    }
    if shows(&out) { out } else { String::new() }
}

/// Several lines as typed: line breaks stay, other control characters and direction overrides go, ends are trimmed. Empty
/// if nothing of it shows.
pub fn clean_lines(text: &str) -> String {
    let kept: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| *c == '\n' || *c == '\t' || !(c.is_control() || is_override(*c)))
        .collect();
    if shows(&kept) { kept.trim().to_owned() } else { String::new() }
}

/// Whether there is anything to see. Joiners and the like shape what stands beside them; alone they are blank.
fn shows(text: &str) -> bool {
    text.chars().any(|c| !(c.is_whitespace() || c.is_control() || is_invisible(c) || is_blank(c)))
}

/// What shows nothing by itself, and is kept within a text because it forms what is round it: joiners, variation
/// selectors, fillers of Hangul, tags, the empty Braille pattern (Unicode's Default_Ignorable_Code_Point, and U+2800).
fn is_blank(c: char) -> bool {
    matches!(c,
        '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200c}' | '\u{200d}' | '\u{2061}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// Zero-width and direction marks. The joiners U+200C and U+200D stay: Persian words and emoji need them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{00ad}') || is_override(c)
}

/// Marks that turn the direction of the text around them, with which a name can disguise what follows.
fn is_override(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

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

/// Whether what was searched for is meant as a phone number, and not as a name.
pub fn is_number(text: &str) -> bool {
    digits(text).len() >= 5 && !text.chars().any(char::is_alphabetic)
}

/// `text` as the inside of a LIKE pattern with `ESCAPE '\'`.
pub fn like_escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '%' | '_') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// What FTS5's trigram index is asked for a folded term of at least three characters. The index knows no phrases, so
/// whoever asks compares the rows that it names: everybody who holds the term, and perhaps a few others.
///
/// Distinct trigrams from all over the term, and of a number its last ones: what numbers begin with, thousands share. More
/// trigrams name hardly fewer customers, and each costs a walk along its list: of eleven digits, six from all over took
/// 4 ms at a million customers and named one customer, the last four take 0.9 and name three.
pub fn trigram_match(term: &str) -> String {
    const ASKED: usize = 4;
    let chars: Vec<char> = term.chars().collect();
    let mut quoted: Vec<String> = vec![];
    for three in chars.windows(3) {
        let trigram = format!("\"{}\"", three.iter().collect::<String>().replace('"', "\"\""));
        if !quoted.contains(&trigram) {
            quoted.push(trigram);
        }
    }
    let count = quoted.len().min(ASKED);
    if term.bytes().all(|b| b.is_ascii_digit()) {
        return quoted.split_off(quoted.len() - count).join(" AND ");
    }
    let last = quoted.len().saturating_sub(1);
    let spread = (0..count).filter_map(|n| quoted.get(n * last / count.saturating_sub(1).max(1)).cloned());
    spread.collect::<Vec<_>>().join(" AND ")
}

/// The first `limit` characters, with an ellipsis if more follow; line breaks become spaces.
pub fn preview(text: &str, limit: usize) -> String {
    let line = clean(text);
    match line.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// Five stars, the first `count` of them lit.
pub fn star_row(count: impl std::fmt::Display) -> [bool; 5] {
    // As text, because a template borrows it as deeply as its macros are nested.
    let count: i32 = count.to_string().parse().unwrap_or_default();
    [1, 2, 3, 4, 5].map(|star| star <= count)
}

/// How one speaks to somebody: the first of several names, or the whole where the first is none, as in "Dr. Kiss",
/// "Kiss, Anna", "Visitor 12" and an address.
pub fn spoken_name(name: &str) -> &str {
    let is_name = |word: &str| {
        word.chars().count() > 1 && word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’'))
    };
    match name.split_whitespace().next() {
        Some(first) if is_name(first) && !name.chars().any(char::is_numeric) => first,
        _ => name,
    }
}

/// Up to two letters that stand for a name in an avatar.
pub fn initials(name: &str) -> String {
    let is_wide = |c: char| matches!(c, '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{0600}'..='\u{06ff}');
    let (mut found, mut count, mut within) = (String::with_capacity(8), 0, false);
    for c in name.chars() {
        if c.is_whitespace() {
            within = false;
        } else if !within && c.is_alphanumeric() {
            if is_wide(c) && count == 0 {
                return c.to_string();
            }
            found.extend(c.to_uppercase());
            (count, within) = (count + 1, true);
            if count == 2 {
                break;
            }
        }
    }
    if count == 0 { "?".into() } else { found }
}

/// Writes the last `N` digits of a number, noughts included.
pub fn push_digits<const N: u32>(out: &mut String, number: u32) {
    // With `N` known, each of these divisions is a multiplication.
    for place in (0..N).rev() {
        out.push(char::from_digit(number / 10_u32.pow(place) % 10, 10).unwrap_or('0'));
    }
}

/// Writes a year: of four digits, as nearly all have, without a detour.
pub fn push_year(out: &mut String, year: i32) {
    match u32::try_from(year) {
        Ok(year @ 1000..=9999) => push_digits::<4>(out, year),
        _ => out.push_str(&year.to_string()),
    }
}

/// A name safe inside a sentence of the other direction: isolated if it holds right-to-left letters.
pub fn isolate(name: &str) -> String {
    let is_rtl = |c: char| matches!(c, '\u{0590}'..='\u{08ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}');
    if name.contains(is_rtl) { format!("\u{2068}{name}\u{2069}") } else { name.to_owned() }
}

/// The hue class, 1 to 8, of whatever has this number.
pub fn hue(id: i64) -> u8 {
    u8::try_from(id.rem_euclid(8)).unwrap_or(0) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_width_do_not_matter_in_any_script() {
        assert_eq!(fold("  КСЕНИЯ\u{202e} Алёна "), "ксения алена");
        assert_eq!(fold("ＡＢＣ　ｄｅｆ"), "abc def");
        assert_eq!(fold("王芳"), "王芳");
        assert_eq!(fold(" Lena  K@Mail.EXAMPLE\t"), "lena k@mail.example");
    }

    /// A message or a name of nothing but zero-width characters is empty; joiners stay where they join something.
    #[test]
    fn what_shows_nothing_is_empty() {
        for blank in ["\u{200b}", " \u{200b}\n\u{feff} ", "\u{200d}\u{200c}", "\u{3164}", "\u{2800}\u{fe0f}", "\u{ad}"]
        {
            assert_eq!(clean_lines(blank), "", "{blank:?}");
            assert_eq!(clean(blank), "", "{blank:?}");
        }
        let family = "Me: \u{1f469}\u{200d}\u{1f467}\n\nand \u{2764}\u{fe0f}";
        assert_eq!(clean_lines(family), family);
        assert_eq!(clean("می\u{200c}روم"), "می\u{200c}روم");
    }

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

    /// "Write to Anna", and the whole name where its first word alone says too little.
    #[test]
    fn one_speaks_to_somebody_by_the_first_of_their_names() {
        for (name, spoken) in
            [("Anna Kowalska", "Anna"), ("Екатерина Морозова", "Екатерина"), ("Jean-Luc Roy", "Jean-Luc")]
        {
            assert_eq!(spoken_name(name), spoken);
        }
        for whole in ["王芳", "Dr. Kiss", "Kiss, Anna", "A Kiss", "Visitor 12", "anna@mail.example", ""] {
            assert_eq!(spoken_name(whole), whole);
        }
    }

    #[test]
    fn a_pattern_means_what_was_typed() {
        assert_eq!(like_escape(r"50%_\"), r"50\%\_\\");
    }

    #[test]
    fn each_trigram_is_asked_for_once() {
        assert_eq!(trigram_match("anan\"a"), r#""ana" AND "nan" AND "an""" AND "n""a""#);
        assert_eq!(trigram_match("aaaa"), r#""aaa""#);
        assert_eq!(trigram_match("abcdefghijklm"), r#""abc" AND "def" AND "ghi" AND "klm""#);
        assert_eq!(trigram_match("79054940380"), r#""940" AND "403" AND "038" AND "380""#);
    }

    #[test]
    fn a_preview_is_one_short_line() {
        assert_eq!(preview("a\nb", 10), "a b");
        assert_eq!(preview("abcdef", 3), "abc…");
        assert_eq!(initials("anna kowalska"), "AK");
        assert_eq!(initials("王芳"), "王");
        assert_eq!(initials("  "), "?");
        assert_eq!(initials("-- (anna) maria kowalska"), "AM");
        assert_eq!(initials("anna 王芳"), "A王");
        assert_eq!(initials("🙂 ßeta"), "SS");
    }

    #[test]
    fn a_right_to_left_name_does_not_turn_its_sentence() {
        assert_eq!(isolate("Anna"), "Anna");
        assert_eq!(isolate("محمد"), "\u{2068}محمد\u{2069}");
    }

    proptest::proptest! {
        /// What is folded once is folded: a stored text and a typed one meet whichever was folded first.
        #[test]
        fn folding_again_changes_nothing(text in ".*") {
            let once = fold(&text);
            proptest::prop_assert_eq!(fold(&once), once.clone());
            proptest::prop_assert_eq!(fold(&format!("  {text}\u{202e}\t")), once.clone());
            proptest::prop_assert!(!once.chars().any(char::is_control));
            proptest::prop_assert!(!once.starts_with(' ') && !once.ends_with(' ') && !once.contains("  "));
        }

        #[test]
        fn a_clean_text_is_one_line_that_nobody_can_hide_in(text in ".*") {
            let line = clean(&text);
            proptest::prop_assert!(!line.chars().any(|c| c.is_control() || is_override(c)));
            proptest::prop_assert_eq!(clean(&line), line.clone());
            let lines = clean_lines(&text);
            proptest::prop_assert!(!lines.chars().any(|c| is_override(c) || c.is_control() && c != '\n' && c != '\t'));
            proptest::prop_assert_eq!(clean_lines(&lines), lines.clone());
            proptest::prop_assert!(preview(&text, 20).chars().count() <= 21);
            proptest::prop_assert!((1..=6).contains(&initials(&text).chars().count()));
        }

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

        /// Read as LIKE reads it, the pattern is the text and nothing else.
        #[test]
        fn an_escaped_pattern_has_no_wildcard(text in ".*") {
            let (mut read, mut escaped) = (String::new(), false);
            for c in like_escape(&text).chars() {
                if !escaped && c == '\\' {
                    escaped = true;
                    continue;
                }
                proptest::prop_assert!(escaped || !matches!(c, '%' | '_'));
                read.push(c);
                escaped = false;
            }
            proptest::prop_assert_eq!(read, text);
        }
    }
}

//! Text as it is shown: beginnings, initials, how one speaks to somebody.

use super::clean;

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
}

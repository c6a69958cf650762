//! Text as it is kept: without what nobody sees.

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

#[cfg(test)]
mod tests {
    use super::*;

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

    proptest::proptest! {
        #[test]
        fn a_clean_text_is_one_line_that_nobody_can_hide_in(text in ".*") {
            let line = clean(&text);
            proptest::prop_assert!(!line.chars().any(|c| c.is_control() || is_override(c)));
            proptest::prop_assert_eq!(clean(&line), line.clone());
            let lines = clean_lines(&text);
            proptest::prop_assert!(!lines.chars().any(|c| is_override(c) || c.is_control() && c != '\n' && c != '\t'));
            proptest::prop_assert_eq!(clean_lines(&lines), lines.clone());
            proptest::prop_assert!(crate::text::preview(&text, 20).chars().count() <= 21);
            proptest::prop_assert!((1..=6).contains(&crate::text::initials(&text).chars().count()));
        }
    }
}

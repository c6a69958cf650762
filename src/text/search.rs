//! Text as it is compared and looked for: one normaliser for search, filters, uniqueness and sorting.

use unicode_normalization::UnicodeNormalization;

use super::clean;

/// The form in which two spellings of the same text are equal: compatibility forms joined, case folded, control and
/// direction marks dropped, runs of white space made one space. Works in any script.
///
/// What is folded is stored: with another rule, what is there has to be folded anew, customers in the background.
pub fn fold(text: &str) -> String {
    let folded = fold_address(text);
    if folded.is_ascii() {
        return folded;
    }
    // Capitals know neither: Σ ends ΓΙΏΡΓΟΣ as it stands within it, and STRASSE has two letters for one. The Russian ё is
    // written е as often as not.
    let folded = folded.replace('ς', "σ").replace('ё', "е");
    if folded.contains('ß') { folded.replace('ß', "ss").nfkc().collect() } else { folded }
}

/// The same of an address or a domain, by which people are told apart: straße.de and strasse.de belong to two, as берёза.рф and
/// береза.рф do.
pub fn fold_address(text: &str) -> String {
    // Mostly: there is nothing to join.
    if text.is_ascii() {
        return clean(&text.to_ascii_lowercase());
    }
    let joined: String = text.nfkc().flat_map(char::to_lowercase).collect();
    // Compatibility forms hold blanks of their own, so what nobody sees goes last.
    clean(&joined)
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

    /// SEARCH-05: letters that capitals write in another way.
    #[test]
    fn final_sigma_and_sharp_s_are_found_in_capitals() {
        for (one, other) in [
            ("Γιώργος Παπαδόπουλος", "ΓΙΏΡΓΟΣ ΠΑΠΑΔΌΠΟΥΛΟΣ"),
            ("Straße GmbH", "STRASSE GMBH"),
            ("STRAẞE", "strasse"),
            ("ϲ", "Σ"),
        ] {
            assert_eq!(fold(one), fold(other), "{one}");
        }
        let once = fold("ß\u{323}");
        assert_eq!(fold(&once), once);
        assert_ne!(fold_address("a@straße.example"), fold_address("a@strasse.example"));
    }

    #[test]
    fn a_letter_tells_addresses_apart_and_not_names() {
        assert_eq!(fold("Берёза"), fold("береза"));
        assert_ne!(fold_address("info@берёза.рф"), fold_address("info@береза.рф"));
        // As it comes in two signs: е, and what stands above it.
        assert_eq!(fold_address("Инфо@БЕРЁЗА.рф"), fold_address("инфо@бере\u{308}за.рф"));
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

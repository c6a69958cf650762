//! What was typed, as it is searched for.

use crate::text;

/// The fewest characters that are searched for.
pub const SHORTEST: usize = 3;
/// The most characters that are looked at, as the search field takes them.
const LONGEST: usize = 200;

/// What stands in a search field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// Nothing at all.
    Empty,
    /// Fewer than three characters: nothing is searched.
    TooShort,
    Term(Term),
}

/// A term that is long enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The term, folded.
    folded: String,
    /// The same as it was typed: external IDs tell capitals apart.
    typed: String,
    /// Its digits, if it looks like a phone number and they differ from it.
    phone: Option<String>,
    /// Those digits from +7, if they may be a Russian number that is being typed from its 8.
    from_code: Option<String>,
    /// The whole Russian number that was typed from its 8, as it is stored: from 7.
    whole: Option<String>,
}

impl Query {
    pub fn parse(typed: &str) -> Self {
        let cut: String = typed.trim().chars().take(LONGEST).collect();
        let folded = text::fold(&cut);
        // A username is stored without its sign, and typed with or without it.
        let [typed, folded] = [cut.as_str(), &folded].map(|text| text.trim_start_matches('@').trim_start().to_owned());
        if folded.is_empty() {
            return Query::Empty;
        }
        if folded.chars().count() < SHORTEST {
            return Query::TooShort;
        }
        let digits = text::phone_needle(&folded);
        let from_code = digits.as_deref().and_then(text::typed_from_trunk);
        let whole = text::whole_from_trunk(&folded);
        let phone = digits.filter(|digits| *digits != folded);
        Query::Term(Term { folded, typed, phone, from_code, whole })
    }

    /// The term, if there is one to search for.
    pub fn term(&self) -> Option<&Term> {
        match self {
            Query::Term(term) => Some(term),
            Query::Empty | Query::TooShort => None,
        }
    }
}

impl Term {
    /// The term, folded.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// The term as it was typed.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// The digits of a whole phone number, as a customer has them.
    pub fn number(&self) -> Option<&str> {
        self.whole.as_deref().or_else(|| self.digits())
    }

    /// The digits by which a phone is found: the term's own, if it looks like a phone number.
    pub fn digits(&self) -> Option<&str> {
        self.phone.as_deref().or_else(|| text::phone_needle(&self.folded).is_some().then_some(&self.folded))
    }

    /// What a customer's search text is compared with: holding any of these is a match.
    pub fn needles(&self) -> Vec<&str> {
        let mut needles: Vec<&str> = match &self.phone {
            // Whoever has the longer one has the shorter one too.
            Some(phone) if self.folded.contains(phone.as_str()) => vec![phone],
            Some(phone) => vec![&self.folded, phone],
            None => vec![&self.folded],
        };
        needles.extend(self.from_code());
        needles
    }

    /// The digits from +7 of what may be a Russian number typed from its 8. Whoever has the digits as they were typed is the
    /// better match: an 8 begins other numbers, too.
    pub fn from_code(&self) -> Option<&str> {
        self.from_code.as_deref()
    }

    /// Whether its trigrams come back in it: the index, which knows no order, then says little of it.
    pub fn repeats(&self) -> bool {
        self.needles().iter().any(|needle| {
            let chars: Vec<char> = needle.chars().collect();
            let trigrams: Vec<&[char]> = chars.windows(SHORTEST).collect();
            trigrams
                .iter()
                .enumerate()
                .any(|(place, trigram)| trigrams.iter().take(place).any(|other| other == trigram))
        })
    }

    /// The digit, if the term is one and the same four times or more: that has one trigram, and indexes of its own.
    pub fn repeated_digit(&self) -> Option<char> {
        let mut chars = self.folded.chars();
        let first = chars.next().filter(char::is_ascii_digit)?;
        (self.folded.len() >= 4 && chars.all(|c| c == first)).then_some(first)
    }

    /// Every spelling whose place in a line says how good a match is.
    pub fn spellings(&self) -> Vec<&str> {
        std::iter::once(self.folded.as_str()).chain(self.phone.as_deref()).chain(self.whole.as_deref()).collect()
    }

    /// The lines of a search text that hold the term.
    pub fn lines_of<'a>(&self, search_text: &'a str) -> impl Iterator<Item = &'a str> {
        search_text.lines().filter(|line| self.needles().iter().any(|needle| line.contains(needle)))
    }
}

/// What the trigram index is asked for any of the needles.
pub fn trigram_match(needles: &[&str]) -> String {
    needles.iter().map(|needle| format!("({})", text::trigram_match(needle))).collect::<Vec<_>>().join(" OR ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(typed: &str) -> Term {
        match Query::parse(typed) {
            Query::Term(term) => term,
            other => panic!("{typed}: {other:?}"),
        }
    }

    #[test]
    fn fewer_than_three_characters_are_not_searched() {
        assert_eq!(Query::parse("  "), Query::Empty);
        assert_eq!(Query::parse("@"), Query::Empty);
        for short in ["a", "ab", "王芳", "@ab", " a\u{202e}b "] {
            assert_eq!(Query::parse(short), Query::TooShort, "{short}");
        }
        assert_eq!(term("  АНЯ ").folded(), "аня");
        assert_eq!(term("@Vasya").folded(), "vasya");
    }

    #[test]
    fn a_phone_is_tried_by_its_digits() {
        assert_eq!(term("8 (901) 788-07-95").needles(), ["8 (901) 788-07-95", "9017880795"]);
        assert_eq!(term("89017880795").needles(), ["9017880795"]);
        assert_eq!(term("7880795").needles(), ["7880795"]);
        assert_eq!(term("8901788").needles(), ["8901788", "7901788"]);
        assert_eq!(term("8-901-788").needles(), ["8-901-788", "901788"]);
        assert_eq!(term("7880795").digits(), Some("7880795"));
        assert_eq!(term("8 (901) 788-07-95").number(), Some("79017880795"));
        assert_eq!(term("+7 (901) 788-07-95").number(), Some("79017880795"));
        assert_eq!(term("8901788").number(), Some("8901788"));
        assert_eq!(term("vasya1988").needles(), ["vasya1988"]);
        assert_eq!(term("vasya1988").digits(), None);
    }

    #[test]
    fn any_needle_is_asked_for() {
        assert_eq!(trigram_match(&["abc", "1234"]), r#"("abc") OR ("123" AND "234")"#);
    }

    #[test]
    fn a_very_long_term_is_cut() {
        assert_eq!(term(&"x".repeat(10_000)).folded().len(), LONGEST);
    }
}

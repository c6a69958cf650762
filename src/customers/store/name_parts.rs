//! The parts of a list of customers that is narrowed by a text of their names: where in them the text stands.

use crate::db::Conn;
use crate::db::dialect::{self, Engine};
use crate::db::sql::Sql;

/// Where the scripts of names begin: Latin, Greek, Cyrillic, those of the Near East and India, those of the Far East.
const SCRIPTS: [char; 5] = ['\0', '\u{370}', '\u{400}', '\u{530}', '\u{2e80}'];

/// What follows the first word of a name.
fn later_words(name: &str) -> Option<&str> {
    name.split_once(' ').map(|(_, later)| later)
}

/// The same of `c`, in the words of the index `customers_later_name`, and that there is something.
fn later_words_in(conn: &Conn) -> (String, String) {
    let space = match dialect::engine(conn) {
        Engine::Sqlite => "INSTR(c.name_folded, ' ')",
        Engine::Postgres => "STRPOS(c.name_folded, ' ')",
    };
    (format!("SUBSTR(c.name_folded, {space} + 1)"), format!("{space} > 0"))
}

/// The parts of a narrowed list, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Begins,
    LaterBegins,
    SameScript,
    OtherScript,
}

impl Part {
    pub(super) const ALL: [Part; 4] = [Part::Begins, Part::LaterBegins, Part::SameScript, Part::OtherScript];

    /// In which part a name stands. Names are compared by their bytes, as both engines do it.
    pub(super) fn of(name: &str, text: &str) -> Self {
        let within = |name: &str, (from, to): (String, String)| name >= from.as_str() && name < to.as_str();
        match () {
            () if within(name, beginning(text)) => Part::Begins,
            () if later_words(name).is_some_and(|later| within(later, beginning(text))) => Part::LaterBegins,
            () if within(name, script(text)) => Part::SameScript,
            () => Part::OtherScript,
        }
    }

    /// Whether those who belong to it are scattered between others.
    pub(super) fn is_walked(self) -> bool {
        self >= Part::SameScript
    }

    /// What a part is ordered by first, of `c`.
    pub(super) fn key(self, conn: &Conn) -> String {
        if self == Part::LaterBegins { later_words_in(conn).0 } else { "c.name_folded".into() }
    }

    /// The same of a name.
    pub(super) fn key_of(self, name: &str) -> &str {
        if self == Part::LaterBegins { later_words(name).unwrap_or_default() } else { name }
    }

    /// From where on, and before where, its keys lie.
    pub(super) fn bounds(self, text: &str) -> Option<(String, String)> {
        match self {
            Part::Begins | Part::LaterBegins => Some(beginning(text)),
            Part::SameScript => Some(script(text)),
            Part::OtherScript => None,
        }
    }

    /// Of those within the bounds of a part, who belongs to it, as a condition on `c`.
    pub(super) fn condition(self, conn: &Conn, sql: &mut Sql, text: &str) -> String {
        if self == Part::Begins {
            return "TRUE".into();
        }
        let (later, has_later) = later_words_in(conn);
        let begins = outside(sql, "c.name_folded", &beginning(text));
        if self == Part::LaterBegins {
            return format!("{has_later} AND {begins}");
        }
        let later_begins = outside(sql, &later, &beginning(text));
        let others = format!("{begins} AND (NOT ({has_later}) OR {later_begins})");
        let outside = outside(sql, "c.name_folded", &script(text));
        if self == Part::SameScript { format!("{others} AND NOT {outside}") } else { format!("{others} AND {outside}") }
    }
}

/// Not as a range: SQLite goes by one bound on each side, and has to take that of the place in the list.
fn outside(sql: &mut Sql, what: &str, (from, to): &(String, String)) -> String {
    let (from, to) = (sql.put(from.as_str()), sql.put(to.as_str()));
    format!("({what} < {from} OR {what} >= {to})")
}

/// From where on, and before where, names begin with this text: none has the last character that there is.
fn beginning(text: &str) -> (String, String) {
    (text.to_owned(), format!("{text}{}", char::MAX))
}

/// The same for names in the script in which this text begins.
fn script(text: &str) -> (String, String) {
    let first = text.chars().next().unwrap_or_default();
    let next = SCRIPTS.iter().position(|begins| *begins > first).unwrap_or(SCRIPTS.len());
    // PostgreSQL keeps no NUL.
    let from = SCRIPTS.get(next.wrapping_sub(1)).filter(|begins| **begins != '\0');
    let to = SCRIPTS.get(next).copied().unwrap_or(char::MAX);
    (from.map(char::to_string).unwrap_or_default(), to.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_in_the_part_that_its_bytes_say() {
        for (part, name, text) in [
            (Part::Begins, "anna", "anna"),
            (Part::Begins, "anna k.", "anna"),
            (Part::Begins, "анна", "ан"),
            (Part::Begins, "王芳", "王"),
            (Part::Begins, "anna annason", "anna"),
            (Part::LaterBegins, "olga annason", "anna"),
            (Part::LaterBegins, "anna иванова", "иван"),
            (Part::LaterBegins, "иван smith", "smith"),
            (Part::LaterBegins, "anna 王", "王"),
            (Part::LaterBegins, "maria anna k.", "anna k"),
            (Part::SameScript, "joanna", "anna"),
            (Part::SameScript, "maria de anna", "anna"),
            (Part::SameScript, "яна", "ан"),
            (Part::SameScript, "小王", "王"),
            (Part::OtherScript, "anna иванова", "ванов"),
            (Part::OtherScript, "иван smith", "mith"),
        ] {
            assert_eq!(Part::of(name, text), part, "{name} of {text}");
        }
    }
}

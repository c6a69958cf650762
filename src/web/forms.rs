//! Forms: what was typed is kept, each field says what is wrong with it, and the same form sent twice works once.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;
use uuid::Uuid;

use super::i18n::Lang;
use crate::db::schema::form_tokens;
use crate::db::sql::Limited;
use crate::db::types::UtcTime;
use crate::db::{Conn, Tx};
use crate::error::{Result, Said};
use crate::text;

/// The longest one-line field, in characters.
pub const LINE: usize = 200;
/// The longest field of several lines, in characters.
pub const LINES: usize = 10_000;

/// What is wrong with a form: sentences by field. An empty name is the form as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors(Vec<(&'static str, Said)>);

impl Errors {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something is wrong with `field`.
    pub fn has(&self, field: &str) -> bool {
        self.0.iter().any(|(name, _)| *name == field)
    }

    /// The first of them, for programs that show one at a time.
    pub fn first(&self) -> Option<(&'static str, &Said)> {
        self.0.first().map(|(field, said)| (*field, said))
    }

    /// Says what is wrong with `field`. The first word on a field stands.
    pub fn add(&mut self, field: &'static str, said: impl Into<Said>) {
        if !self.0.iter().any(|(name, _)| *name == field) {
            self.0.push((field, said.into()));
        }
    }

    /// Takes over what another part of the form has found.
    pub fn join(&mut self, other: Errors) {
        for (field, said) in other.0 {
            self.add(field, said);
        }
    }

    /// The sentence at `field`, in `lang`; empty if nothing is wrong there.
    pub fn of(&self, field: &str, lang: impl std::borrow::Borrow<Lang>) -> String {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, said)| lang.borrow().say(said)).unwrap_or_default()
    }

    /// All of them, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Said)> {
        self.0.iter().map(|(field, said)| (*field, said))
    }

    /// One error as a whole set.
    pub fn one(field: &'static str, said: impl Into<Said>) -> Self {
        let mut errors = Self::default();
        errors.add(field, said);
        errors
    }

    /// `value` if nothing is wrong, else these errors.
    pub fn or<T>(self, value: T) -> Result<T, Errors> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }

    /// A line that must be there.
    pub fn line(&mut self, field: &'static str, typed: &str, missing: &'static str) -> String {
        let line = self.optional_line(field, typed);
        if line.is_empty() {
            self.add(field, missing);
        }
        line
    }

    /// A line that may be empty.
    pub fn optional_line(&mut self, field: &'static str, typed: &str) -> String {
        let line = text::clean(typed);
        self.short_enough(field, &line, LINE);
        line
    }

    /// Several lines that may be empty.
    pub fn lines(&mut self, field: &'static str, typed: &str, limit: usize) -> String {
        let lines = text::clean_lines(typed);
        self.short_enough(field, &lines, limit);
        lines
    }

    /// A day as date fields send it, or nothing.
    pub fn day(&mut self, field: &'static str, typed: &str) -> Option<NaiveDate> {
        let typed = typed.trim();
        // Four digits of a year: what databases keep and people mean.
        let day = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok().filter(|_| typed.len() == 10);
        if day.is_none() && !typed.is_empty() {
            self.add(field, "history-day");
        }
        day
    }

    fn short_enough(&mut self, field: &'static str, value: &str, limit: usize) {
        if value.chars().count() > limit {
            self.add(field, Said::from("error-too-long").with("limit", limit));
        }
    }

    /// An e-mail address, or nothing.
    pub fn email(&mut self, field: &'static str, typed: &str) -> Option<String> {
        let email = self.optional_line(field, typed);
        if email.is_empty() {
            return None;
        }
        if !is_email(&email) {
            self.add(field, "error-email");
        }
        Some(email)
    }

    /// A phone number as typed, or nothing.
    pub fn phone(&mut self, field: &'static str, typed: &str) -> Option<String> {
        let phone = self.optional_line(field, typed);
        if phone.is_empty() {
            return None;
        }
        let count = text::digits(&phone).len();
        let allowed = phone.chars().all(|c| c.is_numeric() || " +-().–/".contains(c) || c == 'x');
        if !(5..=20).contains(&count) || !allowed {
            self.add(field, "error-phone");
        }
        Some(phone)
    }
}

/// Whether a text has the form of an address; only a letter can prove that it exists.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let fine = |part: &str| {
        !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;()\"".contains(c))
    };
    fine(local)
        && !local.contains('@')
        && local.len() <= 64
        && fine(domain)
        && domain.len() <= 253
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty())
}

/// Changes when any of `fields` does: a form that shows them carries it, so that nobody overwrites what they have not seen.
pub fn version(fields: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    fields.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Whether somebody was asked about each of these already, and sends the form all the same. `asked`: their numbers, as the
/// form that asked carries them. Whoever types another name or address after that is asked about whom they meet then.
pub fn is_meant(asked: &str, found: impl IntoIterator<Item = i64>) -> bool {
    let asked: Vec<i64> = asked.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    found.into_iter().all(|number| asked.contains(&number))
}

/// A token for a form that must not work twice.
pub fn new_token() -> String {
    Uuid::new_v4().to_string()
}

/// Whether a form with this token has been sent before, and its work is done.
pub fn is_spent(conn: &mut Conn, token: &str) -> QueryResult<bool> {
    diesel::select(exists(form_tokens::table.find(token))).get_result(conn)
}

/// Spends a form's token in the transaction of its change. False: it was sent before, and its work is done.
/// A form without a token (an older page) works as often as it is sent.
pub fn spend(tx: &mut Tx, token: &str) -> Result<bool> {
    if Uuid::parse_str(token).is_err() {
        return Ok(true);
    }
    let known: Option<String> = form_tokens::table.find(token).select(form_tokens::token).one(tx).optional()?;
    if known.is_some() {
        return Ok(false);
    }
    diesel::insert_into(form_tokens::table)
        .values((form_tokens::token.eq(token), form_tokens::used_at.eq(UtcTime::now())))
        .execute(&mut **tx)?;
    Ok(true)
}

/// Forgets tokens that no open page holds any more.
pub fn forget_tokens(tx: &mut Tx, before: UtcTime) -> Result<usize> {
    Ok(diesel::delete(form_tokens::table.filter(form_tokens::used_at.lt(before))).execute(&mut **tx)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_form() {
        for good in ["a@b.de", "иван@почта.рф", "x.y+z@mail.example.com"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.de", "a@", "a b@c.de", "a@b..de", "a@@b.de", "<a@b.de>"] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn an_answer_holds_for_those_who_were_asked_about() {
        assert!(is_meant("", []));
        assert!(is_meant("7", [7]) && is_meant("9, 7", [7, 9]) && is_meant("7,9", [9]));
        assert!(!is_meant("", [7]) && !is_meant("yes", [7]) && !is_meant("77", [7]) && !is_meant("7", [7, 9]));
    }
}

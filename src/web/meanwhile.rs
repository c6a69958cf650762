//! What others have changed while a form of several fields was open.
//!
//! A form carries which values it was opened over, field by field. What nobody has touched in it takes what others have
//! stored since; where both have changed a field, it is asked about, as in every form that carries a version.

use std::collections::HashMap;
use std::hash::Hash;

use super::forms::{Errors, version};
use crate::error::Said;

/// The values that a form was opened over, those that are stored now, and where both sides have written.
#[derive(Default)]
pub struct Meanwhile<'a> {
    /// The version of each field in the form; none of an older page.
    seen: HashMap<&'a str, &'a str>,
    now: Vec<String>,
    /// At the fields that both have changed: what stands there now.
    pub errors: Errors,
}

/// The values of a form, each to be set beside what is stored.
pub trait Meets: Clone {
    /// Names each field, with what is to be stored and what is.
    fn meet(&mut self, now: &Self, fields: &mut Meanwhile);

    /// What a form that shows these values carries.
    fn version(&self) -> String {
        let mut fields = Meanwhile::default();
        self.clone().meet(self, &mut fields);
        fields.version()
    }

    /// What is to be stored of a form that was opened over `seen`, or else the form as it comes back.
    fn since(mut self, seen: &str, now: &Self) -> Result<Self, Over<Self>> {
        let mut fields = Meanwhile::since(seen);
        self.meet(now, &mut fields);
        if fields.errors.is_empty() {
            return Ok(self);
        }
        Err(Over { typed: self, version: fields.version(), errors: fields.errors })
    }
}

/// What was typed, over what others have stored meanwhile.
#[derive(Debug, PartialEq, Eq)]
pub struct Over<T> {
    pub typed: T,
    pub version: String,
    pub errors: Errors,
}

impl<'a> Meanwhile<'a> {
    /// `seen`: the version that a form has carried.
    pub fn since(seen: &'a str) -> Self {
        let seen = seen.split(' ').filter_map(|field| field.split_once('=')).collect();
        Self { seen, ..Self::default() }
    }

    /// For the form over what is stored now.
    pub fn version(&self) -> String {
        self.now.join(" ")
    }

    /// A field of any kind. `said`: what stands there now, where both have changed it.
    pub fn field<T: Clone + Hash + PartialEq>(
        &mut self,
        name: &'static str,
        mine: &mut T,
        now: &T,
        said: impl FnOnce(&T) -> Said,
    ) {
        let at = version(now);
        let others = self.seen.get(name).is_some_and(|was| *was != at);
        if others && *mine != *now {
            if self.seen.get(name).is_some_and(|was| *was == version(mine)) {
                *mine = now.clone();
            } else {
                self.errors.add(name, said(now));
            }
        }
        self.now.push(format!("{name}={at}"));
    }

    /// A field of text.
    pub fn text(&mut self, name: &'static str, mine: &mut String, now: &String) {
        self.field(name, mine, now, |now| changed_to(now));
    }

    /// A switch: if both have turned it, both have turned it to the same.
    pub fn switch(&mut self, name: &'static str, mine: &mut bool, now: &bool) {
        self.field(name, mine, now, |_| changed_to(""));
    }
}

/// The sentence at a field in which somebody else has stored this since the form was opened.
pub fn changed_to(value: &str) -> Said {
    if value.is_empty() { "error-field-emptied".into() } else { Said::from("error-field-changed").with("value", value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Pair(String, bool);

    impl Meets for Pair {
        fn meet(&mut self, now: &Self, fields: &mut Meanwhile) {
            fields.text("word", &mut self.0, &now.0);
            fields.switch("on", &mut self.1, &now.1);
        }
    }

    fn pair(word: &str, on: bool) -> Pair {
        Pair(word.into(), on)
    }

    #[test]
    fn what_nobody_touched_takes_what_others_have_stored() {
        let seen = pair("one", false).version();
        assert_eq!(pair("one", true).since(&seen, &pair("two", false)), Ok(pair("two", true)));
        assert_eq!(pair("two", false).since(&seen, &pair("two", true)), Ok(pair("two", true)));
        let asked = pair("three", false).since(&seen, &pair("two", true)).unwrap_err();
        assert_eq!((&asked.typed, &asked.errors), (&pair("three", true), &Errors::one("word", changed_to("two"))));
        // Asked once: what is stored now has been seen.
        assert_eq!(asked.typed.since(&asked.version, &pair("two", true)), Ok(pair("three", true)));
        // An older page does not say.
        assert_eq!(pair("three", false).since("", &pair("two", true)), Ok(pair("three", false)));
    }
}

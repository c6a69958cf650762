//! The languages: every visible string lives in `locales/`.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::{Display, Write};
use std::rc::Rc;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, static_loader};
use foldhash::fast::RandomState;
use unic_langid::langid;

use crate::error::{Arg, Said};
use crate::text_enum;

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        customise: |bundle| {
            // Names stand in <bdi>, so the isolation marks of Fluent would only get into copied text.
            bundle.set_use_isolating(false);
            bundle.set_formatter(Some(thin_spaces));
        },
    };
}

static EN: LanguageIdentifier = langid!("en");
static RU: LanguageIdentifier = langid!("ru");

text_enum!(
    /// A language of the interface.
    Lang { En = "en", Ru = "ru" }
);

/// The keys are our own, so that nobody can choose them to collide: a page asks two hundred times.
type Known<T> = RefCell<[HashMap<String, T, RandomState>; Lang::ALL.len()]>;

thread_local! {
    /// Messages without arguments, by language, resolved once a thread.
    static RESOLVED: Known<Rc<str>> = Known::default();
    /// Messages about a number of things, likewise: choosing a plural takes longer than finding a row.
    static COUNTED: Known<HashMap<i64, Rc<str>>> = Known::default();
    /// What stands around the one argument of a message.
    static AROUND: Known<Rc<[Box<str>]>> = Known::default();
}

/// Numbers from here on are rare, and their words are not kept.
const COUNTED_TO: i64 = 1_000;
/// Stands for an argument while a message is taken apart; no text of ours holds it.
const ARGUMENT: &str = "\u{f8ff}";

impl Lang {
    fn id(self) -> &'static LanguageIdentifier {
        match self {
            Lang::En => &EN,
            Lang::Ru => &RU,
        }
    }

    /// The first language of an Accept-Language header that there is; English otherwise.
    pub fn negotiate(header: &str) -> Lang {
        header
            .split(',')
            .filter_map(|part| Lang::parse(part.split([';', '-']).next()?.trim().to_ascii_lowercase().as_str()))
            .next()
            .unwrap_or(Lang::En)
    }

    /// The language's own name.
    pub fn own_name(self) -> &'static str {
        match self {
            Lang::En => "English",
            Lang::Ru => "Русский",
        }
    }

    /// A message without arguments.
    pub fn t(self, key: &str) -> Rc<str> {
        RESOLVED.with_borrow_mut(|known| {
            let known = &mut known[self as usize];
            if let Some(text) = known.get(key) {
                return text.clone();
            }
            let text: Rc<str> = LOCALES.lookup(self.id(), key).into();
            known.insert(key.to_owned(), text.clone());
            text
        })
    }

    /// A message with arguments.
    pub fn args<'a>(self, key: &str, args: impl IntoIterator<Item = (&'static str, FluentValue<'a>)>) -> String {
        let args: HashMap<Cow<'static, str>, FluentValue> = args.into_iter().map(|(k, v)| (k.into(), v)).collect();
        LOCALES.lookup_with_args(self.id(), key, &args)
    }

    /// A message about a number of things, as `$count`.
    pub fn tn(self, key: &str, count: i64) -> String {
        let say = || self.args(key, [("count", FluentValue::from(count))]);
        if !(0..COUNTED_TO).contains(&count) {
            return say();
        }
        COUNTED.with_borrow_mut(|known| {
            let known = &mut known[self as usize];
            if let Some(text) = known.get(key).and_then(|of_key| of_key.get(&count)) {
                return text.to_string();
            }
            let text = say();
            known.entry(key.to_owned()).or_default().insert(count, text.as_str().into());
            text
        })
    }

    /// A message with one text in it, put in as it is: such a message chooses nothing by its argument.
    pub fn with(self, key: &str, name: &'static str, value: impl Display) -> String {
        let around = AROUND.with_borrow_mut(|known| {
            let known = &mut known[self as usize];
            if let Some(around) = known.get(key) {
                return around.clone();
            }
            let text = self.args(key, [(name, ARGUMENT.into())]);
            let around: Rc<[Box<str>]> = text.split(ARGUMENT).map(Box::from).collect();
            known.insert(key.to_owned(), around.clone());
            around
        });
        let mut out = String::with_capacity(64);
        for (place, text) in around.iter().enumerate() {
            if place > 0 {
                // A String takes everything.
                let _ = write!(out, "{value}");
            }
            out.push_str(text);
        }
        out
    }

    /// A sentence that an error or a refusal carries.
    pub fn say(self, said: &Said) -> String {
        if said.args.is_empty() {
            return self.t(said.key).to_string();
        }
        self.args(
            said.key,
            said.args.iter().map(|(name, value)| match value {
                Arg::Number(number) => (*name, FluentValue::from(*number)),
                Arg::Text(text) => (*name, FluentValue::from(text.clone())),
            }),
        )
    }
}

/// 12480 as 12 480, with thin spaces.
pub fn group_digits(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + 4);
    if number < 0 {
        out.push('−');
    }
    for (i, digit) in digits.chars().enumerate() {
        // Four digits stay together, as readers expect of years and house numbers.
        if i > 0 && (digits.len() - i).is_multiple_of(3) && digits.len() > 4 {
            out.push('\u{2009}');
        }
        out.push(digit);
    }
    out
}

#[expect(clippy::cast_possible_truncation, reason = "counts are whole and far below 2^53")]
fn thin_spaces<M>(value: &FluentValue, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(n) if n.value.fract() == 0.0 => Some(group_digits(n.value as i64)),
        _ => None,
    }
}

/// Ids of messages that may be shown as a toast after a redirect: those that begin with `toast-`.
pub fn toast_key(key: &str) -> Option<&'static str> {
    use std::collections::HashSet;
    use std::sync::LazyLock;
    static KEYS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        include_str!("../../locales/en/toasts.ftl")
            .lines()
            .filter_map(|line| line.split_once(" =").map(|(key, _)| key.trim()))
            .filter(|key| key.starts_with("toast-"))
            .collect()
    });
    KEYS.get(key).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_reads_like_what_is_made_anew() {
        for lang in Lang::ALL {
            for count in [0, 1, 2, 5, 21, 999, 1_000, 1_001, -1] {
                let anew = lang.args("nav-unread", [("count", FluentValue::from(count))]);
                assert_eq!((lang.tn("nav-unread", count), lang.tn("nav-unread", count)), (anew.clone(), anew));
            }
            for name in ["Anna", "", "{ $name }", "Zoë <b>"] {
                let anew = lang.args("inbox-card-menu", [("name", name.to_owned().into())]);
                assert_eq!(
                    (lang.with("inbox-card-menu", "name", name), lang.with("inbox-card-menu", "name", name)),
                    (anew.clone(), anew)
                );
            }
        }
    }

    /// [`Lang::with`] puts a text in its place; a message that chose its words by that text would be wrong.
    #[test]
    fn messages_choose_by_numbers_only() -> std::io::Result<()> {
        for folder in ["locales/en", "locales/ru"] {
            for file in std::fs::read_dir(folder)? {
                for line in std::fs::read_to_string(file?.path())?.lines().filter(|line| line.contains("->")) {
                    let chooses = ["$count ->", "$day ->", "$limit ->", "$seconds ->", "$unit ->"];
                    assert!(chooses.iter().any(|by| line.contains(by)), "{folder}: {line}");
                }
            }
        }
        Ok(())
    }
}

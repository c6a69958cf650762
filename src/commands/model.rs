//! A command as it is stored, as it is typed, and as it is called.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::commands;
use crate::db::types::{CommandId, UtcTime};
use crate::error::Said;
use crate::http::is_web_address;
use crate::quick_replies::shortcut;
use crate::web::forms::{Errors, LINE};
use crate::web::meanwhile::{Meanwhile, Meets, Over, changed_to};

/// Parameters of one command.
const PARAMETERS: usize = 10;
/// The longest name of a parameter, in characters.
const NAME: usize = 40;
/// The longest value of a parameter, in characters.
const VALUE: usize = 2_000;

/// A command.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = commands)]
pub struct Command {
    pub id: CommandId,
    /// Without the slash.
    pub name: String,
    /// What it does, for whoever looks for it.
    pub about: String,
    pub url: String,
    /// Sealed.
    pub secret: String,
    /// JSON of [`Parameter`]s.
    pub parameters: String,
    pub enabled: bool,
    pub created_at: UtcTime,
}

/// What a command is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parameter {
    pub name: String,
    pub required: bool,
}

impl Parameter {
    /// As people read it: optional ones in brackets.
    pub fn shown(&self) -> String {
        if self.required { self.name.clone() } else { format!("[{}]", self.name) }
    }
}

impl Command {
    pub fn parameters(&self) -> Vec<Parameter> {
        serde_json::from_str(&self.parameters).unwrap_or_default()
    }

    /// What a form of it holds.
    pub fn checked(&self) -> Checked {
        Checked {
            name: self.name.clone(),
            about: self.about.clone(),
            url: self.url.clone(),
            parameters: self.parameters(),
        }
    }

    /// How it is called: `/refund order [reason]`.
    pub fn usage(&self) -> String {
        let parameters =
            self.parameters().iter().map(Parameter::shown).fold(String::new(), |all, one| all + " " + &one);
        format!("/{}{parameters}", self.name)
    }
}

/// What was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub name: String,
    pub about: String,
    pub url: String,
    /// One a line; a question mark behind an optional one.
    pub parameters: String,
    pub form_token: String,
    /// What the form was opened over.
    pub version: String,
}

/// The same, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub name: String,
    pub about: String,
    pub url: String,
    pub parameters: Vec<Parameter>,
}

impl Meets for Checked {
    fn meet(&mut self, now: &Self, fields: &mut Meanwhile) {
        let said = |now: &Vec<Parameter>| changed_to(&lines(now).replace('\n', ", "));
        fields.text("name", &mut self.name, &now.name);
        fields.text("about", &mut self.about, &now.about);
        fields.text("url", &mut self.url, &now.url);
        fields.field("parameters", &mut self.parameters, &now.parameters, said);
    }
}

/// Parameters as they are typed.
fn lines(parameters: &[Parameter]) -> String {
    let line = |p: &Parameter| if p.required { p.name.clone() } else { format!("{}?", p.name) };
    parameters.iter().map(line).collect::<Vec<_>>().join("\n")
}

impl Over<Checked> {
    /// The form as it comes back.
    pub fn form(&self) -> Typed {
        let Checked { name, about, url, parameters } = self.typed.clone();
        Typed { name, about, url, parameters: lines(&parameters), version: self.version.clone(), ..Typed::default() }
    }
}

impl From<&Command> for Typed {
    fn from(command: &Command) -> Self {
        Self {
            name: command.name.clone(),
            about: command.about.clone(),
            url: command.url.clone(),
            parameters: lines(&command.parameters()),
            form_token: String::new(),
            version: command.checked().version(),
        }
    }
}

impl Typed {
    pub fn parse(&self) -> Result<Checked, Errors> {
        let mut errors = Errors::default();
        let name = shortcut(&mut errors, "name", &self.name);
        let about = errors.optional_line("about", &self.about);
        let url = self.url.trim().to_owned();
        if !is_web_address(&url) {
            errors.add("url", "channel-webhook-wrong");
        } else if url.chars().count() > LINE * 5 {
            errors.add("url", Said::from("error-too-long").with("limit", LINE * 5));
        }
        let parameters = parameters(&mut errors, &self.parameters);
        errors.or(Checked { name, about, url, parameters })
    }
}

fn parameters(errors: &mut Errors, typed: &str) -> Vec<Parameter> {
    let mut found: Vec<Parameter> = vec![];
    for line in typed.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, required) = line.strip_suffix('?').map_or((line, true), |name| (name.trim(), false));
        let fits = name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') && !name.is_empty();
        if !fits || name.chars().count() > NAME {
            errors.add("parameters", Said::from("command-parameter-wrong").with("line", line));
        } else if found.iter().any(|known| known.name == name) {
            errors.add("parameters", Said::from("command-parameter-twice").with("name", name));
        } else if required && found.last().is_some_and(|before| !before.required) {
            // Values are told apart by their places.
            errors.add("parameters", "command-parameter-order");
        }
        found.push(Parameter { name: name.to_owned(), required });
    }
    if found.len() > PARAMETERS {
        errors.add("parameters", Said::from("command-parameters-many").with("limit", PARAMETERS));
    }
    found
}

/// A command with what was typed behind it.
#[derive(Clone, Debug)]
pub struct Call {
    pub command: Command,
    /// What was typed behind the name.
    pub typed: String,
}

impl Call {
    /// The values, each with its parameter. The last one takes all that is left; one that holds blanks before the last
    /// stands in quotation marks.
    pub fn values(&self) -> Result<Vec<(String, String)>, Said> {
        let parameters = self.command.parameters();
        let mut rest = self.typed.trim();
        let mut found = vec![];
        for (number, parameter) in parameters.iter().enumerate() {
            let is_last = number + 1 == parameters.len();
            let (value, further) = if is_last { (unquoted(rest), "") } else { word(rest) };
            if value.is_empty() {
                if parameter.required {
                    let said = Said::from("command-value-missing").with("name", &parameter.name);
                    return Err(said.with("usage", self.command.usage()));
                }
                continue;
            }
            if value.chars().count() > VALUE {
                return Err(Said::from("error-too-long").with("limit", VALUE));
            }
            found.push((parameter.name.clone(), value.to_owned()));
            rest = further.trim_start();
        }
        if parameters.is_empty() && !rest.is_empty() {
            return Err(Said::from("command-takes-nothing").with("usage", self.command.usage()));
        }
        Ok(found)
    }
}

/// The first word, or what stands in the quotation marks at the beginning; and what is left.
fn word(text: &str) -> (&str, &str) {
    if let Some((inside, after)) = text.strip_prefix('"').and_then(|text| text.split_once('"')) {
        return (inside, after);
    }
    text.split_once(char::is_whitespace).unwrap_or((text, ""))
}

/// What stands in one pair of quotation marks; marks of words within it are no pair.
fn unquoted(text: &str) -> &str {
    let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inside.filter(|inside| !inside.contains('"')).unwrap_or(text)
}

/// The word that a text calls a command by, or would: one line that begins with a slash and a name. Where no command
/// has that name it is likely mistyped, or a quick reply that was not chosen; a path (`/etc/hosts`) is neither.
pub fn looks_like_call(text: &str) -> Option<&str> {
    let line = text.trim();
    let word = line.split_whitespace().next().filter(|_| !line.contains('\n'))?;
    let name = word.strip_prefix('/').filter(|name| name.chars().any(char::is_alphabetic))?;
    name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_').then_some(word)
}

/// One run of a command: the job that `jobs` does.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Run {
    pub run: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::types::UtcTime;

    fn call(parameters: &str, typed: &str) -> Result<Vec<(String, String)>, Said> {
        let typed_command = Typed {
            name: "refund".into(),
            url: "https://x.example".into(),
            parameters: parameters.into(),
            ..Typed::default()
        };
        let parameters = typed_command.parse().unwrap().parameters;
        let command = Command {
            id: CommandId(1),
            name: "refund".into(),
            about: String::new(),
            url: String::new(),
            secret: String::new(),
            parameters: serde_json::to_string(&parameters).unwrap(),
            enabled: true,
            created_at: UtcTime::now(),
        };
        Call { command, typed: typed.into() }.values()
    }

    fn pairs(parameters: &str, typed: &str) -> String {
        let found = call(parameters, typed).unwrap();
        found.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn values_stand_in_their_places() {
        assert_eq!(pairs("order\nreason?", "12 it was  broken"), "order=12|reason=it was  broken");
        assert_eq!(pairs("order\nreason?", " 12 "), "order=12");
        assert_eq!(pairs("who\norder", r#""Anna Petrova" 12"#), "who=Anna Petrova|order=12");
        assert_eq!(pairs("order", r#""12""#), "order=12");
        assert_eq!(pairs("order\nnote?", r#"12 "big" and "blue""#), r#"order=12|note="big" and "blue""#);
        assert_eq!(pairs("", "  "), "");
        assert_eq!(call("order\nreason?", "").unwrap_err().key, "command-value-missing");
        assert_eq!(call("", "12").unwrap_err().key, "command-takes-nothing");
    }

    #[test]
    fn definitions_say_what_is_wrong_with_them() {
        let wrong = |url: &str, parameters: &str| {
            let typed = Typed { name: "x".into(), url: url.into(), parameters: parameters.into(), ..Typed::default() };
            typed.parse().err().and_then(|errors| errors.first().map(|(field, said)| (field, said.key)))
        };
        assert_eq!(wrong("https://x.example/hook", "order\nreason?"), None);
        for url in ["", "x.example", "ftp://x.example", "https://a:b@x.example"] {
            assert_eq!(wrong(url, ""), Some(("url", "channel-webhook-wrong")), "{url}");
        }
        let url = "https://x.example";
        assert_eq!(wrong(url, "two words"), Some(("parameters", "command-parameter-wrong")));
        assert_eq!(wrong(url, "?"), Some(("parameters", "command-parameter-wrong")));
        assert_eq!(wrong(url, "a\na?"), Some(("parameters", "command-parameter-twice")));
        assert_eq!(wrong(url, "a?\nb"), Some(("parameters", "command-parameter-order")));
        let many: Vec<String> = (0..11).map(|n| format!("p{n}")).collect();
        assert_eq!(wrong(url, &many.join("\n")), Some(("parameters", "command-parameters-many")));
    }

    #[test]
    fn what_looks_like_a_command_is_one_line_with_a_name() {
        for (text, word) in [("/nmae", "/nmae"), (" /refnud 12 now ", "/refnud"), ("/привет", "/привет")] {
            assert_eq!(looks_like_call(text), Some(word), "{text}");
        }
        for text in ["", "/", "/ name", "//x", "/etc/hosts", "/10", "Use /name", "/name\nand more", "/-", "/c++"] {
            assert_eq!(looks_like_call(text), None, "{text}");
        }
    }
}

//! The rules of the architecture that a reader of one file cannot see, as failing checks.
//!
//! They read the source as text. The tables come first: a new module is added there, and a rule that has to bend bends
//! in sight, with its reason.

// Helpers outside `#[test]` functions count as ordinary code to clippy.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Who may use whom: a module may use its own row and those above it. The longest name that fits counts.
const LAYERS: &[&[&str]] = &[
    &["text", "error", "config", "secrets", "http", "measures"],
    &["db", "realtime"],
    // They keep their own rows, parse, send and say what they allow; they know no domain.
    &["channels"],
    // The guards and scopes that every domain takes, and the language of an answer.
    &["auth", "web::i18n"],
    // What every page and every change needs.
    &["audit", "jobs", "web"],
    &["settings"],
    &["companies", "tags", "lists", "fields", "staff"],
    &["customers", "files"],
    // Their text goes into a message in the transaction that stores it.
    &["templates"],
    // Messages are plain rows; what opens, closes and routes because of them is the conversations' business.
    &["messages", "mails"],
    // Told by conversations, in the transaction of the change; the outbox sends afterwards.
    &["app_events", "outbox"],
    &["blacklist", "conversations", "funnels", "deals", "commands", "quick_replies", "resends", "batches"],
    // The log shows messages with the conversations that they belong to.
    &["messages::thread", "messages::views", "messages::delivery_view"],
    // What customers see from outside.
    &["portal", "hooks"],
    &["search", "imports"],
    // Pages and streams over all of them.
    &[
        "auth::web",
        "realtime::web",
        "realtime::sse",
        "chat",
        "history",
        "home",
        "inbox",
        "welcome",
        "mails::web",
        "ops",
    ],
    // The lists that they are of stand with the pages.
    &["exports"],
    // Their files are written as theirs are; the log names what every domain has.
    &["reports", "audit::web", "audit::views", "audit::names", "audit::file"],
    &["settings::web", "settings::views"],
    &["customers::web", "customers::views", "companies::web", "companies::views", "contacts"],
    &["api", "web::routes", "demo"],
    &["app"],
    &["cli"],
    &["main", "lib"],
];

/// Uses against the table, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("error", "db", "a failed write is one of its cases"),
    ("customers::model", "messages", "a customer's row shows what kind of message came last"),
    ("jobs::runner", "app::job_kinds", "the one table of all kinds of work is made where all are known"),
    ("jobs", "files", "what a job works with includes the stored files; one recurring work sweeps them"),
    ("jobs::recurring", "blacklist::lift_expired", "the one table of work that comes round"),
    ("jobs::recurring", "conversations::distribute_waiting", "the one table of work that comes round"),
    ("jobs::recurring", "hooks::forget", "the one table of work that comes round"),
    ("jobs::recurring", "app_events::forget", "the one table of work that comes round"),
    ("jobs::recurring", "exports::expire", "the one table of work that comes round"),
    ("jobs::recurring", "customers::mend_search", "the one table of work that comes round"),
    ("jobs::recurring", "reports::count_days", "the one table of work that comes round"),
];

/// Inside a domain: what a file may not use of its own domain.
const PARTS: &[(&str, &[&str])] = &[
    ("model", &["store", "actions", "views", "web", "jobs"]),
    ("store", &["actions", "views", "web", "jobs"]),
    ("views", &["store", "actions", "web", "jobs"]),
    ("actions", &["views", "web"]),
    ("jobs", &["views", "web"]),
    ("web", &["jobs"]),
];

/// Who may reach past a domain's mod.rs, and for which of its files.
const DOORS: &[(&str, &str)] = &[
    ("web::routes", "web"),
    ("app", "web"),
    ("app", "jobs"),
    ("api", "actions"),
    // It shows the log of messages and the forms of conversations, which are theirs.
    ("history", "views"),
    ("inbox", "views"),
];

/// Queries live in `store.rs`, in `db/`, and here. A `model.rs` may derive its rows, but asks nothing.
const DIESEL: &[(&str, &str)] = &[
    ("src/auth/scope.rs", "the scope is a condition that every query of customers takes"),
    ("src/auth/sessions.rs", "answers as its store does, with diesel's result"),
    ("src/demo/", "fills the tables directly, a million rows at a time"),
    ("src/error.rs", "turns diesel's errors into ours"),
    ("src/web/forms.rs", "keeps the tokens of forms, a table that no domain has"),
];

#[test]
fn modules_use_only_what_stands_below_them() {
    let mut wrong = vec![];
    for (file, module, text) in sources() {
        for used in crate_paths(&module, &text) {
            let Some(from) = layer(&module) else {
                wrong.push(format!("{file}: {module} has no row in LAYERS"));
                break;
            };
            let excepted = EXCEPTIONS.iter().any(|(user, target, _)| within(&module, user) && within(&used, target));
            if layer(&used).is_some_and(|to| to > from) && !excepted {
                wrong.push(format!("{file}: {module} uses {used}, which stands above it"));
            }
        }
    }
    assert_none("section 3, who may use whom", &wrong);
}

#[test]
fn domains_meet_at_mod_rs_and_keep_their_own_order() {
    let mut wrong = vec![];
    for (file, module, text) in sources() {
        let own = first(&module);
        for used in crate_paths(&module, &text) {
            let mut names = used.split("::");
            let (Some(domain), Some(part)) = (names.next(), names.next()) else { continue };
            if !PARTS.iter().any(|(name, _)| *name == part) || !Path::new(&root()).join("src").join(domain).is_dir() {
                continue;
            }
            if domain != own {
                let opened = DOORS.iter().any(|(user, door)| within(&module, user) && *door == part);
                if !opened && !["db", "auth", "web"].contains(&domain) {
                    wrong.push(format!("{file}: {used} is {domain}'s own; ask its mod.rs"));
                }
            } else if let Some((_, forbidden)) = PARTS.iter().find(|(name, _)| module == format!("{own}::{name}"))
                && forbidden.contains(&part)
            {
                wrong.push(format!("{file}: {module} uses {used}"));
            }
        }
    }
    assert_none("section 3, inside and between domains", &wrong);
}

#[test]
fn queries_live_in_stores() {
    let mut wrong = vec![];
    for (file, module, text) in sources() {
        let home = first(&module) == "db"
            || file.ends_with("/store.rs")
            || file.contains("/store/")
            || DIESEL.iter().any(|(allowed, _)| file.starts_with(allowed));
        let row = file.ends_with("/model.rs") || file.contains("/model/");
        let asks =
            ["insert_into", "sql_query", "diesel::update", "diesel::delete", ".load(", ".execute(", ".get_result"];
        for (number, line) in text.lines().enumerate().filter(|_| !home) {
            let wrong_here = match row {
                true => asks.iter().any(|word| line.contains(word)),
                false => has_word(line, "diesel") || has_word(line, "diesel_migrations"),
            };
            if wrong_here {
                wrong.push(format!("{file}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert_none("diesel outside store.rs and db/", &wrong);
}

#[test]
fn engines_are_named_in_db_only() {
    let mut wrong = vec![];
    for (file, module, text) in sources() {
        for (number, line) in text.lines().enumerate().filter(|_| first(&module) != "db") {
            let names = ["Conn::Sqlite", "Conn::Postgres", "SqliteConnection", "PgConnection"];
            if names.iter().any(|name| line.contains(name)) {
                wrong.push(format!("{file}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert_none("an engine outside db/; what differs belongs in db/dialect.rs", &wrong);
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| -> BTreeSet<String> {
        let folder = root().join("migrations").join(engine);
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let folders = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
        folders
            .inspect(|path| assert!(path.join("up.sql").exists(), "{} has no up.sql", path.display()))
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect()
    };
    let names_of_sqlite = names("sqlite");
    assert_eq!(names_of_sqlite, names("postgres"));
    // What stands before the first underscore is what the database remembers.
    let versions: BTreeSet<&str> = names_of_sqlite.iter().filter_map(|name| name.split('_').next()).collect();
    assert_eq!(versions.len(), names_of_sqlite.len(), "two migrations have one version: {names_of_sqlite:?}");
}

#[test]
fn every_language_says_everything() {
    let english = messages("en");
    assert!(!english.is_empty(), "locales/en is empty");
    let mut wrong = vec![];
    for language in languages() {
        let there = messages(&language);
        for (key, (file, variables)) in &english {
            match there.get(key) {
                None => wrong.push(format!("{language} lacks {key} ({file})")),
                Some((other, _)) if other != file => wrong.push(format!("{language} has {key} in {other}, not {file}")),
                Some((_, others)) if others != variables => {
                    wrong.push(format!("{language}, {key}: variables {others:?}, not {variables:?}"));
                }
                Some(_) => (),
            }
        }
        let extra = there.keys().filter(|key| !english.contains_key(*key));
        wrong.extend(extra.map(|key| format!("{language} has {key}, which en lacks")));
    }
    assert_none("locales", &wrong);
}

#[test]
fn templates_say_only_what_the_locales_know() {
    let known = messages("en");
    let mut wrong = vec![];
    for (file, text) in files("templates", "html") {
        for call in [".t(\"", ".tn(\"", ".ta(\""] {
            for (at, _) in text.match_indices(call) {
                let key: String = text[at + call.len()..].chars().take_while(|c| *c != '"').collect();
                if !known.contains_key(&key) {
                    wrong.push(format!("{file}:{}: {key} is in no locale", line_of(&text, at)));
                }
            }
        }
    }
    assert_none("texts", &wrong);
}

/// What the content security policy would refuse in the browser, and what would let text of a customer become markup.
#[test]
fn templates_hold_no_code_and_no_unescaped_text() {
    let templates = files("templates", "html");
    assert!(!templates.is_empty(), "templates/ is empty");
    let mut wrong = vec![];
    for (file, text) in templates {
        let mut report = |at: usize, what: &str| wrong.push(format!("{file}:{}: {what}", line_of(&text, at)));
        for (at, _) in text.match_indices('|') {
            if text[at + 1..].trim_start().starts_with("safe") {
                report(at, "|safe");
            }
        }
        let markup = without_askama(&text);
        for (at, _) in markup.match_indices('=') {
            let name = attribute_before(&markup, at);
            let value = markup[at + 1..].trim_start_matches(['"', '\'']);
            let handler = name.len() > 2 && name.starts_with("on") && name.bytes().all(|b| b.is_ascii_lowercase());
            if name == "style" || handler || name.starts_with("hx-on") || name == "srcdoc" {
                report(at, &format!("{name}="));
            }
            if name.starts_with("hx-") && (value.starts_with("js:") || value.starts_with("javascript:")) {
                report(at, "a value that is code");
            }
            if name.starts_with("hx-trigger") && value.split(['"', '\'']).next().is_some_and(|v| v.contains('[')) {
                report(at, "a trigger filter, which is code");
            }
            if (name == "href" || name == "action") && value.starts_with("javascript:") {
                report(at, "a link that is code");
            }
        }
        for (at, _) in markup.match_indices("<script") {
            if !markup[at..].split('>').next().unwrap_or_default().contains("src=") {
                report(at, "a script in the page");
            }
        }
        for (at, _) in markup.match_indices("<style") {
            report(at, "a style sheet in the page");
        }
    }
    assert_none("templates", &wrong);
}

// Reading.

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Files below a folder that end so: path from the root, and text.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = vec![];
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// Each file of src: path, module (`customers::store`), and its code without comments and without its unit tests.
fn sources() -> Vec<(String, String, String)> {
    let read = files("src", "rs");
    assert!(!read.is_empty(), "src/ is empty");
    read.into_iter()
        .map(|(file, text)| {
            let path = file.trim_start_matches("src/").trim_end_matches(".rs").replace('/', "::");
            let module = path.strip_suffix("::mod").unwrap_or(&path).to_owned();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let code = code.lines().map(|line| line.split("//").next().unwrap_or_default());
            (file, module, code.collect::<Vec<_>>().join("\n"))
        })
        .collect()
}

fn first(module: &str) -> &str {
    module.split("::").next().unwrap_or(module)
}

/// Whether a path is a module or something in it.
fn within(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn layer(path: &str) -> Option<usize> {
    let named = LAYERS.iter().enumerate().flat_map(|(row, names)| names.iter().map(move |name| (row, *name)));
    named.filter(|(_, name)| within(path, name)).max_by_key(|(_, name)| name.len()).map(|(row, _)| row)
}

/// Every path into this crate that the code of a module names, without `crate::`; braces are written out, and `super`
/// is resolved.
fn crate_paths(module: &str, code: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
    // A domain's mod.rs stands for the domain: its `self` and its children are its own.
    for (word, base) in [("crate::", ""), ("super::", parent)] {
        for (at, _) in code.match_indices(word) {
            let before = code[..at].chars().next_back().unwrap_or(' ');
            if before.is_alphanumeric() || before == '_' || before == ':' {
                continue;
            }
            for path in branches(&code[at + word.len()..]) {
                paths.insert(if base.is_empty() { path } else { format!("{base}::{path}") });
            }
        }
    }
    paths
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d`, `a::c::e`; stops where the path does.
fn branches(text: &str) -> Vec<String> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let (head, rest) = (text[..end].trim_end_matches(':'), &text[end..]);
    if !rest.starts_with('{') || !text[..end].is_empty() && !text[..end].ends_with("::") {
        return vec![head.to_owned()];
    }
    let mut depth = 0;
    let mut parts = vec![String::new()];
    for c in rest.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => (),
        }
        if depth == 0 {
            break;
        }
        if c == ',' && depth == 1 {
            parts.push(String::new());
        } else if !(c == '{' && depth == 1) {
            parts.last_mut().unwrap().push(c);
        }
    }
    let inner = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).flat_map(branches);
    inner.map(|path| if head.is_empty() { path } else { format!("{head}::{path}") }).collect()
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-');
        !part(line[..at].chars().next_back()) && !part(line[at + word.len()..].chars().next())
    })
}

fn languages() -> Vec<String> {
    let folders = std::fs::read_dir(root().join("locales")).expect("locales/").map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = folders
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    for required in ["en", "ru"] {
        assert!(names.iter().any(|name| name == required), "locales/{required} is missing");
    }
    names
}

/// Key -> file and the variables that it uses. A key that is there twice fails here.
fn messages(language: &str) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let folder = format!("locales/{language}");
    let mut found: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    for (file, text) in files(&folder, "ftl") {
        let file = file.trim_start_matches(&folder).trim_start_matches('/').to_owned();
        let mut current: Option<String> = None;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some(key) = message_key(line) {
                let before = found.insert(key.to_owned(), (file.clone(), BTreeSet::new()));
                assert!(before.is_none(), "{language}: {key} is there twice, in {file} and {}", before.unwrap().0);
                current = Some(key.to_owned());
            }
            let Some((_, variables)) = current.as_ref().and_then(|key| found.get_mut(key)) else { continue };
            for (at, _) in line.match_indices('$') {
                let name = line[at + 1..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c));
                variables.insert(name.collect());
            }
        }
    }
    found
}

/// `name-of-it` of a line `name-of-it = …`.
fn message_key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once(" =")?;
    let plain = key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    (plain && key.starts_with(|c: char| c.is_ascii_lowercase())).then_some(key)
}

/// The text with what askama reads replaced by blanks, so that positions stay.
fn without_askama(text: &str) -> String {
    let mut markup = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = ["{{", "{%", "{#"].iter().filter_map(|open| rest.find(open)).min() {
        let close = match &rest[start..start + 2] {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let end = rest[start..].find(close).map_or(rest.len(), |at| start + at + 2);
        markup.push_str(&rest[..start]);
        markup.extend(rest[start..end].bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }));
        rest = &rest[end..];
    }
    markup.push_str(rest);
    markup
}

/// The name before an equals sign, if it can be that of an attribute.
fn attribute_before(markup: &str, at: usize) -> &str {
    let before = &markup[..at];
    let start = before.rfind(|c: char| !(c.is_ascii_alphanumeric() || "-:.@_".contains(c))).map_or(0, |at| at + 1);
    if before[..start].ends_with(char::is_whitespace) { &before[start..] } else { "" }
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

#[track_caller]
fn assert_none(rule: &str, wrong: &[String]) {
    assert!(wrong.is_empty(), "{rule}:\n  {}", wrong.join("\n  "));
}

// The checks themselves.

#[test]
fn use_lines_are_read_as_the_compiler_reads_them() {
    let code = "use crate::{a::b, c::{self, d as e},\n f};\nlet x = crate::g::h(); use super::i; notcrate::j";
    let paths: Vec<String> = crate_paths("m::n", code).into_iter().collect();
    assert_eq!(paths, ["a::b", "c::d", "c::self", "f", "g::h", "m::i"]);
    assert_eq!(layer("web::routes"), layer("api"));
    assert_ne!(layer("web::routes"), layer("web::page"));
}

#[test]
fn markup_is_told_from_askama() {
    let markup = without_askama("<p {% call x(one=\"й\") %} style=\"a\">{{ on=1 }}</p>");
    assert_eq!(attribute_before(&markup, markup.find('=').unwrap()), "style");
    assert_eq!(message_key("log-in = Log in"), Some("log-in"));
    assert_eq!(message_key("  [one] = x"), None);
}

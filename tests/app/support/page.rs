//! An answer, and what a test asks of it.

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;

pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub bytes: Bytes,
    /// Path and query of the request.
    pub path: String,
    what: String,
}

/// A form as the page shows it.
pub struct FormState {
    pub action: String,
    pub method: String,
    /// What a browser would send if nothing were changed.
    pub fields: Vec<(String, String)>,
}

impl Page {
    pub fn new(what: String, path: String, status: StatusCode, headers: HeaderMap, bytes: Bytes) -> Page {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Page { status, headers, text, bytes, path, what }
    }

    pub fn assert_status(&self, status: u16) -> &Page {
        assert_eq!(self.status.as_u16(), status, "{}", self.describe());
        self
    }

    /// A redirect after a form (303), or to the login page, to exactly this place.
    pub fn assert_redirect(&self, to: &str) -> &Page {
        assert!(self.status.is_redirection(), "no redirect: {}", self.describe());
        let location = self.location();
        assert!(
            location == to || location.split('?').next() == Some(to),
            "redirects to {location}, not {to}: {}",
            self.describe()
        );
        self
    }

    /// Only the region of this id, and not a whole page around it.
    pub fn assert_region(&self, id: &str) -> &Page {
        self.assert_status(200);
        assert!(!self.text.contains("<html"), "a whole page: {}", self.describe());
        assert!(self.has(&format!("#{id}")), "no region {id}: {}", self.describe());
        self
    }

    pub fn assert_has(&self, css: &str) -> &Page {
        assert!(self.has(css), "nothing matches {css}: {}", self.describe());
        self
    }

    pub fn assert_lacks(&self, css: &str) -> &Page {
        assert!(!self.has(css), "something matches {css}: {}", self.describe());
        self
    }

    /// The words appear somewhere in what a person reads.
    pub fn assert_says(&self, words: &str) -> &Page {
        let read = words_of(self.html().root_element());
        assert!(read.contains(words), "does not say {words:?}: {}", self.describe());
        self
    }

    pub fn assert_silent_about(&self, words: &str) -> &Page {
        assert!(!self.text.contains(words), "says {words:?}: {}", self.describe());
        self
    }

    /// The text of every match, with white space as a browser shows it.
    pub fn select(&self, css: &str) -> Vec<String> {
        self.html().select(&selector(css)).map(words_of).collect()
    }

    pub fn has(&self, css: &str) -> bool {
        self.html().select(&selector(css)).next().is_some()
    }

    pub fn count(&self, css: &str) -> usize {
        self.html().select(&selector(css)).count()
    }

    /// An attribute of every match that has it.
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        self.html().select(&selector(css)).filter_map(|e| e.attr(name)).map(str::to_owned).collect()
    }

    /// An attribute of the first match; panics when there is none.
    pub fn attribute(&self, css: &str, name: &str) -> String {
        self.attributes(css, name)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("no {name} on {css}: {}", self.describe()))
    }

    /// The text of every match, with its line breaks and blanks as they are.
    pub fn raw_texts(&self, css: &str) -> Vec<String> {
        self.html().select(&selector(css)).map(|element| element.text().collect()).collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The message that the next page will show, by its id; empty if there is none.
    pub fn toast(&self) -> &str {
        let mut cookies = self.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
        let toast = cookies.find_map(|cookie| cookie.strip_prefix("toast="));
        toast.and_then(|toast| toast.split([';', '.']).next()).unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.describe()))
    }

    pub fn form(&self, css: &str) -> FormState {
        let html = self.html();
        let form = html
            .select(&selector(css))
            .find(|element| element.value().name() == "form")
            .unwrap_or_else(|| panic!("no form {css}: {}", self.describe()));
        FormState {
            action: form.attr("action").unwrap_or_default().to_owned(),
            method: form.attr("method").unwrap_or("get").to_ascii_lowercase(),
            fields: form.select(&selector("input[name], textarea[name], select[name]")).flat_map(values).collect(),
        }
    }

    fn html(&self) -> Html {
        let start = self.text.trim_start().get(..9).unwrap_or_default();
        if start.eq_ignore_ascii_case("<!doctype") {
            Html::parse_document(&self.text)
        } else {
            Html::parse_fragment(&self.text)
        }
    }

    fn describe(&self) -> String {
        let shown: String = self.text.chars().take(3000).collect();
        format!("{} answered {} {:?}\n{shown}", self.what, self.status, self.headers)
    }
}

impl FormState {
    /// The form's fields with these values: a field named here replaces all of that name.
    pub fn filled(&self, fields: &[(&str, &str)]) -> Vec<(String, String)> {
        let named = |name: &str| fields.iter().any(|(other, _)| *other == name);
        let kept = self.fields.iter().filter(|(name, _)| !named(name)).cloned();
        kept.chain(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
    }
}

/// What a browser sends for a field that nobody touched.
fn values(field: ElementRef) -> Vec<(String, String)> {
    let name = field.attr("name").unwrap_or_default().to_owned();
    if field.attr("disabled").is_some() {
        return vec![];
    }
    match field.value().name() {
        "textarea" => vec![(name, field.text().collect())],
        "select" => {
            let options: Vec<ElementRef> = field.select(&selector("option")).collect();
            let value = |o: &ElementRef| o.attr("value").map_or_else(|| words_of(*o), str::to_owned);
            let chosen = options.iter().filter(|option| option.attr("selected").is_some());
            let mut sent: Vec<String> = chosen.map(value).collect();
            if sent.is_empty() && field.attr("multiple").is_none() {
                sent.extend(options.first().map(value));
            }
            sent.into_iter().map(|value| (name.clone(), value)).collect()
        }
        _ => match field.attr("type").unwrap_or("text") {
            "checkbox" | "radio" if field.attr("checked").is_none() => vec![],
            "checkbox" | "radio" => vec![(name, field.attr("value").unwrap_or("on").to_owned())],
            "submit" | "button" | "image" | "reset" | "file" => vec![],
            _ => vec![(name, field.attr("value").unwrap_or_default().to_owned())],
        },
    }
}

fn words_of(element: ElementRef) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("{css}: {error}"))
}

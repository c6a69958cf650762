//! The frame of every signed-in page: who, words, counts, theme. One extractor, never repeated in a handler.

use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;

use super::assets;
use super::i18n::Lang;
use super::numbers;
use super::page::html_response;
use super::times::{self, Clock};
use crate::auth::{Me, Role, Theme, Visit};
use crate::config::Config;
use crate::db::types::UtcTime;
use crate::error::{Error, Result, Said};

/// What a page's frame shows. Every page struct holds one as `sh`.
#[derive(Clone)]
pub struct Shell {
    pub me: Me,
    pub lang: Lang,
    pub theme: Theme,
    /// Unread messages for the sidebar.
    pub unread: i64,
    /// Those of free customers, of which titles and notifications tell operators, too.
    pub free: i64,
    /// The path of this page.
    pub path: String,
    /// What stands in the search field.
    pub q: String,
    /// Address of this page's event stream.
    pub live: String,
    /// A message left by the page before (after a form without scripts).
    pub toast: Option<String>,
    pub clock: Clock,
}

impl Shell {
    /// A message.
    pub fn t(&self, key: &str) -> Rc<str> {
        self.lang.t(key)
    }

    /// A message about a number of things.
    pub fn tn(&self, key: &str, count: impl Into<i64>) -> String {
        self.lang.tn(key, count.into())
    }

    /// A message with one argument.
    pub fn ta(&self, key: &str, name: &'static str, value: impl Display) -> String {
        self.lang.with(key, name, value)
    }

    /// A message with two arguments.
    pub fn ta2(
        &self,
        key: &str,
        name: &'static str,
        value: impl Display,
        other: &'static str,
        second: impl Display,
    ) -> String {
        self.lang.args(key, [(name, value.to_string().into()), (other, second.to_string().into())])
    }

    /// A sentence that the program carried here.
    pub fn say(&self, said: &Said) -> String {
        self.lang.say(said)
    }

    /// A number as people read it.
    pub fn num(&self, number: impl Into<i64>) -> String {
        super::i18n::group_digits(number.into())
    }

    /// A number of bytes: 312 KB.
    pub fn size(&self, bytes: &i64) -> String {
        numbers::size(self.lang, *bytes)
    }

    /// A capped count: "999+" where more than 999.
    pub fn capped(&self, number: impl Into<i64>) -> String {
        self.capped_at(number, 999)
    }

    /// A count that went no further than `most`: "50+" where more than 50.
    pub fn capped_at(&self, number: impl Into<i64>, most: impl Into<i64>) -> String {
        let (number, most) = (number.into(), most.into());
        if number > most { format!("{most}+") } else { number.to_string() }
    }

    /// Unread messages that are told outside of the page.
    pub fn told(&self) -> i64 {
        self.unread + self.free
    }

    /// Their number for the tab's title; empty where there is nothing to tell.
    pub fn told_in_title(&self) -> String {
        if self.told() > 0 { self.capped(self.told()) } else { String::new() }
    }

    /// The words of a notification of them, a line each.
    pub fn told_in_words(&self) -> String {
        let lines = [("nav-unread", self.unread), ("nav-unread-free", self.free)];
        let said = lines.into_iter().filter(|(_, count)| *count > 0).map(|(key, count)| self.tn(key, count));
        said.collect::<Vec<_>>().join("\n")
    }

    /// A time in short: today 14:32, this year 14 Nov, older Oct 2025.
    pub fn short(&self, time: &UtcTime) -> String {
        times::short(&self.clock, self.lang, *time)
    }

    /// A time in full.
    pub fn full(&self, time: &UtcTime) -> String {
        times::full(&self.clock, self.lang, *time)
    }

    /// A time that stands alone: Today, 14:32; 14 Nov, 14:32; 12 Mar 2024, 14:32.
    pub fn when(&self, time: &UtcTime) -> String {
        times::when(&self.clock, self.lang, *time)
    }

    /// The same within a sentence: today at 14:32.
    pub fn when_said(&self, time: &UtcTime) -> String {
        times::when_said(&self.clock, self.lang, *time)
    }

    /// The day alone: 23 Nov 2026.
    pub fn day(&self, time: &UtcTime) -> String {
        times::date(self.lang, self.clock.day(*time))
    }

    /// The clock time only: 14:32.
    pub fn hm(&self, time: &UtcTime) -> String {
        times::hm(&self.clock, *time)
    }

    /// Address of a static file.
    pub fn asset(&self, name: &str) -> &'static str {
        assets::url(name)
    }

    /// Whether this page belongs to the section that begins with `prefix`.
    pub fn at(&self, prefix: &str) -> bool {
        if prefix == "/" {
            return self.path == "/";
        }
        self.path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    pub fn is_admin(&self) -> bool {
        self.me.role == Role::Admin
    }

    /// Supervisor or admin.
    pub fn is_supervisor(&self) -> bool {
        self.me.role >= Role::Supervisor
    }

    pub fn lang_code(&self) -> &'static str {
        self.lang.as_str()
    }

    pub fn dir(&self) -> &'static str {
        "ltr"
    }

    pub fn theme_attr(&self) -> &'static str {
        self.theme.as_str()
    }

    /// The frame of the page that answers this request of somebody.
    pub fn of(req: &HttpRequest, visit: &Visit) -> Self {
        let zone = req.app_data::<Data<Config>>().map_or(Tz::UTC, |config| config.time_zone);
        let lang = visit.language.unwrap_or_else(|| Self::language_of(req));
        Self {
            me: visit.me.clone(),
            lang,
            theme: visit.theme,
            unread: visit.unread.own,
            free: visit.unread.free,
            path: req.path().to_owned(),
            q: String::new(),
            live: "/live".into(),
            toast: super::toast::of(req).map(|toast| toast.said(lang)),
            clock: Clock::now(zone),
        }
    }

    /// The language that a request without a person asks for.
    pub fn language_of(req: &HttpRequest) -> Lang {
        let header = req.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
        Lang::negotiate(header.unwrap_or_default())
    }
}

/// The unread number beside Inbox, alone.
#[derive(Template)]
#[template(path = "shell/unread.html")]
struct UnreadRegion {
    sh: Shell,
}

/// The presence status in the top bar, alone.
#[derive(Template)]
#[template(path = "shell/presence.html")]
struct PresenceRegion {
    sh: Shell,
}

/// `GET /shell/unread`.
pub async fn unread(sh: Shell) -> Result<HttpResponse> {
    Ok(html_response(StatusCode::OK, UnreadRegion { sh }.render()?))
}

/// `GET /shell/presence`.
pub async fn presence(sh: Shell) -> Result<HttpResponse> {
    Ok(html_response(StatusCode::OK, presence_region(sh)?))
}

/// The presence status as a fragment.
pub fn presence_region(sh: Shell) -> Result<String> {
    Ok(PresenceRegion { sh }.render()?)
}

impl FromRequest for Shell {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move { Ok(Shell::of(&req, &*Visit::of(&req).await?)) })
    }
}

/// The frame of a page without a person: sign-in, errors.
#[derive(Clone, Copy)]
pub struct Bare {
    pub lang: Lang,
    pub theme: Theme,
}

impl Bare {
    /// In the language that the browser asks for.
    pub fn of(req: &HttpRequest) -> Self {
        Self { lang: Shell::language_of(req), theme: Theme::Auto }
    }

    pub fn t(&self, key: &str) -> Rc<str> {
        self.lang.t(key)
    }

    pub fn ta(&self, key: &str, name: &'static str, value: impl Display) -> String {
        self.lang.with(key, name, value)
    }

    pub fn say(&self, said: &Said) -> String {
        self.lang.say(said)
    }

    pub fn asset(&self, name: &str) -> &'static str {
        assets::url(name)
    }

    pub fn lang_code(&self) -> &'static str {
        self.lang.as_str()
    }

    pub fn dir(&self) -> &'static str {
        "ltr"
    }

    pub fn theme_attr(&self) -> &'static str {
        self.theme.as_str()
    }
}

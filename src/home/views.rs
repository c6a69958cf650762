//! The home page.

use askama::Template;
use chrono::Datelike;

use super::charts::{Bars, Line};
use super::model::{DAYS, Today, Week};
use crate::error::Said;
use crate::web::page::{Regions, region_with};
use crate::web::shell::Shell;
use crate::web::times;

/// `/`.
#[derive(Template)]
#[template(path = "home/page.html", blocks = ["today"])]
pub struct HomePage {
    pub sh: Shell,
    pub today: Today,
    pub week: Week,
    pub bars: Bars,
    pub line: Line,
    pub cards: Vec<Card>,
}

/// The way to a section.
pub struct Card {
    pub href: &'static str,
    pub icon: &'static str,
    pub title: &'static str,
    pub text: String,
}

impl HomePage {
    pub fn new(sh: Shell, week: Week, today: Today, is_demo: bool) -> Self {
        let (bars, line) = (Bars::of(&today.opened), Line::of(&today.rated));
        let cards = cards(&sh, &today, is_demo);
        Self { sh, today, week, bars, line, cards }
    }

    /// Today, with its weekday.
    fn date(&self) -> String {
        let today = self.sh.clock.today();
        format!("{}, {}", self.sh.t(times::weekday(today).1), times::date(self.sh.lang, today))
    }

    /// The short name of a day of the week's charts; the last one is today.
    fn day(&self, index: usize) -> String {
        match self.week.days.get(index) {
            Some(day) if index + 1 < DAYS => self.sh.t(times::weekday(*day).0).to_string(),
            _ => self.sh.t("home-today").to_string(),
        }
    }

    /// A number beside a chart.
    fn tick(&self, tick: &i64) -> String {
        self.sh.num(*tick)
    }

    fn days(&self) -> Vec<String> {
        (0..DAYS).map(|index| self.day(index)).collect()
    }

    /// How long free customers wait, at the longest.
    fn longest_wait(&self) -> Option<String> {
        self.today.waiting_since.map(|since| times::span(self.sh.lang, since.until(self.sh.clock.now)))
    }

    /// The median first reply of today.
    fn reply(&self) -> Option<String> {
        self.today.reply.map(|span| times::span(self.sh.lang, span))
    }

    /// Whether replies are faster than a week ago, and the sentence that says so.
    fn compared(&self) -> Option<(bool, String)> {
        let (now, before) = (self.today.reply?, self.today.reply_before?);
        let key = match now.num_seconds().cmp(&before.num_seconds()) {
            std::cmp::Ordering::Less => "home-reply-faster",
            std::cmp::Ordering::Equal => "home-reply-same",
            std::cmp::Ordering::Greater => "home-reply-slower",
        };
        let by = times::span(self.sh.lang, (now - before).abs());
        let day = self.sh.clock.today().weekday().num_days_from_monday().to_string();
        let said = Said::from(key).with("by", by).with("day", format!("d{day}"));
        Some((now <= before, self.sh.say(&said)))
    }

    /// The chart of conversations in words.
    fn bars_said(&self) -> String {
        let days: Vec<String> =
            self.days().into_iter().zip(self.bars.totals).map(|(day, total)| format!("{day} {total}")).collect();
        self.sh.ta("home-conversations-said", "days", days.join(", "))
    }

    /// The chart of ratings in words.
    fn line_said(&self) -> String {
        let days: Vec<String> = self
            .days()
            .into_iter()
            .zip(self.today.rated)
            .filter_map(|(day, rated)| Some(format!("{day} {}%", rated.percent()?)))
            .collect();
        self.sh.ta("home-satisfaction-said", "days", days.join(", "))
    }

    /// Below the chart of ratings: the share of the week.
    fn satisfaction(&self) -> String {
        let (good, count) = self.today.rated.iter().fold((0, 0), |sum, day| (sum.0 + day.good, sum.1 + day.count));
        let percent = super::model::Rated { good, count }.percent().unwrap_or(0);
        self.sh.say(&Said::from("home-satisfaction-week").with("percent", percent).with("count", count))
    }
}

/// The sections that this person may use.
fn cards(sh: &Shell, today: &Today, is_demo: bool) -> Vec<Card> {
    let card = |href, icon, title, text: String| Card { href, icon, title, text };
    let said = |key| sh.t(key).to_string();
    let mut cards = vec![
        card("/inbox", "inbox", "nav-inbox", said("home-card-inbox")),
        card("/contacts", "address-book", "nav-contacts", said("home-card-contacts")),
        card("/history", "history", "nav-history", said("home-card-history")),
        card("/customers", "users", "nav-customers", said("home-card-customers")),
    ];
    if sh.is_supervisor() {
        cards.push(card("/reports", "chart-bar", "nav-reports", said("home-card-reports")));
        let text = match today.block_requests {
            0 => said("home-card-blacklist"),
            waiting => sh.tn("home-card-blacklist-requests", waiting),
        };
        cards.push(card("/blacklist", "ban", "nav-blacklist", text));
    }
    cards.push(card("/lists", "list-details", "nav-lists", said("home-card-lists")));
    if sh.is_supervisor() {
        cards.push(card("/exports", "file-export", "nav-exports", said("home-card-exports")));
    }
    if sh.is_admin() {
        cards.push(card("/settings", "settings", "nav-settings", said("home-card-settings")));
    }
    if is_demo {
        cards.push(card("/demo", "message-circle", "channel-webchat", said("home-card-demo")));
    }
    cards
}

impl Regions for HomePage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        let title = format!("{} · Switchboard", self.sh.t("nav-home"));
        (id == "today").then(|| self.as_today().render().map(|html| region_with(&title, html, &[])))
    }
}

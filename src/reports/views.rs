//! The page of reports.

use std::sync::Arc;

use askama::Template;

use super::charts::{Bars, widths};
use super::days;
use super::model::{Asked, Figures, Filter, Period, Report, Slot};
use super::tiles::{Tile, span, tiles};
use crate::channels::Channel;
use crate::db::types::StaffId;
use crate::error::Said;
use crate::web::forms::Errors;
use crate::web::i18n::decimal;
use crate::web::page::{Regions, region_with};
use crate::web::shell::Shell;
use crate::web::times;

/// How many places of the chart have a name below them, more or less.
const NAMED: usize = 6;
/// The ids of the names of the times to the first reply.
const REPLIES: [&str; 8] = [
    "reports-reply-1-min",
    "reports-reply-5-min",
    "reports-reply-15-min",
    "reports-reply-1-h",
    "reports-reply-4-h",
    "reports-reply-1-day",
    "reports-reply-later",
    "reports-reply-never",
];

/// `/reports`.
#[derive(Template)]
#[template(path = "reports/page.html", blocks = ["reports", "figures"])]
pub struct ReportsPage {
    pub sh: Shell,
    asked: Asked,
    errors: Errors,
    /// Nothing where the dates do not fit.
    shown: Option<Shown>,
    channels: Vec<Channel>,
    staff: Arc<Vec<(StaffId, String)>>,
}

/// What is shown of a report.
struct Shown {
    filter: Filter,
    report: Report,
    bars: Bars,
    tiles: Vec<Tile>,
    tables: Vec<Table>,
}

/// Figures by operator or by channel.
struct Table {
    title: &'static str,
    head: &'static str,
    lines: Vec<Line>,
}

struct Line {
    name: String,
    /// The kind of a channel; empty for an operator.
    kind: &'static str,
    /// Where the conversations are listed; empty where they cannot be.
    url: String,
    figures: Figures,
}

/// A line of the distribution.
struct Share {
    name: &'static str,
    count: i64,
    percent: i64,
    width: String,
}

impl ReportsPage {
    pub fn new(
        sh: Shell,
        asked: Asked,
        errors: Errors,
        found: Option<(Filter, Report)>,
        channels: Vec<Channel>,
        staff: Arc<Vec<(StaffId, String)>>,
    ) -> Self {
        let shown = found.map(|(filter, report)| Shown {
            bars: Bars::of(&report.slots),
            tiles: tiles(&sh, &filter, &report),
            tables: tables(&sh, &filter, &report, &channels, &staff),
            filter,
            report,
        });
        Self { sh, asked, errors, shown, channels, staff }
    }

    fn title(&self) -> String {
        format!("{} · Switchboard", self.sh.t("nav-reports"))
    }

    fn is_period(&self, period: &Period) -> bool {
        self.asked.period() == *period
    }

    /// The first day as its field holds it: as typed where it does not fit.
    fn from(&self) -> String {
        self.day(&self.asked.from, |filter| filter.from.to_string())
    }

    fn to(&self) -> String {
        self.day(&self.asked.to, |filter| filter.to.to_string())
    }

    fn day(&self, typed: &str, of: impl Fn(&Filter) -> String) -> String {
        let shown = self.shown.as_ref().map(|shown| &shown.filter);
        match shown {
            Some(filter) if filter.period == Period::Dates => of(filter),
            Some(_) => String::new(),
            None => typed.to_owned(),
        }
    }

    fn is_filtered(&self) -> bool {
        self.asked.period() != Period::Week || !self.asked.channel.is_empty() || !self.asked.operator.is_empty()
    }

    /// The period, and the one that it is compared with.
    fn span(&self, filter: &Filter) -> String {
        let date = |day| times::date(self.sh.lang, days::date(day));
        let (now, before) = (filter.days(), filter.days_before());
        let said = if filter.from == filter.to {
            Said::from("reports-day").with("day", date(now.start)).with("before", date(before.start))
        } else {
            Said::from("reports-span")
                .with("from", date(now.start))
                .with("to", date(now.end - 1))
                .with("since", date(before.start))
                .with("until", date(before.end - 1))
        };
        self.sh.say(&said)
    }

    /// The names below the chart: of each of a few days, else of some places.
    fn names(&self, shown: &Shown) -> Vec<String> {
        let (slots, today) = (&shown.report.slots, days::number(self.sh.clock.today()));
        let every = slots.len().div_ceil(NAMED);
        let name = |(place, slot): (usize, &Slot)| match slot.from {
            day if slots.len() <= days::WEEK as usize && day == today => self.sh.t("home-today").to_string(),
            day if slots.len() <= days::WEEK as usize => self.sh.t(times::weekday(days::date(day)).0).to_string(),
            day if place.is_multiple_of(every) => times::day_and_month(self.sh.lang, days::date(day)),
            _ => String::new(),
        };
        slots.iter().enumerate().map(name).collect()
    }

    /// The name of a place in the table.
    fn place(&self, slot: &Slot) -> String {
        let (from, to) = (days::date(slot.from), days::date(slot.to));
        let to_said = times::date(self.sh.lang, to);
        if from == to { to_said } else { format!("{} – {to_said}", times::day_and_month(self.sh.lang, from)) }
    }

    fn shares(&self, figures: &Figures) -> Vec<Share> {
        let counts = figures.replies();
        let all = counts.iter().sum::<i64>().max(1);
        let lines = REPLIES.into_iter().zip(counts).zip(widths(&counts));
        lines
            .map(|((name, count), width)| Share { name, count, percent: (count * 100 + all / 2) / all, width })
            .collect()
    }

    /// How many closed conversations customers had opened.
    fn answerable(&self, figures: &Figures) -> i64 {
        figures.replies().iter().sum()
    }

    fn counting(&self, shown: &Shown) -> String {
        self.sh.tn("reports-counting", i64::try_from(shown.report.counting).unwrap_or(i64::MAX))
    }

    fn num(&self, number: &i64) -> String {
        self.sh.num(*number)
    }

    fn time(&self, seconds: Option<i64>) -> String {
        seconds.map(|seconds| span(&self.sh, seconds)).unwrap_or_default()
    }

    fn stars(&self, tenths: Option<i64>) -> String {
        tenths.map(|tenths| decimal(self.sh.lang, tenths)).unwrap_or_default()
    }
}

impl Regions for ReportsPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        let region = match id {
            "reports" => self.as_reports().render(),
            "figures" => self.as_figures().render(),
            _ => return None,
        };
        Some(region.map(|html| region_with(&self.title(), html, &[])))
    }
}

/// The tables by what is not asked for already.
fn tables(
    sh: &Shell,
    filter: &Filter,
    report: &Report,
    channels: &[Channel],
    staff: &[(StaffId, String)],
) -> Vec<Table> {
    let operators = report.operators.iter().map(|(id, figures)| {
        let known = staff.iter().find(|(other, _)| other == id);
        Line {
            name: known.map_or_else(|| sh.t("reports-nobody").to_string(), |(_, name)| name.clone()),
            kind: "",
            url: known.map(|_| filter.history_url(Some(*id), None)).unwrap_or_default(),
            figures: *figures,
        }
    });
    let by_channel = report.channels.iter().map(|(id, figures)| {
        let known = channels.iter().find(|channel| channel.id == *id);
        Line {
            name: known.map_or_else(|| sh.t("reports-channel-gone").to_string(), |channel| channel.name.clone()),
            kind: known.map_or("", |channel| channel.kind.as_str()),
            url: known.map(|_| filter.history_url(None, Some(*id))).unwrap_or_default(),
            figures: *figures,
        }
    });
    let tables = [
        Table { title: "reports-by-operator", head: "reports-operator", lines: operators.collect() },
        Table { title: "reports-by-channel", head: "reports-channel", lines: by_channel.collect() },
    ];
    // What was only opened stands in no column.
    let is_shown = |line: &Line| line.figures.closed > 0 || line.figures.rated > 0;
    tables
        .into_iter()
        .map(|table| Table { lines: table.lines.into_iter().filter(is_shown).collect(), ..table })
        .filter(|table| !table.lines.is_empty())
        .collect()
}

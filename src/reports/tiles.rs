//! The numbers on top of a report, and how they have changed.

use std::cmp::Ordering;

use chrono::Duration;

use super::model::{Figures, Filter, Report};
use crate::error::Said;
use crate::web::i18n::decimal;
use crate::web::shell::Shell;
use crate::web::times;

/// A number, and how it has changed.
pub(super) struct Tile {
    pub title: &'static str,
    pub value: Option<String>,
    pub note: String,
    /// The kind of the change (`ok`, `warn`, or neither) and its words; empty: there is nothing to compare with.
    pub change: (&'static str, String),
}

/// Seconds as people read them.
pub(super) fn span(sh: &Shell, seconds: i64) -> String {
    times::span(sh.lang, Duration::try_seconds(seconds).unwrap_or_default())
}

/// The five numbers.
pub(super) fn tiles(sh: &Shell, filter: &Filter, report: &Report) -> Vec<Tile> {
    let (now, before) = (&report.total, report.before.as_ref());
    let count = |now: i64, before: Option<i64>| before.map(|before| ("", more_or_less(sh, now, before)));
    let time = |now: Option<i64>, before: Option<Option<i64>>| {
        let (kind, key, by) = change(now, before, Ordering::Less, TIMES)?;
        Some((kind, said(sh, key, span(sh, by))))
    };
    let stars = |now: Option<i64>, before: Option<Option<i64>>| {
        let (kind, key, by) = change(now, before, Ordering::Greater, RATINGS)?;
        Some((kind, said(sh, key, decimal(sh.lang, by))))
    };
    let tile = |title, value, note, change: Option<(&'static str, String)>| Tile {
        title,
        value,
        note,
        change: change.unwrap_or_default(),
    };
    let of_operator = filter.operator.is_some().then(|| sh.t("reports-opened-theirs").to_string());
    vec![
        tile(
            "reports-opened",
            Some(sh.num(now.opened)),
            of_operator.unwrap_or_else(|| sh.tn("reports-opened-by-customers", now.by_customers)),
            count(now.opened, before.map(|before| before.opened)),
        ),
        tile(
            "reports-closed",
            Some(sh.num(now.closed)),
            String::new(),
            count(now.closed, before.map(|before| before.closed)),
        ),
        tile(
            "reports-first-reply",
            now.reply().map(|seconds| span(sh, seconds)),
            sh.tn("reports-replied", now.replied()),
            time(now.reply(), before.map(Figures::reply)),
        ),
        tile(
            "reports-time-to-close",
            now.close().map(|seconds| span(sh, seconds)),
            String::new(),
            time(now.close(), before.map(Figures::close)),
        ),
        tile(
            "reports-rating",
            now.rating().map(|tenths| decimal(sh.lang, tenths)),
            sh.tn("reports-rated", now.rated),
            stars(now.rating(), before.map(Figures::rating)),
        ),
    ]
}

fn said(sh: &Shell, key: &'static str, by: String) -> String {
    sh.say(&Said::from(key).with("by", by))
}

/// How a count has changed. More is neither good nor bad.
fn more_or_less(sh: &Shell, now: i64, before: i64) -> String {
    if before == 0 {
        return sh.t("reports-before-none").to_string();
    }
    let percent = ((now - before) * 200 / before + (now - before).signum()) / 2;
    match percent.cmp(&0) {
        Ordering::Equal => sh.t("reports-before-same").to_string(),
        Ordering::Greater => sh.ta("reports-before-more", "percent", sh.num(percent)),
        Ordering::Less => sh.ta("reports-before-less", "percent", -percent),
    }
}

/// The ids of what is said of a change for the better, of none, and of one for the worse.
type Words = [&'static str; 3];
const TIMES: Words = ["reports-before-faster", "reports-before-as-fast", "reports-before-slower"];
const RATINGS: Words = ["reports-before-higher", "reports-before-as-high", "reports-before-lower"];

/// How an average has changed, where `good` is for the better: the kind of the change, its words, and by how much.
fn change(
    now: Option<i64>,
    before: Option<Option<i64>>,
    good: Ordering,
    [better, same, worse]: Words,
) -> Option<(&'static str, &'static str, i64)> {
    let (now, before) = (now?, before??);
    let (kind, key) = match now.cmp(&before) {
        Ordering::Equal => ("", same),
        change if change == good => ("ok", better),
        _ => ("warn", worse),
    };
    Some((kind, key, (now - before).abs()))
}

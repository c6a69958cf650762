//! Where the bars and lines of the two charts stand, in a field 700 wide and 100 high. Numbers beside them are HTML, so
//! that they never scale.

use super::model::{DAYS, Opened, Rated};
use crate::channels::ChannelKind;
use crate::web::charts::{float, number, step};

/// Messengers that have a colour of their own; the rest are told as others.
const SERIES: usize = 4;
/// Width of the field that a day has, and of its bar.
const DAY: f64 = 100.0;
const BAR: f64 = 44.0;

/// A stretch of a bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Rect {
    /// 1 to 4.
    pub series: usize,
    pub x: String,
    pub y: String,
    pub height: String,
}

/// Conversations per day, one bar a day, one stretch a messenger.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    pub rects: Vec<Rect>,
    /// The numbers beside the field, from the top down.
    pub ticks: [i64; 4],
    /// Who the series are; `None`: all others.
    pub legend: Vec<(usize, Option<ChannelKind>)>,
    /// All conversations of each day.
    pub totals: [i64; DAYS],
}

impl Bars {
    pub fn of(opened: &[Opened]) -> Self {
        let series = ranked(opened);
        let place =
            |kind| series.iter().position(|known| *known == Some(kind)).unwrap_or(series.len().saturating_sub(1));
        let mut counts = vec![[0i64; DAYS]; series.len()];
        for row in opened {
            if let Some(cell) = counts.get_mut(place(row.kind)).and_then(|days| days.get_mut(row.day)) {
                *cell += row.count;
            }
        }
        let totals: [i64; DAYS] = std::array::from_fn(|day| counts.iter().filter_map(|days| days.get(day)).sum());
        let step = step(totals.iter().copied().max().unwrap_or(0));
        let scale = 100.0 / float(step * 3);
        let mut rects = vec![];
        for day in 0..DAYS {
            let mut y = 100.0;
            for (index, days) in counts.iter().enumerate() {
                let height = float(days.get(day).copied().unwrap_or(0)) * scale;
                if height > 0.0 {
                    y -= height;
                    rects.push(Rect {
                        series: index + 1,
                        x: number(left(day) + (DAY - BAR) / 2.0),
                        y: number(y),
                        // A hair less, so that stretches part.
                        height: number((height - 0.8).max(0.4)),
                    });
                }
            }
        }
        let legend = series.into_iter().enumerate().map(|(index, kind)| (index + 1, kind)).collect();
        Self { rects, ticks: [step * 3, step * 2, step, 0], legend, totals }
    }

    pub fn is_empty(&self) -> bool {
        self.rects.is_empty()
    }
}

/// The messengers by their conversations, most first; beyond what has colours, one place for all others.
fn ranked(opened: &[Opened]) -> Vec<Option<ChannelKind>> {
    let total = |kind: ChannelKind| -> i64 { opened.iter().filter(|o| o.kind == kind).map(|o| o.count).sum() };
    let mut kinds: Vec<ChannelKind> = ChannelKind::ALL.iter().copied().filter(|kind| total(*kind) > 0).collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse(total(*kind)));
    let has_others = kinds.len() > SERIES;
    kinds.truncate(if has_others { SERIES - 1 } else { SERIES });
    kinds.into_iter().map(Some).chain(has_others.then_some(None)).collect()
}

/// The share of good ratings, a line that breaks where a day has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Points of each unbroken stretch: the line, and the area below it.
    pub stretches: Vec<(String, String)>,
    /// The percentages beside the field, from the top down.
    pub ticks: [i64; 3],
}

impl Line {
    pub fn of(rated: &[Rated; DAYS]) -> Self {
        let least = rated.iter().filter_map(Rated::percent).min().unwrap_or(100);
        let low = (least / 20 * 20).min(80);
        let mut runs: Vec<Vec<(f64, f64)>> = vec![vec![]];
        for (day, of_day) in rated.iter().enumerate() {
            match (of_day.percent(), runs.last_mut()) {
                (Some(percent), Some(run)) => {
                    run.push((left(day) + DAY / 2.0, float(100 - percent) * 100.0 / float(100 - low)));
                }
                _ => runs.push(vec![]),
            }
        }
        let stretches = runs.into_iter().filter(|run| !run.is_empty()).map(|run| points(&run)).collect();
        Self { stretches, ticks: [100, (100 + low) / 2, low] }
    }

    pub fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }
}

/// A line and the area below it. A day alone becomes a short level line: a point would be invisible.
fn points(run: &[(f64, f64)]) -> (String, String) {
    let run = match run {
        [(x, y)] => vec![(x - 12.0, *y), (x + 12.0, *y)],
        run => run.to_vec(),
    };
    let line = run.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect::<Vec<_>>().join(" ");
    let edge = |point: Option<&(f64, f64)>| number(point.map_or(0.0, |(x, _)| *x));
    let area = format!("{},100 {line} {},100", edge(run.first()), edge(run.last()));
    (line, area)
}

fn left(day: usize) -> f64 {
    float(i64::try_from(day).unwrap_or(0)) * DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(day: usize, kind: ChannelKind, count: i64) -> Opened {
        Opened { day, kind, count }
    }

    #[test]
    fn bars_fit_into_the_field() {
        let bars = Bars::of(&[
            opened(0, ChannelKind::WhatsApp, 90),
            opened(0, ChannelKind::Email, 82),
            opened(6, ChannelKind::Email, 1),
        ]);
        assert_eq!(bars.ticks, [180, 120, 60, 0]);
        assert_eq!(bars.totals, [172, 0, 0, 0, 0, 0, 1]);
        assert_eq!(bars.legend, [(1, Some(ChannelKind::WhatsApp)), (2, Some(ChannelKind::Email))]);
        assert_eq!(bars.rects[0], Rect { series: 1, x: "28".into(), y: "50".into(), height: "49.2".into() });
        assert_eq!(bars.rects[1], Rect { series: 2, x: "28".into(), y: "4.4".into(), height: "44.8".into() });
        assert_eq!(bars.rects[2].x, "628");
        assert!(Bars::of(&[]).is_empty());
    }

    #[test]
    fn messengers_without_a_colour_are_others() {
        let all: Vec<Opened> =
            ChannelKind::ALL.iter().zip([6, 5, 4, 3, 2, 1]).map(|(kind, n)| opened(3, *kind, n)).collect();
        let bars = Bars::of(&all);
        assert_eq!(bars.legend.len(), 4);
        assert_eq!(bars.legend[3], (4, None));
        assert_eq!(bars.totals[3], 21);
        assert_eq!(bars.rects.len(), 4);
    }

    #[test]
    fn a_line_breaks_where_nobody_rated() {
        let mut rated = [Rated::default(); DAYS];
        rated[0] = Rated { good: 9, count: 10 };
        rated[1] = Rated { good: 10, count: 10 };
        rated[4] = Rated { good: 8, count: 10 };
        let line = Line::of(&rated);
        assert_eq!(line.ticks, [100, 90, 80]);
        assert_eq!(line.stretches[0], ("50,50 150,0".into(), "50,100 50,50 150,0 150,100".into()));
        assert_eq!(line.stretches[1].0, "438,100 462,100");
        rated[5] = Rated { good: 1, count: 2 };
        assert_eq!(Line::of(&rated).ticks, [100, 70, 40]);
        assert!(Line::of(&[Rated::default(); DAYS]).is_empty());
    }
}

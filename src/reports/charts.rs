//! Where the bars of the chart stand, in a field 700 wide and 100 high: two beside each other for each day or week.

use super::model::Slot;
use crate::web::charts::{float, number, step};

const WIDTH: f64 = 700.0;
/// The share of its place that a bar takes.
const BAR: f64 = 0.36;

/// A bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Rect {
    /// 1: opened; 2: closed.
    pub series: usize,
    pub x: String,
    pub y: String,
    pub width: String,
    pub height: String,
}

/// Conversations opened and closed.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    pub rects: Vec<Rect>,
    /// The numbers beside the field, from the top down.
    pub ticks: [i64; 4],
}

impl Bars {
    pub fn of(slots: &[Slot]) -> Self {
        let most = slots.iter().flat_map(|slot| [slot.figures.opened, slot.figures.closed]).max().unwrap_or(0);
        let step = step(most);
        let scale = 100.0 / float(step * 3);
        let place = WIDTH / float(i64::try_from(slots.len()).unwrap_or(i64::MAX).max(1));
        let mut rects = vec![];
        let mut left = 0.0;
        for slot in slots {
            let middle = left + place / 2.0;
            for (series, count, x) in [(1, slot.figures.opened, middle - place * BAR), (2, slot.figures.closed, middle)]
            {
                if count > 0 {
                    let height = float(count) * scale;
                    // A hair less wide, so that the two part.
                    let (x, width) = (number(x), number(place * BAR * 0.94));
                    rects.push(Rect { series, x, y: number(100.0 - height), width, height: number(height) });
                }
            }
            left += place;
        }
        Self { rects, ticks: [step * 3, step * 2, step, 0] }
    }
}

/// How wide each of these is in a field 100 wide, where the largest fills it.
pub fn widths(counts: &[i64]) -> Vec<String> {
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    counts.iter().map(|count| number(float(*count) * 100.0 / float(most))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::model::Figures;

    fn slot(opened: i64, closed: i64) -> Slot {
        Slot { from: 0, to: 0, figures: Figures { opened, closed, ..Figures::default() } }
    }

    #[test]
    fn bars_stand_side_by_side() {
        let bars = Bars::of(&[slot(90, 45), slot(0, 1)]);
        assert_eq!(bars.ticks, [90, 60, 30, 0]);
        let x: Vec<(usize, &str, &str)> =
            bars.rects.iter().map(|rect| (rect.series, rect.x.as_str(), rect.height.as_str())).collect();
        assert_eq!(x, [(1, "49", "100"), (2, "175", "50"), (2, "525", "1.1")]);
        assert!(Bars::of(&[]).rects.is_empty());
    }

    #[test]
    fn the_largest_fills_its_field() {
        assert_eq!(widths(&[1, 4, 0]), ["25", "100", "0"]);
        assert_eq!(widths(&[0, 0]), ["0", "0"]);
    }
}

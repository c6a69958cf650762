//! Rows in the making.

use super::Target;
use chrono::DateTime;

/// Rows in the making: their values one after the other.
pub struct Rows {
    pub target: &'static Target,
    text: String,
    cells: Vec<Cell>,
    day: (i64, String),
}

/// A value in the making.
#[derive(Clone, Copy)]
enum Cell {
    Null,
    Int(i64),
    /// What was added to the text, up to here.
    Text(usize),
}

/// A value of a row.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    Int(Option<i64>),
    Text(Option<&'a str>),
}

impl Rows {
    pub fn new(target: &'static Target) -> Self {
        Self { target, text: String::new(), cells: vec![], day: (i64::MIN, String::new()) }
    }

    /// More rows like these: with room for as many.
    pub fn more(&self) -> Self {
        Self {
            text: String::with_capacity(self.text.len()),
            cells: Vec::with_capacity(self.cells.len()),
            ..Self::new(self.target)
        }
    }

    /// Complete rows.
    pub fn count(&self) -> usize {
        self.cells.len() / self.target.columns.len()
    }

    /// About how many bytes they take as text.
    pub(super) fn size(&self) -> usize {
        self.text.len() + self.cells.len() * 2
    }

    fn end(&mut self) -> &mut Self {
        self.cells.push(Cell::Text(self.text.len()));
        self
    }

    pub fn null(&mut self) -> &mut Self {
        self.cells.push(Cell::Null);
        self
    }

    pub fn text(&mut self, value: &str) -> &mut Self {
        self.text.push_str(value);
        self.end()
    }

    pub fn int(&mut self, value: impl Into<i64>) -> &mut Self {
        self.cells.push(Cell::Int(value.into()));
        self
    }

    pub fn flag(&mut self, value: bool) -> &mut Self {
        self.int(i64::from(value))
    }

    /// A moment, in seconds since 1970, in the form that diesel writes on SQLite.
    pub fn time(&mut self, seconds: i64) -> &mut Self {
        const DAY: i64 = 86_400;
        let (day, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        if self.day.0 != day {
            let name = DateTime::from_timestamp(day * DAY, 0).map(|time| time.format("%F ").to_string());
            self.day = (day, name.unwrap_or_default());
        }
        self.text.push_str(&self.day.1);
        for (place, part) in [rest / 3600, rest / 60 % 60, rest % 60].into_iter().enumerate() {
            if place > 0 {
                self.text.push(':');
            }
            for digit in [part / 10, part % 10] {
                self.text.push(char::from(b'0' + u8::try_from(digit).unwrap_or_default()));
            }
        }
        self.end()
    }

    pub fn opt<T>(&mut self, value: Option<T>, put: impl FnOnce(&mut Self, T) -> &mut Self) -> &mut Self {
        match value {
            Some(value) => put(self, value),
            None => self.null(),
        }
    }

    /// Calls `f` with all values, row by row, each with its place in the row and as its column holds it. A number in a
    /// column of text, or the other way round, is none: the database refuses it where one has to be, and the tests
    /// compare every row with what it should be.
    pub(super) fn each<E>(&self, mut f: impl FnMut(usize, Value<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut start = 0;
        for row in self.cells.chunks(self.target.columns.len()) {
            for (place, (cell, is_number)) in row.iter().zip(self.target.numbers).enumerate() {
                let text = match cell {
                    Cell::Text(end) => self.text.get(std::mem::replace(&mut start, *end)..*end),
                    Cell::Null | Cell::Int(_) => None,
                };
                let value = match (cell, is_number) {
                    (Cell::Int(value), true) => Value::Int(Some(*value)),
                    (_, true) => Value::Int(None),
                    (_, false) => Value::Text(text),
                };
                f(place, value)?;
            }
        }
        Ok(())
    }
}

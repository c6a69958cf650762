//! What was measured, as Markdown: one table for each measurement with the data sets as rows would be long, so each data
//! set has a table and the growth stands in one at the end.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::data::Set;
use crate::drive::Taken;

#[derive(Default)]
pub struct Report {
    sets: Vec<String>,
    rows: BTreeMap<(usize, usize), Row>,
    names: Vec<String>,
}

#[derive(Clone)]
enum Row {
    Text(String),
    Taken { taken: Taken, fixed: Option<f64>, sql: Option<f64> },
}

impl Report {
    pub fn new() -> Self {
        Self::default()
    }

    fn put(&mut self, set: &Set, name: &str, row: Row) {
        let set = place(&mut self.sets, &set.name());
        let name = place(&mut self.names, name);
        self.rows.insert((set, name), row);
    }

    pub fn text(&mut self, set: &Set, name: &str, text: String) {
        eprintln!("{name}: {text}");
        self.put(set, name, Row::Text(text));
    }

    pub fn value(&mut self, set: &Set, name: &str, time: Duration) {
        self.text(set, name, format!("{:.0} ms", time.as_secs_f64() * 1000.0));
    }

    /// `fixed` and `sql` are the floors, in milliseconds.
    pub fn taken(&mut self, set: &Set, name: &str, taken: Taken, fixed: Option<f64>, sql: Option<f64>) {
        eprintln!("{name}: {}", cells(&taken, fixed, sql));
        self.put(set, name, Row::Taken { taken, fixed, sql });
    }

    pub fn print(&self) {
        for (number, set) in self.sets.iter().enumerate() {
            println!("\n### {set}\n");
            println!("| measure | a second | p50 ms | p95 ms | p99 ms | errors | bytes | × fixed page | × bare SQL |");
            println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
            let of_set =
                || self.names.iter().enumerate().filter_map(|(at, name)| Some((name, self.rows.get(&(number, at))?)));
            for (name, row) in of_set() {
                if let Row::Taken { taken, fixed, sql } = row {
                    println!("| {name} | {} |", cells(taken, *fixed, *sql));
                }
            }
            println!();
            for (name, row) in of_set() {
                if let Row::Text(text) = row {
                    println!("- {name}: {text}");
                }
            }
        }
        if self.sets.len() > 1 {
            println!("\n### p95 in ms, side by side\n\n| measure | {} |", self.sets.join(" | "));
            println!("|---|{}", "---:|".repeat(self.sets.len()));
            for (at, name) in self.names.iter().enumerate() {
                let cells: Vec<String> = (0..self.sets.len())
                    .map(|set| match self.rows.get(&(set, at)) {
                        Some(Row::Taken { taken, .. }) => format!("{:.2}", taken.within(95.0)),
                        _ => String::new(),
                    })
                    .collect();
                if cells.iter().any(|cell| !cell.is_empty()) {
                    println!("| {name} | {} |", cells.join(" | "));
                }
            }
        }
    }
}

fn place(list: &mut Vec<String>, name: &str) -> usize {
    list.iter().position(|known| known == name).unwrap_or_else(|| {
        list.push(name.to_owned());
        list.len() - 1
    })
}

fn cells(taken: &Taken, fixed: Option<f64>, sql: Option<f64>) -> String {
    let ratio = |floor: Option<f64>| {
        floor.map_or(String::new(), |floor| format!("{:.1}", taken.within(50.0) / floor.max(0.001)))
    };
    format!(
        "{:.0} | {:.2} | {:.2} | {:.2} | {} | {} | {} | {}",
        taken.rate(),
        taken.within(50.0),
        taken.within(95.0),
        taken.within(99.0),
        taken.errors,
        taken.bytes_each(),
        ratio(fixed),
        ratio(sql)
    )
}

//! What was measured, as Markdown: a table for each data set, then what the data sets say together.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::data::Set;
use crate::drive::Taken;
use crate::server::Server;
use crate::sums;

/// A data set that was measured.
#[derive(Clone, PartialEq, Eq)]
pub struct Measured {
    pub name: String,
    pub engine: &'static str,
    pub customers: u64,
}

#[derive(Default)]
pub struct Report {
    pub sets: Vec<Measured>,
    rows: BTreeMap<(usize, usize), Row>,
    pub names: Vec<String>,
}

#[derive(Clone)]
enum Row {
    Text(String),
    Taken { taken: Taken, fixed: Option<f64>, sql: Option<f64> },
}

impl Report {
    fn put(&mut self, set: &Set, name: &str, row: Row) {
        let measured = Measured { name: set.name(), engine: set.engine(), customers: set.customers };
        let set = place(&mut self.sets, &measured);
        let name = place(&mut self.names, &name.to_owned());
        self.rows.insert((set, name), row);
    }

    pub fn text(&mut self, set: &Set, name: &str, text: String) {
        eprintln!("{name}: {text}");
        self.put(set, name, Row::Text(text));
    }

    pub fn value(&mut self, set: &Set, name: &str, time: Duration) {
        self.text(set, name, format!("{:.0} ms", time.as_secs_f64() * 1000.0));
    }

    /// The server's private memory now.
    pub fn memory(&mut self, set: &Set, when: &str, server: &mut Server) {
        let (now, most) = (server.rss_anon() / 1024, server.most_rss / 1024);
        self.text(set, &format!("RssAnon {when}"), format!("{now} MB (most so far: {most} MB)"));
    }

    /// `fixed` and `sql` are the floors, in milliseconds.
    pub fn taken(&mut self, set: &Set, name: &str, taken: Taken, fixed: Option<f64>, sql: Option<f64>) {
        eprintln!("{name}: {}", cells(&taken, fixed, sql));
        self.put(set, name, Row::Taken { taken, fixed, sql });
    }

    /// What the measure of this place took in the data set of this place.
    pub fn taken_of(&self, set: usize, name: usize) -> Option<&Taken> {
        match self.rows.get(&(set, name)) {
            Some(Row::Taken { taken, .. }) => Some(taken),
            _ => None,
        }
    }

    /// Prints everything to standard output.
    pub fn print(&self) {
        println!("{}", machine());
        for (number, set) in self.sets.iter().enumerate() {
            println!("\n### {}\n", set.name);
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
        sums::print(self);
    }
}

fn place<T: PartialEq + Clone>(list: &mut Vec<T>, thing: &T) -> usize {
    list.iter().position(|known| known == thing).unwrap_or_else(|| {
        list.push(thing.clone());
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

/// The machine: figures mean little without it.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let value = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).and_then(|line| line.split_once(':'));
        line.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory: u64 = value(&read("/proc/meminfo"), "MemTotal").trim_end_matches(" kB").parse().unwrap_or_default();
    format!(
        "{}, {cores} cores, {} GB of memory, Linux {}; the load program runs on the same machine.",
        value(&read("/proc/cpuinfo"), "model name"),
        memory / 1024 / 1024,
        read("/proc/sys/kernel/osrelease").trim()
    )
}

/// 1000000 as 1,000,000.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

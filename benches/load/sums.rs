//! What several data sets say together: growth with the number of customers, and the two engines side by side.

use crate::report::{Report, thousands};

pub fn print(report: &Report) {
    for engine in ["SQLite", "PostgreSQL"] {
        growth(report, engine);
    }
    engines(report);
    errors(report);
}

/// The places of an engine's data sets, the smallest first.
fn sets_of(report: &Report, engine: &str) -> Vec<usize> {
    let mut sets: Vec<usize> = (0..report.sets.len()).filter(|set| report.sets[*set].engine == engine).collect();
    sets.sort_by_key(|set| report.sets[*set].customers);
    sets
}

/// Every measure with its times at each size, and the largest against the smallest, in time and in what was sent: a list
/// that is not full where there are few customers takes less there.
fn growth(report: &Report, engine: &str) {
    let sets = sets_of(report, engine);
    let (Some(first), Some(last)) = (sets.first(), sets.last()) else { return };
    if first == last {
        return;
    }
    let heads: Vec<String> = sets.iter().map(|set| thousands(report.sets[*set].customers)).collect();
    println!("\n### {engine}: p50 and p95 in ms at each number of customers\n");
    println!("| measure | {} | p50, largest against smallest | bytes |", heads.join(" | "));
    println!("|---|{}---:|---:|", "---:|".repeat(sets.len()));
    for (at, name) in report.names.iter().enumerate() {
        let (Some(small), Some(large)) = (report.taken_of(*first, at), report.taken_of(*last, at)) else { continue };
        let cells: Vec<String> = sets.iter().map(|set| times(report, *set, at)).collect();
        let ratio = large.within(50.0) / small.within(50.0).max(0.001);
        let bytes = large.bytes_each() as f64 / small.bytes_each().max(1) as f64;
        println!("| {name} | {} | × {ratio:.2} | × {bytes:.2} |", cells.join(" | "));
    }
}

fn times(report: &Report, set: usize, at: usize) -> String {
    report
        .taken_of(set, at)
        .map_or(String::new(), |taken| format!("{:.2}, {:.2}", taken.within(50.0), taken.within(95.0)))
}

/// Both engines at the largest number of customers that both have.
fn engines(report: &Report) {
    let sqlite = sets_of(report, "SQLite");
    let both = sets_of(report, "PostgreSQL").into_iter().rev().find_map(|postgres| {
        let same = sqlite.iter().find(|set| report.sets[**set].customers == report.sets[postgres].customers);
        same.map(|sqlite| (*sqlite, postgres))
    });
    let Some((sqlite, postgres)) = both else { return };
    println!("\n### Both engines with {} customers\n", thousands(report.sets[sqlite].customers));
    println!("| measure | SQLite: p50, p95 ms | a second | PostgreSQL: p50, p95 ms | a second | p50 against SQLite |");
    println!("|---|---:|---:|---:|---:|---:|");
    for (at, name) in report.names.iter().enumerate() {
        let (Some(one), Some(other)) = (report.taken_of(sqlite, at), report.taken_of(postgres, at)) else { continue };
        let ratio = other.within(50.0) / one.within(50.0).max(0.001);
        println!(
            "| {name} | {} | {:.0} | {} | {:.0} | × {ratio:.1} |",
            times(report, sqlite, at),
            one.rate(),
            times(report, postgres, at),
            other.rate()
        );
    }
}

/// All requests of the run, and how many were not answered as they should.
fn errors(report: &Report) {
    let (mut count, mut errors) = (0, 0);
    for set in 0..report.sets.len() {
        for taken in (0..report.names.len()).filter_map(|at| report.taken_of(set, at)) {
            count += (taken.count() + taken.errors) as u64;
            errors += taken.errors as u64;
        }
    }
    println!("\n{} requests in all, {errors} of them answered wrongly or not at all.", thousands(count));
}

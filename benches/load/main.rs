//! The load program: starts the desk's binary on large data sets and drives it over loopback as browsers do, signed in.
//!
//! `cargo build --release && cargo load` measures 10,000, 100,000 and 1,000,000 customers on SQLite, and prints
//! Markdown. See `--help` for fewer or other sizes and for PostgreSQL. Everything is bounded in count and time.
//! It does not know the desk's library: it sees what a browser, a messenger and a database administrator see.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for developers: it ends with a message where it cannot go on"
)]

mod data;
mod drive;
mod floors;
mod instances;
mod live;
mod messenger;
mod pages;
mod report;
mod searches;
mod server;
mod sums;
mod terms;
mod webhooks;
mod writes;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use report::Report;

#[derive(Parser, Clone)]
#[command(about = "Measures the desk under load")]
pub struct Options {
    /// Customers of each data set; conversations are twice, messages ten times as many
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000])]
    sizes: Vec<u64>,
    /// Where the data sets are made, and kept for the next run
    #[arg(long, default_value = "target/bench-data")]
    data: PathBuf,
    /// A PostgreSQL server on which databases may be made, as postgres://user@host:port/postgres: measured besides
    #[arg(long, env = "BENCH_POSTGRES")]
    postgres: Option<String>,
    /// Leave SQLite out
    #[arg(long)]
    no_sqlite: bool,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Connections of the busy measurements
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Terms that are searched for
    #[arg(long, default_value_t = 1_500)]
    terms: usize,
    /// Open live pages
    #[arg(long, default_value_t = 2_000)]
    pages: usize,
    /// Only these parts: pages, search, live, writes, webhooks, and instances (on PostgreSQL, as root)
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// The desk's binary [default: release/switchboard beside this program's folder]
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Answers a page of any size and does nothing else: the floor that pages are compared with
    #[arg(long, hide = true)]
    fixed: bool,
}

impl Options {
    fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == part)
    }

    fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// The desk's binary.
    fn binary(&self) -> PathBuf {
        let beside = || Some(std::env::current_exe().ok()?.parent()?.parent()?.join("release/switchboard"));
        self.binary.clone().or_else(beside).unwrap_or_default()
    }
}

fn main() {
    let options = Options::parse();
    if options.fixed {
        floors::serve_fixed();
        return;
    }
    let binary = options.binary();
    if !binary.exists() {
        eprintln!("{} is not there: cargo build --release, or name another with --binary", binary.display());
        std::process::exit(2);
    }
    // One thread, but for what is measured beside something else: the server is to have the rest of the machine.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let mut report = Report::default();
        let provider = messenger::start().await;
        for size in &options.sizes {
            let engines = [(!options.no_sqlite).then_some(None), options.postgres.as_deref().map(Some)];
            for postgres in engines.into_iter().flatten() {
                let set = data::make(&options, *size, postgres).await;
                one(&options, &set, &provider, &mut report).await;
            }
        }
        report.print();
    });
}

/// Everything about one data set. What writes gets a copy of it, so that the next run finds it as this one did.
async fn one(options: &Options, set: &data::Set, provider: &str, report: &mut Report) {
    eprintln!("== {}", set.name());
    let mut floor = floors::Fixed::start();
    if options.wants("pages") || options.wants("search") {
        let mut server = server::Server::start(options, set, provider).await;
        report.value(set, "start to ready", server.ready_after);
        server.settled().await;
        if options.wants("pages") {
            pages::measure(options, set, &mut server, &floor, report).await;
        }
        if options.wants("search") {
            searches::measure(options, set, &mut server, &floor, report).await;
        }
        server.stop().await;
    }
    if ["live", "writes", "webhooks"].iter().any(|part| options.wants(part)) {
        let copy = set.copy().await;
        let mut server = server::Server::start(options, &copy, provider).await;
        if options.wants("live") {
            live::measure(options, &copy, &mut server, report).await;
        }
        if options.wants("writes") {
            writes::measure(options, &copy, &mut server, &floor, report).await;
        }
        if options.wants("webhooks") {
            webhooks::measure(options, &copy, &mut server, report).await;
        }
        server.stop().await;
        copy.remove().await;
    }
    floor.stop();
    if set.url.is_some() && options.wants("instances") {
        instances::measure(options, set, provider, report).await;
    }
}

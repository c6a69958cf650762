//! The load program: starts the release binary on large data sets and drives it over loopback as browsers do, signed in.
//!
//! `cargo bench --bench load` measures 10,000, 100,000 and 1,000,000 customers on SQLite, and prints Markdown. See
//! `--help` for fewer or other sizes and for PostgreSQL. Everything is bounded in count and time.
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
mod live;
mod pages;
mod report;
mod searches;
mod server;
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
    #[arg(long, default_value_t = 4)]
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
    /// Only these parts: pages, search, live, writes, webhooks
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Another binary than the one built along
    #[arg(long, default_value = env!("CARGO_BIN_EXE_switchboard"))]
    binary: PathBuf,
    /// Answers a page of any size and does nothing else: the floor that pages are compared with
    #[arg(long, hide = true)]
    fixed: bool,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == part)
    }

    fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

fn main() {
    let options = Options::parse();
    if options.fixed {
        floors::serve_fixed();
        return;
    }
    // One thread: the server is to have the rest of the machine.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut report = Report::new();
        for size in &options.sizes {
            let engines = [(!options.no_sqlite).then_some(None), options.postgres.as_deref().map(Some)];
            for postgres in engines.into_iter().flatten() {
                let set = data::make(&options, *size, postgres);
                one(&options, &set, &mut report).await;
            }
        }
        report.print();
    });
}

/// Everything about one data set.
async fn one(options: &Options, set: &data::Set, report: &mut Report) {
    eprintln!("== {}", set.name());
    let mut server = server::Server::start(options, set).await;
    report.value(set, "start to ready", server.ready_after);
    let mut floor = floors::Fixed::start(options).await;
    if options.wants("pages") {
        pages::measure(options, set, &mut server, &floor, report).await;
    }
    if options.wants("search") {
        searches::measure(options, set, &server, report).await;
    }
    if options.wants("live") {
        live::measure(options, set, &server, report).await;
    }
    if options.wants("writes") {
        writes::measure(options, set, &server, report).await;
    }
    if options.wants("webhooks") {
        webhooks::measure(options, set, &server, report).await;
    }
    report.text(
        set,
        "RssAnon at the end",
        format!("{} MB (most: {} MB)", server.rss_anon() / 1024, server.most_rss / 1024),
    );
    floor.stop();
    server.stop();
}

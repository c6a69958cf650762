//! `move`: from the embedded SQLite to PostgreSQL.

use std::time::{Duration, Instant};

use clap::Args;

use super::terminal::{note, say};
use crate::config::{Config, Place, Settings};
use crate::db::moving;
use crate::error::Result;

#[derive(Args)]
pub struct Move {
    /// The empty PostgreSQL database, as postgres://user@host/database
    #[arg(long, value_name = "URL")]
    to: String,
    #[command(flatten)]
    place: Place,
    /// Answer in JSON, and tell no progress
    #[arg(long)]
    json: bool,
}

/// How often progress is told.
const EVERY: Duration = Duration::from_secs(2);

pub fn run(args: Move) -> Result<()> {
    let config = Config::load(Settings { place: args.place, ..Settings::default() })?;
    let started = Instant::now();
    let (mut told, mut saying) = (None::<Instant>, String::new());
    let mut progress = |what: &str, done: u64, of: u64| {
        let is_due = told.is_none_or(|told| told.elapsed() >= EVERY);
        let is_finished = done == of && of > 0;
        let is_news = saying != what && !is_finished;
        if args.json || !(is_due || is_news) {
            return;
        }
        (told, saying) = (Some(Instant::now()), what.to_owned());
        let count = match (done, of) {
            (0, 0) => String::new(),
            (done, 0) => format!(" {done}"),
            (done, of) => format!(" {done} of {of}"),
        };
        note(format_args!("{:>5.0} s  {what}{count}", started.elapsed().as_secs_f64()));
    };
    let rows = moving::run(&config.database(), &args.to, &mut progress)?;
    let seconds = started.elapsed().as_secs_f64();
    if args.json {
        return say(serde_json::json!({ "rows": rows, "seconds": seconds }));
    }
    say(format_args!(
        "{rows} rows moved and compared in {seconds:.1} s. Start the desk with DATABASE_URL set to that database and the \
         same data folder: it holds the key and the files. The old file is as it was; keep it until you are sure."
    ))
}

//! `demo`: a data set of any size.

use std::time::{Duration, Instant};

use chrono::DateTime;
use clap::Args;

use super::terminal::{note, say};
use crate::app;
use crate::config::{Config, Place, Settings, Storage};
use crate::db::types::UtcTime;
use crate::demo::{self, Size};
use crate::error::Result;

#[derive(Args)]
pub struct Demo {
    /// How many customers
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    customers: u64,
    /// How many conversations they have in all
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    conversations: u64,
    /// How many messages, with what the system notes: openings, closings, ratings
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    messages: u64,
    /// The same seed and sizes make the same rows
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The moment up to which the demo tells, as 2026-11-23T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    ending: Option<UtcTime>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    storage: Storage,
    /// Answer in JSON, and tell no progress
    #[arg(long)]
    json: bool,
}

fn parse_time(text: &str) -> Result<UtcTime, String> {
    DateTime::parse_from_rfc3339(text).map(|time| time.to_utc().into()).map_err(|e| e.to_string())
}

/// How often progress is told.
const EVERY: Duration = Duration::from_secs(2);

pub fn run(args: Demo) -> Result<()> {
    let size = Size {
        customers: args.customers,
        conversations: args.conversations,
        messages: args.messages,
        seed: args.seed,
        ends_at: args.ending.unwrap_or_else(UtcTime::now),
    };
    size.check()?;
    let config = Config::load(Settings { place: args.place, storage: args.storage, ..Settings::default() })?;
    // Tables are emptied and indexes put away below whoever works there: nobody does until the end.
    let (_sole, db) = app::open_alone(&config)?;
    let parts = actix_web::rt::System::new().block_on(async {
        // First: what cannot be loaded is given neither a key nor files.
        demo::require_loadable(&db).await?;
        let (secrets, files) = app::open_storage(&db, &config).await?;
        demo::prepare_large(&db, &files, &secrets).await
    })?;
    db.close();
    drop(db);
    let started = Instant::now();
    let (mut told, mut saying) = (Instant::now(), String::new());
    let mut progress = |what: &str, done: u64, of: u64| {
        let is_new = saying != what;
        if args.json || !(is_new || told.elapsed() >= EVERY) {
            return;
        }
        (told, saying) = (Instant::now(), what.to_owned());
        let count = if of == 0 { String::new() } else { format!(" {done} of {of}") };
        note(format_args!("{:>6.1} s  {what}{count}", started.elapsed().as_secs_f64()));
    };
    demo::fill_large(&config.database(), &size, &parts, &mut progress)?;
    let seconds = started.elapsed().as_secs_f64();
    if args.json {
        return say(serde_json::json!({ "seconds": seconds, "messages": size.messages }));
    }
    let rate = u128::from(size.messages) * 1000 / started.elapsed().as_millis().max(1);
    say(format_args!(
        "{} customers, {} conversations, {} messages in {seconds:.1} s ({rate} messages a second). Sign in as:",
        size.customers, size.conversations, size.messages
    ))?;
    demo::sign_ins().iter().try_for_each(|(email, password)| say(format_args!("  {email}  {password}")))
}

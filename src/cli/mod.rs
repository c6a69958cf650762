//! The command line: `serve`, `demo`, `staff`, `migrate`, `move`. Prints for people on a terminal and for programs with `--json`;
//! one clear line and a non-zero exit on failure.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is the part that talks to the terminal")]

mod demo;
mod moving;
mod serve;
mod staff;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Place, Settings};
use crate::error::Result;

/// Switchboard: a self-hosted customer desk in one binary.
#[derive(Parser)]
#[command(name = "switchboard", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the desk
    Serve(serve::Serve),
    /// Fill an empty database with a demo of any size, to try the desk or to measure it
    Demo(demo::Demo),
    /// Add, list, disable staff; give a new password
    Staff(staff::Staff),
    /// Bring the database up to date and exit
    Migrate(Migrate),
    /// Copy everything from the embedded SQLite to an empty PostgreSQL database, and compare it row by row
    Move(moving::Move),
}

#[derive(clap::Args)]
struct Migrate {
    #[command(flatten)]
    place: Place,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Reads the arguments, runs the command and turns its outcome into the exit code.
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(args) => serve::run(args),
        Command::Demo(args) => demo::run(args),
        Command::Staff(args) => staff::run(args),
        Command::Migrate(args) => migrate(args),
        Command::Move(args) => moving::run(args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("switchboard: {error}");
            ExitCode::FAILURE
        }
    }
}

fn migrate(args: Migrate) -> Result<()> {
    let config = Config::load(Settings { place: args.place, ..Settings::default() })?;
    config.make_data_folder()?;
    let ran = crate::db::migrate::run(&config.database())?;
    if args.json {
        println!("{}", serde_json::json!({ "ran": ran }));
    } else if ran.is_empty() {
        println!("The database is up to date.");
    } else {
        ran.iter().for_each(|name| println!("Ran {name}."));
    }
    Ok(())
}

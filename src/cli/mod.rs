//! The command line: `serve`, `demo`, `staff`, `migrate`, `move`. Prints for people on a terminal and for programs with `--json`;
//! one clear line and a non-zero exit on failure.

mod demo;
mod moving;
mod serve;
mod staff;
mod terminal;

use std::process::ExitCode;

use clap::builder::Resettable;
use clap::error::ErrorKind;
use clap::{Arg, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{Config, Place, Settings};
use crate::error::Result;
use terminal::{note, said, say};

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
    let json = std::env::args_os().any(|argument| argument == "--json");
    let asked = without_empty(Cli::command()).try_get_matches().and_then(|found| Cli::from_arg_matches(&found));
    let outcome = match asked {
        Ok(cli) => run(cli.command),
        Err(told) if matches!(told.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => said(told.print()),
        Err(wrong) => {
            fail(json, &usage(&wrong));
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            fail(json, &error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Serve(args) => serve::run(args),
        Command::Demo(args) => demo::run(args),
        Command::Staff(args) => staff::run(args),
        Command::Migrate(args) => migrate(args),
        Command::Move(args) => moving::run(args),
    }
}

/// A variable that is set to nothing, as files for containers leave it, is as good as none.
fn without_empty(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &Arg| arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
    let command = command.mut_args(|arg| if is_empty(&arg) { arg.env(Resettable::Reset) } else { arg });
    command.mut_subcommands(without_empty)
}

/// What is wrong with the arguments, in one line.
fn usage(wrong: &clap::Error) -> String {
    use ErrorKind::{DisplayHelpOnMissingArgumentOrSubcommand, MissingSubcommand};
    if matches!(wrong.kind(), DisplayHelpOnMissingArgumentOrSubcommand | MissingSubcommand) {
        return "a command is missing: --help lists them".into();
    }
    let told = wrong.to_string();
    let lines = told.lines().take_while(|line| !line.trim().is_empty());
    let line = lines.map(str::trim).collect::<Vec<_>>().join(" ");
    format!("{} (see --help)", line.strip_prefix("error: ").unwrap_or(&line))
}

fn fail(json: bool, why: &str) {
    if json {
        note(serde_json::json!({ "error": why }));
    } else {
        note(format_args!("switchboard: {why}"));
    }
}

fn migrate(args: Migrate) -> Result<()> {
    let config = Config::load(Settings { place: args.place, ..Settings::default() })?;
    let ran = crate::app::migrate(&config)?;
    if args.json {
        say(serde_json::json!({ "ran": ran }))
    } else if ran.is_empty() {
        say("The database is up to date.")
    } else {
        ran.iter().try_for_each(|name| say(format_args!("Ran {name}.")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The arguments of a command and of those below it of which its help says nothing.
    fn silent_about(command: &clap::Command) -> Vec<String> {
        let own = command.get_arguments().filter(|arg| arg.get_help().is_none());
        let own = own.map(|arg| format!("{}: {}", command.get_name(), arg.get_id()));
        own.chain(command.get_subcommands().flat_map(silent_about)).collect()
    }

    #[test]
    fn help_says_what_each_argument_is() {
        assert_eq!(silent_about(&Cli::command()), Vec::<String>::new());
    }
}

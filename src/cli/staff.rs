//! `staff add|list|disable|enable|reset-password`.

use std::io::Read;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use super::terminal::say;
use crate::app;
use crate::auth::Role;
use crate::config::{Address, Config, Place, Settings};
use crate::conversations;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::staff::{self, NewStaff};
use crate::web::forms::Errors;
use crate::web::i18n::Lang;

#[derive(Args)]
pub struct Staff {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    address: Address,
    /// Answer in JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Add a staff member; without --password-stdin a one-time link to set the password is printed
    Add {
        /// The e-mail that they sign in with
        email: String,
        /// What they may do
        #[arg(long, value_parser = roles())]
        role: Role,
        /// The name that colleagues and customers see [default: what stands before the @]
        #[arg(long)]
        name: Option<String>,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// List all staff
    List,
    /// Refuse a staff member's sign-in and end their sessions. Nobody takes over: their open conversations go back to the
    /// queue, their customers have no responsible any more
    Disable {
        /// The e-mail that they sign in with
        email: String,
    },
    /// Let a staff member who was disabled sign in again
    Enable {
        /// The e-mail that they sign in with
        email: String,
    },
    /// Give a staff member a one-time link to set a new password, ending their sessions
    ResetPassword {
        /// The e-mail that they sign in with
        email: String,
    },
}

/// The words for roles, which the help lists.
fn roles() -> impl TypedValueParser<Value = Role> {
    let words = PossibleValuesParser::new(Role::ALL.iter().map(Role::as_str));
    words.try_map(|word| Role::parse(&word).ok_or("no such role"))
}

pub fn run(args: Staff) -> Result<()> {
    let config = Config::load(Settings { place: args.place, address: args.address, ..Settings::default() })?;
    let base = config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
    let json = args.json;
    match args.command {
        Command::Add { email, role, name, password_stdin } => {
            // Checked before a database is made: nothing is left of what is refused.
            let name = name.unwrap_or_default();
            let new = NewStaff::parse(&email, &name, role).map_err(|errors| unfit(&email, &errors))?;
            let hash = if password_stdin { Some(staff::checked_hash(&read_password()?)?) } else { None };
            if !config.is_there() {
                make(&config, json)?;
            }
            on_database(&config, |db| add(db, &email, new, hash, &base, json))
        }
        Command::List => on_database(&config, |db| list(db, json)),
        Command::Disable { email } => on_database(&config, |db| {
            let was_enabled = db.write_blocking(move |tx| conversations::dismiss_from_command_line(tx, &email))?;
            let text = match was_enabled {
                true => "The staff member cannot sign in any more.",
                false => "The staff member was disabled already; what they still had is nobody's now.",
            };
            answer(json, serde_json::json!({ "disabled": true }), text)
        }),
        Command::Enable { email } => on_database(&config, |db| {
            let was_disabled = db.write_blocking(move |tx| staff::enable_from_command_line(tx, &email))?;
            let text = match was_disabled {
                true => "The staff member can sign in again.",
                false => "The staff member was enabled already.",
            };
            answer(json, serde_json::json!({ "enabled": true }), text)
        }),
        Command::ResetPassword { email } => on_database(&config, |db| {
            let token = db.write_blocking(move |tx| staff::reset_from_command_line(tx, &email))?;
            let link = format!("{base}/welcome/{token}");
            let text = format!("The link works once, for 24 hours:\n  {link}");
            answer(json, serde_json::json!({ "link": link }), &text)
        }),
    }
}

/// Makes the database of whoever adds its first staff, and says so: the folder may be mistyped.
fn make(config: &Config, json: bool) -> Result<()> {
    app::migrate(config)?;
    if json { Ok(()) } else { say(format_args!("A new database was made: {}", config.database())) }
}

/// Does `work` on a database that is there. Running desks are told of it, also where its answer could not be printed.
fn on_database(config: &Config, work: impl FnOnce(&Db) -> Result<()>) -> Result<()> {
    if !config.is_there() {
        return Err(Error::Internal(format!("there is no database {}", config.database())));
    }
    let db = app::open(config)?;
    let done = work(&db);
    db.close();
    done
}

fn add(db: &Db, email: &str, new: NewStaff, hash: Option<String>, base: &str, json: bool) -> Result<()> {
    let token = db.write_blocking(move |tx| staff::add_from_command_line(tx, &new, hash.as_deref()))?;
    let link = token.map(|token| format!("{base}/welcome/{token}"));
    let text = link.as_deref().map_or_else(
        || "Added.".to_owned(),
        |link| format!("Added. The link to set the password works once, for 24 hours:\n  {link}"),
    );
    answer(json, serde_json::json!({ "added": email, "link": link }), &text)
}

/// What does not fit, of which field.
fn unfit(email: &str, errors: &Errors) -> Error {
    Error::Internal(match errors.first() {
        Some((field, said)) if field != "email" => format!("--{field}: {}", Lang::En.say(said)),
        _ => format!("“{email}” is not an e-mail address"),
    })
}

fn list(db: &Db, json: bool) -> Result<()> {
    let all = db.read_blocking(staff::list)?;
    if json {
        let rows: Vec<_> = all
            .iter()
            .map(|s| serde_json::json!({ "id": s.id.0, "email": s.email, "name": s.name, "role": s.role, "disabled": s.disabled_at.is_some() }))
            .collect();
        return say(serde_json::Value::from(rows));
    }
    if all.is_empty() {
        return say("There is no staff yet: add somebody with `switchboard staff add`.");
    }
    all.iter().try_for_each(|s| {
        let state = if s.disabled_at.is_some() { "disabled" } else { "" };
        say(format_args!("{:<40} {:<12} {:<30} {state}", s.email, s.role.as_str(), s.name))
    })
}

fn read_password() -> Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|e| Error::Internal(format!("standard input: {e}")))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Says what was done. Where that cannot be said, it is done all the same.
fn answer(json: bool, value: serde_json::Value, text: &str) -> Result<()> {
    let told = if json { say(value) } else { say(text) };
    told.map_err(|error| Error::Internal(format!("it is done, but cannot be told: {error}")))
}

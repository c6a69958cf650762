//! A believable business. `serve --demo` fills an empty database with a small one for a first look, once; `demo` makes
//! one of any size (`bulk`).
//!
//! Everything in the small one is decided by the place in a list, so each is the same but for its dates, which end now.

mod bulk;
mod dialogues;
mod episode;
mod fill;
mod letters;
mod people;
mod stage;
mod store;

use crate::auth::passwords;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::files::{self, Files};
use crate::secrets::{Secrets, random_token};
pub use bulk::{Parts, Size};
use store::Holds;

/// The password of everybody in the demo.
pub const PASSWORD: &str = "demo-password";

/// The public key of the demo's web chat.
pub const WEB_CHAT_KEY: &str = "northwind";

const PICTURE: &[u8] = include_bytes!("parcel.png");
const INVOICE: &[u8] = include_bytes!("invoice.pdf");
const LETTER: &[u8] = include_bytes!("letter.html");

/// E-mail and password of everybody who can sign in.
pub fn sign_ins() -> Vec<(&'static str, &'static str)> {
    people::STAFF.iter().map(|(email, _, _)| (*email, PASSWORD)).collect()
}

/// Fills an empty database. A database that holds the demo stays as it is; one with real data is refused.
pub async fn fill(db: &Db, files: &Files, secrets: &Secrets) -> Result<()> {
    match db.read(store::holds).await? {
        Holds::Demo => return Ok(()),
        Holds::RealData => return Err(real_data()),
        Holds::Unfinished => return Err(unfinished()),
        Holds::Nothing => {}
    }
    let contents = fill::Contents {
        picture: files::actions::keep_bytes(db, files, "courier-card.png", PICTURE).await?,
        invoice: files::actions::keep_bytes(db, files, "invoice-18342.pdf", INVOICE).await?,
        letter: files::actions::keep_bytes(db, files, "mail.html", LETTER).await?,
    };
    let hash = passwords::hash(PASSWORD)?;
    let sealed = secrets.seal(&random_token())?;
    db.write(move |tx| fill::everything(tx, &hash, &sealed, &contents)).await
}

/// Refuses a database with real data, before anything is begun on it.
pub async fn require_fillable(db: &Db) -> Result<()> {
    if db.read(store::holds).await? == Holds::RealData { Err(real_data()) } else { Ok(()) }
}

fn real_data() -> Error {
    Error::Internal("this database holds real data; --demo fills only an empty one".into())
}

fn unfinished() -> Error {
    let text =
        "this database holds a demo whose load was interrupted; run `switchboard demo` again, or remove the database";
    Error::Internal(text.into())
}

/// Refuses a database where the load of a large demo was interrupted.
pub async fn require_finished(db: &Db) -> Result<()> {
    if db.read(store::holds).await? == Holds::Unfinished { Err(unfinished()) } else { Ok(()) }
}

/// Refuses a database that holds anything but an interrupted load.
pub async fn require_loadable(db: &Db) -> Result<()> {
    let why = match db.read(store::holds).await? {
        Holds::Nothing | Holds::Unfinished => return Ok(()),
        Holds::Demo => "this database holds a demo already; remove it first",
        Holds::RealData => "this database holds real data; a demo fills only an empty one",
    };
    Err(Error::Internal(why.into()))
}

/// Makes ready for [`fill_large`]: refuses what cannot be loaded, and stores the files.
pub async fn prepare_large(db: &Db, files: &Files, secrets: &Secrets) -> Result<Parts> {
    require_loadable(db).await?;
    Ok(Parts {
        hash: passwords::hash(PASSWORD)?,
        sealed: secrets.seal(&random_token())?,
        picture: files::actions::keep_bytes(db, files, "courier-card.png", PICTURE).await?,
        invoice: files::actions::keep_bytes(db, files, "invoice-18342.pdf", INVOICE).await?,
    })
}

/// Loads a large demo. Nobody else may have the database open.
pub fn fill_large(url: &str, size: &Size, parts: &Parts, progress: &mut dyn FnMut(&str, u64, u64)) -> Result<()> {
    bulk::fill(url, size, parts, progress)
}

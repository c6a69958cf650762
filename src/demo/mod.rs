//! A small believable business for a first look: `serve --demo` fills an empty database with it, once.
//!
//! Everything is decided by the place in a list, so each demo is the same but for its dates, which end now.

mod dialogues;
mod episode;
mod fill;
mod people;
mod stage;
mod store;

use crate::auth::passwords;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::files::{self, Files};
use crate::secrets::{Secrets, random_token};
use store::Holds;

/// The password of everybody in the demo.
pub const PASSWORD: &str = "demo-password";

/// The public key of the demo's web chat.
pub const WEB_CHAT_KEY: &str = "northwind";

const PICTURE: &[u8] = include_bytes!("parcel.png");
const INVOICE: &[u8] = include_bytes!("invoice.pdf");

/// E-mail and password of everybody who can sign in.
pub fn sign_ins() -> Vec<(&'static str, &'static str)> {
    people::STAFF.iter().map(|(email, _, _)| (*email, PASSWORD)).collect()
}

/// Fills an empty database. A database that holds the demo stays as it is; one with real data is refused.
pub async fn fill(db: &Db, files: &Files, secrets: &Secrets) -> Result<()> {
    match db.read(store::holds).await? {
        Holds::Demo => return Ok(()),
        Holds::RealData => {
            return Err(Error::Internal("this database holds real data; --demo fills only an empty one".into()));
        }
        Holds::Nothing => {}
    }
    let picture = files::actions::keep_bytes(db, files, "courier-card.png", PICTURE).await?;
    let invoice = files::actions::keep_bytes(db, files, "invoice-18342.pdf", INVOICE).await?;
    let hash = passwords::hash(PASSWORD)?;
    let sealed = secrets.seal(&random_token())?;
    db.write(move |tx| fill::everything(tx, &hash, &sealed, &picture, &invoice)).await
}

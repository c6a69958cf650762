//! Secrets that a provider replaces by itself: a refresh token may end as soon as its answer has brought the next one.

use super::link::{Link, pack, unpack};
use super::store;
use crate::db::types::ChannelId;
use crate::db::{Db, Tx, dialect};
use crate::error::Result;
use crate::secrets::Secrets;

/// One at a time changes a channel's secrets.
pub fn hold_secrets(tx: &mut Tx, id: ChannelId) -> Result<()> {
    dialect::hold_words(tx, [format!("secrets of channel {id}")])?;
    Ok(())
}

/// Stores what the provider has given during the calls of this link. What an admin has typed meanwhile stays.
pub async fn keep_renewed(db: &Db, secrets: &Secrets, link: &Link) -> Result<()> {
    if link.renewed().is_empty() {
        return Ok(());
    }
    let (secrets, link) = (secrets.clone(), link.clone());
    db.write(move |tx| keep(tx, &secrets, &link)).await
}

fn keep(tx: &mut Tx, secrets: &Secrets, link: &Link) -> Result<()> {
    hold_secrets(tx, link.channel)?;
    let channel = store::find_now(tx, link.channel)?;
    let Some(sealed) = &channel.secret else { return Ok(()) };
    let mut known = unpack(&secrets.open(sealed)?);
    let mut is_news = false;
    for (name, secret) in link.renewed() {
        if known.get(&name).is_some_and(|now| now == link.secret(&name) && *now != secret) {
            known.insert(name, secret);
            is_news = true;
        }
    }
    if is_news { store::set_secret(tx, link.channel, &secrets.seal(&pack(&known)?)?) } else { Ok(()) }
}

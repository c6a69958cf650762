//! Rows of channels and of the tokens of app channels.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as Sql};

use super::model::{ApiToken, Channel, NewChannel};
use crate::db::schema::{api_tokens, channel_accounts, channels};
use crate::db::sql::Limited;
use crate::db::types::{ChannelId, StaffId, UtcTime};
use crate::db::{Conn, Db, Tx, kept};
use crate::error::Result;

/// The channel, but for how it is doing: that may be some seconds old ([`find_now`]).
pub fn find(conn: &mut Conn, id: ChannelId) -> Result<Channel> {
    let found = kept::settled(format!("channel {id}"), || find_now(conn, id));
    Ok(Channel::clone(&*found?))
}

/// The channel with how it is doing now.
pub fn find_now(conn: &mut Conn, id: ChannelId) -> Result<Channel> {
    Ok(channels::table.find(id).select(Channel::as_select()).one(conn)?)
}

/// The channel behind a public address, enabled or not. Each call of a visitor or provider asks for it, and it hardly ever
/// changes: mostly no thread has to be woken for it.
pub async fn find_by_public_key(db: &Db, key: &str) -> Result<Channel> {
    // Not under the words of `find`: a key that is a number would be the channel of that number, which anybody can guess.
    let (kept, key) = (format!("channel with the key {key}"), key.to_owned());
    let found = match db.kept::<Channel>(&kept) {
        Some(found) => found,
        None => {
            let with_key = move |conn: &mut Conn| {
                channels::table.filter(channels::public_key.eq(&key)).select(Channel::as_select()).one(conn)
            };
            db.read(move |conn| Ok(kept::settled(kept, || with_key(conn))?)).await?
        }
    };
    Ok(Channel::clone(&found))
}

/// All, oldest first, but for how they are doing ([`list_now`]).
pub fn list(conn: &mut Conn) -> Result<Vec<Channel>> {
    Ok(kept::settled("channels".into(), || list_now(conn))?.to_vec())
}

/// All, oldest first, with how they are doing now.
pub fn list_now(conn: &mut Conn) -> Result<Vec<Channel>> {
    Ok(channels::table.select(Channel::as_select()).order(channels::id).load(conn)?)
}

/// Those that work now, oldest first.
pub fn enabled(conn: &mut Conn) -> Result<Vec<Channel>> {
    let mut all = list(conn)?;
    all.retain(|channel| channel.enabled);
    Ok(all)
}

/// Names by number, for lists that show where.
pub fn names(conn: &mut Conn, ids: &[ChannelId]) -> Result<HashMap<ChannelId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let all = list(conn)?.into_iter().filter(|channel| ids.contains(&channel.id));
    Ok(all.map(|channel| (channel.id, channel.name)).collect())
}

pub fn insert(tx: &mut Tx, new: &NewChannel) -> Result<ChannelId> {
    let id = diesel::insert_into(channels::table)
        .values((
            channels::kind.eq(new.kind),
            channels::name.eq(&new.name),
            channels::public_key.eq(&new.public_key),
            channels::enabled.eq(true),
            channels::secret.eq(new.secret.as_deref()),
            channels::settings.eq(&new.settings),
            channels::created_at.eq(UtcTime::now()),
        ))
        .returning(channels::id)
        .get_result(&mut **tx)?;
    Ok(id)
}

pub fn rename(tx: &mut Tx, id: ChannelId, name: &str) -> Result<()> {
    diesel::update(channels::table.find(id)).set(channels::name.eq(name)).execute(&mut **tx)?;
    Ok(())
}

pub fn set_enabled(tx: &mut Tx, id: ChannelId, enabled: bool) -> Result<()> {
    diesel::update(channels::table.find(id)).set(channels::enabled.eq(enabled)).execute(&mut **tx)?;
    Ok(())
}

/// Stores a sealed secret.
pub fn set_secret(tx: &mut Tx, id: ChannelId, sealed: &str) -> Result<()> {
    diesel::update(channels::table.find(id)).set(channels::secret.eq(sealed)).execute(&mut **tx)?;
    Ok(())
}

/// Stores the kind's settings, as JSON.
pub fn set_settings(tx: &mut Tx, id: ChannelId, json: &str) -> Result<()> {
    diesel::update(channels::table.find(id)).set(channels::settings.eq(json)).execute(&mut **tx)?;
    Ok(())
}

/// Something came or went well.
pub fn note_success(tx: &mut Tx, id: ChannelId, at: UtcTime) -> Result<()> {
    diesel::update(channels::table.find(id)).set(channels::last_success_at.eq(at)).execute(&mut **tx)?;
    Ok(())
}

/// Something failed, in the other side's words.
pub fn note_failure(tx: &mut Tx, id: ChannelId, at: UtcTime, why: &str) -> Result<()> {
    diesel::update(channels::table.find(id))
        .set((channels::last_error_at.eq(at), channels::last_error.eq(why)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Whether anybody has come or been written to through it: such a channel can be paused, never removed.
pub fn in_use(conn: &mut Conn, id: ChannelId) -> Result<bool> {
    let known = channel_accounts::table.filter(channel_accounts::channel_id.eq(id)).select(channel_accounts::id);
    Ok(known.one::<i64>(conn).optional()?.is_some())
}

/// Removes a channel that nobody has used. False: a conversation or message still names it, and the transaction is to
/// be given up.
pub fn delete(tx: &mut Tx, id: ChannelId) -> Result<bool> {
    match diesel::delete(channels::table.find(id)).execute(&mut **tx) {
        Ok(_) => Ok(true),
        Err(Sql::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => Ok(false),
        Err(other) => Err(other.into()),
    }
}

/// The tokens of an app channel that still work, oldest first.
pub fn tokens(conn: &mut Conn, channel: ChannelId) -> Result<Vec<ApiToken>> {
    Ok(api_tokens::table
        .filter(api_tokens::channel_id.eq(channel).and(api_tokens::revoked_at.is_null()))
        .select(ApiToken::as_select())
        .order(api_tokens::id)
        .load(conn)?)
}

/// The tokens of all app channels that still work, each with its channel: channel by channel, oldest first.
pub fn all_tokens(conn: &mut Conn) -> Result<Vec<(ApiToken, Channel)>> {
    Ok(api_tokens::table
        .inner_join(channels::table)
        .filter(api_tokens::revoked_at.is_null())
        .select((ApiToken::as_select(), Channel::as_select()))
        .order((channels::id, api_tokens::id))
        .load(conn)?)
}

/// Stores a token by its hash (`auth::sessions::hash_key`).
pub fn insert_token(tx: &mut Tx, channel: ChannelId, name: &str, hash: &str, by: StaffId) -> Result<()> {
    diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::channel_id.eq(channel),
            api_tokens::name.eq(name),
            api_tokens::token_hash.eq(hash),
            api_tokens::created_by_id.eq(by),
            api_tokens::created_at.eq(UtcTime::now()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The token of this hash and its channel, if the token works. The channel may be on pause.
pub fn by_token(conn: &mut Conn, hash: &str) -> Result<Option<(ApiToken, Channel)>> {
    Ok(api_tokens::table
        .inner_join(channels::table)
        .filter(api_tokens::token_hash.eq(hash).and(api_tokens::revoked_at.is_null()))
        .select((ApiToken::as_select(), Channel::as_select()))
        .one(conn)
        .optional()?)
}

/// Notes the last use; callers do so once a minute at most.
pub fn note_token_used(tx: &mut Tx, id: i64, at: UtcTime) -> Result<()> {
    diesel::update(api_tokens::table.find(id)).set(api_tokens::last_used_at.eq(at)).execute(&mut **tx)?;
    Ok(())
}

/// Ends a token of this channel; false if there is no such token.
pub fn revoke_token(tx: &mut Tx, channel: ChannelId, id: i64, at: UtcTime) -> Result<bool> {
    let own = api_tokens::table
        .filter(api_tokens::id.eq(id).and(api_tokens::channel_id.eq(channel)).and(api_tokens::revoked_at.is_null()));
    Ok(diesel::update(own).set(api_tokens::revoked_at.eq(at)).execute(&mut **tx)? > 0)
}

//! What the web chat reads by itself.

use diesel::prelude::*;

use crate::channels::{self, Channel, ChannelKind};
use crate::db::schema::channels as rows;
use crate::db::sql::Limited;
use crate::db::{Conn, Db};
use crate::error::{Error, Result};

/// The web chat of this key, if it is switched on.
pub async fn open_channel(db: &Db, key: &str) -> Result<Channel> {
    let found = channels::find_by_public_key(db, key).await?;
    if found.enabled && found.kind == ChannelKind::WebChat { Ok(found) } else { Err(Error::NotFound) }
}

/// The key of the first web chat that is switched on: for the sample site.
pub fn any_key(conn: &mut Conn) -> Result<Option<String>> {
    Ok(rows::table
        .filter(rows::kind.eq(ChannelKind::WebChat).and(rows::enabled))
        .order(rows::id)
        .select(rows::public_key)
        .one(conn)
        .optional()?)
}

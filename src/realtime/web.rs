//! The event stream of a signed-in page.

use std::time::Duration;

use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::{Topic, sse};
use crate::auth::{self, Operator, Role};
use crate::db::Db;
use crate::db::types::{CustomerId, StaffId, UtcTime};
use crate::error::Result;

/// How often an open page says that somebody is there.
const SEEN_EVERY: Duration = Duration::from_secs(45);

#[derive(Deserialize)]
pub struct Follows {
    /// The customer that the page shows.
    customer: Option<CustomerId>,
}

/// `GET /live`: `inbox`, `chat`, `counts`, `presence`, `blacklist`, `exports` and `sync`, without any content.
pub async fn live(by: Operator, req: HttpRequest, db: Data<Db>, follows: Query<Follows>) -> Result<HttpResponse> {
    let (me, oversees) = (by.id(), by.me().role >= Role::Supervisor);
    let shown = follows.customer;
    if let Some(id) = shown {
        let scope = by.scope();
        db.read(move |conn| crate::customers::require_visible(conn, &scope, id)).await?;
    }
    let names = move |topic: &Topic| match topic {
        Topic::Customer(id) if Some(*id) == shown => Some("chat"),
        Topic::Inbox => Some("inbox"),
        Topic::Staff(id) if *id == me => Some("counts"),
        Topic::Blacklist => Some("blacklist"),
        Topic::Exports if oversees => Some("exports"),
        Topic::Seen(id, who, _) if Some(*id) == shown && *who != me => Some("presence"),
        Topic::CustomerTyping(id, _) if Some(*id) == shown => Some("presence"),
        _ => None,
    };
    let changes = db.subscribe();
    Ok(sse::stream_beside(&req, changes, names, stay_seen(db, me)))
}

/// Says again and again that the page is open. The request that opened it has said so for the beginning.
async fn stay_seen(db: Data<Db>, id: StaffId) {
    loop {
        tokio::time::sleep(SEEN_EVERY).await;
        let noted = db.write(move |tx| {
            tx.concerns_nothing_kept();
            Ok(auth::store::note_seen(tx, id, UtcTime::now())?)
        });
        if let Err(error) = noted.await {
            tracing::warn!(%error, "an open page was not noted");
        }
    }
}

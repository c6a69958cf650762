//! What has been said in a conversation so far, as the bot needs to know it before its turn.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::db::Conn;
use crate::db::sql::Sql;
use crate::db::types::{ConversationId, UtcTime};
use crate::error::Result;
use crate::messages::model::Event;

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    event: String,
}

/// Whether the conversation has come to whoever has it automatically, and not by somebody's hand.
pub fn was_given_last(conn: &mut Conn, id: ConversationId) -> Result<bool> {
    let told: Vec<Told> = Sql::new(
        "SELECT event FROM messages WHERE conversation_id = $1 AND kind = 'system' AND event IS NOT NULL \
         ORDER BY id DESC LIMIT 50",
    )
    .bind(id.0)
    .load(conn)?;
    let mut events = told.iter().filter_map(|told| serde_json::from_str(&told.event).ok());
    let came = events.find(|event| {
        use Event::{Distributed, HandedOver, Taken, Transferred};
        matches!(event, Distributed { .. } | Taken { .. } | Transferred { .. } | HandedOver { .. })
    });
    Ok(matches!(came, Some(Event::Distributed { .. })))
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many messages of the conversation are the bot's since then; no more than `limit` are counted.
pub fn by_bot(conn: &mut Conn, id: ConversationId, since: UtcTime, limit: i64) -> Result<i64> {
    let text = format!(
        "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM messages WHERE conversation_id = $1 AND kind = 'bot' \
         AND created_at > $2 LIMIT {limit}) AS said"
    );
    Ok(Sql::new(text).bind(id.0).bind(since).get_result::<Count>(conn)?.n)
}

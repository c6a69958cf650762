//! What customers say of a conversation that is over.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use diesel::prelude::*;

use crate::conversations::model::Conversation;
use crate::db::schema::{conversations, reported_days};
use crate::db::sql::{Limited, Sql};
use crate::db::types::UtcTime;
use crate::db::{Tx, dialect};
use crate::error::Result;
use crate::web::times::Clock;

pub fn rate(tx: &mut Tx, conversation: &Conversation, stars: i32, comment: &str) -> Result<()> {
    if conversation.rating.is_some() {
        take_back(tx, conversation)?;
    }
    diesel::update(conversations::table.find(conversation.id))
        .set((
            conversations::rating.eq(stars),
            conversations::rating_comment.eq(comment),
            conversations::rated_at.eq(UtcTime::now()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Takes the rating before out of the day for which reports have counted it: the last one counts, on its own day. The day is
/// not counted anew: customers who were deleted since stay in it.
fn take_back(tx: &mut Tx, conversation: &Conversation) -> Result<()> {
    dialect::hold_words(tx, ["counting days for reports".to_owned()])?;
    // As it is now: two may change it at the same moment.
    let before = conversations::table.find(conversation.id).select((conversations::rating, conversations::rated_at));
    let (Some(stars), Some(at)): (Option<i32>, Option<UtcTime>) = before.one(tx)? else { return Ok(()) };
    let zone: Option<String> = reported_days::table.select(reported_days::time_zone).one(tx).optional()?;
    let Some(zone) = zone.and_then(|zone| zone.parse::<Tz>().ok()) else { return Ok(()) };
    let date = Clock { now: at, zone }.today();
    let day = (date - NaiveDate::default()).num_days();
    let monday = day - i64::from(date.weekday().num_days_from_monday());
    // All channels together are 0 there, everybody is -1 and nobody 0.
    let counted = "UPDATE report_days SET rated = rated - 1, stars = stars - $1 \
         WHERE ((days = 1 AND day = $2) OR (days = 7 AND day = $3)) AND channel_id IN (0, $4) \
         AND operator_id IN (-1, $5) AND rated > 0";
    let assignee = conversation.assignee_id.map_or(0, |id| id.0);
    let counted = Sql::new(counted).bind(i64::from(stars)).bind(day).bind(monday);
    counted.bind(conversation.channel_id.0).bind(assignee).execute(&mut **tx)?;
    Ok(())
}

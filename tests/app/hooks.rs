//! What providers tell, between its coming and its reading: in what portions it is read.

use crate::support::eventually;
use crate::support::telegram::{Telegram, desk};

/// Events that wait are read in portions of a few megabytes, large ones alone: fifty mails with their files together would
/// be more than a small machine has.
#[actix_web::test]
async fn large_events_are_read_one_by_one() {
    const MB: usize = 1024 * 1024;
    let telegram = Telegram::start().await;
    let (app, channel) = desk(&telegram).await;
    app.execute("UPDATE channels SET enabled = FALSE");
    for (n, size) in [5 * MB, 5 * MB, 9 * MB, 1, 1, 1].into_iter().enumerate() {
        let (before, after) = (format!(r#"{{"update_id":{n},"padding":""#), r#""}"#);
        let body = match app.is_sqlite() {
            true => format!("CAST('{before}' || replace(hex(zeroblob({size})), '00', 'x') || '{after}' AS BLOB)"),
            false => format!("convert_to('{before}' || repeat('x', {size}) || '{after}', 'UTF8')"),
        };
        app.execute(&format!(
            "INSERT INTO hook_events (channel_id, dedupe_key, body, received_at, not_before) \
             VALUES ({channel}, 'large {n}', {body}, '2026-01-05 09:00:00', '2026-01-05 09:00:00')"
        ));
    }
    app.execute("UPDATE channels SET enabled = TRUE");
    let unread = "SELECT count(*) FROM hook_events WHERE read_at IS NULL";
    eventually("all is read", async || (app.number(unread) == 0).then_some(())).await;
    assert_eq!(app.number("SELECT count(*) FROM hook_events WHERE error IS NOT NULL OR length(body) > 0"), 0);
    // Each portion is written at one moment.
    let portions = "SELECT count(DISTINCT read_at) FROM hook_events";
    assert_eq!(app.number(portions), 4, "the three large ones, and the small ones together");
}

//! Who is there: an open page tells.

use std::time::{Duration, Instant};

use crate::support::{OPERATOR, SECOND_OPERATOR, spawn_app};

/// Longer than an open page waits between two signs of life, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);
const LONG_AGO: &str = "2026-01-05 09:00:00";

/// An open page says again and again that somebody is there, whatever else they do or leave; with the page this ends.
#[actix_web::test]
async fn an_open_page_is_a_sign_of_life() {
    let app = spawn_app().await;
    let (leaves, stays) = (app.sign_in(SECOND_OPERATOR).await, app.sign_in(OPERATOR).await);
    let (mut left, mut open) = (leaves.events("/live").await, stays.events("/live").await);
    left.until("sync").await;
    open.until("sync").await;
    drop(left);
    app.execute(&format!("UPDATE staff SET seen_at = '{LONG_AGO}'"));
    let is_seen = |email: &str| {
        let seen = app.text(&format!("SELECT CAST(seen_at AS TEXT) FROM staff WHERE email = '{email}'"));
        !seen.expect("a moment").starts_with(LONG_AGO)
    };
    let since = Instant::now();
    while !is_seen(OPERATOR) {
        assert!(since.elapsed() < PATIENCE, "no sign of life");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    // The other page was opened first, and would have said so by now.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!is_seen(SECOND_OPERATOR), "a page that was closed");
    // The one that is open has heard that the desk is there and of nothing else, and is open still.
    assert_eq!(open.within(Duration::from_millis(100)).await, None);
}

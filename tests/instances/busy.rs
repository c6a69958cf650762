//! A desk that has more to do than it can do at once says so and when to come back, and whoever asked comes back.

use std::time::{Duration, Instant};

use reqwest::{RequestBuilder, Response};

use crate::support::Page;

/// Longer than any desk is busy.
const LIMIT: Duration = Duration::from_secs(30);

/// Sends a request, and sends it again for as long as the desk is busy. What goes wrong on the way is told at once.
pub async fn sent(request: impl Fn() -> RequestBuilder) -> reqwest::Result<Response> {
    let since = Instant::now();
    loop {
        let answer = request().send().await?;
        // What stands before the desk says 503 too, but not when to come back.
        if answer.status().as_u16() != 503 || !answer.headers().contains_key("retry-after") {
            return Ok(answer);
        }
        rest(since).await;
    }
}

/// The same of a whole answer.
pub async fn answered(ask: impl AsyncFn() -> Page) -> Page {
    let since = Instant::now();
    loop {
        let page = ask().await;
        if page.status != 503 || page.header("retry-after").is_empty() {
            return page;
        }
        rest(since).await;
    }
}

async fn rest(since: Instant) {
    assert!(since.elapsed() < LIMIT, "busy for {LIMIT:?}");
    tokio::time::sleep(Duration::from_millis(100)).await;
}

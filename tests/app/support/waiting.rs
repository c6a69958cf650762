//! Waiting for what happens in its own time.

use std::time::{Duration, Instant};

/// How long anything is waited for: much longer than it takes on a busy machine. Where it has to come sooner, a test says so.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Asks again until there is an answer; fails after a minute.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(since.elapsed() < LIMIT, "waited a minute for: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

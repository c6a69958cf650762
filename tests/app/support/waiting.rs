//! Waiting for what happens in its own time.

use std::time::{Duration, Instant};

/// Asks again until there is an answer; fails after ten seconds.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(since.elapsed() < Duration::from_secs(10), "waited ten seconds for: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

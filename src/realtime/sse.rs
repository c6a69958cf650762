//! An event stream that cannot miss a change: subscribed first, then told to look at everything once.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpResponse, Responder};
use actix_web_lab::sse;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::Topic;

/// Events that wait for a reader who is slow; one who falls further behind is dropped and comes back.
const WAITING: usize = 64;
/// A reader who takes nothing for this long is gone.
const STUCK: Duration = Duration::from_secs(30);
/// The same event is told at most this often: a burst of changes is one look.
const PACE: Duration = Duration::from_millis(150);

/// The name under which a page hears of a topic, if it does.
pub trait Names: Send + 'static {
    fn name(&self, topic: &Topic) -> Option<&'static str>;
}

impl<F: Fn(&Topic) -> Option<&'static str> + Send + 'static> Names for F {
    fn name(&self, topic: &Topic) -> Option<&'static str> {
        self(topic)
    }
}

/// The stream of what `names` lets through. `sync` says: look at everything.
pub fn stream(req: &actix_web::HttpRequest, changes: Receiver<Topic>, names: impl Names) -> HttpResponse {
    let (to, from) = mpsc::channel(WAITING);
    actix_web::rt::spawn(follow(changes, names, to));
    let events = sse::Sse::from_infallible_receiver(from)
        .with_keep_alive(Duration::from_secs(15))
        .with_retry_duration(Duration::from_secs(1));
    let mut answer = events.respond_to(req).map_into_boxed_body();
    let headers = answer.headers_mut();
    // Proxies must not collect the events, nor may our own compression.
    headers.insert(header::HeaderName::from_static("x-accel-buffering"), header::HeaderValue::from_static("no"));
    headers.insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("identity"));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    answer
}

async fn follow(mut changes: Receiver<Topic>, names: impl Names, to: mpsc::Sender<sse::Event>) {
    if !tell(&to, "sync").await {
        return;
    }
    // Names that wait for their pace, and when each was told last.
    let mut waiting: Vec<&'static str> = vec![];
    let mut told: Vec<(&'static str, Instant)> = vec![];
    loop {
        let next = if waiting.is_empty() {
            tokio::select! {
                change = changes.recv() => Some(change),
                () = to.closed() => return,
            }
        } else {
            timeout(PACE, changes.recv()).await.ok()
        };
        match next {
            Some(Ok(Topic::Stopping)) | Some(Err(RecvError::Closed)) => return,
            Some(Ok(Topic::Everything)) | Some(Err(RecvError::Lagged(_))) => note(&mut waiting, "sync"),
            Some(Ok(topic)) => {
                if let Some(name) = names.name(&topic) {
                    note(&mut waiting, name);
                }
            }
            None => {}
        }
        let now = Instant::now();
        let due = |name: &str| told.iter().all(|(other, at)| *other != name || now.duration_since(*at) >= PACE);
        let (ready, later): (Vec<_>, Vec<_>) = waiting.drain(..).partition(|name| due(name));
        waiting = later;
        for name in ready {
            if !tell(&to, name).await {
                return;
            }
            told.retain(|(other, _)| *other != name);
            told.push((name, now));
        }
    }
}

fn note(waiting: &mut Vec<&'static str>, name: &'static str) {
    if !waiting.contains(&name) {
        waiting.push(name);
    }
}

/// False once the reader has gone or is stuck.
async fn tell(to: &mpsc::Sender<sse::Event>, name: &'static str) -> bool {
    let event = sse::Event::Data(sse::Data::new("").event(name));
    matches!(timeout(STUCK, to.send(event)).await, Ok(Ok(())))
}

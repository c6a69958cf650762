//! An event stream that cannot miss a change: subscribed first, then told to look at everything once.

use std::time::Duration;

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder};
use actix_web_lab::sse;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::{Changes, Topic};
use crate::measures::{Measures, Open};

/// Events that wait for a reader who is slow; one who falls further behind is dropped and comes back.
const WAITING: usize = 64;
/// A reader who takes nothing for this long is gone.
const STUCK: Duration = Duration::from_secs(30);
/// How often a reader hears something at least, as an event: browsers show scripts no comments, and a way that keeps the
/// connection and passes nothing is told by silence alone.
const BEAT: Duration = Duration::from_secs(15);
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
pub fn stream(req: &actix_web::HttpRequest, changes: Changes, names: impl Names) -> HttpResponse {
    stream_beside(req, changes, names, std::future::pending())
}

/// The same with something that goes on for as long as the stream is open.
pub fn stream_beside(
    req: &actix_web::HttpRequest,
    changes: Changes,
    names: impl Names,
    beside: impl Future<Output = ()> + 'static,
) -> HttpResponse {
    let (to, from) = mpsc::channel(WAITING);
    let counted = req.app_data::<Data<Measures>>().map(|measures| Open::new(&measures.streams));
    actix_web::rt::spawn(async move {
        let _counted = counted;
        tokio::select! {
            () = follow(changes, names, Reader { to, patience: STUCK }) => {}
            () = beside => {}
        }
    });
    let events = sse::Sse::from_infallible_receiver(from).with_retry_duration(Duration::from_secs(1));
    let mut answer = events.respond_to(req).map_into_boxed_body();
    let headers = answer.headers_mut();
    // Proxies must not collect the events, nor may our own compression.
    headers.insert(header::HeaderName::from_static("x-accel-buffering"), header::HeaderValue::from_static("no"));
    headers.insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("identity"));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    answer
}

async fn follow(mut changes: Changes, names: impl Names, reader: Reader) {
    if !reader.tell("sync").await {
        return;
    }
    // Names that wait for their pace, and when each was told last.
    let mut waiting: Vec<&'static str> = vec![];
    let mut told: Vec<(&'static str, Instant)> = vec![];
    let mut beat = tokio::time::interval_at(Instant::now() + BEAT, BEAT);
    loop {
        let next = if waiting.is_empty() {
            tokio::select! {
                change = changes.recv() => Some(change),
                _ = beat.tick() => {
                    note(&mut waiting, "beat");
                    None
                }
                () = reader.to.closed() => return,
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
            if !reader.tell(name).await {
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

/// Whoever reads the stream.
struct Reader {
    to: mpsc::Sender<sse::Event>,
    /// How long they may take nothing while events wait.
    patience: Duration,
}

impl Reader {
    /// False once the reader has gone or is stuck.
    async fn tell(&self, name: &'static str) -> bool {
        let event = sse::Event::Data(sse::Data::new("").event(name));
        matches!(timeout(self.patience, self.to.send(event)).await, Ok(Ok(())))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Bus;
    use super::*;

    fn reader(patience: Duration) -> (Reader, mpsc::Receiver<sse::Event>) {
        let (to, from) = mpsc::channel(WAITING);
        (Reader { to, patience }, from)
    }

    /// A reader who takes nothing is dropped; until then no more waits for them than there is room for, however much
    /// happens.
    #[actix_web::test]
    async fn a_stuck_reader_is_dropped_and_nothing_piles_up() {
        let bus = Bus::default();
        let changes = bus.subscribe();
        let (reader, mut from) = reader(Duration::from_millis(50));
        // The room is taken.
        for _ in 0..WAITING {
            assert!(reader.tell("inbox").await);
        }
        let follower = actix_web::rt::spawn(follow(changes, |_: &Topic| Some("inbox"), reader));
        for _ in 0..5_000 {
            bus.announce([Topic::Inbox]);
        }
        timeout(Duration::from_secs(60), follower).await.unwrap().unwrap();
        assert_eq!(bus.listeners(), 0, "nobody follows for them any more");
        let mut waited = 0;
        while from.recv().await.is_some() {
            waited += 1;
        }
        assert_eq!(waited, WAITING);
    }

    /// Thousands of changes at once are one look, and a reader who lagged behind looks at everything.
    #[actix_web::test]
    async fn a_burst_is_one_look() {
        let bus = Bus::default();
        let changes = bus.subscribe();
        let (reader, mut from) = reader(STUCK);
        for _ in 0..2_000 {
            bus.announce([Topic::Inbox]);
        }
        let follower = actix_web::rt::spawn(follow(changes, |_: &Topic| Some("inbox"), reader));
        tokio::time::sleep(PACE * 3).await;
        bus.announce([Topic::Stopping]);
        timeout(Duration::from_secs(60), follower).await.unwrap().unwrap();
        let mut told = 0;
        while from.recv().await.is_some() {
            told += 1;
        }
        // sync at the start, sync for what was missed, inbox for the rest; a machine that pauses between makes some more of them.
        assert!((2..=6).contains(&told), "{told}");
    }
}

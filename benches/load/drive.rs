//! Requests over kept connections, and what they took.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;

/// After so long an answer counts as none.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is asked.
#[derive(Clone, Debug)]
pub struct Ask {
    pub method: Method,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

impl Ask {
    pub fn get(path: impl Into<String>, cookie: &str) -> Self {
        let headers = vec![("cookie", cookie.to_owned()), ("accept", "text/html".to_owned())];
        Self { method: Method::GET, path: path.into(), headers, body: Bytes::new() }
    }

    /// A form as a browser posts it.
    pub fn form(path: impl Into<String>, cookie: &str, fields: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let ask = Self { method: Method::POST, body: body.into(), ..Self::get(path, cookie) };
        ask.with("content-type", "application/x-www-form-urlencoded")
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn request(&self) -> Request<Full<Bytes>> {
        let mut request = Request::builder().method(self.method.clone()).uri(&self.path).header("host", "127.0.0.1");
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request.body(Full::new(self.body.clone())).expect("a request")
    }
}

/// One connection, made anew when the other side has closed it.
pub struct Line {
    address: SocketAddr,
    sender: SendRequest<Full<Bytes>>,
}

impl Line {
    pub async fn open(address: SocketAddr) -> Self {
        let stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("a handshake");
        tokio::task::spawn_local(async move {
            let _ = connection.await;
        });
        Self { address, sender }
    }

    /// The answer's head; its body comes as it is read.
    pub async fn start(&mut self, ask: &Ask) -> Option<Response<Incoming>> {
        if self.sender.ready().await.is_err() {
            *self = Line::open(self.address).await;
            self.sender.ready().await.ok()?;
        }
        tokio::time::timeout(PATIENCE, self.sender.send_request(ask.request())).await.ok()?.ok()
    }

    /// Status and body.
    pub async fn send(&mut self, ask: &Ask) -> Option<(u16, Bytes)> {
        let answer = self.start(ask).await?;
        let status = answer.status().as_u16();
        let body = tokio::time::timeout(PATIENCE, answer.into_body().collect()).await.ok()?.ok()?;
        Some((status, body.to_bytes()))
    }

    /// The text of a page that has to be there.
    pub async fn page(&mut self, ask: &Ask) -> String {
        match self.send(ask).await {
            Some((200, body)) => String::from_utf8_lossy(&body).into_owned(),
            other => panic!("{}: {other:?}", ask.path),
        }
    }
}

/// What some requests took.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// Microseconds, sorted.
    times: Vec<u32>,
    pub errors: usize,
    pub bytes: u64,
    pub lasted: Duration,
}

impl Taken {
    pub fn note(&mut self, time: Duration) {
        self.times.push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
    }

    /// Notes an answer, which is an error unless it is a 200. The time of an error says nothing: a refusal is quick.
    pub fn answered(&mut self, time: Duration, answer: Option<(u16, Bytes)>) {
        match answer {
            Some((200, body)) => {
                self.note(time);
                self.bytes += body.len() as u64;
            }
            _ => self.errors += 1,
        }
    }

    pub fn join(parts: Vec<Taken>, lasted: Duration) -> Self {
        let mut all = Taken { lasted, ..Taken::default() };
        for part in parts {
            all.times.extend(part.times);
            all.errors += part.errors;
            all.bytes += part.bytes;
        }
        all.times.sort_unstable();
        all
    }

    /// Those that were answered.
    pub fn count(&self) -> usize {
        self.times.len()
    }

    pub fn rate(&self) -> f64 {
        self.times.len() as f64 / self.lasted.as_secs_f64().max(0.001)
    }

    /// The time within which so many of a hundred were answered, in milliseconds.
    pub fn within(&self, percent: f64) -> f64 {
        let place = (self.times.len() as f64 * percent / 100.0) as usize;
        self.times.get(place.min(self.times.len().saturating_sub(1))).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    }

    pub fn bytes_each(&self) -> u64 {
        self.bytes / (self.times.len() as u64).max(1)
    }
}

/// Asks over so many connections for so long; `what` gives the next question by its number.
pub async fn drive(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    what: impl Fn(usize) -> Ask + 'static,
) -> Taken {
    drive_over(&[address], connections, time, what).await
}

/// The same over several servers, which have the connections in turn.
pub async fn drive_over(
    addresses: &[SocketAddr],
    connections: usize,
    time: Duration,
    what: impl Fn(usize) -> Ask + 'static,
) -> Taken {
    let what = Rc::new(what);
    let begun = Instant::now();
    let mut workers = vec![];
    for place in 0..connections {
        let (what, address) = (what.clone(), addresses[place % addresses.len()]);
        workers.push(tokio::task::spawn_local(async move {
            let (mut line, mut taken, mut number) = (Line::open(address).await, Taken::default(), place);
            while begun.elapsed() < time {
                let ask = what(number);
                let asked = Instant::now();
                let answer = line.send(&ask).await;
                taken.answered(asked.elapsed(), answer);
                number += connections;
            }
            taken
        }));
    }
    let mut parts = vec![];
    for worker in workers {
        parts.push(worker.await.expect("a worker"));
    }
    Taken::join(parts, begun.elapsed())
}

/// The same from a thread of its own: whoever asks does not stand in line with the answers that others wait for here.
pub async fn drive_apart(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    what: impl Fn(usize) -> Ask + Send + 'static,
) -> Taken {
    let (told, taken) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let local = tokio::task::LocalSet::new();
        let _ = told.send(local.block_on(&runtime, drive(address, connections, time, what)));
    });
    taken.await.expect("what was measured apart")
}

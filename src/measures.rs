//! What is counted and timed while the desk works, for `/metrics`. Nothing is, unless a token is configured: then there is one
//! [`Measures`] a process, and whoever has something to tell holds a part of it.
//!
//! Names follow <https://prometheus.io/docs/practices/naming/>. Labels have few values, all of them our own words: no number,
//! name or address of anybody, and of paths the pattern of the route.

use std::time::Instant;

use prometheus_client::encoding::{EncodeLabelSet, prometheus_text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::error::{Error, Result};

/// Seconds of a request or of work in the database: most take a few milliseconds, and from ten seconds on somebody has gone.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// An answered request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: &'static str,
    method: &'static str,
    /// `2xx` and the like.
    status: &'static str,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    route: &'static str,
    method: &'static str,
}

/// What is done, or how something stands, in a word.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct State {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

type Durations<L> = Family<L, Histogram, fn() -> Histogram>;

/// Everything that is measured.
pub struct Measures {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Durations<Asked>,
    /// Work in the database.
    pub calls: Calls,
    /// Open event streams.
    pub streams: Gauge,
    /// What is read when somebody asks.
    pub figures: Figures,
}

/// Work in the database: how much is under way, and how long it takes with its wait for a turn.
#[derive(Clone, Debug)]
pub struct Calls {
    reads: OfKind,
    writes: OfKind,
}

#[derive(Clone, Debug)]
struct OfKind {
    under_way: Gauge,
    seconds: Histogram,
}

/// One call while it lasts; it counts when it is dropped.
pub struct Call {
    of: OfKind,
    begun: Instant,
}

/// Gauges that are set when somebody asks.
#[derive(Clone, Default)]
pub struct Figures {
    pub connections: Family<State, Gauge>,
    pub writes_waiting: Gauge,
    pub jobs: Family<State, Gauge>,
    pub job_age: Gauge,
    pub deliveries: Family<State, Gauge>,
    pub delivery_age: Gauge,
    pub channels: Family<State, Gauge>,
    pub memory: Gauge,
    pub memory_anonymous: Gauge,
    pub files: Gauge,
}

/// As in `state="…"`.
pub fn state(state: &'static str) -> State {
    State { state }
}

fn histogram() -> Histogram {
    Histogram::new(SECONDS)
}

impl Default for Measures {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("switchboard");
        let requests = Family::<Answered, Counter>::default();
        registry.register("http_requests", "Answered requests by route", requests.clone());
        let seconds: Durations<Asked> = Family::new_with_constructor(histogram);
        let help = "Time until an answer begins, by route";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, seconds.clone());
        let calls = Calls::registered(&mut registry);
        let streams = Gauge::default();
        registry.register("event_streams", "Open event streams: live pages and chats", streams.clone());
        let figures = Figures::registered(&mut registry);
        Self { registry, requests, seconds, calls, streams, figures }
    }
}

impl Measures {
    /// Counts a request that was answered with this status.
    pub fn answered(&self, route: &'static str, method: &str, status: u16, begun: Instant) {
        let method = match method {
            "GET" => "GET",
            "POST" => "POST",
            "PUT" => "PUT",
            "DELETE" => "DELETE",
            "HEAD" => "HEAD",
            _ => "other",
        };
        let status = match status {
            ..200 => "1xx",
            200..300 => "2xx",
            300..400 => "3xx",
            400..500 => "4xx",
            _ => "5xx",
        };
        self.requests.get_or_create(&Answered { route, method, status }).inc();
        self.seconds.get_or_create(&Asked { route, method }).observe(begun.elapsed().as_secs_f64());
    }

    /// All of it in Prometheus' text format, version 0.0.4.
    pub fn text(&self) -> Result<String> {
        let mut text = String::with_capacity(64 * 1024);
        prometheus_text::encode(&mut text, &self.registry).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(text)
    }
}

impl Calls {
    fn registered(registry: &mut Registry) -> Self {
        let under_way = Family::<Kind, Gauge>::default();
        let help = "Reads and writes of the database that wait or run";
        registry.register("database_calls", help, under_way.clone());
        let seconds: Durations<Kind> = Family::new_with_constructor(histogram);
        let help = "Time of reads and writes of the database, with their wait for a turn";
        registry.register_with_unit("database_call_duration", help, Unit::Seconds, seconds.clone());
        let of = |kind| OfKind {
            under_way: under_way.get_or_create_owned(&Kind { kind }),
            seconds: seconds.get_or_create_owned(&Kind { kind }),
        };
        Self { reads: of("read"), writes: of("write") }
    }

    /// A read begins.
    pub fn read(&self) -> Call {
        Call::begin(&self.reads)
    }

    /// A write begins.
    pub fn write(&self) -> Call {
        Call::begin(&self.writes)
    }
}

impl Call {
    fn begin(of: &OfKind) -> Self {
        of.under_way.inc();
        Self { of: of.clone(), begun: Instant::now() }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.of.under_way.dec();
        self.of.seconds.observe(self.begun.elapsed().as_secs_f64());
    }
}

/// Something open, counted while it is held.
pub struct Open(Gauge);

impl Open {
    pub fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Figures {
    fn registered(registry: &mut Registry) -> Self {
        let new = Self::default();
        let help = "Connections of the pool: all that there may be, and those in use";
        registry.register("database_connections", help, new.connections.clone());
        let help = "Writes in line for the one writer of SQLite; 0 on PostgreSQL";
        registry.register("database_writes_waiting", help, new.writes_waiting.clone());
        let help = "Background jobs, counted to 10000: due, later, dead (given up)";
        registry.register("jobs", help, new.jobs.clone());
        let help = "How long the oldest due job has been due";
        registry.register_with_unit("oldest_due_job_age", help, Unit::Seconds, new.job_age.clone());
        let help = "Messages on their way, counted to 10000: queued, sending, and failed within the last 24 hours";
        registry.register("deliveries", help, new.deliveries.clone());
        let help = "How long the oldest queued message might have been sent";
        registry.register_with_unit("oldest_due_delivery_age", help, Unit::Seconds, new.delivery_age.clone());
        registry.register("channels", "Channels: working, failing, paused", new.channels.clone());
        let help = "Memory that the process holds, with the mapped pages of the database";
        registry.register_with_unit("process_resident_memory", help, Unit::Bytes, new.memory.clone());
        let help = "Memory of the process itself";
        registry.register_with_unit("process_anonymous_memory", help, Unit::Bytes, new.memory_anonymous.clone());
        registry.register("process_open_fds", "Open files and connections of the process", new.files.clone());
        new
    }
}

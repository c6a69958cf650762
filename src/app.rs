//! The composition root: builds the app, starts the workers, runs the server. The only file that knows all.

mod opening;

use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_web::cookie::{Key, SameSite, time};
use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, Condition, NormalizePath, TrailingSlash, from_fn};
use actix_web::web::{Data, FormConfig, JsonConfig, PathConfig, PayloadConfig, QueryConfig, ServiceConfig};
use actix_web::{App, HttpServer, web as actix};
use tracing_actix_web::TracingLogger;

use crate::auth::sessions::{COOKIE, Sessions};
use crate::auth::throttle::Throttle;
use crate::channels::Net;
use crate::chat::Geo;
use crate::config::Config;
use crate::customers::Addressing;
use crate::db::{Alone, Db, Failure, serve_alone};
use crate::error::{Error, Result};
use crate::http::Http;
use crate::measures::Measures;
use crate::ops::Stopping;
use crate::realtime::presence::Presences;
use crate::realtime::{self, Topic};
use crate::secrets::Secrets;
use crate::web::span::RequestSpan;
use crate::web::{again, bodies, errors, own_writes, routes, security, toast};
use crate::{hooks, jobs, ops, outbox, settings};

use opening::open_whole;
pub use opening::{migrate, open};

/// A running server.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    pub db: Db,
    pub secrets: Secrets,
    pub config: Config,
    server: ServerHandle,
    done: tokio::task::JoinHandle<std::io::Result<()>>,
    stopping: Stopping,
    jobs: jobs::Runner,
    outbox: outbox::Worker,
    poller: hooks::Poller,
    reader: hooks::Reader,
    listener: Option<JoinHandle<()>>,
    /// Let go last of all.
    alone: Alone,
}

/// Starts everything and returns once requests are answered.
pub async fn start(config: Config) -> Result<Running> {
    config.make_data_folder()?;
    let alone = serve_alone(&config.database())?;
    let (db, secrets, files) = open_whole(&config).await?;
    let stopping = Stopping::default();
    let measures = config.metrics_token.is_some().then(|| Data::new(Measures::default()));
    if let Some(measures) = &measures {
        db.measure(measures.calls.clone());
    }
    let listener = realtime::follow_other_instances(db.clone(), stopping.flag());
    db.begins();
    let presences = Data::new(Presences::default());
    let throttle = Data::new(Throttle::default());
    actix_web::rt::spawn(keep_presences(db.clone(), presences.clone()));
    let net = Net::new(&config, Http::new(config.provider_patience)?);
    let work = jobs::Ctx {
        db: db.clone(),
        config: config.clone(),
        secrets: secrets.clone(),
        files: files.clone(),
        net: net.clone(),
    };
    let (outbox, poller, reader) =
        (outbox::Worker::start(work.clone()), hooks::Poller::start(work.clone()), hooks::Reader::start(work.clone()));
    let public = config.public_url.clone();
    db.write(move |tx| settings::set_up_all(tx, public.as_deref())).await?;
    let jobs = jobs::Runner::start(work, throttle.clone(), presences.clone());

    let (socket, address) = listen(&config)?;
    let geo = Data::new(Geo::open(&config));
    let net = Data::new(net);
    let key = Key::derive_from(&secrets.derive("session cookie"));
    let addressing = Data::new(Addressing::new(&config, &secrets));
    let shared = (Data::new(db.clone()), Data::new(config.clone()), Data::new(secrets.clone()), Data::new(files));
    let told_to_stop = Data::new(stopping.clone());
    let app = move || {
        let (db, config, secrets, files) = shared.clone();
        let measures = measures.clone();
        let is_measured = measures.is_some();
        App::new()
            .app_data(db.clone())
            .app_data(config.clone())
            .app_data(secrets)
            .app_data(addressing.clone())
            .app_data(files)
            .app_data(geo.clone())
            .app_data(net.clone())
            .app_data(presences.clone())
            .app_data(throttle.clone())
            .app_data(told_to_stop.clone())
            .configure(inputs)
            .configure(|app| {
                if let Some(measures) = measures {
                    app.app_data(measures);
                }
            })
            .configure(routes::configure_apart)
            .service(
                actix::scope("")
                    .wrap(sessions(db.get_ref().clone(), config.get_ref(), key.clone()))
                    .configure(routes::configure),
            )
            .default_service(actix::to(errors::not_found))
            // The last one here is the first that a request meets.
            .wrap(Condition::new(!db.is_sqlite(), from_fn(own_writes::are_seen)))
            .wrap(from_fn(toast::shown_once))
            .wrap(from_fn(again::keep))
            .wrap(from_fn(bodies::keep_coming))
            .wrap(from_fn(security::same_origin))
            .wrap(from_fn(errors::answer))
            .wrap(NormalizePath::new(TrailingSlash::MergeOnly))
            .wrap(Compress::default())
            .wrap(Condition::new(is_measured, from_fn(ops::measured)))
            .wrap(TracingLogger::<RequestSpan>::new())
    };
    // A compressed page leaves in several pieces. Without this the last one waits until the browser has acknowledged those
    // before, which browsers put off for forty milliseconds.
    let server = HttpServer::new(app).disable_signals().shutdown_timeout(10).tcp_nodelay(true);
    // No browser closes one half of a connection and waits for an answer. With half closed ones, a page that was left went on
    // being told of each change until the next sign of life found it gone: for 2,000 of them a fifth of all messages.
    let mut server = server.h1_allow_half_closed(false);
    if let Some(workers) = config.workers {
        server = server.workers(workers);
    }
    let server = server.listen(socket).map_err(|e| Error::Internal(e.to_string()))?.run();
    let handle = server.handle();
    let done = tokio::spawn(server);
    let server = handle;
    Ok(Running { address, db, secrets, config, server, done, stopping, jobs, outbox, poller, reader, listener, alone })
}

/// The socket, and where it is: the port may have been left to the system.
fn listen(config: &Config) -> Result<(TcpListener, SocketAddr)> {
    let socket = TcpListener::bind(&config.listen)
        .map_err(|e| Error::Internal(format!("cannot listen on {}: {e}", config.listen)))?;
    let address = socket.local_addr().map_err(|e| Error::Internal(e.to_string()))?;
    Ok((socket, address))
}

/// How much of a body is read, and what a path means in which a number should stand.
fn inputs(app: &mut ServiceConfig) {
    app.app_data(FormConfig::default().limit(bodies::FORM_LIMIT))
        .app_data(JsonConfig::default().limit(bodies::FORM_LIMIT))
        .app_data(PayloadConfig::new(bodies::FORM_LIMIT))
        .app_data(QueryConfig::default())
        .app_data(PathConfig::default().error_handler(|_, _| Error::NotFound.into()));
}

fn sessions(db: Db, config: &Config, key: Key) -> SessionMiddleware<Sessions> {
    SessionMiddleware::builder(Sessions::new(db, config), key)
        .cookie_name(COOKIE.into())
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        // Whether it goes over TLS, every answer knows ([`security::put_headers`]).
        .cookie_secure(false)
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(
            PersistentSession::default().session_ttl(time::Duration::seconds(config.session_max.num_seconds())),
        )
        .build()
}

/// Feeds presence and typing of every instance into this one's memory.
async fn keep_presences(db: Db, presences: Data<Presences>) {
    let mut changes = db.subscribe();
    loop {
        match changes.recv().await {
            Ok(Topic::Seen(customer, staff, doing)) => {
                presences.note(customer, staff, doing);
            }
            Ok(Topic::CustomerTyping(customer, typing)) => presences.note_customer(customer, typing),
            Ok(_) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
            Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
        }
    }
}

impl Running {
    /// Finishes what is under way, refuses what is new, and returns when everything is on disk.
    pub async fn stop(self) -> Result<()> {
        self.stopping.begin();
        self.db.announce(Topic::Stopping);
        self.poller.stop().await;
        self.reader.stop().await;
        self.outbox.stop().await;
        self.jobs.stop().await;
        self.server.stop(true).await;
        self.done.abort();
        let (db, listener, alone) = (self.db, self.listener, self.alone);
        #[expect(clippy::disallowed_methods, reason = "joins threads")]
        actix::block(move || {
            db.close();
            listener.map(JoinHandle::join)
        })
        .await
        .map_err(|_| Failure::Closed)?;
        drop(alone);
        Ok(())
    }
}

/// The kinds of background jobs.
pub fn job_kinds() -> jobs::Registry {
    let mut kinds = jobs::Registry::default();
    kinds.add::<crate::app_events::Deliver>();
    kinds.add::<crate::commands::Run>();
    kinds.add::<crate::exports::Make>();
    kinds.add::<crate::resends::Step>();
    kinds.add::<crate::batches::Step>();
    kinds.add::<crate::settings::SetUp>();
    kinds
}

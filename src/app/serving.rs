//! The HTTP server: what each of its threads shares, and what a request passes on its way.

use std::net::{SocketAddr, TcpListener};

use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_web::cookie::{Key, SameSite, time};
use actix_web::dev::Server;
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
use crate::db::Db;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::measures::Measures;
use crate::ops::{self, Stopping};
use crate::realtime::presence::Presences;
use crate::secrets::Secrets;
use crate::web::span::RequestSpan;
use crate::web::{again, bodies, errors, own_writes, routes, security, toast};

/// What handlers ask for, the same for all threads.
#[derive(Clone)]
pub(super) struct Shared {
    pub db: Data<Db>,
    pub config: Data<Config>,
    pub secrets: Data<Secrets>,
    pub addressing: Data<Addressing>,
    pub files: Data<Files>,
    pub geo: Data<Geo>,
    pub net: Data<Net>,
    pub presences: Data<Presences>,
    pub throttle: Data<Throttle>,
    pub stopping: Data<Stopping>,
    /// Where somebody may ask for them.
    pub measures: Option<Data<Measures>>,
}

impl Shared {
    fn configure(self, app: &mut ServiceConfig) {
        app.app_data(self.db)
            .app_data(self.config)
            .app_data(self.secrets)
            .app_data(self.addressing)
            .app_data(self.files)
            .app_data(self.geo)
            .app_data(self.net)
            .app_data(self.presences)
            .app_data(self.throttle)
            .app_data(self.stopping);
        if let Some(measures) = self.measures {
            app.app_data(measures);
        }
    }

    fn sessions(&self, key: Key) -> SessionMiddleware<Sessions> {
        SessionMiddleware::builder(Sessions::new(self.db.get_ref().clone(), &self.config), key)
            .cookie_name(COOKIE.into())
            .cookie_http_only(true)
            .cookie_same_site(SameSite::Lax)
            // Whether it goes over TLS, every answer knows ([`security::put_headers`]).
            .cookie_secure(false)
            .cookie_content_security(CookieContentSecurity::Signed)
            .session_lifecycle(
                PersistentSession::default()
                    .session_ttl(time::Duration::seconds(self.config.session_max.num_seconds())),
            )
            .build()
    }
}

/// The socket, and where it is: the port may have been left to the system.
pub(super) fn listen(config: &Config) -> Result<(TcpListener, SocketAddr)> {
    let socket = TcpListener::bind(&config.listen)
        .map_err(|e| Error::Internal(format!("cannot listen on {}: {e}", config.listen)))?;
    let address = socket.local_addr().map_err(|e| Error::Internal(e.to_string()))?;
    Ok((socket, address))
}

/// Answers requests from `socket` once it is awaited.
pub(super) fn serve(shared: Shared, socket: TcpListener) -> Result<Server> {
    let key = Key::derive_from(&shared.secrets.derive("session cookie"));
    let workers = shared.config.workers;
    let app = move || {
        App::new()
            .configure(|app| shared.clone().configure(app))
            .configure(inputs)
            .configure(routes::configure_apart)
            .service(actix::scope("").wrap(shared.sessions(key.clone())).configure(routes::configure))
            .default_service(actix::to(errors::not_found))
            // The last one here is the first that a request meets.
            .wrap(Condition::new(!shared.db.is_sqlite(), from_fn(own_writes::are_seen)))
            .wrap(from_fn(toast::shown_once))
            .wrap(from_fn(again::keep))
            .wrap(from_fn(bodies::keep_coming))
            .wrap(from_fn(security::same_origin))
            .wrap(from_fn(errors::answer))
            .wrap(NormalizePath::new(TrailingSlash::MergeOnly))
            .wrap(Compress::default())
            .wrap(Condition::new(shared.measures.is_some(), from_fn(ops::measured)))
            .wrap(TracingLogger::<RequestSpan>::new())
    };
    // A compressed page leaves in several pieces. Without this the last one waits until the browser has acknowledged those
    // before, which browsers put off for forty milliseconds.
    let server = HttpServer::new(app).disable_signals().shutdown_timeout(10).tcp_nodelay(true);
    // No browser closes one half of a connection and waits for an answer. With half closed ones, a page that was left went on
    // being told of each change until the next sign of life found it gone: for 2,000 of them a fifth of all messages.
    let mut server = server.h1_allow_half_closed(false);
    if let Some(workers) = workers {
        server = server.workers(workers);
    }
    Ok(server.listen(socket).map_err(|e| Error::Internal(e.to_string()))?.run())
}

/// How much of a body is read, and what a path means in which a number should stand.
fn inputs(app: &mut ServiceConfig) {
    app.app_data(FormConfig::default().limit(bodies::FORM_LIMIT))
        .app_data(JsonConfig::default().limit(bodies::FORM_LIMIT))
        .app_data(PayloadConfig::new(bodies::FORM_LIMIT))
        .app_data(QueryConfig::default())
        .app_data(PathConfig::default().error_handler(|_, _| Error::NotFound.into()));
}

//! The composition root: builds the app, starts the workers, runs the server. The only file that knows all.

mod opening;
mod serving;
mod workers;

use std::net::SocketAddr;
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use actix_web::web::{self as actix, Data};

use crate::auth::throttle::Throttle;
use crate::channels::Net;
use crate::chat::Geo;
use crate::config::Config;
use crate::customers::Addressing;
use crate::db::{Alone, Db, Failure, serve_alone};
use crate::error::Result;
use crate::http::Http;
use crate::measures::Measures;
use crate::ops::Stopping;
use crate::realtime::presence::Presences;
use crate::realtime::{self, Topic};
use crate::secrets::Secrets;
use crate::{jobs, settings};

use opening::open_whole;
pub use opening::{migrate, open, open_alone, open_storage};
use serving::{Shared, listen, serve};
use workers::Workers;

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
    workers: Workers,
    listener: Option<JoinHandle<()>>,
    /// Let go last of all.
    alone: Alone,
}

/// Starts everything and returns once requests are answered.
pub async fn start(config: Config) -> Result<Running> {
    config.make_data_folder()?;
    let alone = serve_alone(&config.database())?;
    // Before anything begins to work: of a desk that cannot listen nothing may have been sent. Who asks meanwhile waits.
    let (socket, address) = listen(&config)?;
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
    let public = config.public_url.clone();
    db.write(move |tx| settings::set_up_all(tx, public.as_deref())).await?;
    if db.is_sqlite() {
        // Alone on its file, it need not wait for the leases of one that was killed.
        db.write(jobs::give_back).await?;
    }
    let net = Net::new(&config, Http::new(config.provider_patience)?);
    let work = jobs::Ctx {
        db: db.clone(),
        config: config.clone(),
        secrets: secrets.clone(),
        files: files.clone(),
        net: net.clone(),
    };
    let workers = Workers::start(work, throttle.clone(), presences.clone());

    let shared = Shared {
        addressing: Data::new(Addressing::new(&config, &secrets)),
        geo: Data::new(Geo::open(&config)),
        db: Data::new(db.clone()),
        config: Data::new(config.clone()),
        secrets: Data::new(secrets.clone()),
        files: Data::new(files),
        net: Data::new(net),
        stopping: Data::new(stopping.clone()),
        presences,
        throttle,
        measures,
    };
    let server = serve(shared, socket)?;
    let handle = server.handle();
    let done = tokio::spawn(server);
    Ok(Running { address, db, secrets, config, server: handle, done, stopping, workers, listener, alone })
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
        self.workers.stop().await;
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
    kinds.add::<crate::conversations::HandOver>();
    kinds.add::<crate::exports::Make>();
    kinds.add::<crate::resends::Step>();
    kinds.add::<crate::batches::Step>();
    kinds.add::<crate::settings::SetUp>();
    kinds
}

//! Takes jobs and runs them, a few of each kind at once, until it is stopped.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use super::store::Taken;
use super::{Ctx, Job, recurring, store};
use crate::auth::throttle::Throttle;
use crate::db::Tx;
use crate::db::types::UtcTime;
use crate::error::{Error, Result, caught};
use crate::realtime::presence::Presences;

/// How often an idle runner looks.
const LOOK: Duration = Duration::from_millis(500);
/// How long a job is left alone that nobody prolongs: its process has crashed.
const LEASE: chrono::Duration = chrono::Duration::minutes(5);
/// How often it is prolonged.
const PROLONGED: Duration = Duration::from_secs(60);

type Run = Rc<dyn Fn(String, Ctx) -> Pin<Box<dyn Future<Output = Result<()>>>>>;

/// What a job ends as it dies, by its payload.
type Died = fn(&str, &mut Tx) -> Result<bool>;

/// A kind of jobs.
struct Kind {
    tries: i32,
    run: Run,
    died: Died,
    places: Arc<Semaphore>,
}

/// The kinds of jobs that there are, by name.
#[derive(Default)]
pub struct Registry(HashMap<&'static str, Kind>);

impl Registry {
    /// Adds a kind.
    pub fn add<J: Job>(&mut self) -> &mut Self {
        let run: Run = Rc::new(|payload, ctx| {
            Box::pin(async move {
                let job: J = parsed(&payload)?;
                job.run(&ctx).await
            })
        });
        let died: Died = |payload, tx| parsed::<J>(payload)?.died(tx);
        self.0.insert(J::NAME, Kind { tries: J::TRIES, run, died, places: Arc::new(Semaphore::new(J::PLACES)) });
        self
    }

    /// The kinds of which one more can be done now.
    fn free(&self) -> Arc<[&'static str]> {
        let free = self.0.iter().filter(|(_, kind)| kind.places.available_permits() > 0);
        let mut names: Vec<_> = free.map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.into()
    }
}

fn parsed<J: Job>(payload: &str) -> Result<J> {
    serde_json::from_str(payload).map_err(|e| Error::Internal(e.to_string()))
}

/// The runner of this process.
pub struct Runner {
    stop: watch::Sender<bool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Runner {
    /// Starts the runner's tasks on the current thread.
    pub fn start(ctx: Ctx, throttle: Data<Throttle>, presences: Data<Presences>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let kinds = Rc::new(crate::app::job_kinds());
        let work = actix_web::rt::spawn(work(ctx.clone(), kinds, stopped.clone()));
        let recurring = actix_web::rt::spawn(recurring::run(ctx, throttle, presences, stopped));
        Self { stop, tasks: vec![work, recurring] }
    }

    /// Takes no new jobs and waits for those that run.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

async fn work(ctx: Ctx, kinds: Rc<Registry>, mut stopped: watch::Receiver<bool>) {
    let (mut is_down, mut under_way) = (false, JoinSet::new());
    while !*stopped.borrow() {
        // However long the queue is, what has ended is kept no longer.
        while under_way.try_join_next().is_some() {}
        let taken = next(&ctx, &kinds).await;
        // An outage is one line, not two a second.
        if let Err(error) = &taken
            && !is_down
        {
            tracing::warn!(%error, "the job queue could not be read; it is asked again and again");
        }
        is_down = taken.is_err();
        if let Ok(Some((job, place))) = taken {
            let (ctx, kinds) = (ctx.clone(), kinds.clone());
            under_way.spawn_local(async move {
                let name = job.name.clone();
                if let Err(error) = run(&ctx, &kinds, job).await {
                    tracing::warn!(job = name, %error, "the end of a job could not be noted; it comes again");
                }
                drop(place);
            });
            continue;
        }
        // Where one ends, another may wait for its place.
        tokio::select! {
            Some(_) = under_way.join_next() => {}
            _ = stopped.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// Takes the job that is due longest of the kinds that have a place, and the place.
async fn next(ctx: &Ctx, kinds: &Registry) -> Result<Option<(Taken, OwnedSemaphorePermit)>> {
    let (now, free) = (UtcTime::now(), kinds.free());
    if free.is_empty() {
        return Ok(None);
    }
    let known = free.clone();
    if !ctx.db.read(move |conn| store::is_due(conn, &known, now)).await? {
        return Ok(None);
    }
    let taken = ctx.db.write(move |tx| {
        tx.concerns_nothing_kept();
        store::take(tx, &free, now, now.plus(LEASE))
    });
    let Some(job) = taken.await? else { return Ok(None) };
    let place = kinds.0.get(job.name.as_str()).and_then(|kind| kind.places.clone().try_acquire_owned().ok());
    Ok(place.map(|place| (job, place)))
}

/// Runs a job, and notes what has come of it.
async fn run(ctx: &Ctx, kinds: &Registry, job: Taken) -> Result<()> {
    // Others are not taken.
    let Some(kind) = kinds.0.get(job.name.as_str()) else { return Ok(()) };
    let (id, done, died) = (job.id, job.tries, kind.died);
    let outcome = leased(ctx, id, caught((kind.run)(job.payload.clone(), ctx.clone()))).await;
    let Err(error) = outcome else {
        let deleted = ctx.db.write(move |tx| {
            tx.concerns_nothing_kept();
            store::delete(tx, id)
        });
        return deleted.await;
    };
    let again = (done < kind.tries).then(|| UtcTime::now().plus(pause(done)));
    tracing::warn!(job = job.name, tries = done, dead = again.is_none(), %error, "a job failed");
    let text = error.to_string();
    let noted = ctx.db.write(move |tx| match again {
        Some(_) => {
            tx.concerns_nothing_kept();
            store::fail(tx, id, &text, again)
        }
        None => bury(tx, id, &text, |tx| died(&job.payload, tx)),
    });
    noted.await
}

/// A job is dead, and what waits for it ends. It is dead, too, if that does not succeed.
fn bury(tx: &mut Tx, id: i64, error: &str, died: impl Fn(&mut Tx) -> Result<bool>) -> Result<()> {
    store::fail(tx, id, error, None)?;
    match tx.part(died)? {
        Ok(true) => store::is_over(tx, id)?,
        Ok(false) => {}
        Err(error) => tracing::error!(job = id, %error, "what waited for a dead job could not be ended"),
    }
    Ok(())
}

/// Waits for a job, and prolongs its lease meanwhile: what merely takes long is not taken over.
async fn leased<T>(ctx: &Ctx, id: i64, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        if let Ok(done) = tokio::time::timeout(PROLONGED, &mut work).await {
            return done;
        }
        let prolonged = ctx.db.write(move |tx| {
            tx.concerns_nothing_kept();
            store::prolong(tx, id, UtcTime::now().plus(LEASE))
        });
        if let Err(error) = prolonged.await {
            tracing::warn!(%error, "the lease of a job could not be prolonged");
        }
    }
}

/// 2, 4, 8 … seconds, an hour at the most, up to half more by chance.
fn pause(tries: i32) -> chrono::Duration {
    let seconds = 2_i64.saturating_pow(u32::try_from(tries).unwrap_or(0).min(12)).min(3600);
    chrono::Duration::milliseconds(seconds * 1000 + rand::random_range(0..seconds * 500))
}

//! Making the file of an export: customers are read some at a time, written off the async threads, and stored.

use std::collections::HashSet;
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::time::Instant;

use super::model::{Export, Format, Line, Make, Reason, TRIES, View};
use super::sheet::{Broken, Sheet, Wanted};
use super::{actions, store};
use crate::auth::Supervisor;
use crate::db::types::CustomerId;
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::fields;
use crate::files::{self, Content, Files};
use crate::jobs::Ctx;
use crate::realtime::{Changes, Topic};
use crate::web::times::Clock;

/// How often the page is told how far it is.
const TOLD: Duration = Duration::from_millis(700);
/// How often a read is tried while the database has much to do, and the pause between.
const PATIENCE: (u32, Duration) = (60, Duration::from_millis(500));
/// Bytes that are stored at once.
const PIECE: usize = 256 * 1024;

/// Why an attempt ends without a file.
enum End {
    TooLarge,
    /// Another attempt has taken its place.
    Replaced,
    /// The desk stops: the next one makes it.
    Stopped,
    Failed(Reason, Error),
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        let reason = if matches!(error, Error::File(_)) { Reason::Storage } else { Reason::Internal };
        Self::Failed(reason, error)
    }
}

impl From<Broken> for End {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::TooLarge => Self::TooLarge,
            Broken::Failed(words) => Self::Failed(Reason::Storage, Error::Internal(words)),
        }
    }
}

/// Makes an export, from its beginning: of an attempt that a crash has ended nothing is left.
pub async fn make(ctx: &Ctx, job: Make) -> Result<()> {
    let id = job.export;
    let Some((export, by)) = ctx.db.write(move |tx| actions::begin(tx, id)).await? else { return Ok(()) };
    match file_of(ctx, &job, &export, by).await {
        Ok(()) | Err(End::Replaced) => Ok(()),
        Err(End::TooLarge) => ctx.db.write(move |tx| actions::too_large(tx, &export)).await,
        // A restart is no failure: the attempt does not count.
        Err(End::Stopped) => {
            ctx.db.write(move |tx| store::give_back(tx, &export)).await?;
            Err(Error::Internal("the desk stops; the export begins anew".into()))
        }
        Err(End::Failed(reason, error)) if export.attempt >= TRIES => {
            tracing::error!(export = id.0, %error, "an export failed");
            ctx.db.write(move |tx| actions::fail(tx, &export, reason)).await
        }
        // The job is tried again.
        Err(End::Failed(_, error)) => Err(error),
    }
}

async fn file_of(ctx: &Ctx, job: &Make, export: &Export, by: Supervisor) -> Result<(), End> {
    let mut changes = ctx.db.subscribe();
    let list = List::of(ctx, export, by)?;
    let (total, last) = list.read(&ctx.db, |list, conn| list.size(conn)).await?;
    let wanted = Wanted {
        format: export.format,
        folder: ctx.config.data.clone(),
        limit: ctx.config.export_limit,
        zone: ctx.config.time_zone,
        base: job.base.clone(),
        values: list.columns(ctx, export.format, last).await?,
    };
    let with_values = !wanted.values.is_empty();
    let mut sheet = off_thread(move || Sheet::begin(wanted)).await?;
    let (mut after, mut done, mut told) = (0, 0, Instant::now());
    while let Some((end, lines)) =
        list.read(&ctx.db, move |list, conn| list.next(conn, after, last, with_values)).await?
    {
        after = end;
        done += i64::try_from(lines.len()).unwrap_or(0);
        sheet = off_thread(move || sheet.write(&lines).map(|()| sheet)).await?;
        if told.elapsed() >= TOLD {
            told = Instant::now();
            let export = export.clone();
            // More than were counted may have come to be on the list.
            match ctx.db.write(move |tx| actions::report(tx, &export, done, total.max(done))).await {
                Ok(false) => return Err(End::Replaced),
                // The next word of it comes soon.
                Err(Error::Db(failure)) if failure.is_temporary() => {}
                told => _ = told?,
            }
        }
        if is_stopping(&mut changes) {
            return Err(End::Stopped);
        }
    }
    let (file, _) = off_thread(move || sheet.finish()).await?;
    let content = stored(&ctx.files, file).await?;
    let kept = files::keep_one(&ctx.db, &ctx.files, content, "export".into()).await?;
    let export = export.clone();
    Ok(ctx.db.write(move |tx| actions::finish(tx, &export, &kept, done)).await?)
}

/// The list that is walked, for whoever ordered the export.
#[derive(Clone)]
struct List {
    by: Supervisor,
    view: View,
    /// Of the order: "this week" is the week then.
    clock: Clock,
}

impl List {
    fn of(ctx: &Ctx, export: &Export, by: Supervisor) -> Result<Self> {
        let view = View::parse(&export.view).ok_or_else(|| Error::Internal(format!("no list: {}", export.view)))?;
        Ok(Self { by, view, clock: Clock { now: export.created_at, zone: ctx.config.time_zone } })
    }

    /// Customers on it, and the last number of all.
    fn size(&self, conn: &mut Conn) -> Result<(i64, i64)> {
        Ok((store::count(conn, &self.by, &self.view, &self.clock)?, store::last_customer(conn)?))
    }

    /// The next customers behind `after`, and the last number that was looked at.
    fn next(&self, conn: &mut Conn, after: i64, last: i64, with_values: bool) -> Result<Option<(i64, Vec<Line>)>> {
        let Some((end, listed)) = self.listed(conn, after, last)? else { return Ok(None) };
        Ok(Some((end, store::lines(conn, listed, with_values)?)))
    }

    fn listed(&self, conn: &mut Conn, after: i64, last: i64) -> Result<Option<(i64, Vec<CustomerId>)>> {
        let stretch = store::stretch(conn, after, last)?;
        let Some(end) = stretch.last() else { return Ok(None) };
        Ok(Some((end.0, store::listed(conn, &self.by, &self.view, &self.clock, &stretch)?)))
    }

    /// The columns behind the eleven: the names under which anybody on the list has a value. Walks no further than until
    /// each name that there is has been seen, which mostly is a few steps.
    async fn columns(&self, ctx: &Ctx, format: Format, last: i64) -> Result<Vec<String>> {
        if format == Format::Xlsx {
            return Ok(vec![]);
        }
        let (mut unseen, mut seen) = (self.read(&ctx.db, |_, conn| fields::all_names(conn)).await?, HashSet::new());
        let mut after = 0;
        while !unseen.is_empty() {
            let step = self.read(&ctx.db, move |list, conn| {
                let Some((end, listed)) = list.listed(conn, after, last)? else { return Ok(None) };
                Ok(Some((end, fields::names_among(conn, &listed)?)))
            });
            let Some((end, names)) = step.await? else { break };
            after = end;
            seen.extend(names.into_iter().filter(|name| unseen.remove(name)));
        }
        ctx.db.read(move |conn| fields::columns(conn, seen)).await
    }

    /// Reads in a transaction of its own; waits where the database has much to do, since nobody waits for this.
    async fn read<T: Send + 'static>(
        &self,
        db: &Db,
        ask: impl Fn(&Self, &mut Conn) -> Result<T> + Copy + Send + 'static,
    ) -> Result<T> {
        let (tries, pause) = PATIENCE;
        for _ in 1..tries {
            let list = self.clone();
            match db.read(move |conn| ask(&list, conn)).await {
                Err(Error::Db(failure)) if failure.is_temporary() => tokio::time::sleep(pause).await,
                answer => return answer,
            }
        }
        let list = self.clone();
        db.read(move |conn| ask(&list, conn)).await
    }
}

/// Compresses and writes where nobody waits for it.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T, Broken> + Send + 'static) -> Result<T, End> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| End::from(Error::Internal(error.to_string())))?.map_err(End::from)
}

/// Whether this process is asked to stop: what is not finished is made by the next one.
fn is_stopping(changes: &mut Changes) -> bool {
    loop {
        match changes.try_recv() {
            Ok(Topic::Stopping) => return true,
            Ok(_) | Err(TryRecvError::Lagged(_)) => {}
            Err(TryRecvError::Empty | TryRecvError::Closed) => return false,
        }
    }
}

/// Puts a whole file into the store.
async fn stored(files: &Files, mut file: File) -> Result<Content, End> {
    file.seek(SeekFrom::Start(0)).map_err(Broken::from)?;
    let mut from = tokio::fs::File::from_std(file);
    let mut incoming = files.begin().await?;
    let mut piece = vec![0; PIECE];
    loop {
        let n = from.read(&mut piece).await.map_err(Broken::from)?;
        let Some(bytes) = piece.get(..n).filter(|bytes| !bytes.is_empty()) else { break };
        if let Err(error) = incoming.write(bytes).await {
            incoming.abort().await?;
            return Err(error.into());
        }
    }
    Ok(files.arrived(incoming, "export").await?)
}

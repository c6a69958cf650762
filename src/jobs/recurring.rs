//! Work that comes round: the one table.

use std::time::Duration;

use actix_web::web::Data;
use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::Instant;

use super::Ctx;
use crate::auth::throttle::Throttle;
use crate::error::{Result, caught};
use crate::realtime::presence::Presences;

/// What comes round, and how often.
#[derive(Clone, Copy, Debug)]
enum Work {
    /// Sessions that have run out.
    EndedSessions,
    /// Tokens of forms that no open page holds any more.
    FormTokens,
    /// Files that no message names.
    Files,
    /// Contents that no file names.
    Strays,
    /// Exports whose week is over.
    Exports,
    /// Blocks whose time has come.
    ExpiredBlocks,
    /// Conversations that wait for somebody who is back at an open page.
    Distribution,
    /// Keys of events that no provider repeats any more.
    HookEvents,
    /// Events that an app has long had, or will not ask for any more.
    AppEvents,
    /// Rate limits of whoever has been quiet.
    Throttles,
    /// The planner's figures of tables that have grown.
    Figures,
    /// What customers are found by, for those who were there before an upgrade.
    Search,
    /// Days that are over, for the reports.
    ReportDays,
}

impl Work {
    /// How long after the start it is done for the first time.
    fn at_start(self, every: Duration) -> Duration {
        match self {
            // A desk that was filled while it stood still, or has always been stopped within the hour, has none.
            Self::Figures => Duration::from_secs(20),
            // One upgrade leaves them, or customers who were put in by hand.
            Self::Search => Duration::from_secs(10),
            // A week of its own no process may see.
            Self::Strays => Duration::from_secs(3600),
            // A desk that begins to count has years before it.
            Self::ReportDays => Duration::from_secs(20),
            _ => every,
        }
    }
}

const TABLE: &[(Work, Duration)] = &[
    (Work::EndedSessions, Duration::from_secs(3600)),
    (Work::FormTokens, Duration::from_secs(3600)),
    (Work::Files, Duration::from_secs(3600)),
    (Work::Strays, Duration::from_secs(7 * 86_400)),
    (Work::Exports, Duration::from_secs(3600)),
    (Work::ExpiredBlocks, Duration::from_secs(60)),
    (Work::Distribution, Duration::from_secs(20)),
    (Work::HookEvents, Duration::from_secs(3600)),
    (Work::AppEvents, Duration::from_secs(3600)),
    (Work::Throttles, Duration::from_secs(600)),
    (Work::Figures, Duration::from_secs(3600)),
    (Work::Search, Duration::from_secs(3600)),
    (Work::ReportDays, Duration::from_secs(60)),
];

/// Each goes its own round: what takes minutes at a million customers holds up nothing that is due meanwhile.
pub(super) async fn run(
    ctx: Ctx,
    throttle: Data<Throttle>,
    presences: Data<Presences>,
    stopped: watch::Receiver<bool>,
) {
    if !ctx.config.rounds {
        return;
    }
    let rounds = TABLE.iter().map(|(work, every)| {
        let (ctx, throttle, presences) = (&ctx, &throttle, &presences);
        let halted = stopped.clone();
        repeat(*work, *every, stopped.clone(), async move || once(*work, ctx, throttle, presences, &halted).await)
    });
    join_all(rounds).await;
}

async fn repeat(work: Work, every: Duration, mut stopped: watch::Receiver<bool>, once: impl AsyncFn() -> Result<()>) {
    let mut next = Instant::now() + work.at_start(every);
    while !*stopped.borrow() {
        if tokio::time::timeout_at(next, stopped.changed()).await.is_ok() {
            continue;
        }
        next = Instant::now() + every;
        if let Err(error) = caught(once()).await {
            tracing::warn!(?work, %error, "recurring work failed; it comes round again");
        }
    }
}

/// Much work, some in each write so that others get their turn: until nothing is left, or the process is to stop.
async fn bit_by_bit(stopped: &watch::Receiver<bool>, some: impl AsyncFn() -> Result<bool>) -> Result<()> {
    while !*stopped.borrow() && some().await? {}
    Ok(())
}

async fn once(
    work: Work,
    ctx: &Ctx,
    throttle: &Throttle,
    presences: &Presences,
    stopped: &watch::Receiver<bool>,
) -> Result<()> {
    match work {
        Work::EndedSessions => crate::auth::sessions::delete_ended(&ctx.db, &ctx.config).await,
        Work::FormTokens => {
            let before = crate::db::types::UtcTime::now().plus(-chrono::Duration::days(2));
            ctx.db.write(move |tx| crate::web::forms::forget_tokens(tx, before)).await.map(drop)
        }
        Work::Files => crate::files::sweep(&ctx.db, &ctx.files).await,
        Work::Strays => crate::files::sweep_strays(&ctx.db, &ctx.files).await,
        Work::Exports => crate::exports::expire(&ctx.db, &ctx.files).await,
        Work::ExpiredBlocks => bit_by_bit(stopped, async || ctx.db.write(crate::blacklist::lift_expired).await).await,
        Work::Distribution => crate::conversations::distribute_waiting(&ctx.db).await,
        Work::HookEvents => {
            let before = crate::db::types::UtcTime::now().plus(-chrono::Duration::days(30));
            bit_by_bit(stopped, async || ctx.db.write(move |tx| crate::hooks::forget(tx, before)).await).await
        }
        Work::AppEvents => {
            let before = crate::db::types::UtcTime::now().plus(-chrono::Duration::days(30));
            bit_by_bit(stopped, async || ctx.db.write(move |tx| crate::app_events::forget(tx, before)).await).await
        }
        Work::Throttles => {
            throttle.tidy();
            presences.tidy();
            Ok(())
        }
        Work::Figures => crate::db::figures::refresh(&ctx.db).await.map(drop),
        Work::Search => crate::customers::mend_search(&ctx.db).await,
        Work::ReportDays => {
            let clock = crate::web::times::Clock::now(ctx.config.time_zone);
            crate::reports::count_days(&ctx.db, clock).await.map(drop)
        }
    }
}

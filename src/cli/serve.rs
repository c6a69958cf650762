//! `serve`.

use std::fmt::Display;
use std::io::IsTerminal;

use clap::Args;
use clap::builder::BoolishValueParser;
use serde_json::json;

use super::terminal::print;
use crate::app;
use crate::config::{Config, Settings};
use crate::error::{Error, Result};
use crate::files::Files;
use crate::web::times::Clock;
use crate::{demo, reports, staff};

#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    settings: Settings,
    /// Fill an empty database with a small demo, once, and print its sign-ins
    #[arg(long)]
    demo: bool,
    /// Log in JSON, one object a line
    #[arg(long, env = "SWITCHBOARD_LOG_JSON", value_parser = BoolishValueParser::new())]
    log_json: bool,
    /// Say where it is, and who can sign in, as one JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(args: Serve) -> Result<()> {
    log_to_stderr(args.log_json);
    let config = Config { demo: args.demo, ..Config::load(args.settings)? };
    open_many_files();
    let system = actix_web::rt::System::new();
    if config.demo {
        // Before it says that it is ready, and before anything begins to work on what is there.
        let db = app::open(&config)?;
        let fillable = system.block_on(demo::require_fillable(&db));
        db.close();
        fillable?;
    }
    system.block_on(serve(config, args.json))
}

async fn serve(config: Config, json: bool) -> Result<()> {
    // From the first moment on: whoever reads "ready" may stop it right after.
    let told = told_to_stop()?;
    let running = app::start(config).await?;
    let base = running.config.public_url.clone().unwrap_or_else(|| format!("http://{}", running.address));
    if !json {
        tell(format_args!("Switchboard is ready at {base}"));
    }
    let mut ready = json!({ "ready": base });
    if running.config.demo {
        let files = Files::open(&running.config)?;
        demo::fill(&running.db, &files, &running.secrets).await?;
        // So that it has its reports at once.
        reports::count_days(&running.db, Clock::now(running.config.time_zone)).await?;
        let people =
            demo::sign_ins().into_iter().map(|(email, password)| json!({ "email": email, "password": password }));
        ready["sign_ins"] = people.collect();
        ready["sample_site"] = format!("{base}/demo").into();
        if !json {
            tell("Sign in as:");
            demo::sign_ins().iter().for_each(|(email, password)| tell(format_args!("  {email}  {password}")));
            tell(format_args!("A sample site with the web chat: {base}/demo"));
        }
    }
    if let Some(token) = running.db.write(staff::first_admin_link).await? {
        let link = format!("{base}/welcome/{token}");
        if !json {
            tell(format_args!(
                "Nobody can sign in yet. Make the first admin here (the link works once, for 24 hours):\n  {link}"
            ));
        }
        ready["first_admin"] = link.into();
    }
    if json {
        tell(ready);
    }
    told.await;
    tracing::info!("stopping: finishing what is under way");
    let again = told_to_stop()?;
    tokio::select! {
        stopped = running.stop() => stopped,
        // Whoever says it twice means now. What was acknowledged is on disk.
        () = again => Err(Error::Internal("stopped at once, before everything was finished".into())),
    }
}

/// Says it on standard output. A desk that nobody hears there works all the same.
fn tell(text: impl Display) {
    if let Err(error) = print(text) {
        tracing::warn!(%error, "standard output takes nothing: what is said there is lost");
    }
}

/// Fewer open files than this are told of.
const FEW_FILES: u64 = 4_096;

/// Raises the limit of open files as far as the system lets it: each connection is one, and each open page has one that
/// stays. What a shell or a service manager sets is often a thousand, which is a matter of taste and not of need.
fn open_many_files() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) if limit >= FEW_FILES => tracing::debug!(limit, "open files"),
        Ok(limit) => tracing::warn!(
            "only {limit} files may be open at once, so hardly as many pages: raise the limit (ulimit -Hn, LimitNOFILE=)"
        ),
        Err(error) => tracing::warn!(%error, "the limit of open files could not be raised"),
    }
}

/// Listens for the words to stop from this moment on; the future ends when one comes.
fn told_to_stop() -> Result<impl Future<Output = ()>> {
    let failed = |e: std::io::Error| Error::Internal(format!("signals: {e}"));
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    {
        let mut interrupt = tokio::signal::windows::ctrl_c().map_err(failed)?;
        Ok(async move {
            interrupt.recv().await;
        })
    }
}

/// `RUST_LOG` decides how much; by default warnings and our own news.
fn log_to_stderr(json: bool) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,switchboard=info"));
    // Colours are for people: a file would hold their codes.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // That it cannot be written has nowhere to be said: it would be tried there once more, and end what was told of in a panic.
    let log = log.with_ansi(std::io::stderr().is_terminal()).log_internal_errors(false);
    // A second start in one process (tests) keeps the first one's log.
    let _ = if json { log.json().try_init() } else { log.try_init() };
}

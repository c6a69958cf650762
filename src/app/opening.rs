//! What is stored, opened: the database, the key to its secrets, the files. Each is refused here if it is not fit to work with.

use std::time::Duration;

use crate::config::Config;
use crate::db::{self, Address, Db, Failure, Sole, moving};
use crate::demo;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::secrets::Secrets;
use crate::settings;

/// Brings the database up to date and opens it: what every command needs.
pub fn open(config: &Config) -> Result<Db> {
    opened(config, migrate(config)?)
}

/// The same for a command that takes the database apart: no desk runs on it as long as the right is held.
pub fn open_alone(config: &Config) -> Result<(Sole, Db)> {
    config.make_data_folder()?;
    let sole = db::work_alone(&address(config))?;
    Ok((sole, opened(config, up_to_date(config)?)?))
}

/// Brings the database up to date; gives the names of what ran. Refuses while a desk runs on a file that is behind: it is an
/// older one, which does not know what comes.
pub fn migrate(config: &Config) -> Result<Vec<String>> {
    config.make_data_folder()?;
    let database = config.database();
    let is_behind = db::migrate::is_behind(&database).map_err(|failure| named(config, failure))?;
    let _alone = is_behind.then(|| db::serve_alone(&database)).transpose()?;
    up_to_date(config)
}

fn up_to_date(config: &Config) -> Result<Vec<String>> {
    db::migrate::run(address(config).direct()).map_err(|failure| named(config, failure))
}

fn opened(config: &Config, ran: Vec<String>) -> Result<Db> {
    for name in ran {
        tracing::info!(migration = name, "the database was brought up to date");
    }
    Db::open(address(config), config.connections).map_err(|failure| named(config, failure))
}

fn address(config: &Config) -> Address {
    Address {
        url: config.database(),
        direct_url: config.database_direct_url.clone(),
        keeps_prepared: config.prepared_statements,
    }
}

/// SQLite says what it could not do, but not always to which file.
fn named(config: &Config, failure: Failure) -> Error {
    let (said, file) = (failure.to_string(), config.database());
    if file.contains("://") || said.contains(&file) {
        return failure.into();
    }
    Error::Internal(format!("{file}: {said}"))
}

/// What is stored, and the key to it, each fit to work with: for the desk, which has a file of SQLite to itself.
pub(super) async fn open_whole(config: &Config) -> Result<(Db, Secrets, Files)> {
    let db = opened(config, up_to_date(config)?)?;
    demo::require_finished(&db).await?;
    db.read(moving::require_finished).await?;
    let (secrets, files) = open_storage(&db, config).await?;
    Ok((db, secrets, files))
}

/// The key that seals this database's secrets, and the place of its files. Where there is no key yet, the database is held to the
/// one that is made.
pub async fn open_storage(db: &Db, config: &Config) -> Result<(Secrets, Files)> {
    require_key(db, config).await?;
    let secrets = Secrets::load(&config.key_path())?;
    hold_to_key(db, &secrets, config).await?;
    let files = Files::open(config)?;
    try_bucket(&files, config).await?;
    Ok((secrets, files))
}

/// How long a start waits for a bucket.
const BUCKET_PATIENCE: Duration = Duration::from_secs(10);

/// Refuses a bucket that does not take files: wrong keys, no such bucket. One that merely does not answer is told of: the
/// desk is of use without it, and it may be back any moment.
async fn try_bucket(files: &Files, config: &Config) -> Result<()> {
    let Some(bucket) = config.files.as_deref().filter(|place| place.starts_with("s3://")) else { return Ok(()) };
    let words = match tokio::time::timeout(BUCKET_PATIENCE, files.probe()).await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(Error::File(object_store::Error::Generic { source, .. }))) => source.to_string(),
        Ok(Err(error)) => {
            // The storage server's own words come as a document of several lines.
            let words = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            return Err(Error::Internal(format!("files cannot be stored in {bucket}: {words}")));
        }
        Err(_) => format!("no answer within {} s", BUCKET_PATIENCE.as_secs()),
    };
    tracing::error!(error = words, "{bucket} does not answer: files can be neither stored nor read");
    Ok(())
}

/// Refuses to make a new key for secrets that are sealed with one which is not there.
async fn require_key(db: &Db, config: &Config) -> Result<()> {
    let path = config.key_path();
    if path.exists() || !db.read(settings::is_sealed).await? {
        return Ok(());
    }
    Err(Error::Internal(format!(
        "the key file {} is missing, with which this database's secrets were sealed: bring it back",
        path.display()
    )))
}

/// Refuses a key file that did not seal the secrets in the database: visitors would be strangers, webhooks unsigned.
async fn hold_to_key(db: &Db, secrets: &Secrets, config: &Config) -> Result<()> {
    let mark = secrets.sign("database", "key");
    if db.write(move |tx| settings::is_sealed_by(tx, &mark)).await? {
        return Ok(());
    }
    let path = config.key_path();
    Err(Error::Internal(format!(
        "the key file {} is another one than the one that this database's secrets were sealed with: bring that one back",
        path.display()
    )))
}

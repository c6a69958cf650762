//! Settings of the process: flags before environment before file before defaults. Each is documented here, once:
//! `serve --help` and the file use the same struct.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::Tz;
use clap::Args;
use clap::builder::BoolishValueParser;
use serde::Deserialize;

use crate::error::Error;

mod checks;

use checks::{known_engine, lasting, long_enough, phone_region, providers, web_address, wrong};

/// Where the data is: every command takes these two.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Place {
    /// Folder of the database, the files and the key [default: ./data]
    #[arg(long, env = "SWITCHBOARD_DATA", value_name = "DIR", global = true)]
    pub data: Option<PathBuf>,
    /// postgres://… to use PostgreSQL 15 or later instead of the embedded SQLite
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
    /// PostgreSQL itself, if --database-url leads to a pooler in transaction mode such as PgBouncer: live updates and
    /// migrations go there
    #[arg(long, env = "DATABASE_DIRECT_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub database_direct_url: Option<String>,
    /// Whether PostgreSQL keeps statements prepared; false for PgBouncer before 1.21 in transaction mode
    /// [default: true]
    #[arg(long, env = "SWITCHBOARD_PREPARED_STATEMENTS", value_name = "true|false", global = true,
        value_parser = BoolishValueParser::new())]
    pub prepared_statements: Option<bool>,
}

/// Where the server is reached: links that a command prints begin with it.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Address {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "SWITCHBOARD_LISTEN", value_name = "ADDR", global = true)]
    pub listen: Option<String>,
    /// Address at which browsers reach the server, if it is behind a proxy, for example https://desk.example.com
    #[arg(long, env = "SWITCHBOARD_PUBLIC_URL", value_name = "URL", global = true)]
    pub public_url: Option<String>,
}

/// What is kept beside the database: every command that seals secrets or stores files takes these two.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Storage {
    /// Key file that seals secrets and signs visitor tokens; several instances share one [default: DATA/secret.key]
    #[arg(long, env = "SWITCHBOARD_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Where files are kept: a folder, or S3-compatible storage as s3://bucket/folder, whose keys and address the usual
    /// variables give (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT) [default: DATA/files]
    #[arg(long, env = "SWITCHBOARD_FILES", value_name = "PLACE")]
    pub files: Option<String>,
}

/// Settings of the server. The file `switchboard.toml` in the data folder holds the same names.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    #[command(flatten)]
    #[serde(flatten)]
    pub place: Place,
    #[command(flatten)]
    #[serde(flatten)]
    pub address: Address,
    #[command(flatten)]
    #[serde(flatten)]
    pub storage: Storage,
    /// Believe the X-Forwarded-For and X-Forwarded-Proto of this proxy, given by its IP address; may be repeated
    #[arg(long = "trusted-proxy", env = "SWITCHBOARD_TRUSTED_PROXIES", value_name = "IP", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpAddr>,
    /// Time zone of the installation: its days are what date filters mean [default: UTC]
    #[arg(long, env = "SWITCHBOARD_TIME_ZONE", value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// Country of phone numbers that are written without country code, ISO 3166 [default: RU]
    #[arg(long, env = "SWITCHBOARD_PHONE_REGION", value_name = "CC")]
    pub phone_region: Option<String>,
    /// MMDB file that tells the region of a visitor's address
    #[arg(long, env = "SWITCHBOARD_GEO_DB", value_name = "FILE")]
    pub geo_db: Option<PathBuf>,
    /// Connections to the database for reading (SQLite) or for everything (PostgreSQL) [default: 6]
    #[arg(long, env = "SWITCHBOARD_CONNECTIONS", value_name = "N")]
    pub connections: Option<u32>,
    /// Hours after which a session that nobody uses ends [default: 72]
    #[arg(long, env = "SWITCHBOARD_SESSION_IDLE_HOURS", value_name = "HOURS")]
    pub session_idle_hours: Option<i64>,
    /// Days after which any session ends [default: 30]
    #[arg(long, env = "SWITCHBOARD_SESSION_DAYS", value_name = "DAYS")]
    pub session_days: Option<i64>,
    /// Let webhooks of app channels go to private addresses (they are refused otherwise)
    #[arg(long, env = "SWITCHBOARD_ALLOW_PRIVATE_WEBHOOKS", num_args = 0..=1, default_missing_value = "true",
        value_parser = BoolishValueParser::new())]
    pub allow_private_webhooks: Option<bool>,
    /// Address to use for a provider instead of its own, as NAME=URL: a gateway of your own (telegram=http://bot-api:8081);
    /// may be repeated
    #[arg(long = "provider", env = "SWITCHBOARD_PROVIDERS", value_name = "NAME=URL", value_delimiter = ',')]
    pub providers: Vec<String>,
    /// Seconds that a provider may take to answer [default: 30]
    #[arg(long, env = "SWITCHBOARD_PROVIDER_TIMEOUT", value_name = "SECONDS")]
    pub provider_timeout: Option<u64>,
    /// Serve measurements at /metrics to whoever sends this as `Authorization: Bearer TOKEN`, of 16 characters or more
    /// [default: there is no /metrics]
    #[arg(long, env = "SWITCHBOARD_METRICS_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub metrics_token: Option<String>,
}

/// What the process runs with: every value decided.
#[derive(Clone, Debug)]
pub struct Config {
    pub data: PathBuf,
    pub listen: String,
    /// `None`: the embedded database in `data`.
    pub database_url: Option<String>,
    /// Past a pooler; `None`: there is none.
    pub database_direct_url: Option<String>,
    /// Whether PostgreSQL keeps statements prepared.
    pub prepared_statements: bool,
    pub public_url: Option<String>,
    pub trusted_proxies: Vec<IpAddr>,
    pub time_zone: Tz,
    pub phone_region: String,
    pub geo_db: Option<PathBuf>,
    /// `None`: `secret.key` in `data`.
    pub key_file: Option<PathBuf>,
    /// `None`: the folder `files` in `data`.
    pub files: Option<String>,
    pub connections: u32,
    pub session_idle: chrono::Duration,
    pub session_max: chrono::Duration,
    pub allow_private_webhooks: bool,
    /// Addresses of providers that are not the usual ones, without slash at the end, by the provider's name.
    pub providers: BTreeMap<String, String>,
    /// How long a provider may take to answer.
    pub provider_patience: Duration,
    /// Who may read `/metrics`; `None`: nobody, and nothing is measured.
    pub metrics_token: Option<String>,
    /// Whether `--demo` was asked for: serves the sample site.
    pub demo: bool,
    /// Threads that serve HTTP; `None`: one a core.
    pub workers: Option<usize>,
    /// Whether this process does the work that comes round.
    pub rounds: bool,
    /// The largest file that an export may become, in bytes.
    pub export_limit: u64,
    /// How long the body of a request may pause; twice this long it may take, and a second more for each KB.
    pub body_pause: Duration,
}

impl Default for Config {
    fn default() -> Self {
        let data = PathBuf::from("data");
        Self {
            listen: "127.0.0.1:8080".into(),
            database_url: None,
            database_direct_url: None,
            prepared_statements: true,
            public_url: None,
            trusted_proxies: vec![],
            time_zone: Tz::UTC,
            phone_region: "RU".into(),
            geo_db: None,
            key_file: None,
            files: None,
            connections: 6,
            session_idle: chrono::Duration::hours(72),
            session_max: chrono::Duration::days(30),
            allow_private_webhooks: false,
            providers: BTreeMap::new(),
            provider_patience: Duration::from_secs(30),
            metrics_token: None,
            demo: false,
            workers: None,
            rounds: true,
            export_limit: 50 * 1024 * 1024,
            body_pause: Duration::from_secs(20),
            data,
        }
    }
}

impl Config {
    /// Joins flags and environment (`given`) with the file in the data folder, if there is one.
    pub fn load(given: Settings) -> Result<Self, Error> {
        let base = Config::default();
        let data = given.place.data.clone().unwrap_or(base.data);
        let path = data.join("switchboard.toml");
        let file = read_file(&path)?;
        if file.place.data.is_some() {
            // It lies there: what it says of another folder comes too late.
            let why = "data is not set here, but by --data or SWITCHBOARD_DATA";
            return Err(Error::Internal(format!("{}: {why}", path.display())));
        }
        let zone = given.time_zone.or(file.time_zone).unwrap_or_else(|| "UTC".into());
        Ok(Self {
            listen: given.address.listen.or(file.address.listen).unwrap_or(base.listen),
            database_url: given.place.database_url.or(file.place.database_url).map(known_engine).transpose()?,
            database_direct_url: given
                .place
                .database_direct_url
                .or(file.place.database_direct_url)
                .map(known_engine)
                .transpose()?,
            prepared_statements: given
                .place
                .prepared_statements
                .or(file.place.prepared_statements)
                .unwrap_or(base.prepared_statements),
            public_url: given.address.public_url.or(file.address.public_url).map(web_address).transpose()?,
            trusted_proxies: [given.trusted_proxies, file.trusted_proxies]
                .into_iter()
                .find(|l| !l.is_empty())
                .unwrap_or_default(),
            time_zone: zone.parse().map_err(|_| wrong("time_zone", &zone, "a name such as Europe/Berlin"))?,
            phone_region: given
                .phone_region
                .or(file.phone_region)
                .map(phone_region)
                .transpose()?
                .unwrap_or(base.phone_region),
            geo_db: given.geo_db.or(file.geo_db),
            key_file: given.storage.key_file.or(file.storage.key_file),
            files: given.storage.files.or(file.storage.files),
            connections: given.connections.or(file.connections).unwrap_or(base.connections).clamp(1, 200),
            session_idle: match given.session_idle_hours.or(file.session_idle_hours) {
                Some(hours) => lasting("session_idle_hours", hours, chrono::Duration::try_hours(hours))?,
                None => base.session_idle,
            },
            session_max: match given.session_days.or(file.session_days) {
                Some(days) => lasting("session_days", days, chrono::Duration::try_days(days))?,
                None => base.session_max,
            },
            allow_private_webhooks: given.allow_private_webhooks.or(file.allow_private_webhooks).unwrap_or(false),
            providers: providers(if given.providers.is_empty() { file.providers } else { given.providers })?,
            provider_patience: given
                .provider_timeout
                .or(file.provider_timeout)
                .map_or(base.provider_patience, |seconds| Duration::from_secs(seconds.clamp(1, 600))),
            metrics_token: given.metrics_token.or(file.metrics_token).map(long_enough).transpose()?,
            demo: false,
            workers: None,
            rounds: base.rounds,
            export_limit: base.export_limit,
            body_pause: base.body_pause,
            data,
        })
    }

    /// The address of the database.
    pub fn database(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| self.data.join("switchboard.sqlite").to_string_lossy().into_owned())
    }

    /// Whether there is a database already. One of PostgreSQL has been made by somebody else.
    pub fn is_there(&self) -> bool {
        let database = self.database();
        database.contains("://") || Path::new(&database).exists()
    }

    /// Where the key is.
    pub fn key_path(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.data.join("secret.key"))
    }

    /// Makes the data folder, as [`make_folder`] does.
    pub fn make_data_folder(&self) -> Result<(), Error> {
        make_folder(&self.data)
            .map_err(|e| Error::Internal(format!("the data folder {} cannot be made: {e}", self.data.display())))
    }
}

/// Makes a folder, and those that it lies in, for their owner only. One that is there keeps its mode.
pub fn make_folder(path: &Path) -> std::io::Result<()> {
    let mut folder = std::fs::DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(path)
}

fn read_file(path: &Path) -> Result<Settings, Error> {
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map_err(|e| {
            // It would draw the line with an arrow below it; here one line says all.
            let line = e.span().map_or(1, |at| text.bytes().take(at.start).filter(|byte| *byte == b'\n').count() + 1);
            let why = e.message().split_whitespace().collect::<Vec<_>>().join(" ");
            Error::Internal(format!("{}, line {line}: {why}", path.display()))
        }),
        // A folder that cannot be one is said when it is made.
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(Settings::default()),
        Err(e) => Err(Error::Internal(format!("{}: {e}", path.display()))),
    }
}

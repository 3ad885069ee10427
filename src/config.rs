//! Every setting, beside its environment variable.
//!
//! Secrets can also come from files, as Kubernetes mounts them: `BUGSCRUB_X_FILE` for
//! `BUGSCRUB_X`.

mod github;
mod ping;
mod scrubs;
mod sheets;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::Tz;
use clap::{Args, Parser, Subcommand};

pub use self::github::{BackfillArgs, DoctorArgs, GitHubArgs, GitHubSettings, SetupArgs, TryArgs};
pub use self::ping::PingArgs;
pub use self::scrubs::{ScrubArgs, ScrubSettings};
pub use self::sheets::{ServiceArgs, SheetCommand};
use crate::activity::Bots;
use crate::github::BadAddress;
use crate::http::cors::{OriginError, Origins};
use crate::ingest::Accounts;
use crate::scrub::{BadSchedule, BadViews, Declared};
use crate::service::Scope;
use crate::telemetry::LogFormat;
use crate::webhook::Secrets;

/// An organization's whole backlog as one fair queue, kept current by GitHub's webhooks.
#[derive(Debug, Parser)]
#[command(name = "bugscrub", version, about)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub log: LogArgs,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Receive deliveries and serve the API
    Serve(Box<ServeArgs>),
    /// Show everything on a generated organization, until Ctrl-C
    Demo(DemoArgs),
    /// Bring the database's schema up to date
    Migrate(MigrateArgs),
    /// Fold the projections anew from the event log
    Rebuild(RebuildArgs),
    /// Post recorded deliveries, signed, and report rate and latencies
    Deliver(DeliverArgs),
    /// Check that a service is ready and takes deliveries, signed ones only
    Ping(PingArgs),
    /// Make, list and revoke API tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Have GitHub make the App, by way of a local page, and write its credentials
    Setup(SetupArgs),
    /// Check that the App's credentials, permissions, events and installations are in order
    Doctor(DoctorArgs),
    /// Fetch what is not here yet, or certain repositories anew, and show how far it is
    Backfill(BackfillArgs),
    /// Show the queue of public repositories, without any App
    Try(TryArgs),
    /// Spreadsheets out of and into a running service
    #[command(subcommand)]
    Sheet(SheetCommand),
    /// Print the OpenAPI description of the API
    Openapi,
}

#[derive(Debug, Args)]
pub struct LogArgs {
    /// How log lines look
    #[arg(long, env = "BUGSCRUB_LOG_FORMAT", global = true, value_enum, default_value = "auto")]
    pub log_format: LogFormat,
    /// What is logged, as tracing filter directives
    #[arg(long, env = "BUGSCRUB_LOG", global = true, default_value = "info,sqlx::postgres::notice=warn")]
    pub log: String,
}

/// Where the events are kept.
#[derive(Debug, Clone, Args)]
pub struct DatabaseArgs {
    /// A Postgres URL; without it a private Postgres is kept in the data directory
    #[arg(long, env = "BUGSCRUB_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// A file that holds the URL
    #[arg(long, env = "BUGSCRUB_DATABASE_URL_FILE", conflicts_with = "database_url")]
    pub database_url_file: Option<PathBuf>,
    /// Where the private Postgres lives [default: the platform's data directory; as root
    /// /var/lib/bugscrub]
    #[arg(long, env = "BUGSCRUB_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
}

impl DatabaseArgs {
    /// The URL, if one is given.
    pub fn url(&self) -> Result<Option<String>, ConfigError> {
        secret(&self.database_url, &self.database_url_file)
    }
}

#[derive(Debug, Args)]
pub struct MigrateArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Seconds to wait for a database that cannot be reached
    #[arg(long, default_value_t = 0)]
    pub wait: u64,
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen
    #[arg(long, env = "BUGSCRUB_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The webhook secret; several, comma-separated, while it rotates
    #[arg(long, env = "BUGSCRUB_WEBHOOK_SECRET", hide_env_values = true)]
    pub webhook_secret: Option<String>,
    /// A file that holds the webhook secret
    #[arg(long, env = "BUGSCRUB_WEBHOOK_SECRET_FILE", conflicts_with = "webhook_secret")]
    pub webhook_secret_file: Option<PathBuf>,
    /// A bootstrap API token with the scope admin, 16 characters or more
    #[arg(long, env = "BUGSCRUB_ADMIN_TOKEN", hide_env_values = true)]
    pub admin_token: Option<String>,
    /// A file that holds the bootstrap token
    #[arg(long, env = "BUGSCRUB_ADMIN_TOKEN_FILE", conflicts_with = "admin_token")]
    pub admin_token_file: Option<PathBuf>,
    /// The time zone that days are counted in, such as Europe/Berlin
    #[arg(long, env = "BUGSCRUB_TIME_ZONE", default_value = "UTC")]
    pub time_zone: Tz,
    /// Logins or ids of the accounts whose deliveries are kept [default: all]
    #[arg(long, env = "BUGSCRUB_ACCOUNTS", value_delimiter = ',')]
    pub accounts: Vec<String>,
    #[command(flatten)]
    pub bots: BotArgs,
    #[command(flatten)]
    pub api: ApiArgs,
    #[command(flatten)]
    pub scrubs: ScrubArgs,
    #[command(flatten)]
    pub github: GitHubArgs,
    /// Days that raw deliveries are kept; 4 or more, since GitHub redelivers for 3
    #[arg(long, env = "BUGSCRUB_DELIVERY_RETENTION_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(4..=3650))]
    pub delivery_retention_days: u32,
}

#[derive(Debug, Clone, Args)]
pub struct ApiArgs {
    /// Origins of web pages that may ask the API, such as https://dashboard.example, or * [default: none]
    #[arg(long, env = "BUGSCRUB_CORS_ORIGINS", value_delimiter = ',')]
    pub cors_origins: Vec<String>,
    /// API requests that each token may make a minute; 0 for no limit
    #[arg(long, env = "BUGSCRUB_RATE_LIMIT", default_value_t = 6_000)]
    pub rate_limit: u32,
    /// A YAML file of views that every account has [default: none]
    #[arg(long, env = "BUGSCRUB_VIEWS_FILE")]
    pub views_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct BotArgs {
    /// Further logins that count as bots; after a change run `bugscrub rebuild`
    #[arg(long = "bots", env = "BUGSCRUB_BOTS", value_delimiter = ',')]
    pub bots: Vec<String>,
}

impl BotArgs {
    pub fn bots(&self) -> Bots {
        Bots::new(self.bots.iter().map(String::as_str))
    }
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Where to listen
    #[arg(long, env = "BUGSCRUB_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The generated organization's seed: the same seed and day give the same data
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Print the queue and stop, without new activity
    #[arg(long)]
    pub once: bool,
    #[command(flatten)]
    pub scrubs: ScrubArgs,
}

#[derive(Debug, Args)]
pub struct RebuildArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub bots: BotArgs,
    /// Change nothing; compare, and exit with 1 on any difference
    #[arg(long)]
    pub check: bool,
    /// First translate anew the deliveries that are still kept raw: add what is missing, correct what
    /// is told otherwise now
    #[arg(long, conflicts_with = "check")]
    pub from_deliveries: bool,
}

#[derive(Debug, Args)]
pub struct DeliverArgs {
    /// NDJSON, plain or gzip, a line a delivery; - for standard input
    pub file: PathBuf,
    /// Where to post to
    #[arg(long, default_value = "http://127.0.0.1:8080/webhooks/github")]
    pub url: String,
    /// The webhook secret to sign with
    #[arg(long, env = "BUGSCRUB_WEBHOOK_SECRET", hide_env_values = true)]
    pub secret: Option<String>,
    /// A file that holds the secret
    #[arg(long, env = "BUGSCRUB_WEBHOOK_SECRET_FILE", conflicts_with = "secret")]
    pub secret_file: Option<PathBuf>,
    /// Deliveries per second, sent by the clock [default: as fast as they are answered]
    #[arg(long)]
    pub rate: Option<f64>,
    /// Deliveries in flight at once
    #[arg(long, default_value_t = 16)]
    pub concurrency: usize,
}

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it, once
    Create {
        #[command(flatten)]
        database: DatabaseArgs,
        /// What the token is for
        #[arg(long)]
        name: String,
        /// What it allows; repeatable
        #[arg(long = "scope", value_enum, required = true)]
        scopes: Vec<Scope>,
        /// Logins or ids of the accounts that it is bound to; repeatable [default: all]
        #[arg(long = "account")]
        accounts: Vec<String>,
        /// With the scope embed: the view that it is for
        #[arg(long)]
        view: Option<String>,
        /// Days that it is in force [default: until it is revoked]
        #[arg(long, value_parser = clap::value_parser!(i32).range(1..=3650))]
        days: Option<i32>,
    },
    /// List tokens, without their secrets
    List {
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Revoke a token at once
    Revoke {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The token's id, as `list` shows it
        token_id: i64,
    },
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{0}")]
    Invalid(&'static str),
    #[error(transparent)]
    Origin(#[from] OriginError),
    #[error(transparent)]
    Address(#[from] BadAddress),
    #[error("BUGSCRUB_SCRUB_SCHEDULE cannot be used")]
    Schedule(#[from] BadSchedule),
    #[error("the file {path} cannot be read")]
    File { path: PathBuf, source: std::io::Error },
    #[error("the file of views {path} cannot be used")]
    Views { path: PathBuf, source: BadViews },
}

/// What the running service needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    pub listen: SocketAddr,
    pub secrets: Secrets,
    pub admin_token: Option<String>,
    pub zone: Tz,
    pub accounts: Accounts,
    pub bots: Bots,
    pub cors_origins: Origins,
    /// API requests a minute and token; 0 for no limit.
    pub rate_limit: u32,
    pub delivery_retention: Duration,
    /// The views that every account has.
    pub views: Declared,
    pub scrubs: ScrubSettings,
    /// `None`: only deliveries are taken.
    pub github: Option<GitHubSettings>,
}

impl ServeArgs {
    /// # Errors
    /// A secret that is missing, empty, too short or in a file that cannot be read.
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        let secrets = secret(&self.webhook_secret, &self.webhook_secret_file)?.ok_or(ConfigError::Invalid(
            "no webhook secret: set BUGSCRUB_WEBHOOK_SECRET (or BUGSCRUB_WEBHOOK_SECRET_FILE) to the secret of the \
             GitHub App's webhook",
        ))?;
        let secrets = Secrets::parse(&secrets).ok_or(ConfigError::Invalid("the webhook secret is empty"))?;
        let admin_token = secret(&self.admin_token, &self.admin_token_file)?;
        if admin_token.as_ref().is_some_and(|token| token.len() < 16) {
            return Err(ConfigError::Invalid("BUGSCRUB_ADMIN_TOKEN must have 16 characters or more"));
        }
        Ok(Settings {
            listen: self.listen,
            secrets,
            admin_token,
            zone: self.time_zone,
            accounts: Accounts::new(self.accounts.iter().map(String::as_str)),
            bots: self.bots.bots(),
            cors_origins: Origins::new(&self.api.cors_origins)?,
            rate_limit: self.api.rate_limit,
            views: self.api.views_file.as_deref().map_or_else(|| Ok(Declared::default()), read_views)?,
            scrubs: self.scrubs.settings()?,
            github: self.github.settings()?,
            delivery_retention: Duration::from_secs(u64::from(self.delivery_retention_days) * 86_400),
        })
    }
}

impl DeliverArgs {
    /// The secret to sign with: the first, if several are listed.
    pub fn secret(&self) -> Result<String, ConfigError> {
        first_secret(&self.secret, &self.secret_file)
    }
}

/// The webhook secret to sign with: the first, if several are listed.
fn first_secret(value: &Option<String>, file: &Option<PathBuf>) -> Result<String, ConfigError> {
    let listed = secret(value, file)?;
    let first = listed.as_deref().and_then(|listed| listed.split(',').map(str::trim).find(|one| !one.is_empty()));
    first.map(str::to_owned).ok_or(ConfigError::Invalid(
        "no webhook secret: give --secret, BUGSCRUB_WEBHOOK_SECRET or BUGSCRUB_WEBHOOK_SECRET_FILE",
    ))
}

fn read_views(path: &Path) -> Result<Declared, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
    Declared::with_file(&text).map_err(|source| ConfigError::Views { path: path.to_owned(), source })
}

fn secret(value: &Option<String>, file: &Option<PathBuf>) -> Result<Option<String>, ConfigError> {
    let value = match (value, file) {
        (Some(value), _) => Some(value.clone()),
        (None, Some(file)) => Some(read_secret(file)?),
        (None, None) => None,
    };
    // An empty variable is how many a shell says "not set".
    Ok(value.filter(|value| !value.trim().is_empty()))
}

fn read_secret(path: &Path) -> Result<String, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

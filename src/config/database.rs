//! Settings of the database, and of the subcommands that work on it.

use std::path::PathBuf;

use clap::Args;
use reqwest::Url;

use super::bots::BotArgs;
use super::error::ConfigError;
use super::secret::SecretSetting;

/// The database that keeps the events.
#[derive(Debug, Clone, Args)]
pub struct DatabaseArgs {
    /// A Postgres URL [default: a private Postgres in the data directory]
    #[arg(long, env = "BUGSCRUB_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// A file that holds the URL
    #[arg(long, env = "BUGSCRUB_DATABASE_URL_FILE", conflicts_with = "database_url")]
    pub database_url_file: Option<PathBuf>,
    /// The data directory of the private Postgres [default: the platform's data directory; for root
    /// /var/lib/bugscrub]
    #[arg(long, env = "BUGSCRUB_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
}

impl DatabaseArgs {
    /// The URL, if one is given.
    ///
    /// # Errors
    /// If its file cannot be read, or it has a parameter that means nothing.
    pub fn url(&self) -> Result<Option<String>, ConfigError> {
        let (name, value) = ("BUGSCRUB_DATABASE_URL", &self.database_url);
        let setting = SecretSetting { name, value, file: &self.database_url_file };
        let url = setting.read()?;
        if let Some(fault) = url.as_deref().and_then(unknown_parameter) {
            return Err(ConfigError::DatabaseUrl { variable: setting.variable(), fault });
        }
        Ok(url)
    }
}

/// The parameters that have an effect. sqlx takes those with hyphens for those without.
const EFFECTIVE: [&str; 10] =
    ["sslmode", "sslrootcert", "sslcert", "sslkey", "host", "hostaddr", "port", "dbname", "user", "password"];
const ALSO: [&str; 8] = [
    "ssl-mode",
    "ssl-root-cert",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "statement-cache-capacity",
    "application_name",
    "options",
];
/// What libpq knows and services write into the URLs that they hand out. Without it the connection is the same, or is
/// refused by the server.
const HARMLESS: [&str; 14] = [
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "fallback_application_name",
    "gssencmode",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "sslnegotiation",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "load_balance_hosts",
];

/// Says which parameter of a URL means nothing: a slip of the pen must not turn off what it was to turn on.
fn unknown_parameter(url: &str) -> Option<String> {
    // Whoever connects says what is wrong with the rest of the URL.
    let url = Url::parse(url).ok()?;
    let known = |name: &str| {
        EFFECTIVE.contains(&name) || ALSO.contains(&name) || HARMLESS.contains(&name) || name.starts_with("options[")
    };
    let unknown = url.query_pairs().map(|(name, _)| name).find(|name| !known(name))?;
    let unknown: String = unknown.chars().filter(|c| !c.is_control()).take(60).collect();
    Some(format!(
        "the URL has the parameter {unknown:?}, which means nothing; known are {} and options",
        EFFECTIVE.join(", ")
    ))
}

#[derive(Debug, Args)]
pub struct MigrateArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Seconds to wait for a database that cannot be reached
    #[arg(long, default_value_t = 0)]
    pub wait: u64,
    /// Spread the accounts over the servers of a Citus database, once: stop the service first if it holds anything
    #[arg(long)]
    pub citus: bool,
}

#[derive(Debug, Args)]
pub struct RebuildArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub bots: BotArgs,
    /// Change nothing; compare, and exit with 1 if anything differs
    #[arg(long)]
    pub check: bool,
    /// First translate the stored raw deliveries again: add events that are missing, correct those that
    /// this version reads differently
    #[arg(long, conflicts_with = "check")]
    pub from_deliveries: bool,
}

//! Settings of the database, and of the subcommands that work on it.

use std::path::PathBuf;

use clap::Args;

use super::bots::BotArgs;
use super::error::ConfigError;
use super::secret::secret;

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

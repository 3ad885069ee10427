//! Settings of the subcommands that post deliveries.

use std::path::PathBuf;

use clap::Args;

use super::error::ConfigError;
use super::secret::signing_secret;

#[derive(Debug, Args)]
pub struct DeliverArgs {
    /// NDJSON, plain or gzip, one delivery a line; - for standard input
    pub file: PathBuf,
    /// The URL to post to
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

impl DeliverArgs {
    pub fn secret(&self) -> Result<String, ConfigError> {
        signing_secret(&self.secret, &self.secret_file)
    }
}

#[derive(Debug, Args)]
pub struct PingArgs {
    /// The service's address, without a path
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    pub url: String,
    /// The webhook secret to sign with
    #[arg(long, env = "BUGSCRUB_WEBHOOK_SECRET", hide_env_values = true)]
    pub secret: Option<String>,
    /// A file that holds the secret
    #[arg(long, env = "BUGSCRUB_WEBHOOK_SECRET_FILE", conflicts_with = "secret")]
    pub secret_file: Option<PathBuf>,
    /// Seconds to wait for the service to be ready
    #[arg(long, default_value_t = 60)]
    pub wait: u64,
}

impl PingArgs {
    pub fn secret(&self) -> Result<String, ConfigError> {
        signing_secret(&self.secret, &self.secret_file)
    }
}

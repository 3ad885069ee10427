//! The settings of `bugscrub ping`.

use std::path::PathBuf;

use clap::Args;

use super::{ConfigError, first_secret};

#[derive(Debug, Args)]
pub struct PingArgs {
    /// The service's address, without a path
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    pub url: String,
    /// The webhook secret to sign with; the first, if several are listed
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
        first_secret(&self.secret, &self.secret_file)
    }
}

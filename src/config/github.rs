//! Settings about GitHub, and of the subcommands that ask it.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::{BotArgs, ConfigError, DatabaseArgs, secret};
use crate::github::{Address, Rhythm};

/// The GitHub App, for asking what deliveries do not tell.
#[derive(Debug, Clone, Args)]
pub struct GitHubArgs {
    /// The GitHub App's id; without it only deliveries are taken
    #[arg(long, env = "BUGSCRUB_APP_ID")]
    pub app_id: Option<u64>,
    /// The GitHub App's private key, PEM
    #[arg(long, env = "BUGSCRUB_PRIVATE_KEY", hide_env_values = true)]
    pub private_key: Option<String>,
    /// A file that holds the private key
    #[arg(long, env = "BUGSCRUB_PRIVATE_KEY_FILE", conflicts_with = "private_key")]
    pub private_key_file: Option<PathBuf>,
    /// GitHub's API; an Enterprise server's is https://HOST/api/v3
    #[arg(long, env = "BUGSCRUB_GITHUB_API_URL", default_value = "https://api.github.com")]
    pub github_api_url: String,
    /// Days that an uninstalled account's data is kept, hidden
    #[arg(long, env = "BUGSCRUB_PURGE_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(0..=3650))]
    pub purge_days: u32,
}

#[derive(Debug, Args)]
pub struct SetupArgs {
    /// The organization that owns the App [default: your own account]
    #[arg(long)]
    pub organization: Option<String>,
    /// Where GitHub delivers: https://YOUR-HOST/webhooks/github
    #[arg(long)]
    pub webhook_url: String,
    /// The App's name, unique on all of GitHub, 34 characters at most [default: Bug Scrub ORGANIZATION]
    #[arg(long)]
    pub name: Option<String>,
    /// Where the local page listens
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// The file to write, mode 600, the private key beside it; nothing is overwritten
    #[arg(long, default_value = "bugscrub.env")]
    pub file: PathBuf,
    /// Print a Kubernetes Secret of this name instead of writing files
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "bugscrub")]
    pub kubernetes_secret: Option<String>,
    /// GitHub's API; an Enterprise server's is https://HOST/api/v3
    #[arg(long, env = "BUGSCRUB_GITHUB_API_URL", default_value = "https://api.github.com")]
    pub github_api_url: String,
}

#[derive(Debug, Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    pub github: GitHubArgs,
}

#[derive(Debug, Args)]
pub struct BackfillArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub github: GitHubArgs,
    #[command(flatten)]
    pub bots: BotArgs,
    /// Logins or ids of the accounts that are kept [default: all]
    #[arg(long, env = "BUGSCRUB_ACCOUNTS", value_delimiter = ',')]
    pub accounts: Vec<String>,
    /// Repositories to fetch anew, as OWNER/REPO [default: what is not here yet]
    pub repositories: Vec<String>,
}

#[derive(Debug, Args)]
pub struct TryArgs {
    /// Public repositories, as OWNER/REPO
    #[arg(required = true)]
    pub repositories: Vec<String>,
    /// A personal token without any permission: then closed items and discussions come too
    #[arg(long, env = "GITHUB_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Where to listen
    #[arg(long, env = "BUGSCRUB_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Print the queue and stop
    #[arg(long)]
    pub once: bool,
    /// Where a private Postgres is made for it [default: the platform's data directory]
    #[arg(long, env = "BUGSCRUB_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// GitHub's API; an Enterprise server's is https://HOST/api/v3
    #[arg(long, env = "BUGSCRUB_GITHUB_API_URL", default_value = "https://api.github.com")]
    pub github_api_url: String,
}

/// How GitHub is asked.
#[derive(Debug, Clone)]
pub struct GitHubSettings {
    pub address: Address,
    pub app_id: u64,
    /// PEM.
    pub private_key: String,
    pub rhythm: Rhythm,
}

impl GitHubArgs {
    pub fn address(&self) -> Result<Address, ConfigError> {
        Ok(Address::new(&self.github_api_url)?)
    }

    /// `None`: no App is named, so that only deliveries are taken.
    ///
    /// # Errors
    /// Half of a name, or no address.
    pub fn settings(&self) -> Result<Option<GitHubSettings>, ConfigError> {
        let address = self.address()?;
        let grace = chrono::Duration::days(i64::from(self.purge_days));
        match (self.app_id, secret(&self.private_key, &self.private_key_file)?) {
            (None, None) => Ok(None),
            (Some(app_id), Some(private_key)) => {
                let rhythm = Rhythm { grace, ..Rhythm::default() };
                Ok(Some(GitHubSettings { address, app_id, private_key, rhythm }))
            }
            (Some(_), None) => Err(ConfigError::Invalid(
                "BUGSCRUB_APP_ID is set without BUGSCRUB_PRIVATE_KEY (or BUGSCRUB_PRIVATE_KEY_FILE): the App's private \
                 key is made and downloaded in its settings on GitHub",
            )),
            (None, Some(_)) => Err(ConfigError::Invalid(
                "a private key is set without BUGSCRUB_APP_ID: the App's settings on GitHub show its id",
            )),
        }
    }
}

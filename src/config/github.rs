//! Settings of the GitHub App, and of the subcommands that ask GitHub.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::bots::BotArgs;
use super::database::DatabaseArgs;
use super::error::ConfigError;
use super::people::PeopleArgs;
use super::public::PublicArgs;
use super::secret::SecretSetting;
use crate::github::{ApiAddress, AppId, PrivateKey, Rhythm};

/// The GitHub App with which the service asks for what deliveries do not tell.
#[derive(Debug, Clone, Args)]
pub struct GitHubArgs {
    /// The GitHub App's id or client id; without it the service only receives deliveries
    #[arg(long, env = "BUGSCRUB_APP_ID")]
    pub app_id: Option<AppId>,
    /// The GitHub App's private key: PEM, or the base64 of it
    #[arg(long, env = "BUGSCRUB_PRIVATE_KEY", hide_env_values = true)]
    pub private_key: Option<String>,
    /// A file that holds the private key
    #[arg(long, env = "BUGSCRUB_PRIVATE_KEY_FILE", conflicts_with = "private_key")]
    pub private_key_file: Option<PathBuf>,
    /// The address of GitHub's API; an Enterprise server's is https://HOST/api/v3
    #[arg(long, env = "BUGSCRUB_GITHUB_API_URL", default_value = "https://api.github.com")]
    pub github_api_url: ApiAddress,
    /// Days for which the data of an uninstalled account is kept, hidden
    #[arg(long, env = "BUGSCRUB_PURGE_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(0..=3650))]
    pub purge_days: u32,
}

#[derive(Debug, Args)]
pub struct SetupArgs {
    /// The organization that owns the App [default: your own account]
    #[arg(long)]
    pub organization: Option<String>,
    /// The URL that GitHub delivers to: https://YOUR-HOST/webhooks/github
    #[arg(long)]
    pub webhook_url: String,
    /// The App's name, unique on all of GitHub, 34 characters at most [default: Bug Scrub ORGANIZATION]
    #[arg(long)]
    pub name: Option<String>,
    /// The address that the local page listens on
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// The file to write, with mode 600 and the private key beside it; nothing is overwritten
    #[arg(long, default_value = "bugscrub.env")]
    pub file: PathBuf,
    /// Print a Kubernetes Secret of this name instead of writing files
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "bugscrub")]
    pub kubernetes_secret: Option<String>,
    /// The address of GitHub's API; an Enterprise server's is https://HOST/api/v3
    #[arg(long, env = "BUGSCRUB_GITHUB_API_URL", default_value = "https://api.github.com")]
    pub github_api_url: ApiAddress,
}

#[derive(Debug, Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    pub github: GitHubArgs,
    #[command(flatten)]
    pub people: PeopleArgs,
    #[command(flatten)]
    pub public: PublicArgs,
    #[command(flatten)]
    pub database: DatabaseArgs,
}

#[derive(Debug, Args)]
pub struct BackfillArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub github: GitHubArgs,
    #[command(flatten)]
    pub bots: BotArgs,
    /// Logins or ids of the accounts to fetch [default: all]
    #[arg(long, env = "BUGSCRUB_ACCOUNTS", value_delimiter = ',')]
    pub accounts: Vec<String>,
    /// Repositories to fetch again, as OWNER/REPO [default: whatever is still missing]
    pub repositories: Vec<String>,
}

/// The App and the address of its GitHub.
#[derive(Debug, Clone)]
pub struct GitHubSettings {
    pub address: ApiAddress,
    pub app_id: AppId,
    pub private_key: PrivateKey,
    pub rhythm: Rhythm,
}

impl GitHubArgs {
    /// `None` without an App: then the service only receives deliveries.
    ///
    /// # Errors
    /// If either the App's id or its key is missing, or the key is none.
    pub fn settings(&self) -> Result<Option<GitHubSettings>, ConfigError> {
        let address = self.github_api_url.clone();
        let grace = chrono::Duration::days(i64::from(self.purge_days));
        let key =
            SecretSetting { name: "BUGSCRUB_PRIVATE_KEY", value: &self.private_key, file: &self.private_key_file };
        match (self.app_id.clone(), key.read()?) {
            (None, None) => Ok(None),
            (Some(app_id), Some(text)) => {
                let bad = |source| ConfigError::Key { variable: key.variable(), source };
                let (private_key, rhythm) =
                    (PrivateKey::parse(&text).map_err(bad)?, Rhythm { grace, ..Rhythm::default() });
                Ok(Some(GitHubSettings { address, app_id, private_key, rhythm }))
            }
            (Some(_), None) => Err(ConfigError::Invalid(
                "BUGSCRUB_APP_ID is set without BUGSCRUB_PRIVATE_KEY (or BUGSCRUB_PRIVATE_KEY_FILE): make a private key in \
                 the App's settings on GitHub and download it",
            )),
            (None, Some(_)) => Err(ConfigError::Invalid(
                "a private key is set without BUGSCRUB_APP_ID: the App's settings on GitHub show its id and its client id",
            )),
        }
    }
}

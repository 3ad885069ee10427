//! Settings of the service.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::Tz;
use clap::Args;

use super::bots::BotArgs;
use super::chat::ChatArgs;
use super::database::DatabaseArgs;
use super::error::ConfigError;
use super::github::{GitHubArgs, GitHubSettings};
use super::people::PeopleArgs;
use super::public::PublicArgs;
use super::scrubs::{ScrubArgs, ScrubSettings};
use super::secret::{SecretSetting, read};
use crate::activity::Bots;
use crate::chat::ChatSettings;
use crate::github::ApiAddress;
use crate::http::cors::Origins;
use crate::http::public::PublicSettings;
use crate::ingest::Accounts;
use crate::people::PeopleSettings;
use crate::scrub::Declarations;
use crate::webhook::Secrets;

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The address to listen on
    #[arg(long, env = "BUGSCRUB_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The address of metrics and probes, which answer there without a token [default: none; /metrics is for an admin token]
    #[arg(long, env = "BUGSCRUB_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The webhook secret, taken whole
    #[arg(long, env = "BUGSCRUB_WEBHOOK_SECRET", hide_env_values = true)]
    pub webhook_secret: Option<String>,
    /// A file that holds the webhook secret
    #[arg(long, env = "BUGSCRUB_WEBHOOK_SECRET_FILE", conflicts_with = "webhook_secret")]
    pub webhook_secret_file: Option<PathBuf>,
    /// The webhook secret of before, while it rotates: deliveries signed with it are accepted too
    #[arg(long, env = "BUGSCRUB_WEBHOOK_SECRET_OLD", hide_env_values = true)]
    pub webhook_secret_old: Option<String>,
    /// A file that holds the webhook secret of before
    #[arg(long, env = "BUGSCRUB_WEBHOOK_SECRET_OLD_FILE", conflicts_with = "webhook_secret_old")]
    pub webhook_secret_old_file: Option<PathBuf>,
    /// A bootstrap API token with the scope admin, 16 characters or more
    #[arg(long, env = "BUGSCRUB_ADMIN_TOKEN", hide_env_values = true)]
    pub admin_token: Option<String>,
    /// A file that holds the bootstrap token
    #[arg(long, env = "BUGSCRUB_ADMIN_TOKEN_FILE", conflicts_with = "admin_token")]
    pub admin_token_file: Option<PathBuf>,
    /// The time zone in which days are counted, such as Europe/Berlin
    #[arg(long, env = "BUGSCRUB_TIME_ZONE", default_value = "UTC", value_parser = zone)]
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
    #[command(flatten)]
    pub people: PeopleArgs,
    #[command(flatten)]
    pub public: PublicArgs,
    #[command(flatten)]
    pub chat: ChatArgs,
    /// Days for which raw deliveries are kept; 4 or more, since GitHub redelivers for 3
    #[arg(long, env = "BUGSCRUB_DELIVERY_RETENTION_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(4..=3650))]
    pub delivery_retention_days: u32,
}

#[derive(Debug, Clone, Args)]
pub struct ApiArgs {
    /// Origins of web pages that may call the API, such as https://dashboard.example, or * [default: none]
    #[arg(long, env = "BUGSCRUB_CORS_ORIGINS", value_delimiter = ',')]
    pub cors_origins: Vec<String>,
    /// API requests that each token may make a minute; 0 for no limit
    #[arg(long, env = "BUGSCRUB_RATE_LIMIT", default_value_t = 6_000)]
    pub rate_limit: u32,
    /// A YAML file of views, groups and collections that every account has [default: none]
    #[arg(long, env = "BUGSCRUB_VIEWS_FILE")]
    pub views_file: Option<PathBuf>,
}

/// The settings of the running service.
#[derive(Debug, Clone)]
pub struct Settings {
    pub listen: SocketAddr,
    /// Where metrics and probes answer without a token.
    pub metrics_listen: Option<SocketAddr>,
    pub secrets: Secrets,
    pub admin_token: Option<String>,
    pub zone: Tz,
    pub accounts: Accounts,
    pub bots: Bots,
    pub cors_origins: Origins,
    /// API requests a minute and token; 0 for no limit.
    pub rate_limit: u32,
    pub public: PublicSettings,
    pub delivery_retention: Duration,
    /// The views that every account has.
    pub views: Declarations,
    pub scrubs: ScrubSettings,
    /// Where GitHub's API is, whether it is asked or not.
    pub github_address: ApiAddress,
    /// `None`: the service only receives deliveries.
    pub github: Option<GitHubSettings>,
    pub people: PeopleSettings,
    /// `None`: no chat is told of scrubs.
    pub chat: Option<ChatSettings>,
}

impl ServeArgs {
    /// # Errors
    /// If a secret is missing, empty or too short, or a setting or its file cannot be read.
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        let secrets = self.secrets()?.ok_or(ConfigError::Invalid(
            "no webhook secret: set BUGSCRUB_WEBHOOK_SECRET (or BUGSCRUB_WEBHOOK_SECRET_FILE) to the secret of the \
             GitHub App's webhook",
        ))?;
        let admin_token =
            SecretSetting { name: "BUGSCRUB_ADMIN_TOKEN", value: &self.admin_token, file: &self.admin_token_file };
        let admin_token = admin_token.read()?;
        if admin_token.as_ref().is_some_and(|token| token.len() < 16) {
            return Err(ConfigError::Invalid("BUGSCRUB_ADMIN_TOKEN must have 16 characters or more"));
        }
        Ok(Settings {
            listen: self.listen,
            metrics_listen: self.metrics_listen,
            secrets,
            admin_token,
            zone: self.time_zone,
            accounts: Accounts::new(self.accounts.iter().map(String::as_str)),
            bots: self.bots.bots(),
            cors_origins: Origins::new(&self.api.cors_origins)?,
            rate_limit: self.api.rate_limit,
            public: self.public.settings()?,
            views: self.api.views_file.as_deref().map_or_else(|| Ok(Declarations::default()), read_views)?,
            scrubs: self.scrubs.settings(),
            people: self.people.settings(&self.github)?,
            github_address: self.github.github_api_url.clone(),
            chat: self.chat.settings()?,
            github: self.github.settings()?,
            delivery_retention: Duration::from_secs(u64::from(self.delivery_retention_days) * 86_400),
        })
    }

    fn secrets(&self) -> Result<Option<Secrets>, ConfigError> {
        let (name, value) = ("BUGSCRUB_WEBHOOK_SECRET", &self.webhook_secret);
        let current = SecretSetting { name, value, file: &self.webhook_secret_file }.read()?;
        let (name, value) = ("BUGSCRUB_WEBHOOK_SECRET_OLD", &self.webhook_secret_old);
        let old = SecretSetting { name, value, file: &self.webhook_secret_old_file }.read()?;
        let secrets = current.and_then(|current| Secrets::parse(&current));
        Ok(secrets.map(|secrets| old.iter().fold(secrets, |secrets, old| secrets.or(old))))
    }
}

fn zone(name: &str) -> Result<Tz, &'static str> {
    name.trim().parse().map_err(|_| "it is no time zone: write its name, such as Europe/Berlin or UTC")
}

fn read_views(path: &Path) -> Result<Declarations, ConfigError> {
    let text = read(path, "BUGSCRUB_VIEWS_FILE".to_owned())?;
    Declarations::with_file(&text).map_err(|source| ConfigError::Views { path: path.to_owned(), source })
}

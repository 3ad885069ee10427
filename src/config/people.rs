//! Settings of the people who sign in.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::error::ConfigError;
use super::github::GitHubArgs;
use super::secret::SecretSetting;
use crate::people::{OAuthApp, PeopleSettings, ScrubOpenTo, SessionKeys, SignInSettings};

#[derive(Debug, Clone, Args)]
pub struct PeopleArgs {
    /// The GitHub App's client id, with which people sign in [default: the App's id, if that is one]
    #[arg(long, env = "BUGSCRUB_CLIENT_ID")]
    pub client_id: Option<String>,
    /// A client secret of the GitHub App
    #[arg(long, env = "BUGSCRUB_CLIENT_SECRET", hide_env_values = true)]
    pub client_secret: Option<String>,
    /// A file that holds the client secret
    #[arg(long, env = "BUGSCRUB_CLIENT_SECRET_FILE", conflicts_with = "client_secret")]
    pub client_secret_file: Option<PathBuf>,
    /// The key under which people's tokens are kept: 32 bytes in base64; several by lines while one replaces another, the
    /// newest first. Without it nobody can sign in with GitHub
    #[arg(long, env = "BUGSCRUB_SESSION_KEY", hide_env_values = true)]
    pub session_key: Option<String>,
    /// A file that holds the key or the keys
    #[arg(long, env = "BUGSCRUB_SESSION_KEY_FILE", conflicts_with = "session_key")]
    pub session_key_file: Option<PathBuf>,
    /// GitHub logins of those who are administrators once they are signed in [default: nobody]
    #[arg(long, env = "BUGSCRUB_ADMINS", value_delimiter = ',')]
    pub admins: Vec<String>,
    /// Who may scrub, of those who are signed in: whoever has triage rights or more on a repository, or everybody
    #[arg(long, env = "BUGSCRUB_SCRUB_OPEN_TO", value_enum, default_value = "triage")]
    pub scrub_open_to: ScrubOpenTo,
}

impl PeopleArgs {
    /// Nobody can sign in without a session key; neither without a client secret and an App.
    ///
    /// # Errors
    /// If a secret cannot be read, or the session key is there and what goes with it is not.
    pub fn settings(&self, github: &GitHubArgs) -> Result<PeopleSettings, ConfigError> {
        let (name, value) = ("BUGSCRUB_CLIENT_SECRET", &self.client_secret);
        let secret = SecretSetting { name, value, file: &self.client_secret_file }.read()?;
        let key =
            SecretSetting { name: "BUGSCRUB_SESSION_KEY", value: &self.session_key, file: &self.session_key_file };
        let keys = match key.read()? {
            Some(text) => {
                let bad = |source| ConfigError::SessionKey { variable: key.variable(), source };
                Some(SessionKeys::parse(&text).map_err(bad)?)
            }
            None => None,
        };
        // An App's id is a number, its client id is not.
        let of_app = github.app_id.as_ref().map(|id| id.as_str().to_owned());
        let of_app = of_app.filter(|id| !id.bytes().all(|byte| byte.is_ascii_digit()));
        let sign_in = match (keys, self.client_id.clone().or(of_app), secret) {
            (None, ..) => None,
            (Some(_), None, _) | (Some(_), _, None) => {
                return Err(ConfigError::Invalid(
                    "BUGSCRUB_SESSION_KEY is set, but people cannot sign in without BUGSCRUB_CLIENT_ID and \
                     BUGSCRUB_CLIENT_SECRET (or BUGSCRUB_CLIENT_SECRET_FILE): the App's settings on GitHub show the \
                     client id, and make a client secret",
                ));
            }
            (Some(_), ..) if github.app_id.is_none() => {
                return Err(ConfigError::Invalid(
                    "BUGSCRUB_SESSION_KEY is set without BUGSCRUB_APP_ID: people sign in through the GitHub App",
                ));
            }
            (Some(keys), Some(client_id), Some(secret)) => {
                Some(SignInSettings { app: OAuthApp::new(client_id, secret), keys: Arc::new(keys) })
            }
        };
        let admins = self.admins.iter().map(|login| login.trim().trim_start_matches('@').to_lowercase());
        let admins = admins.filter(|login| !login.is_empty()).collect();
        Ok(PeopleSettings { sign_in, admins, scrub_open_to: self.scrub_open_to })
    }
}

//! Setting up the App: a local page that has GitHub make it from the manifest, and takes its
//! credentials back (GitHub's "registering a GitHub App from a manifest").

mod credentials;
mod page;

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;

pub use self::credentials::{Credentials, Reserved, WriteError};
use super::client::{Client, GitHubError};
use super::manifest;

/// What App is to be made.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The organization that owns it; `None`: the person's own account.
    pub organization: Option<String>,
    /// Names are unique on all of GitHub, and have 34 characters at most.
    pub name: String,
    /// Where GitHub delivers.
    pub webhook_url: String,
    /// Where people see GitHub.
    pub web: String,
}

/// Why an App was not set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("the organization's login {0:?} is none: letters, digits and hyphens")]
    Organization(String),
    #[error("the App's name {0:?} must have 1 to 34 characters")]
    Name(String),
    #[error("the webhook's address {0:?} must be an https:// one that GitHub can reach, ending in /webhooks/github")]
    WebhookUrl(String),
    #[error("the local page cannot be served")]
    Page(#[from] std::io::Error),
    #[error(
        "the local page is for this machine only: listen on a loopback address, such as 127.0.0.1:39201, not on {0}"
    )]
    NotLoopback(SocketAddr),
    #[error(
        "GitHub did not hand out the credentials of the new App: delete it there, begin again, and finish within the hour"
    )]
    Conversion(#[from] GitHubError),
    #[error("GitHub's credentials lack {0}")]
    Incomplete(&'static str),
}

/// Where the page may be served.
///
/// # Errors
/// [`SetupError::NotLoopback`] for an address that others can reach.
pub fn check_listen(address: SocketAddr) -> Result<(), SetupError> {
    if address.ip().is_loopback() { Ok(()) } else { Err(SetupError::NotLoopback(address)) }
}

impl Wanted {
    pub fn check(&self) -> Result<(), SetupError> {
        let login = |login: &&String| {
            !login.is_empty() && login.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if let Some(bad) = self.organization.iter().find(|organization| !login(organization)) {
            return Err(SetupError::Organization(bad.clone()));
        }
        if self.name.is_empty() || self.name.chars().count() > 34 {
            return Err(SetupError::Name(self.name.clone()));
        }
        let url = &self.webhook_url;
        let reachable = url.starts_with("https://") || url.starts_with("http://");
        if !reachable || !url.ends_with("/webhooks/github") {
            return Err(SetupError::WebhookUrl(url.clone()));
        }
        Ok(())
    }

    /// Where the form goes. GitHub gives `state` back with the code.
    fn form_action(&self, state: &str) -> String {
        let owner = self.organization.as_ref().map(|login| format!("/organizations/{login}")).unwrap_or_default();
        format!("{}{owner}/settings/apps/new?state={state}", self.web)
    }

    fn manifest(&self, page: SocketAddr) -> Value {
        json!({
            "name": self.name,
            "url": self.webhook_url.trim_end_matches("/webhooks/github"),
            "description": manifest::description(),
            "public": false,
            "hook_attributes": {"url": self.webhook_url, "active": true},
            "redirect_url": format!("http://{page}/callback"),
            "default_permissions": manifest::declared_permissions(),
            "default_events": manifest::declared_events(),
        })
    }
}

/// Waits before the code is exchanged once more: it serves once, and for an hour, so that an answer
/// that failed on the way is worth some patience.
const AGAIN: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

/// Serves the page until a person has been through the flow; answers the App's credentials.
pub async fn run(client: &Client, wanted: Wanted, listener: TcpListener) -> Result<Credentials, SetupError> {
    wanted.check()?;
    let code = page::serve(listener, wanted).await?;
    let mut waits = AGAIN.into_iter();
    let converted = loop {
        match client.convert_manifest(&code).await {
            Err(GitHubError::Unreachable(_) | GitHubError::Failed(_)) if waits.len() > 0 => {
                tokio::time::sleep(waits.next().unwrap_or_default()).await;
            }
            converted => break converted?,
        }
    };
    Credentials::of(&converted)
}

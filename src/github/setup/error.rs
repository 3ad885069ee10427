//! Why an App was not set up.

use std::net::SocketAddr;

use crate::github::answer::GitHubError;

/// Why an App was not set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("{0:?} is not the login of an organization: only letters, digits and hyphens are allowed")]
    Organization(String),
    #[error("the App's name {0:?} must have 1 to 34 characters")]
    Name(String),
    #[error("{0:?} is not a webhook URL: it must be an https:// URL that GitHub can reach and end in /webhooks/github")]
    WebhookUrl(String),
    #[error("the local page cannot be served")]
    Page(#[from] std::io::Error),
    #[error(
        "the local page is for this machine only: listen on a loopback address such as 127.0.0.1:39201, not on {0}"
    )]
    NotLoopback(SocketAddr),
    #[error(
        "GitHub did not hand out the credentials of the new App: delete the App on GitHub, start again, and finish within \
         the hour"
    )]
    Conversion(#[from] GitHubError),
    #[error("the credentials from GitHub lack {0}")]
    Incomplete(&'static str),
}

//! Setting up the App with a local page: GitHub creates the App from the manifest and returns its
//! credentials (in GitHub's documentation: "Registering a GitHub App from a manifest").
//!
//! The players: [`NewApp`] is the App to create, `page` the local page, [`Credentials`] what GitHub
//! returns, and [`CredentialFiles`] the files for them.

mod credentials;
mod error;
mod new_app;
mod page;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;

pub use self::credentials::{CredentialFiles, Credentials, WriteError};
pub use self::error::SetupError;
pub use self::new_app::NewApp;
use super::answer::GitHubError;
use super::client::Client;

/// Checks that only this machine can reach the page.
///
/// # Errors
/// [`SetupError::NotLoopback`] for an address that others can reach.
pub fn check_listen(address: SocketAddr) -> Result<(), SetupError> {
    if address.ip().is_loopback() { Ok(()) } else { Err(SetupError::NotLoopback(address)) }
}

/// The waits before the code is exchanged again. It is good for one exchange and one hour, so an
/// answer that was lost on the way is worth some patience.
const RETRIES: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

/// Serves the page until a person has created the App; answers the App's credentials.
pub async fn run(client: &Client, app: NewApp, listener: TcpListener) -> Result<Credentials, SetupError> {
    app.check()?;
    let code = page::serve(listener, app).await?;
    let mut waits = RETRIES.into_iter();
    let converted = loop {
        match client.convert_manifest(&code).await {
            Err(GitHubError::Unreachable { .. } | GitHubError::Failed(_)) if waits.len() > 0 => {
                tokio::time::sleep(waits.next().unwrap_or_default()).await;
            }
            converted => break converted?,
        }
    };
    Credentials::of(&converted)
}

//! Giving tokens back to GitHub: those of sessions that have ended are of no use to anybody any more.
//!
//! Nobody waits for it. If GitHub cannot be told, or the service is stopped meanwhile, an access token lasts for eight hours
//! at most, and what renews it is deleted here.

use super::known::{People, SignIn};
use super::session::access_of;
use crate::github::GitHubError;
use crate::store::sessions::EndedSession;

impl People {
    /// Has GitHub forget the access tokens of sessions that have ended.
    pub fn give_back(&self, ended: Vec<EndedSession>) {
        if ended.is_empty() || !self.can_sign_in() {
            return;
        }
        let people = self.clone();
        tokio::spawn(async move {
            for session in ended {
                if let Err(error) = people.forget(&session).await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "GitHub could not be told that a session has ended; its token ends by itself"
                    );
                }
            }
        });
    }

    async fn forget(&self, session: &EndedSession) -> Result<(), GitHubError> {
        let Ok(SignIn { github, app, keys, .. }) = self.sign_in() else { return Ok(()) };
        // What no key opens was of no use before.
        let Some(token) = access_of(keys, session) else { return Ok(()) };
        // The semaphore is never closed.
        let _turn = self.0.giving_back.acquire().await.ok();
        github.forget_token((app.client_id.as_str(), app.client_secret.secret().as_str()), &token).await
    }
}

//! The App that GitHub is asked to create.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::error::SetupError;
use crate::github::manifest;

/// The App that GitHub is asked to create.
#[derive(Clone, Debug)]
pub struct NewApp {
    /// The organization that owns it; `None` for the person's own account.
    pub organization: Option<String>,
    /// Unique on all of GitHub, at most 34 characters long.
    pub name: String,
    /// The URL that GitHub delivers to.
    pub webhook_url: String,
    /// The address at which people open GitHub in a browser.
    pub web: String,
}

impl NewApp {
    /// Checks the parts that a person has given.
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

    /// The URL that the form is posted to. GitHub returns `state` with the code.
    pub(super) fn form_action(&self, state: &str) -> String {
        let owner = self.organization.as_ref().map(|login| format!("/organizations/{login}")).unwrap_or_default();
        format!("{}{owner}/settings/apps/new?state={state}", self.web)
    }

    /// The manifest that the form posts.
    pub(super) fn manifest(&self, page: SocketAddr) -> Value {
        let address = self.webhook_url.trim_end_matches("/webhooks/github");
        json!({
            "name": self.name,
            "url": address,
            "description": manifest::description(),
            "public": false,
            "hook_attributes": {"url": self.webhook_url, "active": true},
            "redirect_url": format!("http://{page}/callback"),
            "callback_urls": [format!("{address}{}", manifest::CALLBACK)],
            "request_oauth_on_install": false,
            "default_permissions": manifest::declared_permissions(),
            "default_events": manifest::declared_events(),
        })
    }
}

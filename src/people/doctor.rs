//! What the doctor says about signing in.

use super::known::People;
use super::oauth::OAuthApp;
use super::sign_in::check;
use crate::github::Client;
use crate::github::doctor::{self, Finding};
use crate::github::manifest::CALLBACK;

/// Whether people can sign in through the App, and whether what they see ends in time. `None`: the service is not told
/// by which App.
pub async fn examine(app: Option<OAuthApp>, github: &Client) -> Vec<Finding> {
    let Some(app) = app else {
        let nobody = Finding::Good(format!(
            "Nobody can sign in with GitHub, which is allowed. If people shall: add https://YOUR-HOST{CALLBACK} as a \
             callback URL to the App's settings, make a client secret there, and set BUGSCRUB_CLIENT_ID, \
             BUGSCRUB_CLIENT_SECRET and BUGSCRUB_SESSION_KEY."
        ));
        return vec![nobody];
    };
    let mut findings = vec![examine_app(app, github).await];
    findings.extend(doctor::examine_members(github).await);
    findings
}

async fn examine_app(app: OAuthApp, github: &Client) -> Finding {
    let given = app.client_id.to_string();
    if let Some(own) = doctor::client_id(github).await.filter(|own| *own != given) {
        return Finding::Bad(format!(
            "People cannot sign in: BUGSCRUB_CLIENT_ID is {given}, which is another App. The client id of this one is {own}."
        ));
    }
    match check(app, github).await {
        Ok(()) => Finding::Good(format!(
            "GitHub knows the client secret, so people can sign in if https://YOUR-HOST{CALLBACK} is a callback URL in \
             the App's settings."
        )),
        Err(error) => Finding::Bad(format!("People cannot sign in: {}.", whole(&error))),
    }
}

/// An error with its causes.
pub fn whole(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}

impl People {
    /// The same, of the App that the running service was told.
    pub async fn examine(&self, github: &Client) -> Vec<Finding> {
        examine(self.sign_in().ok().map(|sign_in| sign_in.app.clone()), github).await
    }
}

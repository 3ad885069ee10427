//! The doctor checks whether the App has everything it needs. For each thing that is wrong, one
//! sentence says what it is and what to do.

mod database;
mod members;

use std::collections::BTreeMap;

use chrono::Duration;
use serde_json::Value;

pub use self::database::examine as examine_database;
pub use self::members::examine as examine_members;
use super::answer::GitHubError;
use super::client::{Client, Requester};
use super::manifest::declared_events;
use super::permissions::Permissions;
use super::wire::{App, GitHubInstallation, HookConfig, HookDelivery, InstallationEntry};

/// A greater difference of the clocks is worth a warning. Beyond a minute GitHub refuses our tokens.
const SKEW: Duration = Duration::seconds(30);

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    Good(String),
    /// It works, but not as it should.
    Warning(String),
    Bad(String),
}

impl Finding {
    pub fn is_bad(&self) -> bool {
        matches!(self, Finding::Bad(_))
    }

    pub fn text(&self) -> &str {
        let (Finding::Good(text) | Finding::Warning(text) | Finding::Bad(text)) = self;
        text
    }

    /// The sign in front of the text.
    pub fn sign(&self) -> &'static str {
        match self {
            Finding::Good(_) => "ok  ",
            Finding::Warning(_) => "WARN",
            Finding::Bad(_) => "FAIL",
        }
    }
}

fn good(text: impl Into<String>) -> Finding {
    Finding::Good(text.into())
}

fn warning(text: impl Into<String>) -> Finding {
    Finding::Warning(text.into())
}

fn bad(text: impl Into<String>) -> Finding {
    Finding::Bad(text.into())
}

/// Whose installations are told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    Everybodys,
    /// That of the account of this id and login.
    Account(i64, String),
    /// None: only whether there is any.
    Nobodys,
}

/// Runs all checks. If GitHub does not know the App, the others would make no sense and are left out. `ours` is whose clock
/// the client goes by.
pub async fn examine(client: &Client, whose: &Whose, ours: &str) -> Vec<Finding> {
    let mut findings = vec![];
    let app = match client.get(Requester::App, "/app").await.and_then(|answer| answer.json::<App>()) {
        Ok(app) => app,
        Err(error) => {
            findings.extend(clock(client, ours));
            findings.push(bad(unknown_app(client, &error)));
            return findings;
        }
    };
    findings.extend(clock(client, ours));
    findings.push(good(format!(
        "GitHub knows the App: {}, id {}.",
        app.name.as_deref().unwrap_or("an App without a name"),
        app_id(client)
    )));
    findings.push(permissions(&app));
    findings.push(events(&app));
    findings.extend(hook(client).await);
    findings.extend(deliveries(client).await);
    findings.extend(installations(client, &app, whose).await);
    findings
}

/// The App's client id, as far as GitHub tells it.
pub async fn client_id(client: &Client) -> Option<String> {
    let app = client.get(Requester::App, "/app").await.and_then(|answer| answer.json::<App>()).ok()?;
    app.client_id.map(|id| id.0)
}

fn app_id(client: &Client) -> String {
    client.identity().map(|identity| identity.app_id().to_string()).unwrap_or_default()
}

fn clock(client: &Client, ours: &str) -> Option<Finding> {
    let identity = client.identity()?;
    if !identity.is_told_the_time() {
        return Some(warning("The clock could not be compared with GitHub's, which did not answer."));
    }
    let ahead = -identity.skew();
    if ahead.abs() <= SKEW {
        return Some(good("The clock agrees with GitHub's."));
    }
    let off = off(ahead);
    Some(warning(format!(
        "The clock of {ours} is {off} GitHub's. The service corrects for it, but set it right: run an NTP service such \
         as chrony or systemd-timesyncd."
    )))
}

/// How far a clock is off, in words that are followed by whose clock it is compared with.
fn off(ahead: Duration) -> String {
    let way = if ahead < Duration::zero() { "behind" } else { "ahead of" };
    let much = match ahead.num_seconds().abs() {
        seconds @ ..120 => format!("{seconds} s"),
        seconds @ ..172_800 => format!("{} minutes", (seconds + 30) / 60),
        seconds => format!("{} days", (seconds + 43_200) / 86_400),
    };
    format!("{much} {way}")
}

/// The sentence for an App that GitHub does not know: why, and what to do.
pub fn unknown_app(client: &Client, error: &GitHubError) -> String {
    let id = app_id(client);
    match error {
        GitHubError::Unreachable { place, why } => format!(
            "GitHub's API cannot be reached at {place}: {why}. BUGSCRUB_GITHUB_API_URL says where it is (an Enterprise \
             server's is https://HOST/api/v3)."
        ),
        GitHubError::Refused { status: 401, message } if message.contains("could not be decoded") => format!(
            "The private key is not one of the App {id} (GitHub: {message}). Make a new private key in the App's \
             settings under \"Private keys\" and set BUGSCRUB_PRIVATE_KEY_FILE to its file; or correct BUGSCRUB_APP_ID, \
             if it is the id of another App."
        ),
        GitHubError::Refused { status: 401, message } => format!(
            "GitHub does not accept the App's token: {message}. If the message is about `iat` or `exp`, the clock of this \
             machine is wrong: set it by NTP. Otherwise the private key was revoked: make a new one in the App's settings."
        ),
        GitHubError::Refused { status: 404, message } => format!(
            "There is no App with the id {id} (GitHub: {message}). BUGSCRUB_APP_ID must be the App ID or the \
             Client ID that the App's settings show. The App may also have been deleted."
        ),
        GitHubError::Key(error) => format!("The private key cannot be used: {error}."),
        GitHubError::Shut { until, reason } => {
            format!("GitHub takes no requests until {until} ({reason}). Nothing is wrong with the App: wait.")
        }
        other => format!("GitHub could not be asked about the App: {other}."),
    }
}

fn permissions(app: &App) -> Finding {
    let permissions = Permissions::new(&app.permissions.clone().map(Value::Object).unwrap_or_default());
    let settings = app.html_url.as_deref().unwrap_or("the App's settings on GitHub");
    let missing = permissions.missing();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return bad(format!(
            "The App may not read {missing}. Grant it as read-only under \"Permissions & events\" ({settings}), and \
             accept the change where the App is installed."
        ));
    }
    let excess: Vec<String> =
        permissions.excess().into_iter().map(|(name, level)| format!("{name}: {level}")).collect();
    if excess.is_empty() {
        return good("The App may read issues, pull requests and discussions, and may write nothing.");
    }
    warning(format!(
        "The App may do more than it needs ({}). The service does not use it; take it away in {settings}.",
        excess.join(", ")
    ))
}

fn events(app: &App) -> Finding {
    let missing: Vec<String> = declared_events()
        .into_iter()
        .filter(|event| !app.events.iter().flatten().any(|has| **has == **event))
        .collect();
    if missing.is_empty() {
        return good("The App subscribes to all events that it needs.");
    }
    bad(format!(
        "The App does not subscribe to {}. Tick them under \"Permissions & events\" in its settings: without them \
         activity shows up an hour late.",
        missing.join(", ")
    ))
}

async fn hook(client: &Client) -> Vec<Finding> {
    let config = client.get(Requester::App, "/app/hook/config").await.and_then(|answer| match answer.status {
        200 => answer.json::<HookConfig>(),
        status => Err(GitHubError::Refused { status, message: "no webhook is configured".to_owned() }),
    });
    let config = match config {
        Ok(config) => config,
        Err(error) => {
            return vec![bad(format!("The App's webhook could not be read ({error}): set one in its settings."))];
        }
    };
    let url = config.url.map(|url| url.0).unwrap_or_default();
    let mut findings = vec![];
    if !url.ends_with("/webhooks/github") {
        findings.push(warning(format!(
            "The App's webhook goes to {url:?}, but the service takes deliveries at https://YOUR-HOST/webhooks/github."
        )));
    }
    if config.secret.is_none_or(|secret| secret.is_empty()) {
        findings.push(bad("The App's webhook has no secret: set the one in BUGSCRUB_WEBHOOK_SECRET."));
    }
    if config.content_type.is_some_and(|name| name.eq_ignore_ascii_case("form")) {
        findings.push(bad(
            "The App's webhook sends forms (content_type: form), and the service refuses them with 415: set its content \
             type to application/json.",
        ));
    }
    if config.insecure_ssl.is_some_and(|insecure| insecure.0) {
        findings.push(warning(
            "GitHub does not check the certificate of the webhook's host (insecure_ssl): turn SSL verification on in the \
             App's settings.",
        ));
    }
    if findings.is_empty() {
        findings.push(good(format!("The App's webhook goes to {url} and is signed.")));
    }
    findings
}

/// Checks whether the recent deliveries arrived: the last one, and how many before it did not.
async fn deliveries(client: &Client) -> Vec<Finding> {
    let listed = client.get(Requester::App, "/app/hook/deliveries?per_page=100").await;
    let listed = match listed.and_then(|answer| answer.json::<Vec<HookDelivery>>()) {
        Ok(listed) => listed,
        Err(error) => return vec![warning(format!("The deliveries could not be listed: {error}."))],
    };
    let Some(last) = listed.first() else { return vec![] };
    let mut failed: BTreeMap<i64, usize> = BTreeMap::new();
    for delivery in listed.iter().skip(1).filter(|delivery| !delivery.arrived()) {
        if let Some(code) = delivery.status_code.filter(|code| *code > 0) {
            *failed.entry(code).or_default() += 1;
        }
    }
    let codes: Vec<String> = failed.iter().map(|(code, times)| format!("{times} with {code}")).collect();
    let earlier = (!codes.is_empty()).then(|| {
        warning(format!(
            "Of the {} deliveries before it, some failed: {}. The service asks for them again.",
            listed.len() - 1,
            codes.join(", ")
        ))
    });
    std::iter::once(delivery(last)).chain(earlier).collect()
}

fn delivery(last: &HookDelivery) -> Finding {
    let at = last
        .delivered_at
        .map_or("a time that GitHub does not say".to_owned(), |at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string());
    let code = last.status_code.unwrap_or_default();
    match code {
        _ if last.arrived() => good(format!("The last delivery arrived, at {at}.")),
        401 => bad(format!(
            "The last delivery, at {at}, was refused with 401: the webhook's secret in the App's settings is not the \
             service's BUGSCRUB_WEBHOOK_SECRET. Set both to the same secret."
        )),
        415 => bad(format!(
            "The last delivery, at {at}, was refused with 415: it was a form. Set the content type of the webhook, in the \
             App's settings, to application/json."
        )),
        404 | 405 => bad(format!(
            "The last delivery, at {at}, was answered {code}: the webhook's URL does not lead to the service. It must end \
             in /webhooks/github, and a proxy in between must pass that path on."
        )),
        300..=399 => bad(format!(
            "The last delivery, at {at}, was answered with a redirection ({code}), which GitHub does not follow: set the \
             webhook's URL to the address that it leads to."
        )),
        _ => warning(format!(
            "The last delivery, at {at}, did not arrive ({code} {}). The service must be running, and GitHub must be able \
             to reach it at the webhook's URL; then the service asks for the failed deliveries again.",
            last.status.as_deref().unwrap_or_default()
        )),
    }
}

/// Installations that GitHub lists at once.
const PAGE: usize = 100;

async fn installations(client: &Client, app: &App, whose: &Whose) -> Vec<Finding> {
    let listed = client.get(Requester::App, &format!("/app/installations?per_page={PAGE}")).await;
    let listed = match listed.and_then(|answer| answer.json::<Vec<InstallationEntry>>()) {
        Ok(listed) => listed,
        Err(error) => return vec![bad(format!("The installations could not be listed: {error}."))],
    };
    let slug = app.slug.as_deref().unwrap_or("YOUR-APP");
    if listed.is_empty() {
        return vec![bad(format!(
            "The App is not installed on any account. Install it: open /apps/{slug}/installations/new on GitHub and \
             choose the organization."
        ))];
    }
    let mut findings = vec![];
    for entry in &listed {
        let found = entry.installation();
        let told = match whose {
            Whose::Everybodys => true,
            Whose::Account(id, _) => found.as_ref().is_some_and(|found| found.account_id == *id),
            Whose::Nobodys => false,
        };
        if !told {
            continue;
        }
        findings.push(match found {
            Some(found) => installation(client, &found).await,
            None if entry.is_on_enterprise() => continue,
            None => warning("GitHub lists an installation without saying on which account it is; it is left out."),
        });
    }
    // Behind a full page there may be more.
    if let (Whose::Account(_, login), true) = (whose, findings.is_empty() && listed.len() < PAGE) {
        findings.push(bad(format!(
            "The App is not installed on {login} any more, so nothing new of it comes. Install it again at \
             /apps/{slug}/installations/new on GitHub; until the data is purged, nothing is lost."
        )));
    }
    findings
}

async fn installation(client: &Client, found: &GitHubInstallation) -> Finding {
    let login = &found.login;
    if found.suspended {
        return bad(format!(
            "The installation on {login} is suspended, and its data is hidden. An owner of {login} can unsuspend it under \
             Settings, \"GitHub Apps\"."
        ));
    }
    let granted = found.permissions.clone().unwrap_or_default();
    let permissions = Permissions::new(&granted);
    let missing = permissions.missing();
    if !missing.is_empty() {
        return bad(format!(
            "{login} has not granted {}: an owner must accept the App's new permissions under Settings, \"GitHub \
             Apps\".",
            missing.join(", ")
        ));
    }
    match client.try_mint(found.id, &granted).await {
        Ok(()) => good(format!("The App is installed on {login}, and may read there.")),
        Err(error) => bad(format!("GitHub grants no token for the installation on {login}: {error}.")),
    }
}

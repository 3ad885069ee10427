//! The doctor: whether everything that the App needs is there, each thing in a sentence that says
//! what is wrong and what to do.

use chrono::Duration;
use serde_json::Value;

use super::client::{As, Client, GitHubError};
use super::manifest::declared_events;
use super::permissions::Permissions;
use super::wire::{App, Delivery, HookConfig, Installation};

/// Clocks that differ by more are worth a word; by a minute more GitHub takes no token.
const SKEW: Duration = Duration::seconds(30);

/// How one thing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    Good(String),
    /// It works, but not as it should.
    Doubtful(String),
    Bad(String),
}

impl Finding {
    pub fn is_bad(&self) -> bool {
        matches!(self, Finding::Bad(_))
    }

    pub fn text(&self) -> &str {
        let (Finding::Good(text) | Finding::Doubtful(text) | Finding::Bad(text)) = self;
        text
    }

    /// A sign to stand before the text.
    pub fn sign(&self) -> &'static str {
        match self {
            Finding::Good(_) => "ok  ",
            Finding::Doubtful(_) => "hmm ",
            Finding::Bad(_) => "BAD ",
        }
    }
}

fn good(text: impl Into<String>) -> Finding {
    Finding::Good(text.into())
}

fn doubtful(text: impl Into<String>) -> Finding {
    Finding::Doubtful(text.into())
}

fn bad(text: impl Into<String>) -> Finding {
    Finding::Bad(text.into())
}

/// Examines what GitHub says of the App; goes no further than makes sense.
pub async fn examine(client: &Client) -> Vec<Finding> {
    let mut findings = vec![];
    let app = match client.get(As::App, "/app").await.and_then(|answer| answer.json::<App>()) {
        Ok(app) => app,
        Err(error) => {
            findings.extend(clock(client));
            findings.push(bad(unknown_app(client, &error)));
            return findings;
        }
    };
    findings.extend(clock(client));
    findings.push(good(format!("GitHub knows the App: {}, id {}.", app.name, app_id(client))));
    findings.push(permissions(&app.permissions, &app));
    findings.push(events(&app));
    findings.push(hook(client).await);
    findings.extend(delivery(client).await);
    findings.extend(installations(client, &app).await);
    findings
}

fn app_id(client: &Client) -> u64 {
    client.identity().map_or(0, super::Identity::app_id)
}

fn clock(client: &Client) -> Option<Finding> {
    let skew = client.identity()?.skew();
    if skew.abs() <= SKEW {
        return Some(good("The clock agrees with GitHub's."));
    }
    let way = if skew > Duration::zero() { "behind" } else { "ahead of" };
    let seconds = skew.num_seconds().abs();
    let much = if seconds < 120 { format!("{seconds} s") } else { format!("{} minutes", (seconds + 30) / 60) };
    Some(doubtful(format!(
        "The clock of this machine is {much} {way} GitHub's. It is corrected for, but set it right: run an NTP \
         service such as chrony or systemd-timesyncd."
    )))
}

/// Why GitHub does not know the App, and what to do.
pub fn unknown_app(client: &Client, error: &GitHubError) -> String {
    let id = app_id(client);
    match error {
        GitHubError::Unreachable(address) => format!(
            "GitHub's API cannot be reached at {address}. Check the network, the proxy and BUGSCRUB_GITHUB_API_URL (an \
             Enterprise server's is https://HOST/api/v3)."
        ),
        GitHubError::Refused { status: 401, message } if message.contains("could not be decoded") => format!(
            "The private key is not one of the App {id} (GitHub: {message}). Make a new private key in the App's \
             settings under \"Private keys\" and set BUGSCRUB_PRIVATE_KEY_FILE to the file; or BUGSCRUB_APP_ID is \
             another App's."
        ),
        GitHubError::Refused { status: 401, message } => format!(
            "GitHub does not take the App's token: {message}. If it speaks of `iat` or `exp`, this machine's clock is \
             wrong: set it by NTP. Else the private key was revoked: make a new one in the App's settings."
        ),
        GitHubError::Refused { status: 404, message } => format!(
            "There is no App with the id {id} (GitHub: {message}). BUGSCRUB_APP_ID must be the number that the App's \
             settings show as \"App ID\", and the App must not have been deleted."
        ),
        GitHubError::Key(error) => format!("The private key cannot be used: {error}."),
        GitHubError::Shut { until, reason } => {
            format!("GitHub takes no requests until {until} ({reason}). Nothing is wrong with the App; wait.")
        }
        other => format!("GitHub could not be asked about the App: {other}."),
    }
}

fn permissions(granted: &Value, app: &App) -> Finding {
    let permissions = Permissions::of(granted);
    let settings = app.html_url.as_deref().unwrap_or("the App's settings on GitHub");
    let missing = permissions.missing();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return bad(format!(
            "The App may not read {missing}. Grant it under \"Permissions & events\" ({settings}), as read-only, and \
             accept the change where the App is installed."
        ));
    }
    let more: Vec<String> = permissions.excess().iter().map(|(name, level)| format!("{name}: {level}")).collect();
    if more.is_empty() {
        return good("The App may read issues, pull requests and discussions, and may write nothing.");
    }
    doubtful(format!(
        "The App may do more than it needs ({}). Tokens are asked for without it; take it away in {settings}.",
        more.join(", ")
    ))
}

fn events(app: &App) -> Finding {
    let missing: Vec<String> = declared_events().into_iter().filter(|event| !app.events.contains(event)).collect();
    if missing.is_empty() {
        return good("The App subscribes to all events that it needs.");
    }
    bad(format!(
        "The App does not subscribe to {}. Tick them under \"Permissions & events\" in its settings: without them \
         activity is seen an hour late.",
        missing.join(", ")
    ))
}

async fn hook(client: &Client) -> Finding {
    let config = client.get(As::App, "/app/hook/config").await.and_then(|answer| match answer.status {
        200 => answer.json::<HookConfig>(),
        status => Err(GitHubError::Refused { status, message: "no webhook is configured".to_owned() }),
    });
    let config = match config {
        Ok(config) => config,
        Err(error) => return bad(format!("The App's webhook could not be read ({error}): set one in its settings.")),
    };
    let url = config.url.unwrap_or_default();
    if !url.ends_with("/webhooks/github") {
        return doubtful(format!(
            "The App's webhook goes to {url:?}. Deliveries are taken at https://YOUR-HOST/webhooks/github."
        ));
    }
    if config.secret.is_none() {
        return bad("The App's webhook has no secret: set one, the same as BUGSCRUB_WEBHOOK_SECRET.".to_owned());
    }
    good(format!("The App's webhook goes to {url}, and is signed."))
}

/// How the last delivery fared; `None` if there was none.
async fn delivery(client: &Client) -> Option<Finding> {
    let listed = client.get(As::App, "/app/hook/deliveries?per_page=1").await;
    let last = match listed.and_then(|answer| answer.json::<Vec<Delivery>>()) {
        Ok(listed) => listed.into_iter().next()?,
        Err(error) => return Some(doubtful(format!("The deliveries could not be listed: {error}."))),
    };
    let (at, code) = (last.delivered_at.format("%Y-%m-%d %H:%M:%S UTC"), last.status_code);
    Some(match code {
        _ if last.arrived() => good(format!("The last delivery arrived, at {at}.")),
        401 => bad(format!(
            "The last delivery, at {at}, was refused with 401: the webhook's secret in the App's settings is not the \
             service's BUGSCRUB_WEBHOOK_SECRET. Set both to the same."
        )),
        _ => doubtful(format!(
            "The last delivery, at {at}, did not arrive ({code} {}). The service must run, and GitHub must reach it at \
             the webhook's address; then what failed is asked for again.",
            last.status
        )),
    })
}

async fn installations(client: &Client, app: &App) -> Vec<Finding> {
    let listed = client.get(As::App, "/app/installations?per_page=100").await;
    let listed = match listed.and_then(|answer| answer.json::<Vec<Installation>>()) {
        Ok(listed) => listed,
        Err(error) => return vec![bad(format!("The installations could not be listed: {error}."))],
    };
    if listed.is_empty() {
        let slug = app.slug.as_deref().unwrap_or("YOUR-APP");
        return vec![bad(format!(
            "The App is installed nowhere. Install it: open /apps/{slug}/installations/new on GitHub and choose the \
             organization."
        ))];
    }
    let mut findings = vec![];
    for found in &listed {
        findings.push(installation(client, found).await);
    }
    findings
}

async fn installation(client: &Client, found: &Installation) -> Finding {
    let login = &found.account.login;
    if found.suspended_at.is_some() {
        return bad(format!(
            "The installation on {login} is suspended: an owner of {login} can unsuspend it under Settings, \"GitHub \
             Apps\". Until then its data is hidden."
        ));
    }
    let permissions = Permissions::of(&found.permissions);
    let missing = permissions.missing();
    if !missing.is_empty() {
        return bad(format!(
            "{login} has not granted {}: an owner must accept the App's new permissions under Settings, \"GitHub \
             Apps\".",
            missing.join(", ")
        ));
    }
    match client.try_mint(found.id, &found.permissions).await {
        Ok(()) => good(format!("The App is installed on {login}, and may read there.")),
        Err(error) => bad(format!("No token can be had for the installation on {login}: {error}.")),
    }
}

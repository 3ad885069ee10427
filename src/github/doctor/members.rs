//! What the doctor says about people who leave.

use serde_json::Value;

use super::{Finding, good, warning};
use crate::github::client::{Client, Requester};
use crate::github::permissions::Permissions;
use crate::github::wire::App;

/// The events that tell who leaves an organization or a team. GitHub sends them to Apps that may read members.
const EVENTS: [&str; 4] = ["member", "membership", "organization", "team"];

/// Whether GitHub tells at once that somebody may no longer see a repository. `None` if GitHub does not know the App, of
/// which the doctor says enough.
pub async fn examine(client: &Client) -> Option<Finding> {
    let app = client.get(Requester::App, "/app").await.and_then(|answer| answer.json::<App>()).ok()?;
    let permissions = Permissions::new(&app.permissions.clone().map(Value::Object).unwrap_or_default());
    let has = |event: &&str| app.events.iter().flatten().any(|has| **has == **event);
    let missing: Vec<&str> = EVENTS.into_iter().filter(|event| !has(event)).collect();
    Some(match (permissions.granted("members"), missing.is_empty()) {
        (None, _) => good(
            "People who leave an organization or a team lose sight of its private repositories within five minutes, which is \
             allowed. For that to be at once, grant the App `members: read`, and subscribe it to the events member, \
             membership, organization and team.",
        ),
        (Some(_), true) => good("GitHub tells at once who leaves an organization or a team."),
        (Some(_), false) => warning(format!(
            "The App may read members, but does not subscribe to {}: people who leave lose sight of private repositories \
             within five minutes and not at once. Tick these events under \"Permissions & events\" in its settings.",
            missing.join(", ")
        )),
    })
}

//! `bugscrub ping`: checks that a service can be reached, is ready, and takes deliveries.

use std::process::ExitCode;
use std::time::Duration;

use chrono::Utc;
use reqwest::{Client, StatusCode, Url};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::CommandResult;
use crate::config::PingArgs;
use crate::deliver::{Failure, RecordedDelivery, Sender, WebhookTarget, client};

/// Time between two checks of whether it is ready.
const PAUSE: Duration = Duration::from_millis(500);

/// The first delivery that GitHub sends to a new webhook, with the fields that anybody reads. It
/// belongs to no account, so it is kept raw and appends no event.
const PAYLOAD: &str = r#"{"zen":"Keep it logically awesome.","hook_id":0,"hook":{"type":"App"}}"#;

/// Reads `/readyz`, then posts a `ping` twice: signed with a wrong secret, which must be refused, and
/// signed with the right one, which must be accepted.
pub async fn ping(args: PingArgs) -> CommandResult {
    let secret = args.secret()?;
    let base = args.url.trim_end_matches('/');
    let webhooks = format!("{base}/webhooks/github");
    let right = WebhookTarget::new(&webhooks, &secret)?;
    let wrong = WebhookTarget::new(&webhooks, &Uuid::new_v4().to_string())?;

    let ready = Url::parse(&format!("{base}/readyz"))?;
    wait(&client(&ready, 1)?, &ready, Duration::from_secs(args.wait)).await?;
    say!("{ready} says that it is ready.");

    match Sender::new(&wrong, 1)?.post(&delivery()).await {
        Err(Failure { kind, .. }) if kind == "HTTP 401" => say!("{webhooks} refuses a wrong signature."),
        Err(failure) => return Err(said("a delivery with a wrong signature", &failure).into()),
        Ok(_) => return Err("a delivery with a wrong signature was accepted: this is not Bug Scrub".into()),
    }
    let sender = Sender::new(&right, 1)?;
    let answer = sender.post(&delivery()).await.map_err(|failure| said("a signed delivery", &failure))?;
    say!("{webhooks} accepts a signed one, at position {}.", answer.position.unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}

fn delivery() -> RecordedDelivery {
    RecordedDelivery { event: "ping".to_owned(), delivery: Uuid::new_v4(), at: Utc::now(), payload: PAYLOAD.into() }
}

fn said(what: &str, Failure { kind, message }: &Failure) -> String {
    format!("{what} was not accepted: {kind}: {message}")
}

/// Waits until the service is ready. If that takes too long, answers why it is not.
async fn wait(client: &Client, ready: &Url, patience: Duration) -> Result<(), String> {
    let deadline = Instant::now() + patience;
    loop {
        let why = match client.get(ready.clone()).send().await {
            Ok(answer) if answer.status() == StatusCode::OK => return Ok(()),
            Ok(answer) => format!("HTTP {}: {}", answer.status().as_u16(), answer.text().await.unwrap_or_default()),
            Err(error) => error.to_string(),
        };
        if Instant::now() + PAUSE > deadline {
            return Err(format!("not ready after {} s: {why}", patience.as_secs()));
        }
        sleep(PAUSE).await;
    }
}

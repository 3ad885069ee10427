//! A private repository goes to another account: whoever saw it loses sight of it at once, in the account that it left
//! too.

use bugscrub::config::Settings;
use bugscrub::http::public::PublicSettings;
use bugscrub::ingest::Accounts;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::app::{run_test_with, settings};
use crate::support::payload::{issue, issues, owned_repository};
use crate::support::people::SignedIn;

const ACME: i64 = 9_000;
const GLOBEX: i64 = 9_100;
const SECRET: i64 = 2;

fn private(owner: i64, login: &str, repo_id: i64, name: &str) -> Value {
    let mut repository = owned_repository(owner, login, repo_id, name);
    repository["private"] = json!(true);
    repository
}

/// An issue of a repository, of a day in July.
async fn tell(app: &TestApp, repository: &Value) {
    app.deliver("issues", &issues("opened", &issue(1, "2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z"), repository))
        .await;
}

/// The delivery that GitHub sends to the account that a repository comes to.
fn transferred() -> Value {
    json!({
        "action": "transferred", "repository": private(GLOBEX, "globex", SECRET, "secret"), "installation": {"id": 5},
        "changes": {"owner": {"from": {"organization": {"login": "acme", "id": ACME, "type": "Organization"}}}},
        "sender": {"login": "octocat", "id": 583_231, "type": "User"},
    })
}

/// The repositories of an account whose items somebody sees.
async fn seen(person: &SignedIn<'_>, account: i64) -> Vec<String> {
    let answer = person.request(Method::GET, &format!("/api/v1/queue?account={account}")).send().await.unwrap();
    let body: Value = answer.json().await.unwrap();
    let items = body["items"].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item["repository"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_to_another_account_is_out_of_sight_with_the_delivery() {
    // Anybody reads what is public, so the new account is there for all.
    let public = PublicSettings { on: true, ..PublicSettings::default() };
    run_test_with(Settings { public, ..settings() }, async |app| {
        tell(&app, &private(ACME, "acme", SECRET, "secret")).await;
        tell(&app, &owned_repository(GLOBEX, "globex", 7, "open")).await;
        let ada = SignedIn::new(&app, "ada", &[(ACME, &[SECRET], true)]).await;
        app.caught_up().await;
        assert_eq!(seen(&ada, ACME).await, ["acme/secret"]);
        let guid = Uuid::new_v4().to_string();
        app.deliver_as("repository", &guid, &transferred()).await;
        tell(&app, &private(GLOBEX, "globex", SECRET, "secret")).await;
        app.caught_up().await;
        assert_eq!(seen(&ada, GLOBEX).await, ["globex/open"]);
        assert_eq!(seen(&ada, ACME).await, [""; 0]);
        // GitHub tells anew what there is; the same delivery once more takes nothing away.
        ada.told(&[(ACME, &[], true)]).await;
        app.deliver_as("repository", &guid, &transferred()).await;
        let told: bool = sqlx::query_scalar("SELECT told_at IS NOT NULL FROM sights WHERE account_id = $1")
            .bind(ACME)
            .fetch_one(&app.database.pool)
            .await
            .unwrap();
        assert!(told);
        app
    })
    .await;
}

/// The service takes deliveries of the old account alone.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_to_an_account_that_is_not_allowed_is_out_of_sight_too() {
    run_test_with(Settings { accounts: Accounts::new(["acme"]), ..settings() }, async |app| {
        tell(&app, &private(ACME, "acme", SECRET, "secret")).await;
        tell(&app, &owned_repository(ACME, "acme", 7, "open")).await;
        let ada = SignedIn::new(&app, "ada", &[(ACME, &[SECRET], true)]).await;
        app.caught_up().await;
        assert_eq!(seen(&ada, ACME).await.len(), 2);
        let receipt = app.deliver("repository", &transferred()).await;
        assert_eq!(receipt["events"], 0);
        app.caught_up().await;
        assert_eq!(seen(&ada, ACME).await, ["acme/open"]);
        let accounts: Vec<i64> =
            sqlx::query_scalar("SELECT account_id FROM accounts").fetch_all(&app.database.pool).await.unwrap();
        assert_eq!(accounts, [ACME]);
        app
    })
    .await;
}

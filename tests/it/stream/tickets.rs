//! Tickets: what opens a stream where no header can be sent.

use bugscrub::config::Settings;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Following, tell};
use crate::support::app::{problem, run_test_with, settings};
use crate::support::payload::{ACCOUNT, issue, issues, owned_repository, repository};
use crate::support::{TestApp, run_test};

const TICKETS: &str = "/api/v1/stream/tickets";

/// A new ticket of a token.
async fn ticket(app: &TestApp, token: &str, query: &str) -> String {
    let answer = app.request_as(token, Method::POST, &format!("{TICKETS}{query}")).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["cache-control"]), (201, &"no-store".parse().unwrap()));
    let answer: Value = answer.json().await.unwrap();
    assert!(answer["expires_at"].is_string(), "{answer}");
    answer["ticket"].as_str().unwrap().to_owned()
}

/// Follows with a ticket alone.
async fn follow(app: &TestApp, ticket: &str, query: &str) -> Following {
    Following::sent(app, app.client.get(app.url(&format!("/api/v1/stream?ticket={ticket}{query}")))).await
}

/// What a ticket that opens nothing is told.
async fn refused(app: &TestApp, ticket: &str) -> u16 {
    let answer = app.client.get(app.url(&format!("/api/v1/stream?ticket={ticket}"))).send().await.unwrap();
    let (status, said) = problem(answer).await;
    assert!(said["detail"].as_str().unwrap().contains("ticket"), "{said}");
    status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_opens_streams_for_a_minute_on_every_replica() {
    run_test(async |app| {
        let mut secret = repository(2, "secret");
        secret["private"] = json!(true);
        let hidden = |number| issues("opened", &issue(number, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), &secret);
        tell(&app, "opened", 1, "2026-01-01T00:00:00Z", |_| {}).await;
        app.deliver("issues", &hidden(4)).await;
        let (insider, outsider) = (app.token.clone(), app.new_token(&["read"], None).await);
        let theirs = [ticket(&app, &insider, "").await, ticket(&app, &outsider, "").await];
        let mut inside = follow(&app, &theirs[0], "").await;
        let mut outside = follow(&app, &theirs[1], "&label=-bug").await;
        app.deliver("issues", &hidden(5)).await;
        tell(&app, "opened", 2, "2026-01-02T00:00:00Z", |_| {}).await;
        // A ticket shows what its token shows.
        assert_eq!(inside.item().await.data["number"], 5);
        assert_eq!(outside.item().await.data["number"], 2);

        // It may be used again, after a restart too.
        let last = inside.item().await.id.unwrap();
        let database = app.stop().await;
        assert_eq!(inside.end().await.0, "stopping");
        let app = TestApp::start(settings(), database).await;
        tell(&app, "edited", 2, "2026-01-03T00:00:00Z", |item| item["title"] = json!("New")).await;
        let mut back = follow(&app, &theirs[0], &format!("&last_event_id={last}")).await;
        assert_eq!(back.item().await.data["item"]["title"], "New");

        // The store knows no ticket, and forgets those that are over.
        let stored: Vec<Vec<u8>> =
            sqlx::query_scalar("SELECT hash FROM stream_tickets").fetch_all(&app.database.pool).await.unwrap();
        assert_eq!(stored.len(), 2);
        assert!(stored.contains(&bugscrub::service::tokens::hash(&theirs[0])));
        let left: f64 = sqlx::query_scalar(
            "WITH old AS (SELECT max(expires_at) AS at FROM stream_tickets)
             UPDATE stream_tickets SET expires_at = now() FROM old
             RETURNING extract(epoch FROM old.at - now())::float8",
        )
        .fetch_one(&app.database.pool)
        .await
        .unwrap();
        assert!(left <= 60.0, "{left}");
        assert_eq!(refused(&app, &theirs[0]).await, 401);
        // The stream that it opened goes on.
        tell(&app, "edited", 2, "2026-01-04T00:00:00Z", |item| item["title"] = json!("Newer")).await;
        assert_eq!(back.item().await.data["item"]["title"], "Newer");
        ticket(&app, &insider, "").await;
        let stored: i64 =
            sqlx::query_scalar("SELECT count(*) FROM stream_tickets").fetch_one(&app.database.pool).await.unwrap();
        assert_eq!(stored, 1);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_ends_with_its_token() {
    run_test(async |app| {
        tell(&app, "opened", 1, "2026-01-01T00:00:00Z", |_| {}).await;
        let admin = app.new_token(&["admin"], None).await;
        let made =
            app.request_as(&admin, Method::POST, "/api/v1/tokens").json(&json!({"name": "x", "scopes": ["read"]}));
        let made: Value = made.send().await.unwrap().json().await.unwrap();
        let theirs = ticket(&app, made["token"].as_str().unwrap(), "").await;
        let mut following = follow(&app, &theirs, "").await;
        let revoke = app.request_as(&admin, Method::DELETE, &format!("/api/v1/tokens/{}", made["id"]));
        assert_eq!(revoke.send().await.unwrap().status(), 204);
        assert_eq!(following.end().await.0, "token_invalid");
        assert_eq!(refused(&app, &theirs).await, 401);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_opens_nothing_but_streams_of_its_account() {
    let admin_token = Some("the bootstrap token".to_owned());
    run_test_with(Settings { admin_token, ..settings() }, async |app| {
        tell(&app, "opened", 1, "2026-01-01T00:00:00Z", |_| {}).await;
        let other = owned_repository(ACCOUNT + 1, "umbrella", 9, "gadgets");
        let opened = issue(7, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
        app.deliver("issues", &issues("opened", &opened, &other)).await;
        let get = async |path: &str| app.client.get(app.url(path)).send().await.unwrap();

        // Of several accounts one must be named, of which the ticket then is.
        let unnamed = app.request(Method::POST, TICKETS).send().await.unwrap();
        assert_eq!(problem(unnamed).await.0, 400);
        let theirs = ticket(&app, &app.token, "?account=umbrella").await;
        let mut following = follow(&app, &theirs, "&account=umbrella").await;
        for path in ["/api/v1/queue", "/api/v1/queue.csv", "/api/v1/accounts", "/api/v1/stats/backlog.svg"] {
            assert_eq!(get(&format!("{path}?ticket={theirs}")).await.status(), 401, "{path}");
        }
        let elsewhere = get(&format!("/api/v1/stream?ticket={theirs}&account=acme")).await;
        assert_eq!(problem(elsewhere).await.0, 404);
        let (text, both) = (theirs.replace(&(ACCOUNT + 1).to_string(), &ACCOUNT.to_string()), Some("ticket"));
        for wrong in [&*text, "", "x", "bugscrub_ticket_", "bugscrub_ticket_1", "bugscrub_ticket_x_0", &app.token] {
            assert_eq!(refused(&app, wrong).await, 401, "{wrong}");
        }
        let beside = app.request(Method::GET, &format!("/api/v1/stream?ticket={theirs}&account=umbrella"));
        let (status, said) = problem(beside.send().await.unwrap()).await;
        assert_eq!((status, said["parameter"].as_str()), (400, both));
        let embed = app.new_embed_token(ACCOUNT, "open").await;
        let (status, said) = problem(get(&format!("/api/v1/stream?ticket={theirs}&token={embed}")).await).await;
        assert_eq!((status, said["parameter"].as_str()), (400, both));

        // Who may not follow gets none; who may, gets one.
        let scrubber = app.new_token(&["scrub"], None).await;
        let answer = app.request_as(&scrubber, Method::POST, &format!("{TICKETS}?account=acme")).send().await.unwrap();
        assert_eq!(problem(answer).await.0, 403);
        let bound = app.new_token(&["read"], Some(&[ACCOUNT])).await;
        let answer = app.request_as(&bound, Method::POST, &format!("{TICKETS}?account=umbrella")).send().await.unwrap();
        assert_eq!(problem(answer).await.0, 404);
        assert_eq!(app.client.post(app.url(TICKETS)).send().await.unwrap().status(), 401);
        let bootstrap = ticket(&app, "the bootstrap token", "?account=umbrella").await;
        let mut by_bootstrap = follow(&app, &bootstrap, "").await;
        let edited = issue(7, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
        app.deliver("issues", &issues("edited", &edited, &other)).await;
        for following in [&mut following, &mut by_bootstrap] {
            assert_eq!(following.item().await.data["number"], 7);
        }
        // Another bootstrap token takes the tickets of the former one along.
        let database = app.stop().await;
        let admin_token = Some("another bootstrap token".to_owned());
        let app = TestApp::start(Settings { admin_token, ..settings() }, database).await;
        assert_eq!(refused(&app, &bootstrap).await, 401);
        app
    })
    .await;
}

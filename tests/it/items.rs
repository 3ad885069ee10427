//! One item: what it shows, where it went, and who may see it.

use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use crate::support::app::problem;
use crate::support::payload::{bot, id_at, issue, issues, owned_repository, repository, user};
use crate::support::service::http;
use crate::support::{TestApp, run_test};

const OPENED: &str = "2026-11-02T00:00:00Z";

/// Delivers a comment by somebody with this association to the repository.
async fn comment(app: &TestApp, number: i64, at: &str, by: &Value, association: &str) {
    let mut payload = issues("created", &issue(number, OPENED, at), &repository(1, "widgets"));
    payload["sender"] = by.clone();
    payload["comment"] = json!({"id": id_at(at), "created_at": at, "updated_at": at, "user": by,
        "author_association": association, "body": "text"});
    app.deliver("issue_comment", &payload).await;
}

async fn open(app: &TestApp, number: i64, at: &str, repository: &Value) {
    app.deliver("issues", &issues("opened", &issue(number, at, at), repository)).await;
}

/// The status and the problem that an item's address answers.
async fn refused(app: &TestApp, token: &str, path: &str) -> (u16, Value) {
    let path = app.url(&format!("/api/v1/items/{path}"));
    problem(app.client.get(path).bearer_auth(token).send().await.unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_shows_its_row_its_history_and_why_it_ranks_there() {
    run_test(async |app| {
        let widgets = repository(1, "widgets");
        open(&app, 1, "2026-01-01T00:00:00Z", &widgets).await;
        open(&app, 2, OPENED, &widgets).await;
        comment(&app, 2, "2026-11-12T00:00:00Z", &bot("tidy"), "NONE").await;
        let item = app.json("/api/v1/items/ACME/Widgets/2").await;

        // The item has the same row as in the queue.
        let queue = app.json("/api/v1/queue").await;
        let row = queue["items"].as_array().unwrap().iter().find(|row| row["number"] == 2).unwrap();
        for (name, value) in row.as_object().unwrap() {
            assert_eq!(&item[name], value, "{name}");
        }
        assert_eq!((&item["rank"], &item["as_of"], &item["position"]), (&json!(2), &json!("2026-11-22"), &json!(3)));

        // 20 days old, 10 stale: 21 x 11; 20 days since a human did anything: 21 x 21.
        let expected = json!({
            "days_age": 20, "days_stale": 10, "product": 231, "human_stale_age": 2.644439,
            "formula": "log10((20 days old + 1) x (10 days stale + 1)) = log10(231) = 2.363612",
            "updated_by": {"position": 3, "kind": "commented", "actor": "tidy[bot]", "human": false, "bot": "github",
                "occurred_at": "2026-11-12T00:00:00Z"},
        });
        assert_eq!(item["explanation"], expected);
        let opened = json!({"position": 2, "kind": "opened", "actor": "octocat", "human": true, "bot": null, "occurred_at": OPENED});
        assert_eq!(item["history"], json!([opened, expected["updated_by"]]));
        assert_eq!(item["truncated"], false);

        let mut closed = issue(2, OPENED, "2026-11-13T00:00:00Z");
        closed["state"] = json!("closed");
        let receipt = app.deliver("issues", &issues("closed", &closed, &widgets)).await;
        let closed = app.json(&format!("/api/v1/items/acme/widgets/2?min_position={}", receipt["position"])).await;
        assert_eq!(
            (&closed["state"], &closed["rank"], &closed["waits_for"]),
            (&json!("closed"), &Value::Null, &Value::Null)
        );
        assert_eq!(closed["history"].as_array().unwrap().len(), 3);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_waits_for_whoever_did_not_speak_last() {
    run_test(async |app| {
        open(&app, 1, OPENED, &repository(1, "widgets")).await;
        let waits = async || app.json("/api/v1/items/acme/widgets/1").await["waits_for"].clone();
        assert_eq!(waits().await, "maintainers");
        let said = [
            (user("ada"), "MEMBER", "author"),
            (user("octocat"), "NONE", "maintainers"),
            (user("ada"), "OWNER", "author"),
            (user("grace"), "CONTRIBUTOR", "maintainers"),
            (user("ada"), "COLLABORATOR", "author"),
            (bot("tidy"), "MEMBER", "author"),
            // An author who is also a member still waits for others.
            (user("octocat"), "MEMBER", "maintainers"),
        ];
        for (day, (by, association, expected)) in (3..).zip(said) {
            comment(&app, 1, &format!("2026-11-{day:02}T00:00:00Z"), &by, association).await;
            assert_eq!(waits().await, expected, "{by} {association}");
        }
        // A late comment changes nothing.
        comment(&app, 1, "2026-11-02T01:00:00Z", &user("ada"), "MEMBER").await;
        assert_eq!(waits().await, "maintainers");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_shows_its_last_thousand_events() {
    run_test(async |app| {
        open(&app, 1, OPENED, &repository(1, "widgets")).await;
        let copied = sqlx::query(
            "INSERT INTO events SELECT account_id, position + n, source_key || n, source, kind, repo_id, number, actor_login,
               actor_id, actor_bot, occurred_at, recorded_at, data FROM events, generate_series(1, 1000) AS n",
        );
        copied.execute(&app.database.pool).await.unwrap();
        let item = app.json("/api/v1/items/acme/widgets/1").await;
        let positions: Vec<_> = item["history"].as_array().unwrap().iter().map(|event| &event["position"]).collect();
        assert_eq!((positions.len(), positions[0], positions[999]), (1000, &json!(2), &json!(1001)));
        assert_eq!(item["truncated"], true);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_and_hidden_items_are_unknown() {
    run_test(async |app| {
        let mut vault = repository(2, "vault");
        vault["private"] = json!(true);
        open(&app, 1, OPENED, &repository(1, "widgets")).await;
        open(&app, 1, OPENED, &vault).await;
        app.json("/api/v1/items/acme/vault/1").await;
        let public = app.new_token(&["read"], None).await;
        for (token, path) in [
            (&app.token, "acme/widgets/2"),
            (&app.token, "acme/gadgets/1"),
            (&app.token, "acme/wid%00gets/1"),
            (&app.token, "other/widgets/1?account=acme"),
            (&public, "acme/vault/1"),
        ] {
            let (status, problem) = refused(&app, token, path).await;
            assert_eq!((status, &problem["type"]), (404, &json!("/problems/unknown-item")), "{path}");
        }
        assert_eq!(refused(&app, &app.token, "other/widgets/1").await.1["type"], "/problems/unknown-account");
        let bound = app.new_token(&["read"], Some(&[1])).await;
        assert_eq!(refused(&app, &bound, "acme/widgets/1").await.0, 404);
        let scrub = app.new_token(&["scrub"], None).await;
        assert_eq!(refused(&app, &scrub, "acme/widgets/1").await.0, 403);

        for (path, parameter) in [
            ("acme/widgets/0", "number"),
            ("acme/widgets/-1", "number"),
            ("acme/widgets/+1", "number"),
            ("acme/widgets/x", "number"),
            ("acme/widgets/9223372036854775808", "number"),
            ("acme/widgets/1?min_position=x", "min_position"),
            ("acme/widgets/1?state=open", "state"),
            ("acme/widgets/1?account=", "account"),
        ] {
            let (status, problem) = refused(&app, &app.token, path).await;
            assert_eq!((status, &problem["parameter"]), (400, &json!(parameter)), "{path}");
        }

        app.deliver("issues", &issues("deleted", &issue(1, OPENED, OPENED), &repository(1, "widgets"))).await;
        app.deliver("issues", &issues("deleted", &issue(1, OPENED, OPENED), &vault)).await;
        let (status, problem) = refused(&app, &public, "acme/widgets/1").await;
        assert_eq!((status, &problem["type"]), (410, &json!("/problems/item-deleted")));
        assert_eq!(refused(&app, &public, "acme/vault/1").await.0, 404);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transferred_item_redirects_to_its_new_place_for_those_who_may_see_it() {
    run_test(async |app| {
        let (from, mut secret) = (repository(1, "widgets"), repository(2, "vault"));
        let elsewhere = owned_repository(9_001, "umbrella", 3, "gears");
        secret["private"] = json!(true);
        for (number, to) in [(1, &secret), (2, &elsewhere)] {
            open(&app, number, OPENED, &from).await;
            let (old, new) = (issue(number, OPENED, OPENED), issue(70 + number, OPENED, OPENED));
            let mut gone = issues("transferred", &old, &from);
            gone["changes"] = json!({"new_issue": new, "new_repository": to});
            let mut here = issues("opened", &new, to);
            here["changes"] = json!({"old_issue": old, "old_repository": from});
            app.deliver("issues", &gone).await;
            app.deliver("issues", &here).await;
        }
        let client = http().redirect(Policy::none()).build().unwrap();
        let ask = async |token: &str, number: i64| {
            let path = app.url(&format!("/api/v1/items/acme/widgets/{number}"));
            let answer = client.get(path).bearer_auth(token).send().await.unwrap();
            let location = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
            (answer.status().as_u16(), location)
        };
        let vault = "/api/v1/items/acme/vault/71?account=9000".to_owned();
        assert_eq!(ask(&app.token, 1).await, (308, Some(vault.clone())));
        assert_eq!(app.json(&vault).await["number"], 71);
        // Clients follow the redirect.
        let followed = app.request(Method::GET, "/api/v1/items/acme/widgets/2").send().await.unwrap();
        assert_eq!((followed.status().as_u16(), followed.url().path()), (200, "/api/v1/items/umbrella/gears/72"));

        let public = app.new_token(&["read"], None).await;
        assert_eq!(ask(&public, 1).await, (404, None));
        let bound = app.new_token(&["read", "private"], Some(&[9_000])).await;
        assert_eq!((ask(&bound, 1).await.0, ask(&bound, 2).await), (308, (404, None)));
        app
    })
    .await;
}

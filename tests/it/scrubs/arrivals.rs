//! Whoever comes: who is there for the first time, who greets them, and guests without an account.

use bugscrub::config::Settings;
use bugscrub::http::public::PublicSettings;
use bugscrub::scrub::room::guest_name;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, opened};
use crate::support::TestApp;
use crate::support::app::{run_test, run_test_with, settings};
use crate::support::payload::{issue, issues, repository};

fn open_to_the_public() -> Settings {
    Settings { public: PublicSettings { on: true, ..PublicSettings::default() }, ..settings() }
}

/// What nobody in particular asks from a page of the service, or of another site.
async fn visit(app: &TestApp, method: Method, path: &str, body: Value, site: Option<&str>) -> (u16, Value) {
    let mut request = app.client.request(method, app.url(path)).json(&body);
    if let Some(site) = site {
        request = request.header("sec-fetch-site", site);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

const OWN: Option<&str> = Some("same-origin");

async fn comes(host: &Host<'_>, number: i64, name: &str) -> Value {
    let body = json!({"client": name, "following": true, "by": name});
    let (status, room) = host.send(Method::PUT, &format!("/api/v1/scrubs/{number}/presence"), body).await;
    assert_eq!(status, 200, "{room}");
    room
}

fn first_timers(room: &Value) -> Vec<&str> {
    let people = room["people"].as_array().unwrap().iter();
    people.filter(|person| person["first_time"] == true).map(|person| person["login"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_at_no_scrub_before_is_there_for_the_first_time() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        // At the first scrub of all nobody is marked: everybody would be.
        let scrub = host.open("bug-scrub").await;
        comes(&host, 1, "grace").await;
        assert_eq!(first_timers(&comes(&host, 1, "ada").await), [""; 0]);
        assert_eq!(scrub["first_timers"], json!([]));
        host.close(&scrub).await;
        let scrub = host.open("bug-scrub").await;
        assert_eq!(scrub["first_timers"], json!([]), "{scrub}");
        comes(&host, 2, "Linus").await;
        comes(&host, 2, "GRACE").await;
        let room = comes(&host, 2, "margaret").await;
        assert_eq!(first_timers(&room), ["Linus", "margaret"]);
        let shown = host.get("/api/v1/scrubs/2").await;
        assert_eq!(shown["first_timers"], json!(["Linus", "margaret"]));
        // It stays so for the whole scrub, and is over with the next one.
        assert_eq!(first_timers(&comes(&host, 2, "Linus").await), ["Linus", "margaret"]);
        host.close(&scrub).await;
        assert_eq!(host.get("/api/v1/scrubs/2").await["first_timers"], json!(["Linus", "margaret"]));
        host.open("bug-scrub").await;
        assert_eq!(first_timers(&comes(&host, 3, "linus").await), [""; 0]);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_who_takes_part_says_who_greets() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        let scrub = host.open("bug-scrub").await;
        let path = "/api/v1/scrubs/1/greeter";
        let (status, room) = host.send(Method::PUT, path, json!({"login": "@grace", "from": null})).await;
        assert_eq!((status, &room["greeter"]), (200, &json!("grace")), "{room}");
        assert_eq!(host.get("/api/v1/scrubs/1/room").await["greeter"], "grace");
        // Who does not see that grace greets takes it from nobody.
        let (status, problem) = host.send(Method::PUT, path, json!({"login": "ada"})).await;
        assert_eq!((status, &problem["type"]), (409, &json!("/problems/greeter-changed")));
        assert_eq!(problem["current"]["greeter"], "grace");
        let (status, room) = host.send(Method::PUT, path, json!({"login": "ada", "from": "Grace"})).await;
        assert_eq!((status, &room["greeter"]), (200, &json!("ada")));
        let (_, room) = host.send(Method::PUT, path, json!({"login": null, "from": "ada"})).await;
        assert_eq!(room["greeter"], Value::Null);
        for (body, fault) in [(json!({"login": "@"}), "login"), (json!({"greeter": "ada"}), "body")] {
            let (status, problem) = host.send(Method::PUT, path, body).await;
            assert_eq!((status, &problem["parameter"]), (400, &json!(fault)), "{problem}");
        }
        let reader = Host { app: &app, token: app.new_token(&["read"], None).await };
        assert_eq!(reader.send(Method::PUT, path, json!({"login": "ada"})).await.0, 403);
        assert_eq!(host.send(Method::PUT, "/api/v1/scrubs/7/greeter", json!({"login": "ada"})).await.0, 404);
        // Nobody greets at a scrub that is over, and nobody is left of it.
        host.send(Method::PUT, path, json!({"login": "ada"})).await;
        host.close(&scrub).await;
        assert_eq!(host.get("/api/v1/scrubs/1/room").await["greeter"], Value::Null);
        let (status, problem) = host.send(Method::PUT, path, json!({"login": "ada", "from": null})).await;
        assert_eq!((status, &problem["type"]), (409, &json!("/problems/scrub-closed")));
        let left: i64 =
            sqlx::query_scalar("SELECT count(*) FROM scrub_greeters").fetch_one(&app.database.pool).await.unwrap();
        assert_eq!(left, 0);
        app
    })
    .await;
}

#[test]
fn a_guest_is_called_a_guest_once() {
    for (left, called) in [
        ("Ada", Some("Ada (guest)")),
        (" Ada  (guest) (guest)", Some("Ada (guest)")),
        ("octocat", Some("octocat (guest)")),
        ("(guest)", None),
        ("", None),
        (&"x".repeat(80), Some(format!("{} (guest)", "x".repeat(80)).as_str())),
        (&"x".repeat(81), None),
    ] {
        assert_eq!(guest_name(left).as_deref(), called, "{left}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_leaves_a_name_where_anybody_reads() {
    run_test_with(open_to_the_public(), async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        host.open("bug-scrub").await;
        app.caught_up().await;
        let (guests, presence) = ("/api/v1/scrubs/1/guests", "/api/v1/scrubs/1/presence");
        // Somebody reads along, and is counted; then they leave a name.
        let here = json!({"client": "tab-1", "following": true});
        let (status, room) = visit(&app, Method::PUT, presence, here.clone(), OWN).await;
        assert_eq!((status, &room["watching"], &room["people"]), (200, &json!(1), &json!([])), "{room}");
        let name = json!({"name": " @hubot\u{202e}\u{200b} (guest)", "client": "tab-1"});
        let (status, guest) = visit(&app, Method::POST, guests, name, OWN).await;
        assert_eq!((status, &guest["name"]), (201, &json!("hubot (guest)")), "{guest}");
        let (_, room) = visit(&app, Method::PUT, presence, here, OWN).await;
        let person = &room["people"][0];
        assert_eq!((&person["login"], &person["guest"]), (&json!("hubot (guest)"), &json!(true)), "{room}");
        assert_eq!(room["watching"], 0);
        let scrub = host.get("/api/v1/scrubs/1").await;
        assert_eq!(scrub["attendees"], json!(["ada", "hubot (guest)"]));
        assert_eq!(host.get("/api/v1/scrubs/1/room").await["people"][0]["guest"], true);
        // The name that a tab has left stays; another tab has its own.
        let (status, again) = visit(&app, Method::POST, guests, json!({"name": "Else", "client": "tab-1"}), OWN).await;
        assert_eq!((status, &again["name"]), (201, &json!("hubot (guest)")));
        visit(&app, Method::POST, guests, json!({"name": "Grace", "client": "tab-2"}), OWN).await;
        let minutes = host.text("/api/v1/scrubs/1/minutes.md").await;
        assert!(minutes.contains("Present: ada, hubot (guest), Grace (guest)."), "{minutes}");
        // The login of their name is somebody else.
        comes(&host, 1, "hubot").await;
        let scrub = host.get("/api/v1/scrubs/1").await;
        assert_eq!(scrub["attendees"], json!(["ada", "hubot (guest)", "Grace (guest)", "hubot"]));
        crate::scrubs::rebuilds_the_same(&app).await;
        for (body, fault) in [
            (json!({"name": "\u{202e}", "client": "tab-3"}), "name"),
            (json!({"name": "x".repeat(101), "client": "tab-3"}), "name"),
            (json!({"name": "x", "client": "tab 3"}), "client"),
            (json!({"name": "x"}), "body"),
        ] {
            let (status, problem) = visit(&app, Method::POST, guests, body, OWN).await;
            assert_eq!((status, &problem["parameter"]), (400, &json!(fault)), "{problem}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_page_of_ours_only_so_often_and_only_where_it_is_public() {
    let name = |client: &str| json!({"name": "Grace", "client": client});
    run_test_with(open_to_the_public(), async |app| {
        opened(&app, 1, "2026-07-01").await;
        let mut secret = repository(2, "secret");
        secret["private"] = json!(true);
        let at = "2026-07-01T00:00:00Z";
        app.deliver("issues", &issues("opened", &issue(5, at, at), &secret)).await;
        let host = Host::new(&app).await;
        let (status, _) = host.send(Method::PUT, "/api/v1/views/hidden", json!({"filter": {"repo": "secret"}})).await;
        assert_eq!(status, 201);
        host.open("bug-scrub").await;
        host.open("hidden").await;
        app.caught_up().await;
        let guests = "/api/v1/scrubs/1/guests";
        for site in [Some("cross-site"), Some("same-site"), None] {
            let (status, problem) = visit(&app, Method::POST, guests, name("a"), site).await;
            assert_eq!((status, &problem["type"]), (403, &json!("/problems/other-origin")), "{site:?}");
            let presence = "/api/v1/scrubs/1/presence";
            assert_eq!(visit(&app, Method::PUT, presence, json!({"client": "a"}), site).await.0, 403);
        }
        // Who is known comes as themselves.
        assert_eq!(host.send(Method::POST, guests, name("a")).await.0, 403);
        // Of a scrub over nothing public nobody knows that it is there.
        assert_eq!(visit(&app, Method::POST, "/api/v1/scrubs/2/guests", name("a"), OWN).await.0, 404);
        assert_eq!(visit(&app, Method::POST, "/api/v1/scrubs/9/guests", name("a"), OWN).await.0, 404);
        // Ten names a minute from one address, however many pages.
        let mut taken = 0;
        while taken < 60 {
            match visit(&app, Method::POST, guests, name(&format!("tab-{taken}")), OWN).await.0 {
                201 => taken += 1,
                status => {
                    assert_eq!(status, 429);
                    break;
                }
            }
        }
        assert!((8..60).contains(&taken), "{taken}");
        app
    })
    .await;
    run_test_with(open_to_the_public(), async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        let scrub = host.open("bug-scrub").await;
        app.caught_up().await;
        let many = "INSERT INTO scrub_guests (account_id, scrub, client, name)
            SELECT 9000, 1, 'tab-' || n, 'Guest ' || n || ' (guest)' FROM generate_series(1, 200) AS n";
        sqlx::query(many).execute(&app.database.pool).await.unwrap();
        let guests = "/api/v1/scrubs/1/guests";
        let (status, problem) = visit(&app, Method::POST, guests, name("tab-201"), OWN).await;
        assert_eq!((status, &problem["type"]), (409, &json!("/problems/too-many-guests")));
        host.close(&scrub).await;
        let (status, problem) = visit(&app, Method::POST, guests, name("tab-1"), OWN).await;
        assert_eq!((status, &problem["type"]), (409, &json!("/problems/scrub-closed")));
        let left: i64 =
            sqlx::query_scalar("SELECT count(*) FROM scrub_guests").fetch_one(&app.database.pool).await.unwrap();
        assert_eq!(left, 0);
        app
    })
    .await;
    // Where nobody reads without a token.
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        Host::new(&app).await.open("bug-scrub").await;
        assert_eq!(visit(&app, Method::POST, "/api/v1/scrubs/1/guests", name("a"), OWN).await.0, 401);
        assert_eq!(visit(&app, Method::PUT, "/api/v1/scrubs/1/presence", json!({"client": "a"}), OWN).await.0, 401);
        app
    })
    .await;
}

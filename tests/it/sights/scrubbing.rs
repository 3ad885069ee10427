//! People who scrub together and see different repositories.

use reqwest::Method;
use serde_json::{Value, json};

use crate::stream::Following;
use crate::support::payload::{ACCOUNT, issue, issues, repository};
use crate::support::people::SignedIn;
use crate::support::{TestApp, run_test};

const OPEN: i64 = 1;
const SECRET: i64 = 2;
const HUSH: i64 = 4;

/// An issue in each of some repositories, the first one the stalest.
async fn deliver(app: &TestApp, repositories: &[(i64, &str, bool)]) {
    for (at, (id, name, private)) in repositories.iter().enumerate() {
        let mut home = repository(*id, name);
        home["private"] = json!(private);
        let day = format!("2026-0{}-01T08:00:00Z", at + 1);
        app.deliver("issues", &issues("opened", &issue(1, &day, &day), &home)).await;
    }
}

async fn send(person: &SignedIn<'_>, method: Method, path: &str, body: Value) -> (u16, Value) {
    let answer = person.request(method, path).json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

async fn get(person: &SignedIn<'_>, path: &str) -> Value {
    let answer = person.request(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

fn current(scrub: &Value) -> &Value {
    &scrub["current"]["repository"]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_row_is_told_to_those_who_attend_and_passed_by_the_host_alone() {
    run_test(async |app| {
        deliver(&app, &[(HUSH, "hush", true), (OPEN, "open", false), (SECRET, "secret", true)]).await;
        let zoe = SignedIn::new(&app, "zoe", &[(ACCOUNT, &[SECRET, HUSH], true)]).await;
        let grace = SignedIn::new(&app, "grace", &[(ACCOUNT, &[SECRET], true)]).await;
        let linus = SignedIn::new(&app, "linus", &[(ACCOUNT, &[], true)]).await;
        let mary = SignedIn::new(&app, "mary", &[(ACCOUNT, &[SECRET], true)]).await;
        let new = json!({"view": "never-read", "host": "grace", "attendees": ["zoe", "linus"]});
        let (status, scrub) = send(&zoe, Method::POST, "/api/v1/scrubs", new).await;
        assert_eq!(status, 201, "{scrub:#}");
        assert_eq!(
            (current(&scrub), &scrub["rows"], &scrub["hidden_row"]),
            (&json!("acme/hush"), &json!(3), &Value::Null)
        );
        let path = format!("/api/v1/scrubs/{}", scrub["number"]);
        let (deck, advance) = (format!("{path}/deck"), format!("{path}/advance"));
        let placeholder = json!({"hidden": true, "before": 1, "text": "private, seen by others here"});
        for (person, rows, hidden) in [(&grace, 2, &placeholder), (&linus, 1, &placeholder), (&mary, 2, &Value::Null)] {
            let (scrub, deck) = (get(person, &path).await, get(person, &deck).await);
            assert_eq!(
                (current(&scrub), &scrub["rows"], &scrub["hidden_row"]),
                (&json!("acme/open"), &json!(rows), hidden)
            );
            assert_eq!((deck["rows"].as_array().unwrap().len(), &deck["hidden_row"]), (rows, hidden));
            assert!(!format!("{scrub}{deck}").contains("hush"));
        }
        let token = app.new_token(&["read"], None).await;
        let public: Value = app.request_as(&token, Method::GET, &path).send().await.unwrap().json().await.unwrap();
        assert_eq!((&public["hidden_row"], &public["rows"]), (&Value::Null, &json!(1)));

        // Nobody but the host goes on from it, and nobody as if they had read it.
        let pass = json!({"place": 1, "hidden": true});
        assert_eq!(send(&linus, Method::POST, &advance, pass.clone()).await.0, 400);
        assert_eq!(send(&grace, Method::POST, &advance, json!({"place": 2, "hidden": true})).await.0, 409);
        let (status, scrub) = send(&grace, Method::POST, &advance, pass.clone()).await;
        assert_eq!(
            (status, current(&scrub), &scrub["hidden_row"]),
            (200, &json!("acme/open"), &Value::Null),
            "{scrub:#}"
        );
        assert_eq!(send(&grace, Method::POST, &advance, pass).await.0, 409, "the group is at a row that she sees");
        app.caught_up().await;
        let unread = get(&zoe, "/api/v1/queue?view=never-read").await;
        assert_eq!(unread["total"], 3, "it was not read");

        // The others read on; whoever sees nothing more has nothing left.
        let (_, scrub) = send(&linus, Method::POST, &advance, json!({"place": 1})).await;
        assert_eq!(current(&scrub), &Value::Null, "{scrub:#}");
        let before_nothing = json!({"hidden": true, "before": null, "text": "private, seen by others here"});
        assert_eq!(scrub["hidden_row"], before_nothing);
        let (_, scrub) = send(&grace, Method::POST, &advance, json!({"place": 2})).await;
        assert_eq!(
            (current(&scrub), &scrub["read"], &scrub["hidden_row"]),
            (&Value::Null, &json!(2), &Value::Null),
            "{scrub:#}"
        );
        let text = async |path: &str| grace.request(Method::GET, path).send().await.unwrap().text().await.unwrap();
        let minutes = text(&format!("{path}/minutes.md")).await;
        assert!(minutes.contains("acme/open") && minutes.contains("acme/secret"), "{minutes}");
        let sheet = text(&format!("{path}/sheet.csv")).await;
        assert!(!format!("{minutes}{sheet}").contains("hush"), "{minutes}{sheet}");
        crate::scrubs::rebuilds_the_same(&app).await;
        app
    })
    .await;
}

/// Rows and limit together would tell how many rows are hidden.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_told_to_those_who_see_all_that_was_dealt() {
    run_test(async |app| {
        deliver(&app, &[(HUSH, "hush", true), (OPEN, "open", false), (SECRET, "secret", true)]).await;
        let zoe = SignedIn::new(&app, "zoe", &[(ACCOUNT, &[SECRET, HUSH], true)]).await;
        let grace = SignedIn::new(&app, "grace", &[(ACCOUNT, &[SECRET], true)]).await;
        let mary = SignedIn::new(&app, "mary", &[(ACCOUNT, &[HUSH], true)]).await;
        // Of hush and open.
        let (status, scrub) = send(&zoe, Method::POST, "/api/v1/scrubs", json!({"view": "open", "limit": 2})).await;
        assert_eq!((status, &scrub["rows"], &scrub["limit"]), (201, &json!(2), &json!(2)), "{scrub:#}");
        let path = format!("/api/v1/scrubs/{}", scrub["number"]);
        for (person, rows, limit) in [(&mary, 2, json!(2)), (&grace, 1, Value::Null)] {
            let scrub = get(person, &path).await;
            assert_eq!((&scrub["rows"], &scrub["limit"]), (&json!(rows), &limit), "{scrub:#}");
        }
        let token = app.new_token(&["read"], None).await;
        let public: Value = app.request_as(&token, Method::GET, &path).send().await.unwrap().json().await.unwrap();
        assert_eq!((&public["rows"], &public["limit"]), (&json!(1), &Value::Null), "{public:#}");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rounds_go_on_where_nothing_is_public() {
    run_test(async |app| {
        deliver(&app, &[(SECRET, "secret", true), (HUSH, "hush", true)]).await;
        let grace = SignedIn::new(&app, "grace", &[(ACCOUNT, &[SECRET], true)]).await;
        for round in 1..=3 {
            let (status, scrub) = send(&grace, Method::POST, "/api/v1/scrubs", json!({"view": "open"})).await;
            assert_eq!((status, &scrub["round"], &scrub["rows"]), (201, &json!(round), &json!(1)), "{scrub:#}");
            let path = format!("/api/v1/scrubs/{}", scrub["number"]);
            let (status, scrub) = send(&grace, Method::POST, &format!("{path}/advance"), json!({"place": 1})).await;
            assert_eq!((status, &scrub["read"], current(&scrub)), (200, &json!(1), &Value::Null), "{scrub:#}");
            assert_eq!(send(&grace, Method::POST, &format!("{path}/close"), json!({})).await.0, 200);
        }
        crate::scrubs::rebuilds_the_same(&app).await;
        app
    })
    .await;
}

/// Whoever may not triage does nothing in an account, even if they may in another one.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_triage_writes_nothing() {
    run_test(async |app| {
        deliver(&app, &[(OPEN, "open", false)]).await;
        let mut other = crate::support::payload::owned_repository(77, "other", 7, "elsewhere");
        other["private"] = json!(false);
        app.deliver("issues", &issues("opened", &issue(1, "2026-01-01T08:00:00Z", "2026-01-01T08:00:00Z"), &other))
            .await;
        let linus = SignedIn::new(&app, "linus", &[(ACCOUNT, &[], false), (77, &[], true)]).await;
        let description: Value = serde_json::from_str(&bugscrub::http::openapi()).unwrap();
        let mut tried = 0;
        for (path, operations) in description["paths"].as_object().unwrap() {
            // Tickets are for reading, tokens are one's own, and who reads along is counted.
            let elsewhere = ["/tickets", "/tokens", "/presence"].iter().any(|part| path.contains(part));
            if !path.starts_with("/api/v1/") || elsewhere {
                continue;
            }
            for (method, operation) in operations.as_object().unwrap().iter().filter(|(method, _)| *method != "get") {
                let with = |path: &str| {
                    let path = path.replace("{owner}", "acme").replace("{repo}", "open");
                    let path = path.replace("{name}", "mine").replace("{number}", "1");
                    let path = path.replace("{date}", "2026-12-23").replace("{talk}", "1");
                    format!("{path}?account=acme")
                };
                let body = operation.pointer("/requestBody/content/application~1json");
                let mut body = body.map_or(Value::Null, |body| {
                    let schema = body["schema"]["$ref"].as_str().and_then(|name| name.rsplit('/').next());
                    let named = schema.map(|name| &description["components"]["schemas"][name]["example"]);
                    named.cloned().unwrap_or_default()
                });
                let method: Method = method.to_uppercase().parse().unwrap();
                let mut request = linus.request(method.clone(), &with(path)).header("if-match", "*");
                // Who is signed in acts as themselves.
                if let Some(fields) = body.as_object_mut() {
                    fields.remove("by");
                }
                if !body.is_null() {
                    request = request.json(&body);
                }
                let answer = request.send().await.unwrap();
                assert_eq!(answer.status(), 403, "{method} {path}: {}", answer.text().await.unwrap());
                tried += 1;
            }
        }
        assert!(tried > 8, "{tried} operations");
        let path = "/api/v1/items/other/elsewhere/1/read?account=other";
        assert_eq!(linus.request(Method::PUT, path).send().await.unwrap().status(), 200);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_follows_what_somebody_may_see() {
    run_test(async |app| {
        deliver(&app, &[(OPEN, "open", false), (SECRET, "secret", true)]).await;
        let grace = SignedIn::new(&app, "grace", &[(ACCOUNT, &[SECRET], true)]).await;
        let mut following = Following::sent(&app, grace.request(Method::GET, "/api/v1/stream")).await;
        deliver(&app, &[(SECRET, "secret", true)]).await;
        let later = |day: &str| {
            let mut home = repository(SECRET, "secret");
            home["private"] = json!(true);
            issues("edited", &issue(1, "2026-02-01T08:00:00Z", day), &home)
        };
        app.deliver("issues", &later("2026-11-02T08:00:00Z")).await;
        assert_eq!(following.item().await.data["repository"], "acme/secret");
        grace.told(&[(ACCOUNT, &[], true)]).await;
        loop {
            let event = following.next().await.unwrap();
            if event.name == "reset" {
                break;
            }
            assert_eq!(event.data["repository"], "acme/secret", "what was told before");
        }
        // Of what is hidden now nothing comes; of what is public something does.
        app.deliver("issues", &later("2026-11-03T08:00:00Z")).await;
        let public = issue(1, "2026-01-01T08:00:00Z", "2026-11-04T08:00:00Z");
        app.deliver("issues", &issues("edited", &public, &repository(OPEN, "open"))).await;
        assert_eq!(following.item().await.data["repository"], "acme/open");
        // Once the account is none of theirs, the stream ends.
        sqlx::query("DELETE FROM sights WHERE account_id = $1")
            .bind(ACCOUNT)
            .execute(&app.database.pool)
            .await
            .unwrap();
        let (reason, _) = following.end().await;
        assert_eq!(reason, "account_gone");
        app
    })
    .await;
}

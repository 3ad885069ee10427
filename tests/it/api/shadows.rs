//! What is hidden from a token moves nothing that it is told: the cases that were found one by one. `worlds` looks for
//! others.

use reqwest::Method;
use serde_json::{Value, json};

use super::{get, open};
use crate::stream::Following;
use crate::support::payload::{issue, issues, repository, user};
use crate::support::{TestApp, run_test};

const AT: &str = "2026-07-01T00:00:00Z";

fn secret() -> Value {
    let mut secret = repository(2, "secret");
    secret["private"] = json!(true);
    secret
}

/// Status and body of a request.
async fn send(app: &TestApp, token: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
    app.caught_up().await;
    let request = app.request_as(token, method, path).header("if-match", "*");
    let request = match body {
        Value::String(text) => request.body(text),
        body => request.json(&body),
    };
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

/// Delivers the transfer of `secret#number` to `widgets#to`.
async fn transferred(app: &TestApp, number: i64, to: i64) {
    let mut opened = issues("opened", &issue(to, AT, "2026-07-03T00:00:00Z"), &repository(1, "widgets"));
    opened["changes"] = json!({"old_repository": secret(), "old_issue": {"number": number}});
    app.deliver("issues", &opened).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scrub_is_dealt_and_a_sheet_is_read_as_if_nothing_were_hidden() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        app.deliver("issues", &issues("opened", &issue(5, AT, AT), &secret())).await;
        let public = app.new_token(&["read", "scrub"], None).await;
        let insider = app.new_token(&["read", "scrub", "private"], None).await;

        // The oracle of title filters: whether a hidden item matches makes no difference.
        let mut told = vec![];
        for (name, title) in [("hit", "Issue 5"), ("miss", "Issue 6")] {
            let view = json!({"filter": {"title": title}, "order": "stalest"});
            assert_eq!(send(&app, &public, Method::PUT, &format!("/api/v1/views/{name}"), view).await.0, 201);
            told.push(send(&app, &public, Method::POST, "/api/v1/scrubs", json!({"view": name})).await);
        }
        assert_eq!(told[0], told[1]);
        assert_eq!(told[0].0, 409);

        // A round is over for those who see what is public once that is read, and goes on for the others.
        let view = json!({"filter": {"type": "Issue"}, "order": "stalest"});
        send(&app, &public, Method::PUT, "/api/v1/views/all", view).await;
        let (_, scrub) = send(&app, &public, Method::POST, "/api/v1/scrubs", json!({"view": "all"})).await;
        assert_eq!((&scrub["rows"], &scrub["unread"], &scrub["round"]), (&json!(1), &json!(1), &json!(1)));
        let path = format!("/api/v1/scrubs/{}/advance", scrub["number"]);
        assert_eq!(send(&app, &public, Method::POST, &path, json!({"place": 1})).await.0, 200);
        app.caught_up().await;
        let coverage = |token: String| {
            let app = &app;
            async move { get(app, &token, "/api/v1/stats/coverage?view=all").await }
        };
        let (theirs, ours) = (coverage(public.clone()).await, coverage(insider.clone()).await);
        assert_eq!((&theirs["round"], &theirs["left_in_round"]), (&json!(2), &json!(1)));
        assert_eq!((&ours["round"], &ours["left_in_round"]), (&json!(1), &json!(1)));
        send(&app, &insider, Method::PUT, "/api/v1/items/acme/secret/5/read", json!({})).await;
        app.caught_up().await;
        let (theirs, ours) = (coverage(public.clone()).await, coverage(insider.clone()).await);
        assert_eq!((&theirs["round"], &ours["round"]), (&json!(2), &json!(2)));
        crate::scrubs::rebuilds_the_same(&app).await;
        assert_eq!(coverage(insider.clone()).await["round"], 2);

        // Rows of a spreadsheet about hidden and about unknown items are told and kept alike.
        for (item, comment) in [("acme/secret,Issue,5", "one"), ("acme/secret,Issue,77", "two")] {
            let before = get(&app, &public, "/api/v1/queue").await["position"].as_i64().unwrap();
            let file = format!("Repository,Type,#,Comment\n{item},{comment}\n");
            let (status, answer) = send(&app, &public, Method::POST, "/api/v1/sheets", json!(file)).await;
            assert_eq!((status, &answer["rows"][0]["outcome"]), (200, &json!("unknown item")), "{answer}");
            assert_eq!(answer["position"].as_i64().unwrap(), before + 1, "{item}");
        }
        let note = get(&app, &insider, "/api/v1/items/acme/secret/5/note").await;
        assert_eq!(note["note"], Value::Null);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_and_marks_that_a_transfer_brings_wait_for_somebody_who_sees_both_places() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        for number in [5, 6] {
            app.deliver("issues", &issues("opened", &issue(number, AT, AT), &secret())).await;
        }
        let public = app.new_token(&["read", "scrub"], None).await;
        let writer = app.new_token(&["scrub"], None).await;
        let insider = app.new_token(&["read", "scrub", "private"], None).await;
        for number in [5, 6] {
            let path = format!("/api/v1/items/acme/secret/{number}");
            let note = json!({"comment": "between us", "flag": "ours"});
            assert_eq!(send(&app, &insider, Method::PUT, &format!("{path}/note"), note).await.0, 200);
            assert_eq!(send(&app, &insider, Method::PUT, &format!("{path}/read"), json!({})).await.0, 200);
        }
        transferred(&app, 5, 15).await;
        transferred(&app, 6, 16).await;
        let total = |token: String, query: &str| {
            let path = format!("/api/v1/queue?{query}");
            let app = &app;
            async move { get(app, &token, &path).await["total"].as_i64().unwrap() }
        };
        for (query, theirs, ours) in [("noted=true", 0, 2), ("flag=ours", 0, 2), ("view=open&unread=true", 3, 1)] {
            let seen = (total(public.clone(), query).await, total(insider.clone(), query).await);
            assert_eq!(seen, (theirs, ours), "{query}");
        }
        let item = get(&app, &public, "/api/v1/items/acme/widgets/15").await;
        assert_eq!((&item["note"], &item["read"], &item["marks"]), (&Value::Null, &Value::Null, &json!([])));
        assert_eq!(get(&app, &public, "/api/v1/items/acme/widgets/15/note").await["history"], json!([]));
        let hidden = get(&app, &insider, "/api/v1/items/acme/widgets/15/note").await;
        assert_eq!(hidden["note"]["comment"], "between us");

        // Who may not read is told nothing by a wrong If-Match.
        let request = app.request_as(&writer, Method::PUT, "/api/v1/items/acme/widgets/1/note");
        let answer = request.header("if-match", "\"note-7\"").json(&json!({"comment": "x"})).send().await.unwrap();
        let (status, said) = crate::support::app::problem(answer).await;
        assert_eq!((status, said.get("current")), (412, None), "{said}");
        let request = app.request_as(&public, Method::PUT, "/api/v1/items/acme/widgets/1/note");
        let answer = request.header("if-match", "\"note-7\"").json(&json!({"comment": "x"})).send().await.unwrap();
        assert!(crate::support::app::problem(answer).await.1["current"].is_object());

        // Written as it is by who sees both, the note is everybody's; so is a reading.
        let path = "/api/v1/items/acme/widgets/15";
        let note = json!({"comment": "between us", "flag": "ours"});
        assert_eq!(send(&app, &insider, Method::PUT, &format!("{path}/note"), note).await.0, 200);
        assert_eq!(send(&app, &insider, Method::PUT, &format!("{path}/read"), json!({})).await.0, 200);
        app.caught_up().await;
        for (query, theirs, ours) in [("noted=true", 1, 2), ("flag=ours", 1, 2), ("view=open&unread=true", 2, 1)] {
            let seen = (total(public.clone(), query).await, total(insider.clone(), query).await);
            assert_eq!(seen, (theirs, ours), "{query}");
        }
        // Once the old place is public, nothing is hidden any more.
        let told = json!({"action": "publicized", "repository": repository(2, "secret"), "sender": user("ada")});
        app.deliver("repository", &told).await;
        assert_eq!(total(public.clone(), "noted=true").await, 2);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_mark_private_rows_and_can_leave_them_out() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        app.deliver("issues", &issues("opened", &issue(5, AT, AT), &secret())).await;
        let insider = app.new_token(&["read", "scrub", "private"], None).await;
        let embed = app.new_embed_token(crate::support::payload::ACCOUNT, "open").await;
        let (_, scrub) = send(&app, &insider, Method::POST, "/api/v1/scrubs", json!({"view": "open"})).await;
        let number = scrub["number"].as_i64().unwrap();
        let text = async |token: &str, path: &str| {
            let answer = app.request_as(token, Method::GET, path).send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        };
        for place in 1..=2 {
            let path = format!("/api/v1/scrubs/{number}/advance");
            send(&app, &insider, Method::POST, &path, json!({"place": place})).await;
        }
        let (minutes, sheet) =
            (format!("/api/v1/scrubs/{number}/minutes.md"), format!("/api/v1/scrubs/{number}/sheet.csv"));
        assert!(text(&insider, &minutes).await.1.contains("/secret/issues/5) (private) "));
        assert!(!text(&insider, &format!("{minutes}?visibility=public")).await.1.contains("secret"));
        let marked = text(&insider, &sheet).await.1;
        assert!(marked.lines().next().unwrap().ends_with(",Flag,Visibility"), "{marked}");
        assert!(marked.lines().any(|line| line.starts_with("acme/secret,") && line.ends_with(",private")), "{marked}");
        let public = text(&insider, &format!("{sheet}?visibility=public")).await.1;
        assert!(!public.contains("secret") && !public.contains("Visibility"), "{public}");
        for path in ["/api/v1/queue.csv", "/api/v1/queue.xlsx"] {
            assert_eq!(text(&insider, &format!("{path}?visibility=public")).await.0, 200);
        }
        assert!(!text(&insider, "/api/v1/queue.csv?visibility=public").await.1.contains("secret"));
        assert_eq!(text(&insider, &format!("{minutes}?visibility=private")).await.0, 400);
        // Beside a cursor too the view must be one.
        let page = app.request_as(&insider, Method::GET, "/api/v1/queue.xlsx?limit=1&visibility=public");
        assert_eq!(page.send().await.unwrap().headers().get("link"), None);
        let page = app.request_as(&insider, Method::GET, "/api/v1/queue.xlsx?limit=1").send().await.unwrap();
        let next = page.headers()["link"].to_str().unwrap();
        let next = next.strip_prefix('<').unwrap().split_once('>').unwrap().0;
        let next = next.strip_prefix(&app.url("")).unwrap();
        assert_eq!(text(&insider, &format!("{next}&view=nowhere")).await.0, 404);
        // A token that stands in a URL cannot ask which items have notes.
        for asked in ["noted=true", "action=close", "flag=x"] {
            assert_eq!(text(&embed, &format!("/api/v1/queue.csv?view=open&{asked}")).await.0, 403, "{asked}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_hears_of_what_they_see_alone() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        app.deliver("issues", &issues("opened", &issue(5, AT, AT), &secret())).await;
        let public = app.new_token(&["read"], None).await;
        app.caught_up().await;
        let mut following = Following::sent(&app, app.request_as(&public, Method::GET, "/api/v1/stream")).await;
        let mut next = async || following.next().await.unwrap().name;
        // A label of a hidden repository resets nobody who does not see it; the next that they hear is their own.
        let label =
            json!({"action": "edited", "label": {"id": 9, "name": "x"}, "repository": secret(), "sender": user("ada")});
        app.deliver("label", &label).await;
        open(&app, 2, &repository(1, "widgets")).await;
        assert_eq!(next().await, "item");
        // No event tells that the repository became private; a payload shows it.
        let mut private = repository(1, "widgets");
        private["private"] = json!(true);
        app.deliver("issues", &issues("edited", &issue(2, AT, "2026-11-20T00:00:00Z"), &private)).await;
        assert_eq!(next().await, "reset");
        let answer = app.request_as(&public, Method::GET, "/api/v1/queue?account=acme").send().await.unwrap();
        assert_eq!(answer.status(), 404);
        app
    })
    .await;
}

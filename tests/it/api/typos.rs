//! Names in a question that nothing has: the answer says so, and tells nothing of what is hidden.

use reqwest::Method;
use serde_json::{Value, json};

use super::{get, open, refused};
use crate::support::payload::{issue, issues, owned_repository, repository, user};
use crate::support::{TestApp, run_test};

const AT: &str = "2026-07-01T00:00:00Z";

/// An issue in `acme/widgets` and one in the private `acme/secret`, each with a label, a milestone, an author and an
/// assignee of its own; and a closed one of somebody else.
async fn world(app: &TestApp) {
    let mut secret = repository(2, "secret");
    secret["private"] = json!(true);
    for (number, repository, name) in [(1, repository(1, "widgets"), "open"), (2, secret, "hidden")] {
        let mut item = issue(number, AT, AT);
        item["labels"] = json!([{"id": number, "name": format!("{name}-label")}]);
        item["milestone"] = json!({"number": 1, "id": number, "title": format!("{name}-milestone")});
        item["user"] = user(&format!("{name}-author"));
        item["assignees"] = json!([user(&format!("{name}-assignee"))]);
        app.deliver("issues", &issues("opened", &item, &repository)).await;
    }
    let mut closed = issue(3, AT, AT);
    closed["user"] = user("closed-author");
    closed["state"] = json!("closed");
    closed["closed_at"] = json!(AT);
    app.deliver("issues", &issues("closed", &closed, &repository(1, "widgets"))).await;
}

/// What an answer warns of: parameters and values.
fn warned(answer: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    answer["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (text(&found["parameter"]), text(&found["value"])))
        .collect()
}

const NAMED: [(&str, &str); 5] = [
    ("repo", "secret"),
    ("label", "hidden-label"),
    ("milestone", "hidden-milestone"),
    ("author", "hidden-author"),
    ("assignee", "hidden-assignee"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_nothing_has_is_told_in_every_form_of_an_answer() {
    run_test(async |app| {
        world(&app).await;
        let token = app.token.clone();
        let known = "repo=widgets&repo=acme/widgets&repo=-secret&label=OPEN-label&label=-hidden-label&milestone=open-milestone\
                     &author=open-author&author=Open-Assignee&author=closed-author&assignee=-hidden-assignee";
        for path in ["/api/v1/queue", "/api/v1/stats/ages", "/api/v1/stats/coverage", "/api/v1/stats/backlog.json"] {
            let answer = get(&app, &token, &format!("{path}?{known}")).await;
            assert_eq!(answer["warnings"], json!([]), "{path}");
            get(&app, &token, &format!("{path}?strict=true&{known}")).await;
            for (parameter, value) in
                [("label", "bgu"), ("label", "-bgu"), ("repo", "acme/widgit"), ("author", "nobody"), ("assignee", "-nobody"), ("milestone", "v99"), ("label", "\"-1\"")]
            {
                let answer = get(&app, &token, &format!("{path}?{parameter}={value}")).await;
                assert_eq!(warned(&answer), [(parameter.to_owned(), value.to_owned())], "{path}");
                assert!(answer["warnings"][0]["detail"].is_string());
                let (status, said) = refused(&app, &token, &format!("{path}?strict=true&{parameter}={value}")).await;
                assert_eq!((status, said["parameter"].as_str()), (400, Some(parameter)), "{path} {value}: {said}");
            }
        }
        // The stream says it before its first event.
        let follow = async |query: &str| app.request(Method::GET, &format!("/api/v1/stream?{query}")).send().await.unwrap();
        assert_eq!(follow("label=bgu").await.headers()["bugscrub-warning"], "label=bgu");
        assert_eq!(follow("label=open-label").await.headers().get("bugscrub-warning"), None);
        assert_eq!(follow("label=bgu&strict=true").await.status(), 400);
        let answer = get(&app, &token, "/api/v1/queue?label=opn-label&label=hidden-lable&label=x&repo=acme/widgts").await;
        let closest: Vec<&Value> = answer["warnings"].as_array().unwrap().iter().map(|warning| &warning["closest"]).collect();
        assert_eq!(closest, [&json!(["open-label"]), &json!(["hidden-label"]), &json!([]), &json!(["acme/widgets"])]);
        for path in ["/api/v1/queue.csv", "/api/v1/queue.xlsx", "/api/v1/stats/ages.csv", "/api/v1/stats/ages.svg"] {
            let answer = app.request(Method::GET, &format!("{path}?label=b%26g%C3%BC&repo=widgets&author=-nobody"));
            let answer = answer.send().await.unwrap();
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.headers()["bugscrub-warning"], "author=-nobody&label=b%26g%C3%BC", "{path}");
            let right = app.request(Method::GET, &format!("{path}?label=open-label")).send().await.unwrap();
            assert_eq!(right.headers().get("bugscrub-warning"), None, "{path}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn views_and_further_pages_are_looked_at_too() {
    run_test(async |app| {
        world(&app).await;
        open(&app, 5, &repository(1, "widgets")).await;
        let token = app.new_token(&["read", "private", "scrub"], None).await;
        let view = json!({"filter": {"label": ["-bgu"], "repo": "widgets"}});
        let put = app.request_as(&token, Method::PUT, "/api/v1/views/mine").json(&view).send().await.unwrap();
        assert_eq!(put.status(), 201);
        let told = vec![("author".to_owned(), "-nobody".to_owned()), ("label".to_owned(), "-bgu".to_owned())];
        let page = get(&app, &token, "/api/v1/queue?view=mine&author=-nobody&limit=1").await;
        let mut found = warned(&page);
        found.sort();
        assert_eq!(found, told);
        let mut found = warned(&get(&app, &token, page["next"].as_str().unwrap()).await);
        found.sort();
        assert_eq!(found, told);
        // Who may not read what a view asks for is not told.
        let embed = app.new_embed_token(crate::support::payload::ACCOUNT, "mine").await;
        for (query, header) in [("", None), ("&label=nothing", Some("label=nothing"))] {
            let answer =
                app.client.get(app.url(&format!("/api/v1/queue.csv?token={embed}{query}"))).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            let said = answer.headers().get("bugscrub-warning").map(|value| value.to_str().unwrap());
            assert_eq!(said, header, "{query}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_hidden_things_are_called_is_as_unknown_as_anything() {
    run_test(async |app| {
        world(&app).await;
        let public = app.new_token(&["read"], None).await;
        for (parameter, hidden) in NAMED {
            let of = async |value: &str| {
                let path = format!("/api/v1/queue?{parameter}={value}");
                let answer = get(&app, &public, &path).await;
                let strict = refused(&app, &public, &format!("{path}&strict=true")).await;
                let text = json!([answer["warnings"], answer["total"], strict.0, strict.1]).to_string();
                text.replace(value, "NAME")
            };
            let other = hidden.replace("hidden", "hudden").replace("secret", "sacret");
            assert_eq!(of(hidden).await, of(&other).await, "{parameter}");
            // Nor is it offered to whoever misspells it.
            let near = hidden.replace("hidden", "hiden").replace("secret", "secrt");
            assert!(!of(&near).await.contains(hidden), "{parameter}");
            let insider = get(&app, &app.token, &format!("/api/v1/queue?{parameter}={hidden}")).await;
            assert_eq!(insider["warnings"], json!([]), "{parameter}");
        }
        // Once it is published it is known; once it is hidden again it is not.
        for (action, private, warnings) in [("publicized", false, 0), ("privatized", true, 5)] {
            let mut secret = repository(2, "secret");
            secret["private"] = json!(private);
            app.deliver("repository", &json!({"action": action, "repository": secret, "sender": user("ada")})).await;
            app.caught_up().await;
            let query: Vec<String> = NAMED.iter().map(|(parameter, value)| format!("{parameter}={value}")).collect();
            let answer = get(&app, &public, &format!("/api/v1/queue?{}", query.join("&"))).await;
            assert_eq!(warned(&answer).len(), warnings, "{action}: {answer}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn built_in_views_are_redefined_by_admins_alone() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let scrub = app.new_token(&["read", "scrub", "private"], None).await;
        let admin = app.new_token(&["admin"], None).await;
        let send = async |token: &str, method: Method, name: &str| {
            let path = format!("/api/v1/views/{name}");
            app.request_as(token, method, &path).json(&json!({"filter": {"label": "x"}})).send().await.unwrap()
        };
        for name in ["open", "bug-scrub", "never-read", "needs-triage", "most-wanted"] {
            for method in [Method::PUT, Method::DELETE] {
                let (status, said) = crate::support::app::problem(send(&scrub, method, name).await).await;
                assert_eq!((status, said["type"].as_str()), (403, Some("/problems/view-built-in")), "{name}");
            }
            assert_eq!(get(&app, &scrub, &format!("/api/v1/views/{name}")).await["origin"], "builtin");
            assert_eq!(send(&admin, Method::PUT, name).await.status(), 201);
            assert_eq!(get(&app, &scrub, &format!("/api/v1/views/{name}")).await["origin"], "stored");
            assert_eq!(send(&scrub, Method::DELETE, name).await.status(), 403);
            assert_eq!(send(&admin, Method::DELETE, name).await.status(), 204);
        }
        assert_eq!(send(&scrub, Method::PUT, "opened").await.status(), 201);
        app
    })
    .await;
}

/// The shipped dashboard, as Grafana asks: the variable first, then each panel with each of its values.
#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_works_with_several_accounts() {
    const DASHBOARD: &str = include_str!("../../../charts/bugscrub/files/queue-dashboard.json");
    run_test(async |app| {
        open(&app, 1, &owned_repository(11, "acme", 1, "widgets")).await;
        open(&app, 2, &owned_repository(22, "Umbrella", 2, "gadgets")).await;
        let board: Value = serde_json::from_str(DASHBOARD).unwrap();
        let variables = board["templating"]["list"].as_array().unwrap();
        let account = variables.iter().find(|variable| variable["name"] == "account").unwrap();
        let query = &account["query"]["infinityQuery"];
        let ask = async |url: &Value, account: &str| {
            let url =
                url.as_str().unwrap().replace("${address}", &app.url("")).replace("${account:percentencode}", account);
            assert!(!url.contains('$'), "{url}");
            let answer = app.client.get(&url).bearer_auth(&app.token).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{url}");
            answer.json::<Value>().await.unwrap()
        };
        app.caught_up().await;
        let found = ask(&query["url"], "").await;
        let rows = found[query["root_selector"].as_str().unwrap()].as_array().unwrap();
        let column = query["columns"][0]["selector"].as_str().unwrap();
        let logins: Vec<&str> = rows.iter().map(|row| row[column].as_str().unwrap()).collect();
        assert_eq!(logins, ["acme", "Umbrella"]);
        let panels = board["panels"].as_array().unwrap();
        let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
        for target in targets {
            assert!(target["url"].as_str().unwrap().contains("account=${account:percentencode}"));
            for login in &logins {
                assert!(ask(&target["url"], login).await["total"].is_number());
            }
        }
        app
    })
    .await;
}

//! Embed tokens, which are for one view.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::with_items;
use crate::support::app::problem;
use crate::support::run_test;

#[tokio::test(flavor = "multi_thread")]
async fn an_embed_token_shows_one_view_in_a_url_and_nothing_else() {
    run_test(async |app| {
        with_items(&app).await;
        let admin = app.new_token(&["admin"], None).await;
        let stored =
            app.request_as(&admin, Method::PUT, "/api/v1/views/bugs").json(&json!({"filter": {"label": "bug"}}));
        assert_eq!(stored.send().await.unwrap().status(), StatusCode::CREATED);
        let account = app.json("/api/v1/accounts").await["accounts"][0]["id"].as_i64().unwrap();
        let make = async |body: Value| {
            app.request_as(&admin, Method::POST, "/api/v1/tokens").json(&body).send().await.unwrap()
        };
        let made =
            make(json!({"name": "wiki", "scopes": ["embed"], "accounts": [account], "view": "bugs", "days": 30.0}))
                .await;
        assert_eq!(made.status(), StatusCode::CREATED);
        let made: Value = made.json().await.unwrap();
        let token = made["token"].as_str().unwrap();
        let get = async |path: &str| app.client.get(app.url(path)).send().await.unwrap();

        let csv = get(&format!("/api/v1/queue.csv?token={token}")).await;
        assert_eq!(csv.status(), StatusCode::OK);
        // Of the bugs 1, 3 and 5 the public repository has 1 and 3.
        assert_eq!(csv.text().await.unwrap().lines().count(), 1 + 2);
        let svg = get(&format!("/api/v1/stats/backlog.svg?token={token}&view=bugs")).await;
        assert_eq!((svg.status().as_u16(), svg.headers()["content-type"].to_str().unwrap()), (200, "image/svg+xml"));
        // Further pages stay within the view, even with a cursor of another query.
        let first = get(&format!("/api/v1/queue.csv?token={token}&limit=1")).await;
        let link = first.headers()["link"].to_str().unwrap().to_owned();
        let next = link.trim_start_matches('<').split('>').next().unwrap();
        let next = next.strip_prefix(&app.url("")).unwrap();
        let second = get(&format!("{next}&token={token}")).await.text().await.unwrap();
        assert!(second.contains("issues/3"), "{second}");
        let other = app.json("/api/v1/queue?limit=1&label=idea").await["next"]
            .as_str()
            .unwrap()
            .replace("/queue?", "/queue.csv?");
        assert_eq!(get(&format!("{other}&token={token}")).await.text().await.unwrap().lines().count(), 1);

        let guess = app.json("/api/v1/queue?limit=1&flag=-later").await["next"].as_str().unwrap().to_owned();
        let guess = guess.replace("/queue?", "/queue.csv?");
        assert_eq!(get(&format!("{guess}&token={token}")).await.status(), StatusCode::FORBIDDEN);

        for (path, status) in [
            ("/api/v1/queue?view=open", 403),
            ("/api/v1/stats/backlog", 403),
            ("/api/v1/stats/backlog.json", 403),
            ("/api/v1/views", 403),
            ("/api/v1/accounts", 403),
            ("/api/v1/stream?view=open", 403),
            ("/api/v1/tokens", 403),
            ("/api/v1/queue.csv?view=open", 403),
            // It would tell what notes say, guess by guess.
            ("/api/v1/queue.csv?flag=later", 403),
            ("/api/v1/stats/backlog.svg?action=-close", 403),
        ] {
            let and = if path.contains('?') { '&' } else { '?' };
            assert_eq!(get(&format!("{path}{and}token={token}")).await.status().as_u16(), status, "{path}");
        }
        // No other token may stand in a URL.
        let (status, told) = problem(get(&format!("/api/v1/queue.csv?token={}", app.token)).await).await;
        assert_eq!(status, 401, "{told}");

        let listed: Value =
            app.request_as(&admin, Method::GET, "/api/v1/tokens").send().await.unwrap().json().await.unwrap();
        let wiki = listed["tokens"].as_array().unwrap().iter().find(|token| token["name"] == "wiki").unwrap();
        assert_eq!((&wiki["view"], &wiki["accounts"]), (&json!("bugs"), &json!([account])));
        assert!(!listed.to_string().contains(token));
        let revoke = async |id: &str| {
            app.request_as(&admin, Method::DELETE, &format!("/api/v1/tokens/{id}")).send().await.unwrap().status()
        };
        let id = made["id"].to_string();
        assert_eq!(revoke(&id).await, StatusCode::NO_CONTENT);
        assert_eq!(revoke(&id).await, StatusCode::NOT_FOUND);
        assert_eq!(revoke("x").await, StatusCode::NOT_FOUND);
        assert_eq!(get(&format!("/api/v1/queue.csv?token={token}")).await.status(), StatusCode::UNAUTHORIZED);

        let all = json!({"name": "x", "scopes": ["read"]});
        for (change, parameter) in [
            (json!({"scopes": ["write"]}), "scopes"),
            (json!({"scopes": []}), "scopes"),
            (json!({"scopes": ["private"]}), "scopes"),
            (json!({"scopes": ["embed", "read"], "accounts": [1], "view": "open"}), "scopes"),
            (json!({"scopes": ["embed"], "view": "open"}), "accounts"),
            (json!({"scopes": ["embed"], "accounts": [1]}), "view"),
            (json!({"view": "open"}), "view"),
            (json!({"accounts": []}), "accounts"),
            (json!({"name": ""}), "name"),
            (json!({"days": 0}), "days"),
            (json!({"days": 4_294_967_297_i64}), "days"),
            (json!({"days": 1.5}), "body"),
            (json!({"secret": 1}), "body"),
        ] {
            let mut body = all.clone();
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let (status, told) = problem(make(body).await).await;
            assert_eq!((status, &told["parameter"]), (400, &json!(parameter)), "{told}");
        }
        // A token bound to accounts creates and sees only tokens bound to them.
        let bound = app.new_token(&["admin"], Some(&[account])).await;
        let by_bound = async |method: Method, path: &str, body: Value| {
            app.request_as(&bound, method, path).json(&body).send().await.unwrap()
        };
        let (status, told) = problem(by_bound(Method::POST, "/api/v1/tokens", all.clone()).await).await;
        assert_eq!((status, &told["parameter"]), (400, &json!("accounts")));
        let listed: Value = by_bound(Method::GET, "/api/v1/tokens", json!({})).await.json().await.unwrap();
        assert!(
            listed["tokens"].as_array().unwrap().iter().all(|token| token["accounts"] == json!([account])),
            "{listed}"
        );
        assert_eq!(by_bound(Method::DELETE, "/api/v1/tokens/1", json!({})).await.status(), StatusCode::NOT_FOUND);
        app
    })
    .await;
}

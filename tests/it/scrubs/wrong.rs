//! What scrubs refuse, and who may do what.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, opened};
use crate::support::app::problem;
use crate::support::payload::{issue, issues, repository};
use crate::support::run_test;

#[tokio::test(flavor = "multi_thread")]
async fn wrong_requests_are_told_why_and_change_nothing() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        let empty = json!({"filter": {"label": "nothing has it"}});
        assert_eq!(host.send(Method::PUT, "/api/v1/views/empty", empty).await.0, 201);
        assert_eq!(host.send(Method::PUT, "/api/v1/views/shut", json!({"filter": {"state": "closed"}})).await.0, 201);
        let position = app.json("/api/v1/queue").await["position"].clone();
        let scrubs = "/api/v1/scrubs";
        for (method, path, body, status, about) in [
            (Method::POST, scrubs, json!({"view": "none"}), 404, "/problems/unknown-view"),
            (Method::POST, scrubs, json!({"view": "shut"}), 400, "view"),
            (Method::POST, scrubs, json!({"view": "empty"}), 409, "/problems/nothing-to-read"),
            (Method::POST, scrubs, json!({"host": "a\nb"}), 400, "host"),
            (Method::POST, scrubs, json!({"host": "x".repeat(101)}), 400, "host"),
            (Method::POST, scrubs, json!({"attendees": [""]}), 400, "attendees"),
            (Method::POST, scrubs, json!({"by": "@"}), 400, "by"),
            (Method::POST, scrubs, json!({"deck": []}), 400, "body"),
            (Method::POST, scrubs, json!([]), 400, "body"),
            (Method::POST, "/api/v1/scrubs?view=open", json!({}), 400, "view"),
            (Method::GET, "/api/v1/scrubs?before=0", json!({}), 400, "before"),
            (Method::GET, "/api/v1/scrubs/1", json!({}), 404, "/problems/unknown-scrub"),
            (Method::GET, "/api/v1/scrubs/x", json!({}), 404, "/problems/unknown-scrub"),
            (Method::GET, "/api/v1/scrubs/99999999999999999999", json!({}), 404, "/problems/unknown-scrub"),
            (Method::GET, "/api/v1/scrubs/1/deck", json!({}), 404, "/problems/unknown-scrub"),
            (Method::GET, "/api/v1/scrubs/1/minutes.md", json!({}), 404, "/problems/unknown-scrub"),
            (Method::POST, "/api/v1/scrubs/1/advance", json!({"place": 1}), 404, "/problems/unknown-scrub"),
            (Method::POST, "/api/v1/scrubs/1/advance", json!({}), 400, "body"),
            (Method::POST, "/api/v1/scrubs/1/close", json!({}), 404, "/problems/unknown-scrub"),
            (Method::PUT, "/api/v1/scrubs/1/attendees/ada", json!({}), 404, "/problems/unknown-scrub"),
            (Method::PUT, "/api/v1/items/acme/widgets/2/read", json!({}), 404, "/problems/unknown-item"),
            (Method::PUT, "/api/v1/items/acme/widgets/0/read", json!({}), 400, "number"),
            (Method::PUT, "/api/v1/items/acme/widgets/1/read?by=", json!({}), 400, "by"),
            (Method::DELETE, "/api/v1/items/acme/none/1/read", json!({}), 404, "/problems/unknown-item"),
            (Method::GET, "/api/v1/items/acme/widgets/2/note", json!({}), 404, "/problems/unknown-item"),
        ] {
            let (got, answer) = host.send(method.clone(), path, body.clone()).await;
            let named = answer["parameter"].as_str().or(answer["type"].as_str());
            assert_eq!((got, named), (status, Some(about)), "{method} {path} {body}: {answer}");
        }
        let scrub = host.open("bug-scrub").await;
        for (place, status) in [(2, 409), (0, 409), (-1, 409), (i64::MAX, 409)] {
            assert_eq!(host.advance(&scrub, place, false).await.0, status);
        }
        assert_eq!(host.get("/api/v1/scrubs/1/deck?after=1").await["rows"], json!([]));
        for wrong in ["after=-1", "limit=0", "limit=1001", "colour=red"] {
            let path = format!("/api/v1/scrubs/1/deck?{wrong}");
            assert_eq!(host.send(Method::GET, &path, json!({})).await.0, 400, "{wrong}");
        }
        host.advance(&scrub, 1, false).await;
        host.close(&scrub).await;
        let (status, answer) = host.send(Method::POST, "/api/v1/scrubs/1/advance", json!({"place": 1})).await;
        assert_eq!((status, &answer["type"]), (409, &json!("/problems/scrub-closed")));
        // The five events: opened, advanced, read, the next round, closed.
        assert_eq!(app.json("/api/v1/queue").await["position"], position.as_i64().unwrap() + 5);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scrubbing_needs_the_scrub_scope_and_private_rows_the_private_scope() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-02").await;
        let mut secret = repository(2, "secrets");
        secret["private"] = json!(true);
        let at = "2026-07-01T00:00:00Z";
        app.deliver("issues", &issues("opened", &issue(5, at, at), &secret)).await;
        let reader = app.new_token(&["read"], None).await;
        let public = Host { app: &app, token: app.new_token(&["read", "scrub"], None).await };
        let host = Host::new(&app).await;
        let scrub = host.open("bug-scrub").await;
        assert_eq!((&scrub["rows"], &scrub["current"]["repository"]), (&json!(2), &json!("acme/secrets")));

        for (method, path) in [
            (Method::POST, "/api/v1/scrubs"),
            (Method::POST, "/api/v1/scrubs/1/advance"),
            (Method::POST, "/api/v1/scrubs/1/close"),
            (Method::PUT, "/api/v1/scrubs/1/attendees/ada"),
            (Method::PUT, "/api/v1/items/acme/widgets/1/read"),
            (Method::PUT, "/api/v1/items/acme/widgets/1/note"),
        ] {
            let request = app.request_as(&reader, method, path).header("if-match", "*").json(&json!({"place": 1}));
            let request = if path.contains("/advance") { request } else { request.json(&json!({})) };
            let (status, answer) = problem(request.send().await.unwrap()).await;
            assert_eq!((status, &answer["detail"]), (403, &json!("The token lacks the scope scrub.")), "{path}");
        }
        // Somebody who may not see private repositories sees neither their rows nor counts of them: to them the
        // first row that they see is the first, and the cursor is on it.
        let seen = public.get("/api/v1/scrubs/1").await;
        let current = &seen["current"]["repository"];
        assert_eq!((&seen["rows"], current, &seen["cursor"]), (&json!(1), &json!("acme/widgets"), &json!(1)));
        let rows = public.deck(&scrub).await;
        assert_eq!((rows.len(), &rows[0]["place"], &rows[0]["status"]), (1, &json!(1), &json!("current")));
        // They go on by themselves; for those who see all, the cursor stays on the private row.
        let (status, seen) = public.advance(&scrub, 1, true).await;
        assert_eq!((status, &seen["cursor"], &seen["current"]), (200, &json!(null), &json!(null)));
        assert_eq!(public.advance(&scrub, 1, true).await.0, 409);
        let whole = host.get("/api/v1/scrubs/1").await;
        assert_eq!((&whole["cursor"], &whole["current"]["repository"]), (&json!(1), &json!("acme/secrets")));
        assert_eq!(host.advance(&scrub, 1, false).await.1["cursor"], json!(null));
        host.close(&scrub).await;
        let minutes: String = public.text("/api/v1/scrubs/1/minutes.md").await;
        assert!(!minutes.contains("secrets") && minutes.contains("acme/widgets"), "{minutes}");
        // A deck that they open has no private rows.
        let next: Value = public.open("bug-scrub").await;
        assert_eq!((&next["rows"], &next["current"]["repository"]), (&json!(1), &json!("acme/widgets")));
        app
    })
    .await;
}

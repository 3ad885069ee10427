//! Who may ask: tokens and their scopes.

use bugscrub::config::Settings;
use bugscrub::service::tokens::{hash, new_secret};
use bugscrub::store::tokens::{self, NewToken};
use reqwest::Method;
use serde_json::json;

use super::{get, open, places, refused};
use crate::support::app::{TestApp, problem, run_test_with, settings};
use crate::support::payload::{issue, issues, repository};
use crate::support::run_test;
use crate::support::wait::until;

const PATHS: [&str; 2] = ["/api/v1/queue", "/api/v1/accounts"];

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_anything_without_a_valid_token() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let revoked = app.new_token(&["read", "private"], None).await;
        assert_eq!(get(&app, &revoked, "/api/v1/queue").await["total"], 1);
        let newest = tokens::list(&app.database.pool).await.unwrap().pop().unwrap();
        assert!(tokens::revoke(&app.database.pool, newest.token_id).await.unwrap());
        refused_soon(&app, &revoked).await;

        let token = &app.token;
        let no_token = "Send a token as `Authorization: Bearer TOKEN`, or sign in at /auth/sign-in.";
        let unknown = "The token is unknown or was revoked.";
        for path in PATHS {
            for (authorization, says) in [
                (None, no_token),
                (Some(String::new()), no_token),
                (Some(token.clone()), no_token),
                (Some("Bearer".to_owned()), no_token),
                (Some(format!("Basic {token}")), no_token),
                (Some("Basic b2N0b2NhdDpwYXNzd29yZA==".to_owned()), no_token),
                (Some(format!("Bearer{token}")), no_token),
                (Some(format!("Tokens {token}")), no_token),
                (Some("Bearer ".to_owned()), no_token),
                (Some("Bearer bugscrub_0000".to_owned()), unknown),
                (Some(format!("Bearer {}", token.to_uppercase())), unknown),
                (Some(format!("Bearer {}", &token[..token.len() - 1])), unknown),
                (Some(format!("Bearer {token}0")), unknown),
                (Some(format!("Bearer {token} {token}")), unknown),
                (Some(format!("Bearer {revoked}")), unknown),
            ] {
                let mut request = app.client.get(app.url(path));
                if let Some(authorization) = &authorization {
                    request = request.header("authorization", authorization);
                }
                let answer = request.send().await.unwrap();
                assert_eq!(answer.headers()["www-authenticate"], "Bearer", "{authorization:?}");
                let said = problem(answer).await;
                let expected = json!({"status": 401, "type": "about:blank", "title": "Unauthorized", "detail": says});
                assert_eq!(said, (401, expected), "{path} {authorization:?}");
            }
            let in_the_url = app.client.get(app.url(&format!("{path}?token={token}"))).send().await.unwrap();
            assert_eq!(in_the_url.status(), 401);
            let lower_case = app.client.get(app.url(path)).header("authorization", format!("bearer {token}"));
            assert_eq!(lower_case.send().await.unwrap().status(), 200);
            // The header tells who asks, whatever the URL says.
            for beside in ["", "bugscrub_0000", &revoked, token] {
                let path = format!("{path}?token={beside}");
                assert_eq!(app.request_as(token, Method::GET, &path).send().await.unwrap().status(), 200, "{path}");
            }
        }
        app
    })
    .await;
}

/// Waits until a token is refused: what ended it elsewhere is noticed within a second.
async fn refused_soon(app: &TestApp, token: &str) {
    until("the token is refused", async || {
        app.request_as(token, Method::GET, "/api/v1/queue").send().await.unwrap().status() == 401
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_lacks_a_scope_is_told_which() {
    run_test(async |app| {
        for scopes in [&[][..], &["scrub"], &["private"], &["scrub", "private"]] {
            let token = app.new_token(scopes, None).await;
            for path in PATHS {
                let (status, said) = refused(&app, &token, path).await;
                assert_eq!(
                    (status, said["detail"].as_str()),
                    (403, Some("The token lacks the scope read.")),
                    "{scopes:?}"
                );
            }
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_private_and_admin_scopes_show_private_repositories() {
    const BOOTSTRAP: &str = "the bootstrap token";
    let admin_token = Some(BOOTSTRAP.to_owned());
    run_test_with(Settings { admin_token, ..settings() }, async |app| {
        let mut secret = repository(1, "secret");
        secret["private"] = json!(true);
        open(&app, 1, &secret).await;
        open(&app, 2, &repository(2, "widgets")).await;
        // Until a payload says whether a repository is private, it counts as private.
        let mut unsaid = repository(3, "unsaid");
        unsaid.as_object_mut().unwrap().remove("private");
        let third = issue(3, "2024-01-03T00:00:00Z", "2024-01-03T00:00:00Z");
        app.deliver("issues", &issues("opened", &third, &unsaid)).await;

        let all = ["acme/secret#1", "acme/widgets#2", "acme/unsaid#3"];
        let admin = app.new_token(&["admin"], None).await;
        let private = app.new_token(&["read", "private"], None).await;
        for token in [&admin, &private, BOOTSTRAP] {
            let answer = get(&app, token, "/api/v1/queue").await;
            assert_eq!(places(&answer), all);
            assert_eq!(answer["total"], 3);
        }
        let public = app.new_token(&["read"], None).await;
        let answer = get(&app, &public, "/api/v1/queue").await;
        assert_eq!(places(&answer), ["acme/widgets#2"]);
        assert_eq!((&answer["total"], &answer["items"][0]["rank"]), (&json!(1), &json!(2)));
        for hidden in ["repo=secret", "repo=acme/secret", "state=open&repo=unsaid", "author=octocat&repo=-widgets"] {
            let answer = get(&app, &public, &format!("/api/v1/queue?{hidden}")).await;
            assert_eq!((&answer["total"], &answer["items"]), (&json!(0), &json!([])), "{hidden}");
        }

        // A cursor grants nothing: another token sees no more with it than without.
        let page = get(&app, &admin, "/api/v1/queue?limit=1").await;
        let next = page["next"].as_str().unwrap();
        assert_eq!(places(&get(&app, &public, next).await), ["acme/widgets#2"]);

        for wrong in ["the bootstrap toke", "the bootstrap token2", ""] {
            assert_eq!(refused(&app, wrong, "/api/v1/queue").await.0, 401, "{wrong}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_valid_until_it_expires() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        let token = new_secret();
        let hash = hash(&token);
        let scopes = ["read".to_owned()];
        let new = NewToken {
            name: "month",
            hash: &hash,
            scopes: &scopes,
            accounts: None,
            view: None,
            person: None,
            days: Some(30),
        };
        let token_id = tokens::create(&app.database.pool, new).await.unwrap();
        get(&app, &token, "/api/v1/queue").await;
        let left: f64 = sqlx::query_scalar(
            "UPDATE tokens SET expires_at = now() WHERE token_id = $1
             RETURNING extract(epoch FROM created_at + interval '30 days' - $2)::float8",
        )
        .bind(token_id)
        .bind(tokens::list(&app.database.pool).await.unwrap().last().unwrap().expires_at)
        .fetch_one(&app.database.pool)
        .await
        .unwrap();
        assert!(left.abs() < 1.0, "{left}");
        refused_soon(&app, &token).await;
        app
    })
    .await;
}

//! Which account a request is about, and which ones a token may see.

use serde_json::{Value, json};

use super::{get, installation, open, places, refused};
use crate::support::payload::owned_repository;
use crate::support::{TestApp, run_test};

/// Two accounts with an open issue each.
async fn two_accounts(app: &TestApp) {
    open(app, 1, &owned_repository(11, "acme", 1, "widgets")).await;
    open(app, 2, &owned_repository(22, "Umbrella", 2, "gadgets")).await;
}

fn ids(answer: &Value) -> Vec<i64> {
    answer["accounts"].as_array().unwrap().iter().map(|account| account["id"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_named_by_login_or_id() {
    run_test(async |app| {
        two_accounts(&app).await;
        let token = app.token.clone();
        let accounts = get(&app, &token, "/api/v1/accounts").await;
        let expected = json!({"accounts": [
            {"id": 11, "login": "acme", "position": 1},
            {"id": 22, "login": "Umbrella", "position": 1},
        ]});
        assert_eq!(accounts, expected);
        for (named, place) in [
            ("11", "acme/widgets#1"),
            ("acme", "acme/widgets#1"),
            ("ACME", "acme/widgets#1"),
            ("22", "Umbrella/gadgets#2"),
            ("umbrella", "Umbrella/gadgets#2"),
        ] {
            let answer = get(&app, &token, &format!("/api/v1/queue?account={named}")).await;
            assert_eq!(places(&answer), [place], "{named}");
        }
        let (status, said) = refused(&app, &token, "/api/v1/queue").await;
        assert_eq!(
            (status, &said["parameter"], &said["allowed"]),
            (400, &json!("account"), &json!(["acme", "Umbrella"]))
        );
        assert!(said["detail"].as_str().unwrap().contains("several accounts"), "{said}");
        for unknown in ["nobody", "33", "011", "11.0", "acm", "acme%2Fwidgets", "-acme", "0"] {
            let (status, said) = refused(&app, &token, &format!("/api/v1/queue?account={unknown}")).await;
            assert_eq!((status, said["type"].as_str()), (404, Some("/problems/unknown-account")), "{unknown}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_first_delivery_there_is_no_account() {
    run_test(async |app| {
        let token = app.token.clone();
        assert_eq!(get(&app, &token, "/api/v1/accounts").await, json!({"accounts": []}));
        // A delivery without an account creates none.
        app.deliver("ping", &json!({"zen": "Keep it logically awesome."})).await;
        assert_eq!(get(&app, &token, "/api/v1/accounts").await, json!({"accounts": []}));
        let (status, said) = refused(&app, &token, "/api/v1/queue").await;
        assert_eq!((status, &said["type"]), (404, &json!("/problems/unknown-account")));
        assert!(said["detail"].as_str().unwrap().contains("No account has sent a delivery yet"), "{said}");
        // Whoever has just installed it asks how far it is.
        let sync = get(&app, &token, "/api/v1/sync").await;
        assert_eq!((&sync["backfill"], &sync["repositories"], &sync["items"]), (&json!("none"), &json!(0), &json!(0)));
        assert_eq!((&sync["items_by_repository"], &sync["left_out"]), (&json!([]), &json!([])));
        assert_eq!(refused(&app, &token, "/api/v1/queue?account=0").await.0, 404);
        assert_eq!(refused(&app, &token, "/api/v1/queue?account=acme").await.0, 404);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_bound_to_accounts_sees_only_those() {
    run_test(async |app| {
        two_accounts(&app).await;
        let bound = app.new_token(&["read", "private"], Some(&[22])).await;
        assert_eq!(ids(&get(&app, &bound, "/api/v1/accounts").await), [22]);
        assert_eq!(places(&get(&app, &bound, "/api/v1/queue").await), ["Umbrella/gadgets#2"]);
        assert_eq!(places(&get(&app, &bound, "/api/v1/queue?account=umbrella").await), ["Umbrella/gadgets#2"]);
        let other = refused(&app, &bound, "/api/v1/queue?account=acme").await;
        assert_eq!(other, refused(&app, &bound, "/api/v1/queue?account=11").await);
        assert_eq!(other, refused(&app, &bound, "/api/v1/queue?account=nobody").await, "not even that it exists");
        assert_eq!(other.0, 404);

        // A cursor of another token does not help.
        open(&app, 3, &owned_repository(11, "acme", 1, "widgets")).await;
        let token = app.token.clone();
        let page = get(&app, &token, "/api/v1/queue?account=acme&limit=1").await;
        assert_eq!(refused(&app, &bound, page["next"].as_str().unwrap()).await, other);

        let admin_of_one = app.new_token(&["admin"], Some(&[11])).await;
        assert_eq!(ids(&get(&app, &admin_of_one, "/api/v1/accounts").await), [11]);
        assert_eq!(refused(&app, &admin_of_one, "/api/v1/queue?account=umbrella").await.0, 404);
        let of_none = app.new_token(&["read"], Some(&[])).await;
        assert_eq!(ids(&get(&app, &of_none, "/api/v1/accounts").await), [0; 0]);
        assert_eq!(refused(&app, &of_none, "/api/v1/queue").await.0, 404);
        let of_both = app.new_token(&["read"], Some(&[22, 11, 33])).await;
        assert_eq!(ids(&get(&app, &of_both, "/api/v1/accounts").await), [11, 22]);
        app
    })
    .await;
}

/// An organization that was deleted and made anew: of two equal logins nobody can choose.
#[tokio::test(flavor = "multi_thread")]
async fn who_must_name_an_account_is_told_names_that_differ() {
    run_test(async |app| {
        for (number, id, login) in [(1, 11, "acme"), (2, 22, "Acme"), (3, 33, "umbrella")] {
            open(&app, number, &owned_repository(id, login, number, "widgets")).await;
        }
        let token = app.token.clone();
        let (status, said) = refused(&app, &token, "/api/v1/queue").await;
        assert_eq!((status, &said["allowed"]), (400, &json!(["11", "22", "umbrella"])));
        for named in said["allowed"].as_array().unwrap() {
            let answer = get(&app, &token, &format!("/api/v1/queue?account={}", named.as_str().unwrap())).await;
            assert_eq!(answer["total"], 1, "{named}");
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_two_accounts_have_had_is_ambiguous() {
    run_test(async |app| {
        let renamed = json!({
            "action": "renamed", "target_type": "Organization", "account": {"id": 11, "login": "acme-archive"},
            "changes": {"login": {"from": "acme"}}, "installation": {"id": 1},
        });
        open(&app, 1, &owned_repository(11, "acme", 1, "widgets")).await;
        app.deliver("installation_target", &renamed).await;
        let token = app.token.clone();
        // The old login still finds the account, as long as nobody else has had it.
        for named in ["acme", "acme-archive", "11"] {
            let answer = get(&app, &token, &format!("/api/v1/queue?account={named}")).await;
            assert_eq!(answer["total"], 1, "{named}");
        }
        open(&app, 2, &owned_repository(22, "Acme", 2, "gadgets")).await;
        let (status, said) = refused(&app, &token, "/api/v1/queue?account=ACME").await;
        assert_eq!(
            (status, &said["type"], &said["allowed"]),
            (409, &json!("/problems/login-reused"), &json!(["11", "22"]))
        );
        assert_eq!(get(&app, &token, "/api/v1/queue?account=acme-archive").await["total"], 1);
        assert_eq!(places(&get(&app, &token, "/api/v1/queue?account=22").await), ["Acme/gadgets#2"]);

        // For a token that sees only one of the two it is not ambiguous.
        let bound = app.new_token(&["read"], Some(&[22])).await;
        assert_eq!(places(&get(&app, &bound, "/api/v1/queue?account=acme").await), ["Acme/gadgets#2"]);
        installation(&app, "deleted", (22, "Acme"), "all", &[]).await;
        assert_eq!(get(&app, &token, "/api/v1/queue?account=acme").await["total"], 1);
        app
    })
    .await;
}

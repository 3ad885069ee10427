//! Many items marked as read or unread at once, and that undone.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use reqwest::Method;
use serde_json::{Value, json};

use crate::scrubs::{Host, acted, opened, rebuilds_the_same};
use crate::support::payload::{issue, issues, repository};
use crate::support::{TestApp, run_test};

fn items(numbers: impl IntoIterator<Item = i64>) -> Value {
    numbers.into_iter().map(|number| json!({"repository": "acme/widgets", "number": number})).collect()
}

async fn mark(host: &Host<'_>, read: bool, items: Value) -> Value {
    let (status, answer) =
        host.send(Method::POST, "/api/v1/marks", json!({"read": read, "items": items, "by": "ada"})).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

async fn undo(host: &Host<'_>, marks: &Value) -> (u16, Value) {
    host.send(Method::DELETE, &format!("/api/v1/marks/{}", marks["id"].as_str().unwrap()), json!({})).await
}

fn results(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|item| item["result"].as_str().unwrap()).collect()
}

/// The marks of the items 1 to `last`.
async fn marks(host: &Host<'_>, last: i64) -> BTreeMap<i64, Value> {
    let mut all = BTreeMap::new();
    for number in 1..=last {
        all.insert(number, host.get(&format!("/api/v1/items/acme/widgets/{number}")).await["marks"].clone());
    }
    all
}

async fn unread(host: &Host<'_>) -> Value {
    host.get("/api/v1/queue?view=open&unread=true").await["total"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_marked_at_once_and_undone_as_one() {
    run_test(async |app| {
        for number in 1..=5 {
            opened(&app, number, "2026-07-01").await;
        }
        let host = Host::new(&app).await;
        host.send(Method::PUT, "/api/v1/items/acme/widgets/2/read?by=ada", json!({})).await;
        let before = marks(&host, 5).await;
        let head = host.get("/api/v1/queue").await["position"].as_i64().unwrap();

        let answer = mark(&host, true, items([3, 2, 99, 1, 3])).await;
        assert_eq!(results(&answer), ["done", "already", "unknown", "done", "already"]);
        assert_eq!((&answer["done"], answer["position"].as_i64()), (&json!(2), Some(head + 2)));
        assert_eq!(answer["items"][2], json!({"repository": "acme/widgets", "number": 99, "result": "unknown"}));
        assert_eq!(unread(&host).await, 2);
        // There is nothing to do, so nothing is undone.
        let again = mark(&host, true, items([1, 2, 3])).await;
        assert_eq!((&again["id"], &again["position"]), (&json!(null), &answer["position"]));

        let (status, undone) = undo(&host, &answer).await;
        assert_eq!((status, results(&undone)), (200, vec!["undone", "undone"]));
        assert_eq!(marks(&host, 5).await, before);
        assert_eq!(unread(&host).await, 4);
        // To undo it again changes nothing.
        let (_, repeated) = undo(&host, &answer).await;
        assert_eq!(repeated, undone);

        // Taken back, and undone.
        let taken = mark(&host, false, items([1, 2, 4])).await;
        assert_eq!(results(&taken), ["already", "done", "already"]);
        assert_eq!(unread(&host).await, 5);
        assert_eq!(results(&undo(&host, &taken).await.1), ["undone"]);
        assert_eq!(marks(&host, 5).await, before);
        assert_eq!(unread(&host).await, 4);
        rebuilds_the_same(&app).await;
        assert_eq!(marks(&host, 5).await, before);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_changed_since_stays_as_it_is() {
    run_test(async |app| {
        for number in 1..=4 {
            opened(&app, number, "2026-07-01").await;
        }
        let host = Host::new(&app).await;
        let answer = mark(&host, true, items(1..=4)).await;
        host.send(Method::PUT, "/api/v1/items/acme/widgets/1/read?by=grace", json!({})).await;
        host.send(Method::DELETE, "/api/v1/items/acme/widgets/2/read?by=grace", json!({})).await;
        // Read and taken back again: it is as it was, but somebody has been there.
        host.send(Method::PUT, "/api/v1/items/acme/widgets/3/read?by=grace", json!({})).await;
        host.send(Method::DELETE, "/api/v1/items/acme/widgets/3/read?by=grace", json!({})).await;
        let (_, undone) = undo(&host, &answer).await;
        assert_eq!(results(&undone), ["changed", "changed", "changed", "undone"]);
        let now = marks(&host, 4).await;
        let by = |number: i64| -> Vec<&str> {
            now[&number].as_array().unwrap().iter().map(|mark| mark["by"].as_str().unwrap()).collect()
        };
        assert_eq!([by(1), by(2), by(3), by(4)], [vec!["ada", "grace"], vec![], vec!["ada"], vec![]]);
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

/// Fifty marks of an item are kept, so a further one pushes the oldest out: it comes back too.
#[tokio::test(flavor = "multi_thread")]
async fn undoing_restores_the_mark_that_was_pushed_out() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        for reader in 0..52 {
            let path = format!("/api/v1/items/acme/widgets/1/read?by=reader-{reader}");
            assert_eq!(host.send(Method::PUT, &path, json!({})).await.0, 200);
        }
        let before = marks(&host, 1).await;
        assert_eq!(before[&1].as_array().unwrap().len(), 50);
        let answer = mark(&host, true, items([1])).await;
        assert_ne!(marks(&host, 1).await, before);
        assert_eq!(results(&undo(&host, &answer).await.1), ["undone"]);
        assert_eq!(marks(&host, 1).await, before);
        rebuilds_the_same(&app).await;
        assert_eq!(marks(&host, 1).await, before);
        app
    })
    .await;
}

/// Whatever was marked before, in scrubs and outside of them, is there again.
#[tokio::test(flavor = "multi_thread")]
async fn undoing_restores_what_was_before() {
    run_test(async |app| {
        const ITEMS: i64 = 6;
        for number in 1..=ITEMS {
            opened(&app, number, "2026-07-01").await;
        }
        let host = Host::new(&app).await;
        let scrub = host.open("bug-scrub").await;
        let seed = std::env::var("BUGSCRUB_TEST_SEED").ok().map_or(20_261_130, |seed| seed.parse::<u64>().unwrap());
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        for turn in 0..25 {
            let number = rng.random_range(1..=ITEMS);
            let path = format!("/api/v1/items/acme/widgets/{number}/read?by=reader-{turn}");
            match rng.random_range(0..4) {
                0 => drop(host.send(Method::DELETE, &path, json!({})).await),
                1 => drop(host.send(Method::PUT, &path, json!({})).await),
                _ => {
                    let shown = host.get("/api/v1/scrubs/1").await;
                    if let Some(place) = shown["cursor"].as_i64() {
                        host.advance(&scrub, place, rng.random_range(0..4) == 0).await;
                    }
                }
            }
            let before = (marks(&host, ITEMS).await, host.deck(&scrub).await, host.get("/api/v1/scrubs/1").await);
            let numbers: Vec<i64> = (1..=ITEMS).filter(|_| rng.random_range(0..2) == 0).collect();
            if numbers.is_empty() {
                continue;
            }
            let answer = mark(&host, rng.random_range(0..2) == 0, items(numbers)).await;
            if answer["id"].is_null() {
                continue;
            }
            let (_, undone) = undo(&host, &answer).await;
            assert!(results(&undone).iter().all(|result| *result == "undone"), "{undone}");
            let after = (marks(&host, ITEMS).await, host.deck(&scrub).await, host.get("/api/v1/scrubs/1").await);
            let about = format!("BUGSCRUB_TEST_SEED={seed} turn {turn}: {answer}");
            assert_eq!(after.0, before.0, "{about}");
            let states = |deck: &[Value]| -> Vec<Value> { deck.iter().map(|row| row["status"].clone()).collect() };
            assert_eq!(states(&after.1), states(&before.1), "{about}");
            for field in ["cursor", "read", "skipped", "state"] {
                assert_eq!(after.2[field], before.2[field], "{about}");
            }
        }
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

/// A cursor that returned because readings were taken back goes on from there once that is undone.
#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_returns_and_leaves_again() {
    run_test(async |app| {
        for number in 1..=3 {
            opened(&app, number, "2026-07-01").await;
        }
        // It keeps the round going.
        let host = Host::new(&app).await;
        let scrub = host.open("bug-scrub").await;
        opened(&app, 4, "2026-07-02").await;
        for place in 1..=3 {
            assert_eq!(host.advance(&scrub, place, false).await.0, 200);
        }
        let cursor = async || host.get("/api/v1/scrubs/1").await["cursor"].clone();
        assert_eq!(cursor().await, json!(null));
        let taken = mark(&host, false, items([3, 2])).await;
        assert_eq!(cursor().await, 2);
        assert_eq!(results(&undo(&host, &taken).await.1), ["undone", "undone"]);
        assert_eq!(cursor().await, json!(null));
        let statuses: Vec<Value> = host.deck(&scrub).await.iter().map(|row| row["status"].clone()).collect();
        assert_eq!(statuses, ["read", "read", "read"]);
        // Of the two, somebody has read one again meanwhile: only the other comes back, and the cursor goes on.
        let taken = mark(&host, false, items([1, 2, 3])).await;
        assert_eq!(cursor().await, 1);
        host.send(Method::PUT, "/api/v1/items/acme/widgets/2/read?by=grace", json!({})).await;
        host.send(Method::DELETE, "/api/v1/items/acme/widgets/2/read?by=grace", json!({})).await;
        assert_eq!(results(&undo(&host, &taken).await.1), ["undone", "changed", "undone"]);
        assert_eq!(cursor().await, 2);
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_under_a_key_is_done_once_and_answers_the_same() {
    run_test(async |app| {
        for number in 1..=3 {
            opened(&app, number, "2026-07-01").await;
        }
        let host = Host::new(&app).await;
        let send = async |body: Value| {
            let request = app.request_as(&host.token, Method::POST, "/api/v1/marks").header("idempotency-key", "k");
            let answer = request.json(&body).send().await.unwrap();
            (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
        };
        let body = json!({"read": true, "items": items([1, 2, 99])});
        let (status, first) = send(body.clone()).await;
        assert_eq!((status, results(&first)), (200, vec!["done", "done", "unknown"]));
        assert_eq!(send(body.clone()).await, (200, first.clone()));
        assert_eq!(undo(&host, &first).await.0, 200);
        // It is not done again.
        let (_, again) = send(body).await;
        assert_eq!((&again["id"], results(&again)), (&first["id"], results(&first)));
        assert_eq!(unread(&host).await, 3);
        assert_eq!(send(json!({"read": false, "items": items([1])})).await.0, 422);
        app
    })
    .await;
}

/// Delivers an issue of a private repository.
async fn hidden(app: &TestApp, number: i64) {
    let mut secret = repository(2, "secret");
    secret["private"] = json!(true);
    let at = "2026-07-01T00:00:00Z";
    app.deliver("issues", &issues("opened", &issue(number, at, at), &secret)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_is_as_unknown_as_what_is_not_there() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        hidden(&app, 5).await;
        let insider = Host::new(&app).await;
        let public = Host { app: &app, token: app.new_token(&["read", "scrub"], None).await };
        let both = json!([
            {"repository": "acme/secret", "number": 5}, {"repository": "acme/secret", "number": 6},
            {"repository": "acme/none", "number": 5}, {"repository": "Acme/Widgets", "number": 1},
        ]);
        let answer = mark(&public, true, both.clone()).await;
        assert_eq!(results(&answer), ["unknown", "unknown", "unknown", "done"]);
        let answer = mark(&insider, true, both).await;
        assert_eq!(results(&answer), ["done", "unknown", "unknown", "already"]);
        // Nothing of it is theirs to see, so it is not there.
        let (status, problem) = undo(&public, &answer).await;
        assert_eq!((status, &problem["type"]), (404, &json!("/problems/unknown-marks")));
        let other = format!("/api/v1/marks/{}", uuid::Uuid::new_v4());
        assert_eq!(public.send(Method::DELETE, &other, json!({})).await, (404, problem));
        // Of an act that was about both, they undo what they see, and are told of nothing else.
        opened(&app, 2, "2026-07-02").await;
        hidden(&app, 6).await;
        let both = json!([{"repository": "acme/secret", "number": 6}, {"repository": "acme/widgets", "number": 2}]);
        let answer = mark(&insider, true, both).await;
        let (status, undone) = undo(&public, &answer).await;
        let row = json!({"repository": "acme/widgets", "number": 2, "result": "undone"});
        assert_eq!((status, &undone["items"]), (200, &json!([row])));
        assert_eq!(results(&undo(&insider, &answer).await.1), ["undone", "undone"]);
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_found_where_it_went() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        let host = Host::new(&app).await;
        let at = "2026-11-20T00:00:00Z";
        let (old, new) = (issue(1, "2026-07-01T00:00:00Z", at), issue(7, "2026-07-01T00:00:00Z", at));
        let mut gone = issues("transferred", &old, &repository(1, "widgets"));
        gone["changes"] = json!({"new_issue": new, "new_repository": repository(2, "gears")});
        let mut came = issues("opened", &new, &repository(2, "gears"));
        came["changes"] = json!({"old_issue": old, "old_repository": repository(1, "widgets")});
        app.deliver("issues", &came).await;
        app.deliver("issues", &gone).await;
        let answer = mark(&host, true, items([1])).await;
        assert_eq!(results(&answer), ["done"]);
        assert_eq!(host.get("/api/v1/items/acme/gears/7").await["read"]["by"], "ada");
        let (_, undone) = undo(&host, &answer).await;
        assert_eq!(undone["items"], json!([{"repository": "acme/gears", "number": 7, "result": "undone"}]));
        assert_eq!(host.get("/api/v1/items/acme/gears/7").await["read"], json!(null));
        // Closed items are marked too.
        acted(&app, "closed", 1, "2026-07-01", "2026-11-21T00:00:00Z", "ada", "closed").await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_of_many_ends_a_round_and_a_thousand_are_taken() {
    run_test(async |app| {
        for number in 1..=3 {
            opened(&app, number, "2026-07-01").await;
        }
        let host = Host::new(&app).await;
        let scrub = host.open("open").await;
        host.close(&scrub).await;
        mark(&host, true, items(1..=3)).await;
        assert_eq!(host.get("/api/v1/stats/coverage?view=open").await["round"], 2);
        // Together with what is not there, as long names as GitHub allows.
        let (owner, name) = ("o".repeat(39), "r".repeat(100));
        let many = (1..=999).map(|number| json!({"repository": format!("{owner}/{name}"), "number": number}));
        let many: Vec<Value> = many.chain([json!({"repository": "acme/widgets", "number": 1})]).collect();
        let answer = mark(&host, false, json!(many)).await;
        assert_eq!((&answer["done"], results(&answer)[999]), (&json!(1), "done"));
        for (body, parameter) in [
            (json!({"read": true, "items": []}), "items"),
            (json!({"read": true, "items": items(1..=1_001)}), "items"),
            (json!({"read": true, "items": [{"repository": "widgets", "number": 1}]}), "items"),
            (json!({"read": true, "items": [{"repository": "acme/widgets", "number": 0}]}), "items"),
            (json!({"items": items([1])}), "body"),
            (json!({"read": true, "items": items([1]), "by": ""}), "by"),
        ] {
            let (status, problem) = host.send(Method::POST, "/api/v1/marks", body).await;
            assert_eq!((status, &problem["parameter"]), (400, &json!(parameter)), "{problem}");
        }
        let reader = Host { app: &app, token: app.new_token(&["read"], None).await };
        let body = json!({"read": true, "items": items([1])});
        assert_eq!(reader.send(Method::POST, "/api/v1/marks", body).await.0, 403);
        assert_eq!(reader.send(Method::DELETE, "/api/v1/marks/x", json!({})).await.0, 403);
        assert_eq!(host.send(Method::DELETE, "/api/v1/marks/x", json!({})).await.0, 404);
        app
    })
    .await;
}

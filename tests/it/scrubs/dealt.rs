//! Decks in another order than their view's, and with few rows.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, numbers, opened, rebuilds_the_same};
use crate::support::payload::{issue, issues, repository};
use crate::support::run_test;

async fn open(host: &Host<'_>, body: Value) -> (u16, Value) {
    host.app.caught_up().await;
    host.send(Method::POST, "/api/v1/scrubs", body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deck_is_dealt_in_the_order_and_with_the_rows_that_were_asked_for() {
    run_test(async |app| {
        for number in 1..=5 {
            opened(&app, number, &format!("2026-07-0{number}")).await;
        }
        let host = Host::new(&app).await;
        let (status, scrub) = open(&host, json!({"view": "open", "order": "newest", "limit": 2, "host": "ada"})).await;
        assert_eq!(status, 201, "{scrub}");
        let said = |scrub: &Value| ["order", "limit", "unread", "rows"].map(|field| scrub[field].clone());
        assert_eq!(said(&scrub), [json!("newest"), json!(2), json!(5), json!(2)]);
        assert_eq!(numbers(&host.deck(&scrub).await), [5, 4]);
        assert_eq!(host.advance(&scrub, 1, false).await.1["current"]["number"], 4);
        assert_eq!(host.advance(&scrub, 2, false).await.1["cursor"], json!(null));
        let minutes = host.text("/api/v1/scrubs/1/minutes.md").await;
        assert!(
            minutes.contains("of 5 unread in round 1 of `open` (in the order newest, at most 2 rows)"),
            "{minutes}"
        );
        // The sheet has the deck's order, and says how it was dealt.
        let csv = host.text("/api/v1/scrubs/1/sheet.csv").await;
        let rows: Vec<&str> = csv.lines().skip(1).map(|line| line.split(',').nth(2).unwrap()).collect();
        assert_eq!(rows, ["5", "4", "3", "2", "1"]);
        let xlsx = app.request_as(&host.token, Method::GET, "/api/v1/scrubs/1/sheet.xlsx").send().await.unwrap();
        let xlsx = xlsx.bytes().await.unwrap();
        let mut package = zip::ZipArchive::new(std::io::Cursor::new(xlsx.to_vec())).unwrap();
        let properties = std::io::read_to_string(package.by_name("docProps/core.xml").unwrap()).unwrap();
        assert!(properties.contains("The deck was dealt in the order newest, at most 2 rows."), "{properties}");
        host.close(&scrub).await;
        // The rest stays in the round.
        let (_, next) = open(&host, json!({"view": "open", "limit": 10_000})).await;
        assert_eq!(said(&next), [json!(null), json!(10_000), json!(3), json!(3)]);
        assert_eq!(next["round"], 1);
        assert_eq!(numbers(&host.deck(&next).await), [1, 2, 3]);
        rebuilds_the_same(&app).await;
        assert_eq!(said(&host.get("/api/v1/scrubs/1").await), said(&scrub));
        for (body, parameter) in [
            (json!({"view": "bug-scrub", "limit": 0}), "limit"),
            (json!({"view": "bug-scrub", "limit": 10_001}), "limit"),
            (json!({"view": "bug-scrub", "order": "sideways"}), "body"),
        ] {
            let (status, problem) = open(&host, body).await;
            assert_eq!((status, &problem["parameter"]), (400, &json!(parameter)));
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_does_not_tell_how_many_rows_are_hidden() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        opened(&app, 2, "2026-07-02").await;
        let mut secret = repository(2, "secret");
        secret["private"] = json!(true);
        let at = "2026-06-01T00:00:00Z";
        app.deliver("issues", &issues("opened", &issue(5, at, at), &secret)).await;
        let (insider, public) =
            (Host::new(&app).await, Host { app: &app, token: app.new_token(&["read", "scrub"], None).await });
        let (_, scrub) = open(&insider, json!({"view": "open", "order": "oldest", "limit": 2})).await;
        assert_eq!((&scrub["rows"], &scrub["limit"]), (&json!(2), &json!(2)));
        let seen = public.get("/api/v1/scrubs/1").await;
        assert_eq!((&seen["rows"], &seen["limit"], &seen["order"]), (&json!(1), &json!(null), &json!("oldest")));
        let minutes = public.text("/api/v1/scrubs/1/minutes.md").await;
        assert!(minutes.contains("(in the order oldest)") && !minutes.contains("at most"), "{minutes}");
        insider.close(&scrub).await;
        // What they deal themselves has nothing hidden in it.
        let (_, own) = open(&public, json!({"view": "open", "limit": 2})).await;
        assert_eq!((&own["rows"], &own["limit"]), (&json!(2), &json!(2)));
        assert_eq!(insider.get("/api/v1/scrubs/2").await["limit"], 2);
        app
    })
    .await;
}

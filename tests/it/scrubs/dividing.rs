//! Rows that people take to read by themselves: one deck, read in several places at once.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, opened, rebuilds_the_same};
use crate::support::{TestApp, run_test};

async fn scrubbing(app: &TestApp, rows: i64) -> (Host<'_>, Value) {
    for number in 1..=rows {
        opened(app, number, "2026-07-01").await;
    }
    let host = Host::new(app).await;
    let scrub = host.open("open").await;
    (host, scrub)
}

async fn read(host: &Host<'_>, place: i64, body: Value) -> (u16, Value) {
    host.send(Method::POST, &format!("/api/v1/scrubs/1/rows/{place}/read"), body).await
}

fn claims(room: &Value) -> Vec<(i64, &str)> {
    let claims = room["claims"].as_array().unwrap().iter();
    claims.map(|claim| (claim["place"].as_i64().unwrap(), claim["login"].as_str().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_somebody_took_are_passed_by_and_read_beside_the_cursor() {
    run_test(async |app| {
        let (host, scrub) = scrubbing(&app, 8).await;
        let (status, room) = host.put("claims", json!({"take": 2, "by": "grace"})).await;
        assert_eq!((status, claims(&room)), (200, vec![(2, "grace"), (3, "grace")]), "{room}");
        let (_, room) = host.put("claims", json!({"take": 2, "by": "linus"})).await;
        assert_eq!(claims(&room)[2..], [(4, "linus"), (5, "linus")], "{room}");
        // All or none.
        let (status, refused) = host.put("claims", json!({"places": [3, 6], "by": "linus"})).await;
        assert_eq!((status, &refused["type"]), (409, &json!("/problems/claimed")), "{refused}");
        assert_eq!(claims(&refused["current"]).len(), 4);
        assert_eq!(host.put("claims", json!({"places": [9]})).await.1["type"], "/problems/unknown-row");
        // The group passes over them, those of who goes on excepted.
        let (_, on) = host.send(Method::POST, "/api/v1/scrubs/1/advance", json!({"place": 1, "by": "linus"})).await;
        assert_eq!(on["cursor"], 4, "{on}");
        let (_, back) = host.put("cursor", json!({"place": 1, "from": 4})).await;
        assert_eq!(back["cursor"], 1);
        let (_, on) = host.send(Method::POST, "/api/v1/scrubs/1/advance", json!({"place": 1, "by": "ada"})).await;
        assert_eq!(on["cursor"], 6, "{on}");

        let (status, refused) = read(&host, 2, json!({"by": "linus"})).await;
        assert_eq!(
            (status, &refused["type"], &refused["current"]["cursor"]),
            (409, &json!("/problems/claimed"), &json!(6))
        );
        let (status, scrub_now) = read(&host, 2, json!({"by": "grace"})).await;
        assert_eq!((status, &scrub_now["cursor"], &scrub_now["read"]), (200, &json!(6), &json!(2)), "{scrub_now}");
        let (_, skipped) = read(&host, 3, json!({"by": "grace", "skip": true})).await;
        assert_eq!((&skipped["skipped"], &skipped["cursor"]), (&json!(1), &json!(6)));
        // Again, nothing happens. A row that is nobody's is read too.
        assert_eq!(read(&host, 2, json!({"by": "grace"})).await.1["read"], 2);
        assert_eq!(read(&host, 8, json!({"by": "ada"})).await.1["read"], 3);
        assert_eq!(read(&host, 99, json!({})).await.0, 404);
        let room = host.get("/api/v1/scrubs/1/room").await;
        assert_eq!(claims(&room), [(4, "linus"), (5, "linus")]);
        let rows = host.deck(&scrub).await;
        let statuses: Vec<&str> = rows.iter().map(|row| row["status"].as_str().unwrap()).collect();
        assert_eq!(statuses, ["read", "read", "skipped", "waiting", "waiting", "current", "waiting", "read"]);

        // Rows that were given back come again, and so do those whose lease ended.
        host.put("claims", json!({"release": [4], "by": "linus"})).await;
        host.advance(&scrub, 6, false).await;
        assert_eq!(host.advance(&scrub, 7, false).await.1["cursor"], 4);
        assert_eq!(host.advance(&scrub, 4, false).await.1["cursor"], Value::Null, "linus reads the last one");
        assert_eq!(host.get("/api/v1/scrubs/1").await["read"], 6);
        sqlx::query("UPDATE scrub_claims SET until = now()").execute(&app.database.pool).await.unwrap();
        assert_eq!(claims(&host.get("/api/v1/scrubs/1/room").await), []);
        assert_eq!(host.put("cursor", json!({"place": 5, "from": null})).await.1["cursor"], 5);
        host.advance(&scrub, 5, false).await;
        let marks: i64 = sqlx::query_scalar("SELECT count(*) FROM events WHERE kind = 'read'")
            .fetch_one(&app.database.pool)
            .await
            .unwrap();
        assert_eq!(marks, 7);
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_lasts_as_long_as_who_took_the_row_is_there() {
    run_test(async |app| {
        let (host, scrub) = scrubbing(&app, 5).await;
        host.put("claims", json!({"take": 2, "by": "grace"})).await;
        let pass = async |minutes: i64| {
            let sql = format!("UPDATE scrub_claims SET until = until - interval '{minutes} minutes'");
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&app.database.pool).await.unwrap();
        };
        for _ in 0..3 {
            pass(9).await;
            assert_eq!(claims(&host.comes("grace").await), [(2, "grace"), (3, "grace")]);
        }
        pass(11).await;
        // What has ended is not renewed, and anybody's.
        assert_eq!(claims(&host.comes("grace").await), []);
        assert_eq!(claims(&host.put("claims", json!({"take": 1, "by": "linus"})).await.1), [(2, "linus")]);
        host.put("claims", json!({"release": "all", "by": "grace"})).await;
        let (_, room) = host.put("claims", json!({"release": "all", "by": "linus"})).await;
        assert_eq!(claims(&room), []);
        for (body, parameter) in [
            (json!({"take": 0}), "take"),
            (json!({"take": 101}), "take"),
            (json!({"places": []}), "places"),
            (json!({"release": []}), "release"),
            (json!({}), "body"),
            (json!({"take": 1, "places": [2]}), "body"),
            (json!({"release": "some"}), "body"),
        ] {
            let (status, refused) = host.put("claims", body.clone()).await;
            assert_eq!((status, &refused["parameter"]), (400, &json!(parameter)), "{body}: {refused}");
        }
        host.close(&scrub).await;
        assert_eq!(host.put("claims", json!({"take": 1})).await.1["type"], "/problems/scrub-closed");
        assert_eq!(read(&host, 2, json!({})).await.1["type"], "/problems/scrub-closed");
        app
    })
    .await;
}

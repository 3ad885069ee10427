//! What dashboards ask for: facets, repositories, fields, groups, series, times and the log.

use reqwest::Method;
use serde_json::{Value, json};

use super::{get, refused};
use crate::support::payload::{issue, issues, repository, user};
use crate::support::{TestApp, run_test};

const AT: &str = "2026-11-10T00:00:00Z";

fn secret() -> Value {
    let mut secret = repository(2, "secret");
    secret["private"] = json!(true);
    secret
}

/// Widgets has #1, a bug, #2 with two labels that are hard to write, and #3, which was closed; the secret has #4, a Bug.
async fn tell(app: &TestApp) {
    let labelled = |number: i64, labels: Value| {
        let mut shown = issue(number, AT, AT);
        shown["labels"] = labels;
        shown
    };
    let widgets = repository(1, "widgets");
    let opened = async |shown: &Value, home: &Value| app.deliver("issues", &issues("opened", shown, home)).await;
    opened(&labelled(1, json!([{"id": 11, "name": "bug"}])), &widgets).await;
    opened(&labelled(2, json!([{"id": 12, "name": "a, \"b\""}, {"id": 13, "name": "=1+1"}])), &widgets).await;
    opened(&labelled(3, json!([])), &widgets).await;
    let mut closed = issue(3, AT, "2026-11-11T00:00:00Z");
    (closed["state"], closed["state_reason"]) = (json!("closed"), json!("not_planned"));
    (closed["closed_at"], closed["labels"]) = (json!("2026-11-11T00:00:00Z"), json!([]));
    app.deliver("issues", &issues("closed", &closed, &widgets)).await;
    opened(&labelled(4, json!([{"id": 21, "name": "Bug"}])), &secret()).await;
    app.caught_up().await;
}

async fn text(app: &TestApp, token: &str, path: &str) -> String {
    let answer = app.request_as(token, Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

fn counts(facet: &Value) -> Vec<(String, u64)> {
    let values = facet["values"].as_array().unwrap().iter();
    values.map(|value| (value["value"].as_str().unwrap().to_owned(), value["count"].as_u64().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn facets_count_what_a_token_sees() {
    run_test(async |app| {
        tell(&app).await;
        let public = app.new_token(&["read"], None).await;
        let named = |name: &str, count: u64| (name.to_owned(), count);
        let theirs = get(&app, &public, "/api/v1/queue/facets").await;
        assert_eq!(theirs["total"], 2);
        let facets = &theirs["facets"];
        assert_eq!(counts(&facets["label"]), [named("=1+1", 1), named("a, \"b\"", 1), named("bug", 1)]);
        assert_eq!(counts(&facets["repository"]), [named("acme/widgets", 2)]);
        assert_eq!((counts(&facets["type"]), &facets["assignee"]["none"]), (vec![named("Issue", 2)], &json!(2)));
        let ours = app.json("/api/v1/queue/facets?limit=1").await;
        let label = &ours["facets"]["label"];
        assert_eq!((counts(label), &label["further"], &label["none"]), (vec![named("Bug", 2)], &json!(2), &json!(0)));

        let slip = get(&app, &public, "/api/v1/queue/facets?label=bgu").await;
        assert_eq!(
            (&slip["warnings"][0]["parameter"], &slip["warnings"][0]["closest"]),
            (&json!("label"), &json!(["bug"]))
        );

        // A facet's own filter does not count in it, that of a view does.
        let narrowed = get(&app, &public, "/api/v1/queue/facets?label=bug&state=all").await;
        assert_eq!(narrowed["total"], 1);
        assert_eq!(counts(&narrowed["facets"]["label"]).len(), 3);
        assert_eq!(narrowed["facets"]["label"]["none"], 1);
        assert_eq!(counts(&narrowed["facets"]["author"]).iter().map(|(_, count)| count).sum::<u64>(), 1);

        // What is renamed is counted under its new name.
        let label = json!({"id": 11, "name": "defect"});
        let renamed =
            json!({"action": "edited", "label": label, "repository": repository(1, "widgets"), "sender": user("ada")});
        app.deliver("label", &renamed).await;
        app.caught_up().await;
        let after = get(&app, &public, "/api/v1/queue/facets?label=defect").await;
        assert_eq!(after["total"], 1);
        assert!(counts(&after["facets"]["label"]).contains(&named("defect", 1)), "{after}");

        let request = app.request_as(&public, Method::GET, "/api/v1/queue/facets");
        let tag = request.send().await.unwrap().headers()["etag"].clone();
        let again = app.request_as(&public, Method::GET, "/api/v1/queue/facets").header("if-none-match", tag);
        assert_eq!(again.send().await.unwrap().status(), 304);
        for (query, parameter) in [
            ("label=bgu&strict=true", "label"),
            ("limit=0", "limit"),
            ("limit=501", "limit"),
            ("as_of=3d", "as_of"),
            ("order=newest", "order"),
        ] {
            let (status, said) = refused(&app, &public, &format!("/api/v1/queue/facets?{query}")).await;
            assert_eq!((status, &said["parameter"]), (400, &json!(parameter)), "{query}");
        }

        let listed = get(&app, &public, "/api/v1/repositories").await;
        let row = json!({"id": 1, "name": "acme/widgets", "visibility": "public", "archived": false,
            "url": listed["repositories"][0]["url"],
            "open": {"total": 2, "issues": 2, "pull_requests": 0, "discussions": 0}});
        assert_eq!((&listed["repositories"], &listed["next"]), (&json!([row]), &Value::Null));
        let first = app.json("/api/v1/repositories?limit=1").await;
        assert_eq!(first["next_cursor"], "1");
        for next in [first["next"].as_str().unwrap(), "/api/v1/repositories?limit=1&cursor=1"] {
            let next = app.json(next).await;
            assert_eq!((&next["repositories"][0]["id"], &next["next"]), (&json!(2), &Value::Null));
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_have_the_fields_that_were_chosen() {
    run_test(async |app| {
        tell(&app).await;
        let token = app.new_token(&["read"], None).await;
        let closed = get(&app, &token, "/api/v1/queue?state=closed&fields=number,closed_at,closed_reason,repository_id").await;
        let row = json!({"number": 3, "closed_at": "2026-11-11T00:00:00Z", "closed_reason": "not_planned", "repository_id": 1});
        assert_eq!(closed["items"], json!([row]));
        // The next page has them too.
        let first = get(&app, &token, "/api/v1/queue?fields=number&limit=1").await;
        let next = get(&app, &token, first["next"].as_str().unwrap()).await;
        assert_eq!((&first["items"], &next["items"]), (&json!([{"number": 1}]), &json!([{"number": 2}])));
        let whole = get(&app, &token, "/api/v1/queue?limit=1").await;
        let mut fields: Vec<&str> = whole["items"][0].as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        let (_, said) = refused(&app, &token, "/api/v1/queue?fields=number,colour").await;
        let mut allowed: Vec<&str> = said["allowed"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        allowed.sort_unstable();
        assert_eq!((&said["parameter"], allowed), (&json!("fields"), fields), "{said}");
        for wrong in ["fields=", "fields=number,number", "fields=read_at"] {
            assert_eq!(refused(&app, &token, &format!("/api/v1/queue?{wrong}")).await.0, 400, "{wrong}");
        }

        let labels = async |asked: &str| {
            text(&app, &token, &format!("/api/v1/queue.csv?fields=number,labels&title=Issue%202{asked}")).await
        };
        assert_eq!(labels("").await, "number,labels\n2,\"'=1+1, \"\"a, \"\"\"\"b\"\"\"\"\"\"\"\n");
        let raw = labels("&raw=true").await;
        let mut lines = csv::Reader::from_reader(raw.as_bytes());
        let cell = lines.records().next().unwrap().unwrap()[1].to_owned();
        let mut list = csv::ReaderBuilder::new().has_headers(false).from_reader(cell.as_bytes());
        assert_eq!(list.records().next().unwrap().unwrap(), vec!["=1+1", "a, \"b\""]);
        let table = text(&app, &token, "/api/v1/queue.csv?label=nowhere").await;
        assert!(table.starts_with("rank,repository,type,number,title,url,state,author,labels,"), "{table}");
        assert!(table.contains(",note_flag,visibility,closed_at,closed_reason,repository_id,author_id,waits_for,"), "{table}");
        assert!(table.ends_with(",recent_commenters,checks,checks_at,linked_pull_requests,linked_issues\n"), "{table}");

        // Grafana's ${__from} in milliseconds, and a time with its zone.
        let total = async |query: &str| get(&app, &token, &format!("/api/v1/queue?state=all&{query}")).await["total"].clone();
        assert_eq!(total("updated_after=1794182400000").await, 3);
        assert_eq!(total("updated_after=2026-11-10T12:00:00%2B01:00").await, 1);
        assert_eq!(total("updated_before=2026-11-11T00:00:00.000Z").await, 2);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_come_in_groups_and_in_steps() {
    run_test(async |app| {
        tell(&app).await;
        let token = app.new_token(&["read"], None).await;
        let backlog = get(&app, &token, "/api/v1/stats/backlog?from=2026-11-09&group_by=label&group_limit=1").await;
        let groups = backlog["groups"].as_array().unwrap();
        let told: Vec<_> =
            groups.iter().map(|group| (&group["group_kind"], &group["group"], &group["points"][0]["open"])).collect();
        let (value, none, others) = (json!("value"), json!("none"), json!("others"));
        let one = json!(1);
        assert_eq!(
            told,
            [(&value, &json!("=1+1"), &one), (&none, &Value::Null, &json!(0)), (&others, &Value::Null, &json!(2))]
        );
        assert_eq!((&backlog["group_by"], &backlog["further_groups"]), (&json!("label"), &json!(2)));
        assert_eq!(backlog["points"][0]["open"], 2);

        let ages = text(&app, &token, "/api/v1/stats/ages.csv?group_by=label").await;
        let lines: Vec<&str> = ages.lines().collect();
        assert_eq!(lines[0], "group_kind,group,of,bucket,from_days,to_days,items");
        assert_eq!(lines[1], "value,'=1+1,creation,0,0,0,0");
        let raw = text(&app, &token, "/api/v1/stats/ages.csv?group_by=label&raw=true").await;
        assert!(raw.contains("value,=1+1,creation,8-30,8,30,1"), "{raw}");

        for statistic in ["throughput", "coverage", "forecast", "flow"] {
            let whole = get(&app, &token, &format!("/api/v1/stats/{statistic}?group_by=repository")).await;
            assert_eq!(whole["groups"][0]["group"], "acme/widgets", "{statistic}: {whole}");
            let mut of_group = whole["groups"][0].as_object().unwrap().clone();
            of_group.retain(|name, _| name != "group" && name != "group_kind");
            for (name, value) in of_group {
                assert_eq!(value, whole[&name], "{statistic} {name}: the only group has all");
            }
        }

        // No total among the rows, and a header without them.
        let rows = text(&app, &token, "/api/v1/stats/throughput.csv").await;
        assert_eq!(rows.lines().count(), 2, "{rows}");
        assert!(rows.lines().nth(1).unwrap().starts_with("1,acme/widgets,3,1,"), "{rows}");
        let none = text(&app, &token, "/api/v1/stats/throughput.csv?label=nowhere").await;
        assert_eq!(none.lines().collect::<Vec<_>>(), [rows.lines().next().unwrap()]);

        let flow = get(&app, &token, "/api/v1/stats/flow?step=month&from=2026-10-05").await;
        let points = flow["points"].as_array().unwrap();
        let told: Vec<_> = points
            .iter()
            .map(|point| (&point["first_date"], &point["opened"], &point["items_closed"], &point["p75_hours_to_close"]))
            .collect();
        let (october, november) = (json!("2026-10-01"), json!("2026-11-01"));
        assert_eq!(
            told,
            [(&october, &json!(0), &json!(0), &Value::Null), (&november, &json!(3), &json!(1), &json!(24.0))]
        );
        let flow = text(&app, &token, "/api/v1/stats/flow.csv?step=week").await;
        assert_eq!(flow.lines().count(), 54, "{flow}");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_exported_and_goes_on_where_it_ended() {
    run_test(async |app| {
        tell(&app).await;
        let token = app.new_token(&["read"], None).await;
        let export = async |token: &str, query: &str| {
            let told = text(&app, token, &format!("/api/v1/events?{query}")).await;
            let mut lines: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            (lines.pop().unwrap(), lines)
        };
        let head = app.json("/api/v1/queue").await["position"].clone();
        let (end, events) = export(&token, "").await;
        // The last events are hidden.
        assert_eq!(end, json!({"resume_after": head, "more": false}));
        let told: Vec<_> = events
            .iter()
            .filter(|event| event["about"] == "item")
            .map(|event| (event["kind"].as_str().unwrap(), event["number"].as_i64().unwrap()))
            .collect();
        assert_eq!(told, [("opened", 1), ("opened", 2), ("opened", 3), ("closed", 3)]);
        assert!(events.iter().all(|event| event["repository"] == "acme/widgets" && event["source"] == "webhook"));
        let closed = events.iter().find(|event| event["kind"] == "closed").unwrap();
        assert_eq!(
            closed["changes"],
            json!({"state": "closed", "closed_at": "2026-11-11T00:00:00Z", "closed_reason": "not_planned"})
        );
        assert!(export(&app.token, "").await.1.len() > events.len());

        // In pieces of two: nothing is missed, and nothing comes twice.
        let (mut pieces, mut after, mut more) = (vec![], json!(0), true);
        while more {
            let (end, some) = export(&token, &format!("limit=2&after={after}")).await;
            assert!(some.len() <= 2);
            pieces.extend(some);
            (after, more) = (end["resume_after"].clone(), end["more"].as_bool().unwrap());
        }
        assert_eq!((pieces, &after), (events, &head));
        let (end, none) = export(&token, &format!("after={head}")).await;
        assert_eq!((none, &end["resume_after"]), (vec![], &head));

        let mut labelled = issues("labeled", &issue(1, AT, "2026-11-12T00:00:00Z"), &repository(1, "widgets"));
        labelled["label"] = json!({"id": 11, "name": "bug"});
        labelled["issue"]["labels"] = json!([{"id": 11, "name": "bug"}]);
        app.deliver("issues", &labelled).await;
        let (_, events) = export(&token, &format!("after={head}")).await;
        let event = events.iter().find(|event| event["kind"] == "labeled").unwrap();
        assert_eq!(event["changes"], json!({"label": {"id": 11, "name": "bug", "set": true}}));
        let embed = app.new_embed_token(crate::support::payload::ACCOUNT, "open").await;
        assert_eq!(app.request_as(&embed, Method::GET, "/api/v1/events").send().await.unwrap().status(), 403);
        app
    })
    .await;
}

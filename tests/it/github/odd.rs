//! Odd answers of GitHub: what cannot be read costs itself, never its page, and lists that cannot go on
//! begin anew.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::Duration;
use serde_json::{Value, json};

use super::{agrees, asked, complete, failed, healthy, queue, rhythm, run_now, settled, start, until};
use crate::support::github::world::Kind;
use crate::support::github::{Delivering, FakeGitHub, Fault, Trouble};

/// An account with a repository of these items each, and its installation.
fn filled(github: &FakeGitHub, kinds: &[Kind], each: usize) -> (i64, i64, i64) {
    github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        world.label_of(repo, "bug");
        for at in 0..each {
            for kind in kinds {
                let when = world.now - Duration::days(30) + Duration::minutes(at as i64);
                world.put(repo, *kind, &format!("Item {at}"), "ada", when);
            }
        }
        (account, repo, world.install(account, None))
    })
}

fn entries(body: &mut Value) -> &mut Vec<Value> {
    body.as_array_mut().expect("a list")
}

#[tokio::test]
async fn an_odd_item_in_a_list_costs_itself_and_the_backfill_completes() {
    let github = FakeGitHub::start().await;
    let (_, _, installation) = filled(&github, &[Kind::Issue, Kind::Pull], 60);
    github.odd("/issues?state=open", |page| {
        for item in entries(page) {
            match item["number"].as_i64().unwrap() {
                1 => item["labels"] = json!(["bug", null, 5, {"id": null}]),
                2 => item["title"] = json!({"text": "x"}),
                3 => item["user"] = json!({"login": null, "id": 5}),
                4 => item["updated_at"] = json!("0000-00-00"),
                5 => item["number"] = json!("5"),
                6 => item["number"] = json!(null),
                7 => *item = json!(null),
                8 => *item = json!("an issue"),
                9 => item["assignees"] = json!("ada"),
                10 => item["comments"] = json!("0"),
                11 => item["node_id"] = json!(11),
                12 => (item["created_at"], item["pull_request"]) = (json!(1_700_000_000), json!([])),
                _ => {}
            }
        }
    });
    let app = start(&github, rhythm()).await;
    let sync = complete(&app).await;
    assert_eq!(sync["failing"], json!([]), "{sync:#}");
    let (mut expected, found) = (github.world(|world| world.truth(installation)), queue(&app).await);
    expected.get_mut(&("acme/widgets".to_owned(), 2)).unwrap()["title"] = json!("");
    // What could not be read of items 3 and 12 is read when their conversations are.
    for number in [6, 7, 8] {
        expected.remove(&("acme/widgets".to_owned(), number));
    }
    assert_eq!(found, expected);
    let mut named: Vec<(String, i64)> = vec![];
    for row in sync["left_out"].as_array().unwrap() {
        assert_eq!(row["source"], "a list of issues", "{row}");
        assert!(row["last_seen"].as_str().unwrap().starts_with("repository "), "{row}");
        named.push((row["place"].as_str().unwrap().to_owned(), row["times"].as_i64().unwrap()));
    }
    named.sort();
    let places = [
        ("[]", 2),
        ("[] (an item)", 1),
        ("[].assignees", 1),
        ("[].labels[]", 3),
        ("[].node_id", 1),
        ("[].pull_request", 1),
        ("[].title", 1),
        ("[].updated_at", 1),
    ];
    assert_eq!(named, places.map(|(place, times)| (place.to_owned(), times)));
    // Nothing is mended that is only odd, and the oddity passes.
    github.heal();
    github.advance(Duration::minutes(10));
    run_now(&app, "sweep").await;
    settled(&app).await;
    assert_eq!(queue(&app).await.len(), 120);
    app.stop().await.drop().await;
}

#[tokio::test]
async fn an_odd_discussion_costs_itself_and_the_backfill_completes() {
    let github = FakeGitHub::start().await;
    let (_, repo, installation) = filled(&github, &[Kind::Discussion], 12);
    let label = github.world(|world| *world.repositories[&repo].labels.keys().next().unwrap());
    github.world(|world| world.change_untold(repo, 1, |item| assert!(item.labels.insert(label))));
    github.odd("/graphql Discussions", |answer| {
        let nodes = answer["data"]["node"]["discussions"]["nodes"].as_array_mut().unwrap();
        for node in nodes {
            match node["number"].as_i64().unwrap() {
                1 => node["labels"]["nodes"].as_array_mut().unwrap().extend([
                    json!(null),
                    json!("bug"),
                    json!({"id": 1}),
                ]),
                2 => node["author"] = json!("ada"),
                3 => node["comments"] = json!(3),
                4 => node["updatedAt"] = json!(null),
                5 => node["number"] = json!(true),
                6 => node["title"] = json!(null),
                7 => (node["id"], node["stateReason"]) = (json!(7), json!([])),
                8 => node["isAnswered"] = json!("no"),
                9 => *node = json!(9),
                _ => {}
            }
        }
    });
    // The labels and their page have odd entries too.
    github.odd("/labels?", |page| entries(page).extend([json!(null), json!({"id": "x", "node_id": "y"})]));
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    let mut expected = github.world(|world| world.truth(installation));
    let key = |number: i64| ("acme/widgets".to_owned(), number);
    // The author of discussion 2 is read when its conversation is.
    expected.get_mut(&key(3)).unwrap()["comments"] = json!(null);
    expected.get_mut(&key(6)).unwrap()["title"] = json!("");
    expected.retain(|(_, number), _| ![5, 9].contains(number));
    assert_eq!(queue(&app).await, expected);
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_discussion_that_github_fails_to_show_is_passed_over_in_the_end() {
    let github = FakeGitHub::start().await;
    let (_, _, installation) = filled(&github, &[Kind::Discussion], 5);
    github.odd("/graphql Discussions", |answer| {
        answer["data"]["node"]["discussions"]["nodes"][2] = json!(null);
        let path = ["node", "discussions", "nodes"].map(Value::from).into_iter().chain([json!(2)]);
        answer["errors"] = json!([{"type": "INTERNAL", "message": "Something went wrong", "path":
            path.collect::<Vec<_>>()}]);
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    let mut expected = github.world(|world| world.truth(installation));
    expected.remove(&("acme/widgets".to_owned(), 3));
    assert_eq!(queue(&app).await, expected);
    app.stop().await.drop().await;
}

#[tokio::test]
async fn odd_entries_of_the_apps_lists_cost_themselves() {
    let github = FakeGitHub::start().await;
    let (account, repo, installation) = filled(&github, &[Kind::Issue], 3);
    let other = github.world(|world| world.repository(account, "gadgets"));
    github.odd("/app/installations?", |page| {
        let mut odd = entries(page)[0].clone();
        odd["account"] = json!(null);
        let mut enterprise = odd.clone();
        enterprise["account"] = json!({"id": 1, "slug": "corporation", "name": "Corporation"});
        entries(page).insert(0, odd);
        entries(page).insert(0, enterprise);
        entries(page).extend([json!(null), json!("installation"), json!({"id": 5, "account": {"login": "x"}})]);
        for entry in entries(page).iter_mut().filter(|entry| entry["account"]["login"] == "acme") {
            (entry["repository_selection"], entry["events"]) = (json!(1), json!(null));
        }
    });
    github.odd("/app/hook/deliveries?", |page| {
        entries(page).insert(0, json!({"id": 1, "guid": null, "delivered_at": "2024-01-01T00:00:00Z"}));
        entries(page).insert(0, json!(null));
        for entry in entries(page).iter_mut().filter(|entry| entry["guid"].is_string()) {
            (entry["delivered_at"], entry["status_code"]) = (json!("?"), json!(null));
            entry["id"] = json!(entry["id"].to_string());
        }
    });
    let app = start(&github, rhythm()).await;
    github.deliver().await;
    complete(&app).await;
    healthy(&app).await;
    agrees(&app, &github, installation).await;
    // A failed delivery among odd ones is asked for.
    github.delivering(Delivering::Fail);
    github.world(|world| world.open(repo, Kind::Issue, "Failed", "ada"));
    github.deliver().await;
    github.delivering(Delivering::Send);
    run_now(&app, "redeliver").await;
    assert_eq!(github.redeliver().await, 1);
    agrees(&app, &github, installation).await;
    // A repository whose entry says nothing is not taken for one that is gone.
    github.odd("/installation/repositories?", |page| {
        let listed = page["repositories"].as_array_mut().unwrap();
        listed.iter_mut().filter(|entry| entry["name"] == "gadgets").for_each(|entry| *entry = json!("gadgets"));
        let widgets = listed.iter_mut().find(|entry| entry["name"] == "widgets").unwrap();
        (widgets["private"], widgets["archived"], widgets["has_discussions"]) = (json!(null), json!("x"), json!(1));
        page["total_count"] = json!("many");
    });
    run_now(&app, "repositories").await;
    run_now(&app, "sweep").await;
    sqlx::query("INSERT INTO job_locks VALUES ($1, 'repositories', 0) ON CONFLICT DO NOTHING")
        .bind(account)
        .execute(&app.database.pool)
        .await
        .unwrap();
    let listing = bugscrub::store::jobs::NewJob::now(account, bugscrub::store::jobs::JobKind::Repositories, 0);
    bugscrub::store::jobs::add(&app.database.pool, &[listing]).await.unwrap();
    settled(&app).await;
    healthy(&app).await;
    let gone: Vec<i64> =
        sqlx::query_scalar("SELECT repo_id FROM repositories WHERE gone").fetch_all(&app.database.pool).await.unwrap();
    assert_eq!(gone, [0; 0], "{other} is not gone");
    agrees(&app, &github, installation).await;
    let sync = app.json("/api/v1/sync").await;
    let mut sources: Vec<&str> =
        sync["left_out"].as_array().unwrap().iter().map(|row| row["source"].as_str().unwrap()).collect();
    sources.sort_unstable();
    sources.dedup();
    assert_eq!(
        sources,
        ["the list of deliveries", "the list of installations", "the list of repositories"],
        "{sync:#}"
    );
    app.stop().await.drop().await;
}

#[tokio::test]
async fn odd_totals_cost_no_comparison_of_others() {
    let github = FakeGitHub::start().await;
    let (account, repo, installation) = filled(&github, &[Kind::Issue, Kind::Pull, Kind::Discussion], 3);
    let other = github.world(|world| {
        let other = world.repository(account, "gadgets");
        world.put(other, Kind::Issue, "Other", "ada", world.now - Duration::days(3));
        other
    });
    github.odd("/graphql Totals", |answer| {
        let Some(nodes) = answer["data"]["nodes"].as_array_mut() else { return };
        for node in nodes.iter_mut().filter(|node| node["nameWithOwner"] == "acme/widgets") {
            node["openIssues"] = json!({"totalCount": "x"});
            node["allPullRequests"] = json!(7);
            node["isPrivate"] = json!("no");
            node["issues"]["nodes"].as_array_mut().unwrap().push(json!({"number": null, "updatedAt": 5}));
            node["discussions"] = json!(false);
        }
    });
    let app = start(&github, rhythm()).await;
    github.deliver().await;
    complete(&app).await;
    agrees(&app, &github, installation).await;
    github.advance(Duration::minutes(10));
    github.delivering(Delivering::Lose);
    github.world(|world| {
        world.open(other, Kind::Issue, "Untold", "ada");
        world.retitle(repo, 2, "Untold as well");
    });
    github.deliver().await;
    run_now(&app, "sweep").await;
    until(&app, "/api/v1/sync", |sync| sync["mended"] == 2).await;
    agrees(&app, &github, installation).await;
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_list_whose_cursor_is_refused_begins_anew() {
    let github = FakeGitHub::start().await;
    let (account, _, installation) = filled(&github, &[Kind::Issue, Kind::Discussion], 110);
    github.world(|world| (0..110).for_each(|at| assert!(world.repository(account, &format!("repo-{at}")) > 0)));
    for (path, status) in [
        ("/issues?state=open&sort=created&direction=asc&per_page=100&after=", 422),
        ("/installation/repositories?per_page=100&page=2", 404),
    ] {
        github.fault(Fault { path, after: 0, times: 1, trouble: Trouble::Server(status) });
    }
    let refused = Arc::new(AtomicUsize::new(0));
    let counted = refused.clone();
    // A question that goes on after a cursor, which is quoted.
    github.odd("[\"OPEN\"] \"", move |answer| {
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            *answer = json!({"data": {"node": null}, "errors": [{"type": "INVALID_CURSOR_ARGUMENTS",
                "path": ["node", "discussions"], "message": "`17/3` does not appear to be a valid cursor."}]});
        }
    });
    let app = start(&github, rhythm()).await;
    github.deliver().await;
    let sync = complete(&app).await;
    healthy(&app).await;
    agrees(&app, &github, installation).await;
    assert_eq!((&sync["items"], &sync["fetched"]), (&json!(220), &json!(220)), "{sync:#}");
    assert_eq!(refused.load(Ordering::SeqCst), 2);
    let first = "/issues?state=open&sort=created&direction=asc&per_page=100";
    let log = github.log();
    let began = log.iter().filter(|request| request.path.ends_with(first)).count();
    assert_eq!(began, 2, "it began anew, once");
    // The list of failed deliveries goes on in pages too.
    github.delivering(Delivering::Fail);
    github.world(|world| {
        let repo = *world.repositories.keys().next().unwrap();
        (0..101).for_each(|_| world.comment(repo, 1, "linus"));
    });
    github.deliver().await;
    github.delivering(Delivering::Send);
    github.fault(Fault { path: "&cursor=", after: 0, times: 1, trouble: Trouble::Server(422) });
    run_now(&app, "redeliver").await;
    healthy(&app).await;
    assert_eq!(github.redeliver().await, 101);
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_list_whose_cursors_are_always_refused_begins_anew_only_some_times() {
    let github = FakeGitHub::start().await;
    filled(&github, &[Kind::Issue], 101);
    let path = "&after=";
    github.fault(Fault { path, after: 0, times: u32::MAX, trouble: Trouble::Server(422) });
    let app = start(&github, rhythm()).await;
    failed(&app, "open").await;
    super::asked_for(&github, path, 8).await;
    let began = asked(&github, "direction=asc&per_page=100") - asked(&github, path);
    assert_eq!(began, 6, "five times anew; then it asks for the place again, ever less often");
    let sync = app.json("/api/v1/sync").await;
    assert_eq!(sync["failing"][0]["kind"], "open", "{sync:#}");
    assert_eq!(app.json("/api/v1/queue?limit=1").await["total"], 100, "what was listed is here");
    github.heal();
    complete(&app).await;
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_page_that_leads_to_itself_is_the_last() {
    let github = FakeGitHub::start().await;
    let (_, _, installation) = filled(&github, &[Kind::Discussion], 3);
    github.odd("/graphql Discussions", |answer| {
        let page = &mut answer["data"]["node"]["discussions"]["pageInfo"];
        (page["hasNextPage"], page["endCursor"]) = (json!(true), json!("the same"));
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    agrees(&app, &github, installation).await;
    app.stop().await.drop().await;
}

//! GitHub's limits and failures: readers go before jobs, and are told plainly what is the matter.

use std::sync::Arc;

use bugscrub::github::wire::{ITEM_TEXT, TextAnswer};
use bugscrub::github::{ApiAddress, Client, GitHubError, Requester};
use bugscrub::telemetry::Metrics;
use chrono::Utc;
use serde_json::{Value, json};

use super::{Asking, ISSUE};
use crate::github::asked_for;
use crate::support::TestDatabase;
use crate::support::app::problem;
use crate::support::github::world::Kind;
use crate::support::github::{FakeGitHub, Fault, PERSONAL_TOKEN, Trouble};

/// A client that asks as a person, so that nothing but the gate is between it and the fake.
async fn client(github: &FakeGitHub, database: &TestDatabase) -> Client {
    let address = ApiAddress::new(&github.url()).unwrap();
    let token = Some(PERSONAL_TOKEN.to_owned());
    let pool = Some(database.pool.clone());
    Client::new(address, None, token, pool, Arc::new(Utc::now), Metrics::default()).unwrap()
}

async fn text(client: &Client, number: i64) -> Result<(), GitHubError> {
    let variables = json!({"owner": "acme", "name": "widgets", "number": number, "before": null});
    client.graphql::<TextAnswer>(Requester::Person, ITEM_TEXT, variables, 0).await.map(drop)
}

async fn fake() -> FakeGitHub {
    let github = FakeGitHub::start().await;
    github.world(|world| {
        let account = world.account("acme");
        let repo = world.repository(account, "widgets");
        let now = world.now;
        for _ in 0..3 {
            world.put(repo, Kind::Issue, "Something", "ada", now);
        }
    });
    github
}

#[tokio::test]
async fn who_waits_for_a_text_goes_before_jobs() {
    let (github, database) = (fake().await, TestDatabase::new().await);
    let background = client(&github, &database).await;
    let ahead = background.ahead();
    github.fault(Fault { path: "/issues/1", after: 0, times: 1, trouble: Trouble::Held });
    let get = async |number: i64| drop(background.get(Requester::Person, &path(number)).await.unwrap());
    let release = async {
        asked_for(&github, "/issues/1", 1).await;
        github.release();
    };
    // Each is polled in turn, so they wait in this order.
    tokio::join!(get(1), get(2), get(3), async { text(&ahead, 1).await.unwrap() }, release);
    let order: Vec<String> = github.log().iter().map(|request| request.path.clone()).collect();
    let nth = |part: &str| order.iter().position(|path| path.contains(part)).unwrap();
    assert!(nth("/issues/1") < nth("Text") && nth("Text") < nth("/issues/2"), "{order:?}");
    assert!(nth("/issues/2") < nth("/issues/3"), "{order:?}");
    database.drop().await;
}

fn path(number: i64) -> String {
    format!("/repos/acme/widgets/issues/{number}")
}

#[tokio::test]
async fn a_tenth_of_the_budget_is_left_for_readers() {
    let (github, database) = (fake().await, TestDatabase::new().await);
    github.limits(5_000, 20);
    let background = client(&github, &database).await;
    let mut answered = [0, 0];
    for (nth, client) in [&background, &background.ahead()].into_iter().enumerate() {
        while text(client, 1).await.is_ok() {
            answered[nth] += 1;
        }
    }
    assert_eq!(answered, [16, 2]);
    assert!(github.log().iter().all(|request| request.status == 200));
    database.drop().await;

    // Jobs that have used their share of REST shut the gate for one another, and not for readers.
    let (github, database) = (fake().await, TestDatabase::new().await);
    github.limits(20, 5_000);
    let background = client(&github, &database).await;
    while background.get(Requester::Person, &path(1)).await.is_ok() {}
    assert!(matches!(text(&background, 1).await, Err(GitHubError::Shut { .. })));
    text(&background.ahead(), 1).await.unwrap();
    // Where GitHub refuses, nobody asks.
    github.fault(Fault { path: "Text", after: 0, times: 1, trouble: Trouble::Secondary(600) });
    for _ in 0..2 {
        assert!(matches!(text(&background.ahead(), 1).await, Err(GitHubError::Shut { .. })));
    }
    assert_eq!(github.log().iter().filter(|request| request.status == 403).count(), 1);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_of_githubs_is_told_plainly() {
    let asking = Asking::start(|_, _| {}).await;
    let ask = async || {
        let answer = asking.get(&asking.app.token, ISSUE).await;
        let retry = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().parse::<u64>().unwrap());
        let (status, said) = problem(answer).await;
        assert!(!said.to_string().contains("fake") && !said.to_string().contains("127.0.0.1"), "{said}");
        (status, retry, said)
    };
    for trouble in [Trouble::Server(502), Trouble::Cut, Trouble::Torn] {
        asking.github.fault(Fault { path: "/graphql Text", after: 0, times: 1, trouble });
        let (status, retry, said) = ask().await;
        assert_eq!((status, retry), (503, Some(30)), "{trouble:?}: {said}");
    }
    // No failure is kept.
    assert_eq!(asking.get(&asking.app.token, ISSUE).await.status(), 200);
    assert_eq!(asking.asked(), 4);

    // Gone there, and no delivery has told.
    asking.github.world(|world| world.repositories.get_mut(&asking.repo).unwrap().items.remove(&2));
    let (status, said) = problem(asking.get(&asking.app.token, super::PULL).await).await;
    assert_eq!((status, &said["type"]), (404, &json!("/problems/text-not-shown")));

    let others = async |path: &str| asking.get(&asking.app.token, path).await.status().as_u16();
    asking.github.fault(Fault { path: "/graphql Discussion", after: 0, times: 1, trouble: Trouble::Secondary(600) });
    assert_eq!(others(super::DISCUSSION).await, 503);
    // While GitHub refuses, it is not asked; what is in memory is shown.
    let before = asking.github.log().len();
    let (status, retry, said) = {
        let answer = asking.get(&asking.app.token, super::DISCUSSION).await;
        let retry: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        let (status, said) = problem(answer).await;
        (status, retry, said)
    };
    assert_eq!((status, &said["detail"]), (503, &Value::from("GitHub takes no more requests for now.")));
    assert!((1..=3_600).contains(&retry), "{retry}");
    assert_eq!(others(ISSUE).await, 200);
    assert_eq!(asking.github.log().len(), before);
    asking.stop().await;
}

//! Limits: while GitHub refuses, no replica sends requests.

use std::time::Duration;

use bugscrub::github::Requester;
use bugscrub::github::limits::{pace, refusal};

use super::{agrees, asking, complete, rhythm, start, start_on};
use crate::support::TestDatabase;
use crate::support::github::{FakeGitHub, Fault, Trouble};

#[tokio::test]
async fn two_replicas_send_nothing_while_github_refuses() {
    let github = FakeGitHub::start().await;
    let installation = github.world(|world| {
        let account = world.account("acme");
        world.fill(account, 20, 3_000);
        world.install(account, None)
    });
    for at in 0..6 {
        let trouble = if at % 2 == 0 { Trouble::Secondary(1) } else { Trouble::Limit(1) };
        github.fault(Fault { path: "repo", after: 3 + at, times: 1, trouble });
    }
    let one = start(&github, rhythm()).await;
    let two = start_on(&github, asking(&github, rhythm()), one.database.same()).await;
    complete(&one).await;
    complete(&two).await;
    agrees(&one, &github, installation).await;
    agrees(&two, &github, installation).await;
    let log = github.log();
    let refusals = log.iter().filter(|request| matches!(request.status, 403 | 429) && !request.in_refusal).count();
    let in_refusal: Vec<_> = log.iter().filter(|request| request.in_refusal).collect();
    assert_eq!((refusals, in_refusal.len()), (6, 0), "{in_refusal:#?}");
    two.stop().await;
    one.stop().await.drop().await;
}

/// Requests that came while their account was refused.
fn in_refusal(github: &FakeGitHub) -> Vec<String> {
    github.log().into_iter().filter(|request| request.in_refusal).map(|request| request.path).collect()
}

#[tokio::test]
async fn a_refusal_under_status_200_counts_too() {
    let github = FakeGitHub::start().await;
    let installation = github.world(|world| {
        let account = world.account("acme");
        world.fill(account, 5, 300);
        world.install(account, None)
    });
    github.fault(Fault { path: "/graphql Totals", after: 0, times: 1, trouble: Trouble::Quiet(2) });
    github.fault(Fault { path: "/graphql Discussions", after: 1, times: 1, trouble: Trouble::Quiet(2) });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    agrees(&app, &github, installation).await;
    assert_eq!(in_refusal(&github), Vec::<String>::new());
    app.stop().await.drop().await;
}

#[tokio::test]
async fn a_refusal_counts_from_its_answer() {
    let github = FakeGitHub::start().await;
    let installation = github.world(|world| {
        let account = world.account("acme");
        world.fill(account, 5, 300);
        world.install(account, None)
    });
    let trouble = Trouble::Late(Duration::from_secs(3), 3);
    github.fault(Fault { path: "/issues?", after: 1, times: 1, trouble });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    agrees(&app, &github, installation).await;
    assert_eq!(in_refusal(&github), Vec::<String>::new());
    app.stop().await.drop().await;
}

#[tokio::test]
async fn two_replicas_together_keep_the_pace_of_a_minute() {
    let (github, database) = (FakeGitHub::start().await, TestDatabase::new().await);
    let (one, account) = super::identity::client(&github, &database, chrono::Duration::zero()).await;
    let other = super::identity::another(&github, &database);
    one.get(Requester::Installation(account), "/installation/repositories").await.unwrap();
    let begun = std::time::Instant::now();
    let asking = (0..180).map(|nth| {
        let client = if nth % 2 == 0 { one.clone() } else { other.clone() };
        async move { client.get(Requester::Installation(account), "/installation/repositories").await.unwrap() }
    });
    futures_util::future::join_all(asking).await;
    // 120 points may be used at once, and 12 more each second.
    let seconds = begun.elapsed().as_secs_f64();
    assert!(seconds > 4.5, "180 requests in {seconds} s");
    drop((one, other));
    database.drop().await;
}

#[test]
fn an_enterprise_servers_wording_of_a_refusal_is_understood() {
    let now = chrono::Utc::now();
    let said = "You have triggered an abuse detection mechanism. Please wait a few minutes before you try again.";
    let (until, reason) = refusal(403, &http::HeaderMap::new(), now, now, said).expect("it is no refusal");
    assert_eq!((until - now, &*reason), (chrono::Duration::seconds(60), said));
    assert_eq!(refusal(403, &http::HeaderMap::new(), now, now, "Resource not accessible by integration"), None);
}

#[test]
fn no_minute_has_more_points_than_github_allows() {
    let begun: chrono::DateTime<chrono::Utc> = "2024-01-01T00:00:00Z".parse().unwrap();
    for points in [1, 5] {
        let (mut paced_to, mut now, mut sent) = (None, begun, vec![]);
        while now < begun + chrono::Duration::minutes(5) {
            let (wait, next) = pace(paced_to, now, points);
            now += wait;
            paced_to = Some(next);
            sent.push(now);
        }
        for (at, from) in sent.iter().enumerate() {
            let minute = sent[at..].iter().take_while(|sent| **sent - *from < chrono::Duration::minutes(1));
            let used = minute.count() as i32 * points;
            assert!(used <= 845, "{used} points in a minute");
        }
        assert!(sent.len() as i32 * points > 5 * 700, "slower than it need be: {}", sent.len());
        // After a rest the next request goes out at once.
        assert_eq!(pace(paced_to, now + chrono::Duration::minutes(1), points).0, chrono::Duration::zero());
    }
}

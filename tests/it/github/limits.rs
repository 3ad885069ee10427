//! Limits: while GitHub refuses, nobody asks, in whichever replica.

use super::{agrees, asking, complete, rhythm, start};
use crate::support::TestApp;
use crate::support::github::{FakeGitHub, Fault, Trouble};

#[tokio::test]
async fn two_replicas_ask_nothing_between_a_refusal_and_its_end() {
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
    let two = TestApp::start(asking(&github, rhythm()), one.database.same()).await;
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

//! People's tokens from GitHub: kept, renewed, and what ends a session.

use std::sync::Arc;

use bugscrub::github::{ApiAddress, Client};
use bugscrub::people::{People, PeopleError, Session};
use bugscrub::store::sessions::latest_of;
use bugscrub::telemetry::Metrics;
use chrono::Utc;

use super::{Browser, KEY, OTHER_KEY, people, sessions, start};
use crate::support::TestApp;
use crate::support::github::shapes::person_id;
use crate::support::github::{FakeGitHub, Fault, Trouble};

/// What a further replica of the service knows people by.
fn replica(app: &TestApp, github: &FakeGitHub, keys: &str) -> People {
    let pool = bugscrub::store::pool(&app.database.url, 4).unwrap();
    let address = ApiAddress::new(&github.url()).unwrap();
    let clock: bugscrub::github::Clock = Arc::new(Utc::now);
    let client = Client::new(address, None, None, Some(pool.clone()), clock.clone(), Metrics::new()).unwrap();
    People::new(&people(keys), false, Some(client), pool, clock).unwrap()
}

async fn session(app: &TestApp, login: &str) -> Session {
    let row = latest_of(&app.database.pool, person_id(login)).await.unwrap();
    row.and_then(Session::of).unwrap()
}

/// Eight hours pass for the access tokens.
async fn age(app: &TestApp) {
    let aged = "UPDATE sessions SET access_expires_at = now() + interval '1 minute'";
    sqlx::query(aged).execute(&app.database.pool).await.unwrap();
}

/// What these tests ask GitHub.
const ASKED: &str = "/user/installations";

async fn asks(people: &People, session: &Session) -> Result<u16, PeopleError> {
    people.ask(session, ASKED).await.map(|answer| answer.status)
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_who_need_a_new_token_at_once_exchange_one() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    Browser::new(&app).sign_in("octocat").await;
    let session = session(&app, "octocat").await;
    age(&app).await;
    let before = github.user_secrets();
    let replicas = [replica(&app, &github, KEY), replica(&app, &github, KEY)];
    let asking: Vec<_> = (0..20)
        .map(|nth| {
            let (people, session) = (replicas[nth % 2].clone(), session.clone());
            tokio::spawn(async move { asks(&people, &session).await.unwrap() })
        })
        .collect();
    for asked in asking {
        assert_eq!(asked.await.unwrap(), 200);
    }
    // One for the code, one for all of them.
    assert_eq!(github.token_exchanges(), 2);
    assert!(github.user_secrets().iter().all(|secret| !before.contains(secret)));
    // A token that is good is not renewed.
    assert_eq!(asks(&replicas[0], &session).await.unwrap(), 200);
    assert_eq!(github.token_exchanges(), 2);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_up_while_a_token_is_renewed_loses_nothing() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    Browser::new(&app).sign_in("octocat").await;
    let session = session(&app, "octocat").await;
    age(&app).await;
    let people = replica(&app, &github, KEY);
    github.fault(Fault { path: "access_token", after: 0, times: 1, trouble: Trouble::Held });
    let asked = tokio::spawn({
        let (people, session) = (people.clone(), session.clone());
        async move { asks(&people, &session).await }
    });
    crate::support::wait::for_state(async || {
        let exchanges = github.token_exchanges();
        if exchanges == 2 { Ok(()) } else { Err(format!("{exchanges} exchanges")) }
    })
    .await;
    asked.abort();
    github.release();
    assert_eq!(asks(&people, &session).await.unwrap(), 200);
    assert_eq!(github.token_exchanges(), 2);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_refresh_ends_the_session() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let browser = Browser::new(&app);
    browser.sign_in("octocat").await;
    let session = session(&app, "octocat").await;
    age(&app).await;
    // GitHub answers 200, and `bad_refresh_token` in the body.
    github.revoke("octocat");
    let people = replica(&app, &github, KEY);
    assert!(matches!(asks(&people, &session).await, Err(PeopleError::Ended)));
    assert_eq!(sessions(&app).await, 0);
    assert!(matches!(asks(&people, &session).await, Err(PeopleError::Ended)));
    crate::support::wait::for_state(async || match browser.me().await.0 {
        401 => Ok(()),
        status => Err(format!("{status}")),
    })
    .await;
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_revoked_on_github_ends_the_session() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    Browser::new(&app).sign_in("octocat").await;
    Browser::new(&app).sign_in("grace").await;
    let (revoked, other) = (session(&app, "octocat").await, session(&app, "grace").await);
    github.revoke("octocat");
    let people = replica(&app, &github, KEY);
    assert!(matches!(asks(&people, &revoked).await, Err(PeopleError::Ended)));
    assert_eq!(asks(&people, &other).await.unwrap(), 200);
    assert_eq!(sessions(&app).await, 1);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_github_that_fails_ends_no_session() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    Browser::new(&app).sign_in("octocat").await;
    let session = session(&app, "octocat").await;
    let people = replica(&app, &github, KEY);
    for (path, trouble) in
        [("access_token", Trouble::Server(502)), (ASKED, Trouble::Server(500)), (ASKED, Trouble::Limit(1))]
    {
        age(&app).await;
        github.fault(Fault { path, after: 0, times: 1, trouble });
        assert!(matches!(asks(&people, &session).await, Err(PeopleError::GitHub(_))), "{path} {trouble:?}");
        assert_eq!(sessions(&app).await, 1);
        github.advance(chrono::Duration::seconds(2));
        assert_eq!(asks(&people, &session).await.unwrap(), 200, "{path} {trouble:?}");
    }
    app.stop().await.drop().await;
}

/// Not all of GitHub's servers know a new token at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_token_that_is_unknown_for_a_moment_ends_nothing() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let unknown = || Fault { path: "/user", after: 0, times: 2, trouble: Trouble::Unauthorized };
    github.fault(unknown());
    Browser::new(&app).sign_in("octocat").await;
    let session = session(&app, "octocat").await;
    age(&app).await;
    github.fault(unknown());
    assert_eq!(asks(&replica(&app, &github, KEY), &session).await.unwrap(), 200);
    assert_eq!(sessions(&app).await, 1);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_do_not_expire_are_not_renewed() {
    let github = FakeGitHub::start().await;
    github.tokens_do_not_expire();
    let app = start(&github).await;
    Browser::new(&app).sign_in("octocat").await;
    let session = session(&app, "octocat").await;
    let kept: (bool, bool) = sqlx::query_as("SELECT access_expires_at IS NULL, refresh_token IS NULL FROM sessions")
        .fetch_one(&app.database.pool)
        .await
        .unwrap();
    assert_eq!(kept, (true, true));
    assert_eq!(asks(&replica(&app, &github, KEY), &session).await.unwrap(), 200);
    assert_eq!(github.token_exchanges(), 1);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    Browser::new(&app).sign_in("octocat").await;
    let session = session(&app, "octocat").await;
    // The new key first; the old one still opens.
    let both = replica(&app, &github, &format!("{OTHER_KEY}\n{KEY}\n"));
    assert_eq!(asks(&both, &session).await.unwrap(), 200);
    age(&app).await;
    assert_eq!(asks(&both, &session).await.unwrap(), 200);
    // What was renewed since is sealed under the new one.
    let new = replica(&app, &github, OTHER_KEY);
    assert_eq!(asks(&new, &session).await.unwrap(), 200);
    let old = replica(&app, &github, KEY);
    assert!(matches!(asks(&old, &session).await, Err(PeopleError::Ended)));
    // A replica that does not know it yet ends nothing.
    assert_eq!(asks(&new, &session).await.unwrap(), 200);
    app.stop().await.drop().await;
}

/// Whoever may write to the database puts one person's token from GitHub under another's session.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_one_person_under_another_session_is_of_no_use() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    Browser::new(&app).sign_in("ada").await;
    Browser::new(&app).sign_in("mallory").await;
    let moved = "UPDATE sessions m SET access_token = a.access_token, refresh_token = a.refresh_token
                 FROM sessions a WHERE m.login = 'mallory' AND a.login = 'ada'";
    assert_eq!(sqlx::query(moved).execute(&app.database.pool).await.unwrap().rows_affected(), 1);
    let thief = session(&app, "mallory").await;
    let asked = github.log().len();
    let people = replica(&app, &github, KEY);
    assert!(matches!(asks(&people, &thief).await, Err(PeopleError::Ended)));
    assert_eq!(github.log().len(), asked);
    app.stop().await.drop().await;
}

/// GitHub takes its time. Meanwhile the person's page goes on, and what is kept about them can be written.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_while_tokens_are_renewed() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let browser = Browser::new(&app);
    browser.sign_in("octocat").await;
    let session = session(&app, "octocat").await;
    // What they see is known, and will not be asked for.
    assert_eq!(browser.me().await.0, 200);
    age(&app).await;
    let used = "UPDATE sessions SET used_at = used_at - interval '1 hour'";
    sqlx::query(used).execute(&app.database.pool).await.unwrap();
    github.fault(Fault { path: "access_token", after: 0, times: 1, trouble: Trouble::Held });
    let people = replica(&app, &github, KEY);
    let renewing = tokio::spawn({
        let (people, session) = (people.clone(), session.clone());
        async move { asks(&people, &session).await }
    });
    crate::support::wait::until("GitHub is asked", async || github.token_exchanges() == 2).await;
    let meanwhile = async {
        let found = bugscrub::store::sessions::find(&app.database.pool, &session.hash).await.unwrap();
        assert!(found.is_some());
        let found = latest_of(&app.database.pool, session.github_id).await.unwrap();
        assert!(found.is_some());
        let refers = "INSERT INTO sights (account_id, session_id, github_id) VALUES (4711, $1, $2)";
        let refers = sqlx::query(refers).bind(session.session_id).bind(session.github_id);
        refers.execute(&app.database.pool).await.unwrap();
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), meanwhile).await.expect("nobody waits");
    github.release();
    assert_eq!(renewing.await.unwrap().unwrap(), 200);
    // Afterwards it is written down that the session is used.
    bugscrub::store::sessions::find(&app.database.pool, &session.hash).await.unwrap();
    let used: bool = sqlx::query_scalar("SELECT used_at > now() - interval '1 minute' FROM sessions")
        .fetch_one(&app.database.pool)
        .await
        .unwrap();
    assert!(used);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_tells_what_somebody_is_called_by_now() {
    let github = FakeGitHub::start().await;
    let app = start(&github).await;
    let browser = Browser::new(&app);
    browser.sign_in("octocat").await;
    Browser::new(&app).sign_in("grace").await;
    let session = session(&app, "octocat").await;
    github.rename_person("octocat", "octocat--renamed");
    assert_eq!(browser.me().await.1["name"], "octocat");
    age(&app).await;
    // GitHub may not know the new token for a moment.
    github.fault(Fault { path: "/user", after: 0, times: 1, trouble: Trouble::Unauthorized });
    assert_eq!(asks(&replica(&app, &github, KEY), &session).await.unwrap(), 200);
    crate::support::wait::for_state(async || match browser.me().await.1["name"].as_str() {
        Some("octocat--renamed") => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    let logins: Vec<String> = sqlx::query_scalar("SELECT login FROM sessions ORDER BY session_id")
        .fetch_all(&app.database.pool)
        .await
        .unwrap();
    assert_eq!(logins, ["octocat--renamed", "grace"]);
    app.stop().await.drop().await;
}

//! People who signed in: each sees exactly what GitHub lists to them, and loses it by whatever takes it away.

use std::collections::BTreeSet;

use bugscrub::config::Settings;
use bugscrub::http::public::PublicSettings;
use bugscrub::people::{PeopleSettings, ScrubOpenTo};
use chrono::Duration;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::github::{asking, complete, rhythm, start_on};
use crate::sign_in::{Browser, KEY, OWN_PAGE, people};
use crate::support::app::{run_test_with, settings};
use crate::support::github::world::{Kind, World};
use crate::support::github::{FakeGitHub, Fault, Trouble};
use crate::support::payload::{ACCOUNT, issue, issues, person_id, repository};
use crate::support::people::SignedIn;
use crate::support::{TestApp, TestDatabase, wait};

/// Where anybody reads what is public, somebody who is signed in reads it too, of accounts that GitHub does not list to them.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_signed_in_sees_no_less_than_nobody_does() {
    let public = PublicSettings { on: true, ..PublicSettings::default() };
    run_test_with(Settings { public, ..settings() }, async |app| {
        let (open, mut hidden) = (repository(1, "open"), repository(2, "hidden"));
        hidden["private"] = json!(true);
        for (number, home) in [(1, &open), (2, &hidden)] {
            let at = "2026-07-01T00:00:00Z";
            app.deliver("issues", &issues("opened", &issue(number, at, at), home)).await;
        }
        app.caught_up().await;
        let seen = async |request: reqwest::RequestBuilder| -> Vec<i64> {
            let answer: Value = request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap();
            answer["items"].as_array().unwrap().iter().map(|item| item["number"].as_i64().unwrap()).collect()
        };
        let path = "/api/v1/queue?account=acme";
        assert_eq!(seen(app.client.get(app.url(path))).await, [1]);
        let stranger = SignedIn::new(&app, "stranger", &[]).await;
        assert_eq!(seen(stranger.request(Method::GET, path)).await, [1]);
        let member = SignedIn::new(&app, "member", &[(ACCOUNT, &[2], false)]).await;
        assert_eq!(seen(member.request(Method::GET, path)).await, [1, 2]);
        // The log knows who did something by their id on GitHub: logins change hands.
        let triager = SignedIn::new(&app, "triager", &[(ACCOUNT, &[2], true)]).await;
        let read = triager.request(Method::PUT, "/api/v1/items/acme/hidden/2/read").send().await.unwrap();
        assert_eq!(read.status(), 200);
        let logged: (Option<String>, Option<i64>) =
            sqlx::query_as("SELECT actor_login, actor_id FROM events WHERE source = 'scrub' AND kind = 'read'")
                .fetch_one(&app.database.pool)
                .await
                .unwrap();
        assert_eq!(logged, (Some("triager".to_owned()), Some(person_id("triager"))));
        app
    })
    .await;
}

/// What GitHub has: an account with a public and two private repositories, an item in each.
#[derive(Clone, Copy)]
struct Acme {
    account: i64,
    installation: i64,
    open: i64,
    secret: i64,
    hush: i64,
}

fn acme(world: &mut World) -> Acme {
    let account = world.account("acme");
    let repository = |world: &mut World, name: &str, private: bool| {
        let repo = world.repository(account, name);
        world.repositories.get_mut(&repo).unwrap().private = private;
        world.put(repo, Kind::Issue, &format!("Issue of {name}"), "zoe", world.now - Duration::days(9));
        repo
    };
    let open = repository(world, "open", false);
    let (secret, hush) = (repository(world, "secret", true), repository(world, "hush", true));
    let all = [open, secret, hush].into();
    Acme { account, installation: world.install(account, Some(all)), open, secret, hush }
}

/// The service, where people may sign in, and those who may triage scrub.
async fn start(github: &FakeGitHub, scrub_open_to: ScrubOpenTo) -> TestApp {
    let people = PeopleSettings { scrub_open_to, ..people(KEY) };
    let settings = Settings { people, ..asking(github, rhythm()) };
    let app = start_on(github, settings, TestDatabase::new().await).await;
    github.callback(&app.url("/auth/callback"));
    github.deliver().await;
    complete(&app).await;
    app.caught_up().await;
    app
}

fn later(app: &TestApp, by: Duration) {
    app.clock.set(&(app.clock.now() + by).to_rfc3339());
}

/// Waits until nobody asks GitHub for anybody, and nothing is to be asked.
async fn told(app: &TestApp) {
    wait::for_state(async || {
        let left: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM sights WHERE asking_until IS NOT NULL OR due_at IS NULL OR due_at <= $1",
        )
        .bind(app.clock.now())
        .fetch_one(&app.database.pool)
        .await
        .unwrap();
        if left == 0 { Ok(()) } else { Err(format!("{left} sights are to be told")) }
    })
    .await;
}

/// The names of the repositories whose items somebody sees in the queue; `None` if they see no account.
async fn seen(browser: &Browser<'_>) -> Option<BTreeSet<String>> {
    let answer = browser.get("/api/v1/queue?account=acme").await;
    let (status, body) = (answer.status().as_u16(), answer.json::<Value>().await.unwrap());
    assert!([200, 404].contains(&status), "{body:#}");
    let items = body["items"].as_array()?;
    let name = |item: &Value| item["repository"].as_str().unwrap().strip_prefix("acme/").unwrap().to_owned();
    Some(items.iter().map(name).collect())
}

fn names(names: &[&str]) -> Option<BTreeSet<String>> {
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sees_what_github_lists_to_them() {
    let github = FakeGitHub::start().await;
    let acme = github.world(acme);
    github.world(|world| {
        world.grant("grace", acme.open, "triage");
        world.grant("grace", acme.secret, "read");
        world.grant("linus", acme.open, "read");
        world.grant("mary", acme.hush, "push");
    });
    let app = start(&github, ScrubOpenTo::Triage).await;
    for (login, sees, scrubs) in [
        ("grace", names(&["open", "secret"]), true),
        ("linus", names(&["open"]), false),
        ("mary", names(&["open", "hush"]), true),
        ("stranger", None, false),
        ("ada", names(&["open", "secret", "hush"]), true),
    ] {
        let browser = Browser::new(&app);
        browser.sign_in(login).await;
        assert_eq!(seen(&browser).await, sees, "{login}");
        for name in ["open", "secret", "hush"] {
            let status = browser.get(&format!("/api/v1/items/acme/{name}/1")).await.status().as_u16();
            let is_seen = sees.as_ref().is_some_and(|sees| sees.contains(name));
            assert_eq!(status, if is_seen { 200 } else { 404 }, "{login} {name}");
        }
        let (_, me) = browser.me().await;
        assert_eq!(me["accounts"].as_array().unwrap().len(), usize::from(sees.is_some()), "{me:#}");
        assert_eq!(me["scopes"].as_array().unwrap().contains(&json!("scrub")), scrubs, "{me:#}");
        let reasons: Vec<&str> =
            me["hidden"].as_array().unwrap().iter().map(|hidden| hidden["reason"].as_str().unwrap()).collect();
        let expected: &[&str] = match login {
            "stranger" => &["not_installed"],
            "ada" => &[],
            _ => &["no_access"],
        };
        assert_eq!(reasons, expected, "{login}");
        // Whoever may not triage reads only.
        let path = "/api/v1/items/acme/open/1/read?account=acme";
        let status = browser.ask(Method::PUT, path, &[OWN_PAGE], None).await.status().as_u16();
        let expected = match (scrubs, sees.is_some()) {
            (true, _) => 200,
            (false, _) => 403,
        };
        assert_eq!(status, expected, "{login}");
        // Nobody acts as somebody else.
        let status = browser.ask(Method::PUT, &format!("{path}&by=zoe"), &[OWN_PAGE], None).await.status().as_u16();
        assert_eq!(status, if scrubs { 400 } else { 403 }, "{login}");
    }
    app.stop().await.drop().await;
}

/// What takes a private repository away from somebody.
type Taking = fn(&mut World, Acme);

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_take_sight_away_at_once() {
    let github = FakeGitHub::start().await;
    let acme = github.world(acme);
    let restore = |world: &mut World| {
        world.grant("grace", acme.open, "read");
        world.grant("grace", acme.secret, "read");
    };
    github.world(restore);
    let app = start(&github, ScrubOpenTo::Triage).await;
    let browser = Browser::new(&app);
    browser.sign_in("grace").await;
    let takings: [(&str, Taking, Option<BTreeSet<String>>); 8] = [
        ("member", |world, acme| world.remove_collaborator("grace", acme.secret), names(&["open"])),
        ("membership", |world, acme| world.remove_from_team("grace", acme.secret), names(&["open"])),
        ("team", |world, acme| world.remove_team(&["grace"], acme.secret), names(&["open"])),
        ("organization", |world, acme| world.remove_member("grace", acme.account), names(&["open"])),
        ("privatized", |world, acme| world.privatize(acme.open, true), names(&[])),
        ("chosen", |world, acme| world.choose(acme.installation, acme.secret, false), names(&["open"])),
        ("suspended", |world, acme| world.suspend(acme.installation, true), None),
        ("deleted", |world, acme| world.delete_repository(acme.secret), names(&["open"])),
    ];
    for (what, take, left) in takings {
        told(&app).await;
        assert_eq!(seen(&browser).await, names(&["open", "secret"]), "before {what}");
        // GitHub cannot be asked: it is the delivery that takes it away.
        github.fault(Fault { path: "/user/", after: 0, times: 1_000, trouble: Trouble::Server(502) });
        github.world(|world| take(world, acme));
        github.deliver().await;
        app.caught_up().await;
        assert_eq!(
            seen(&browser).await.filter(|seen| !seen.is_empty()),
            left.filter(|left| !left.is_empty()),
            "{what}"
        );
        github.heal();
        github.world(|world| {
            restore(world);
            if world.repositories[&acme.open].private {
                world.privatize(acme.open, false);
            }
            if what == "chosen" {
                world.choose(acme.installation, acme.secret, true);
            }
            if world.installations[&acme.installation].suspended {
                world.suspend(acme.installation, false);
            }
        });
        github.deliver().await;
        crate::github::settled(&app).await;
        app.caught_up().await;
        if what == "deleted" {
            break;
        }
        later(&app, Duration::minutes(1));
        // Whoever comes now waits for GitHub's answer.
        assert_eq!(seen(&browser).await, names(&["open", "secret"]), "after {what}");
    }
    // Somebody takes back what they allowed: they are signed out.
    github.world(|world| world.revoke("grace"));
    github.deliver().await;
    wait::for_state(async || match browser.me().await {
        (401, _) => Ok(()),
        (status, me) => Err(format!("{status} {me:#}")),
    })
    .await;
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_tells_is_found_after_five_minutes() {
    let github = FakeGitHub::start().await;
    let acme = github.world(acme);
    github.world(|world| world.grant("grace", acme.secret, "triage"));
    let app = start(&github, ScrubOpenTo::Triage).await;
    let browser = Browser::new(&app);
    browser.sign_in("grace").await;
    let first = join_all((0..20).map(|_| seen(&browser))).await;
    assert!(first.iter().all(|seen| *seen == names(&["open", "secret"])), "{first:?}");
    assert_eq!(requests(&github), 2, "one asks for all");
    github.world(|world| {
        world.take("grace", acme.secret);
        world.grant("grace", acme.hush, "read");
    });
    later(&app, Duration::seconds(299));
    let asked = requests(&github);
    assert_eq!(seen(&browser).await, names(&["open", "secret"]));
    assert_eq!(requests(&github), asked, "nothing is asked before five minutes are over");
    later(&app, Duration::seconds(1));
    // It is asked in the background, once, however many come.
    join_all((0..20).map(|_| seen(&browser))).await;
    told(&app).await;
    assert_eq!(seen(&browser).await, names(&["open", "hush"]));
    assert_eq!(requests(&github), asked + 2, "the installations, and the repositories of one");

    // While GitHub cannot be asked, what it told lasts for half an hour.
    github.fault(Fault { path: "/user/", after: 0, times: 1_000, trouble: Trouble::Server(502) });
    later(&app, Duration::minutes(29));
    assert_eq!(seen(&browser).await, names(&["open", "hush"]));
    told(&app).await;
    later(&app, Duration::minutes(1));
    assert_eq!(seen(&browser).await, names(&["open"]));
    let (_, me) = browser.me().await;
    assert_eq!((&me["hidden"][0]["reason"], &me["scopes"]), (&json!("not_asked"), &json!(["read"])), "{me:#}");
    told(&app).await;
    github.heal();
    later(&app, Duration::minutes(1));
    seen(&browser).await;
    told(&app).await;
    assert_eq!(seen(&browser).await, names(&["open", "hush"]));
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_away_while_github_answers_stays_away() {
    let github = FakeGitHub::start().await;
    let acme = github.world(acme);
    github.world(|world| world.grant("grace", acme.secret, "read"));
    let app = start(&github, ScrubOpenTo::SignedIn).await;
    let browser = Browser::new(&app);
    browser.sign_in("grace").await;
    // GitHub's answer is about the world as it was, and comes after the delivery.
    github.fault(Fault { path: "/repositories?per_page", after: 0, times: 1, trouble: Trouble::Held });
    let first = tokio::join!(seen(&browser), async {
        wait::for_state(async || match requests(&github) {
            2 => Ok(()),
            asked => Err(format!("{asked} requests")),
        })
        .await;
        github.world(|world| world.remove_collaborator("grace", acme.secret));
        github.deliver().await;
        github.release();
    });
    // Nothing else is theirs, so not even the account is.
    assert_eq!(first.0.filter(|seen| seen.contains("secret")), None);
    told(&app).await;
    assert_eq!(seen(&browser).await.filter(|seen| seen.contains("secret")), None);
    // GitHub may tell what was before: it is asked again after a minute.
    let asked = requests(&github);
    later(&app, Duration::minutes(1));
    seen(&browser).await;
    told(&app).await;
    assert!(requests(&github) > asked);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_may_want_saml_first() {
    let github = FakeGitHub::start().await;
    let acme = github.world(acme);
    github.world(|world| {
        world.grant("grace", acme.secret, "triage");
        world.want_saml("grace", acme.account, false);
    });
    let app = start(&github, ScrubOpenTo::Triage).await;
    let browser = Browser::new(&app);
    browser.sign_in("grace").await;
    for in_lists in [false, true] {
        github.world(|world| world.want_saml("grace", acme.account, in_lists));
        later(&app, Duration::minutes(5));
        seen(&browser).await;
        told(&app).await;
        assert_eq!(seen(&browser).await, names(&["open"]), "{in_lists}");
        let (_, me) = browser.me().await;
        let hidden = &me["hidden"][0];
        assert_eq!((&hidden["reason"], &hidden["account"]), (&json!("saml_sign_in"), &json!("acme")), "{me:#}");
        assert!(hidden["url"].as_str().unwrap().ends_with("/orgs/acme/sso"), "{me:#}");
        assert_eq!(me["scopes"], json!(["read"]));
    }
    github.world(|world| world.sign_in_by_saml("grace", acme.account));
    later(&app, Duration::minutes(5));
    seen(&browser).await;
    told(&app).await;
    assert_eq!(seen(&browser).await, names(&["open", "secret"]));
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_of_use_costs_few_requests() {
    for private in [5, 50, 500] {
        let github = FakeGitHub::start().await;
        let acme = github.world(acme);
        github.world(|world| {
            for number in 2..private {
                let repo = world.repository(acme.account, &format!("private-{number}"));
                world.repositories.get_mut(&repo).unwrap().private = true;
                world.grant("grace", repo, "read");
            }
            world.grant("grace", acme.secret, "read");
            world.grant("grace", acme.hush, "read");
            world.installations.get_mut(&acme.installation).unwrap().chosen = None;
        });
        let app = start(&github, ScrubOpenTo::Triage).await;
        let browser = Browser::new(&app);
        browser.sign_in("grace").await;
        let before = requests(&github);
        for _ in 0..60 {
            assert_eq!(seen(&browser).await, names(&["open", "secret", "hush"]));
            told(&app).await;
            later(&app, Duration::minutes(1));
        }
        let pages = usize::try_from(private).unwrap().div_ceil(100);
        let asked = requests(&github) - before;
        println!("{private} private repositories: {asked} requests an hour");
        assert_eq!(asked, 12 * (1 + pages), "{private} private repositories");
        app.stop().await.drop().await;
    }
}

/// Requests for what people may see.
fn requests(github: &FakeGitHub) -> usize {
    github.log().iter().filter(|logged| logged.path.starts_with("/user/")).count()
}

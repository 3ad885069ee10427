//! What is written on an item: read through from GitHub for those who may see it, kept nowhere.

pub mod hostile;
mod kept;
mod limits;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::github::{asked, complete, rhythm, start};
use crate::support::TestApp;
use crate::support::app::problem;
use crate::support::github::world::{Kind, World};
use crate::support::github::{FakeGitHub, Fault, Trouble};
use crate::support::people::SignedIn;
use crate::support::wait;

/// A service that asks the fake about acme/widgets: an issue, a pull request and a discussion, and a private
/// repository acme/secret with an issue.
pub struct Asking {
    pub github: FakeGitHub,
    pub app: TestApp,
    pub repo: i64,
    pub secret: i64,
}

pub const ISSUE: &str = "/api/v1/items/acme/widgets/1/text";
const PULL: &str = "/api/v1/items/acme/widgets/2/text";
const DISCUSSION: &str = "/api/v1/items/acme/widgets/3/text";
const SECRET: &str = "/api/v1/items/acme/secret/1/text";

impl Asking {
    pub async fn start(also: impl FnOnce(&mut World, i64)) -> Self {
        let github = FakeGitHub::start().await;
        let (repo, secret) = github.world(|world| {
            let account = world.account("acme");
            let (repo, secret) = (world.repository(account, "widgets"), world.repository(account, "secret"));
            world.repositories.get_mut(&secret).unwrap().private = true;
            let now = world.now;
            for kind in [Kind::Issue, Kind::Pull, Kind::Discussion] {
                world.put(repo, kind, "Something", "ada", now);
            }
            world.put(secret, Kind::Issue, "Hidden", "ada", now);
            also(world, repo);
            world.install(account, None);
            (repo, secret)
        });
        let app = start(&github, rhythm()).await;
        complete(&app).await;
        app.caught_up().await;
        Self { github, app, repo, secret }
    }

    /// How often GitHub was asked for a text.
    pub fn asked(&self) -> usize {
        asked(&self.github, "/graphql Text") + asked(&self.github, "/graphql DiscussionText")
    }

    pub async fn get(&self, token: &str, path: &str) -> reqwest::Response {
        self.app.request_as(token, Method::GET, path).send().await.unwrap()
    }

    pub async fn stop(self) {
        self.app.stop().await.drop().await;
    }
}

fn write(world: &mut World, repo: i64, number: i64, html: &str) {
    world.repositories.get_mut(&repo).unwrap().items.get_mut(&number).unwrap().text = html.to_owned();
}

/// Somebody says something that no delivery tells of.
pub fn say(world: &mut World, repo: i64, number: i64, by: &str, verdict: Option<&'static str>, html: &str) {
    world.say(repo, number, by, "MEMBER", verdict, false);
    world.last_said(repo, number).text = html.to_owned();
}

/// Kind, author and HTML of the entries.
fn entries(text: &Value) -> Vec<(&str, &str, &str)> {
    let entries = text["entries"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap();
            (text("kind"), text("author"), text("html"))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_reads_all_that_was_said() {
    let asking = Asking::start(|world, repo| {
        write(world, repo, 1, "<p>It <strong>breaks</strong>.</p>");
        say(world, repo, 1, "linus", None, "<p>So it does.</p>");
        say(world, repo, 1, "stale[bot]", None, "<p>Stale.</p>");
        say(world, repo, 2, "grace", Some("changes_requested"), "");
        world.say_below(repo, 2, "grace", "<p>Not here.</p>");
        say(world, repo, 2, "grace", Some("commented"), "");
        world.say_below(repo, 2, "linus", "<p>Nor here.</p>");
        say(world, repo, 2, "ada", None, "<p>Done.</p>");
        say(world, repo, 3, "linus", None, "<p>How?</p>");
        world.say_below(repo, 3, "ada", "<p>So.</p>");
    })
    .await;
    let app = &asking.app;
    let issue = app.json(ISSUE).await;
    assert_eq!((&issue["source"], &issue["before"]), (&json!("github"), &Value::Null));
    assert_eq!(
        (&issue["body"]["kind"], &issue["body"]["html"], &issue["body"]["author"], &issue["body"]["id"]),
        (&json!("body"), &json!("<p>It <strong>breaks</strong>.</p>"), &json!("ada"), &Value::Null)
    );
    assert_eq!(
        entries(&issue),
        [("comment", "linus", "<p>So it does.</p>"), ("comment", "stale[bot]", "<p>Stale.</p>")]
    );
    assert_eq!((&issue["entries"][0]["bot"], &issue["entries"][1]["bot"]), (&Value::Null, &json!("github")));
    assert_eq!(issue["entries"][0]["association"], "MEMBER");
    let at = |value: &Value| value.as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert!(at(&issue["entries"][0]["created_at"]) <= at(&issue["entries"][1]["created_at"]));

    let pull = app.json(PULL).await;
    assert_eq!(
        entries(&pull),
        [
            ("review", "grace", ""),
            ("review_comment", "grace", "<p>Not here.</p>"),
            // A review that says nothing itself.
            ("review_comment", "linus", "<p>Nor here.</p>"),
            ("comment", "ada", "<p>Done.</p>")
        ]
    );
    assert_eq!(pull["entries"][0]["verdict"], "changes_requested");
    assert_eq!((&pull["entries"][1]["path"], &pull["entries"][1]["line"]), (&json!("src/main.rs"), &json!(12)));

    let discussion = app.json(DISCUSSION).await;
    assert_eq!(entries(&discussion), [("comment", "linus", "<p>How?</p>"), ("reply", "ada", "<p>So.</p>")]);
    assert_eq!(discussion["entries"][1]["replies_to"], discussion["entries"][0]["id"]);
    asking.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_readers_at_once_are_one_question() {
    let asking = Asking::start(|_, _| {}).await;
    let fault = Fault { path: "/graphql Text", after: 0, times: 1, trouble: Trouble::Held };
    asking.github.fault(fault);
    let readers = (0..20).map(async |_| {
        let answer = asking.get(&asking.app.token, ISSUE).await;
        let cached = answer.headers()["cache-control"].to_str().unwrap().to_owned();
        (answer.status().as_u16(), cached, answer.text().await.unwrap())
    });
    let release = async {
        wait::until("GitHub is asked", async || asking.asked() == 1).await;
        asking.github.release();
    };
    let (answers, ()) = tokio::join!(join_all(readers), release);
    assert_eq!(asking.asked(), 1);
    let (status, cached, first) = &answers[0];
    assert_eq!((*status, cached.as_str()), (200, "private, no-store"));
    assert!(first.contains("<p>text</p>"), "{first}");
    assert!(answers.iter().all(|answer| answer == &answers[0]));
    // One that hangs up ends nothing for others.
    asking.github.fault(Fault { path: "/graphql Text", after: 0, times: 1, trouble: Trouble::Held });
    let token = asking.app.token.clone();
    let (client, url) = (asking.app.client.clone(), asking.app.url(PULL));
    let gone = tokio::spawn(async move { client.get(url).bearer_auth(token).send().await });
    wait::until("GitHub is asked", async || asking.asked() == 2).await;
    gone.abort();
    asking.github.release();
    assert_eq!(asking.get(&asking.app.token, PULL).await.status(), 200);
    assert_eq!(asking.asked(), 2);
    asking.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_kept_for_four_minutes_and_until_github_tells_something() {
    let asking = Asking::start(|_, _| {}).await;
    let Asking { github, app, repo, .. } = &asking;
    let ask = async || app.json(ISSUE).await;
    ask().await;
    let begun = app.clock.now();
    let at = |seconds: i64| (begun + chrono::Duration::seconds(seconds)).to_rfc3339();
    app.clock.set(&at(239));
    ask().await;
    assert_eq!((asking.asked(), app.service.texts_held().0), (1, 1));
    app.clock.set(&at(240));
    // Nobody asks, and it is gone.
    wait::until("the text is gone", async || app.service.texts_held() == (0, 0)).await;
    ask().await;
    assert_eq!(asking.asked(), 2);

    // What people do here changes no text.
    let scrubber = app.new_token(&["read", "scrub", "private"], None).await;
    let marked = app.request_as(&scrubber, Method::PUT, "/api/v1/items/acme/widgets/1/read").send().await.unwrap();
    assert_eq!(marked.status(), 200);
    ask().await;
    assert_eq!(asking.asked(), 2);
    // A delivery about the item does, and one about another does not.
    github.world(|world| world.say(*repo, 2, "linus", "NONE", None, true));
    github.deliver().await;
    ask().await;
    assert_eq!(asking.asked(), 2);
    github.world(|world| {
        world.say(*repo, 1, "linus", "NONE", None, true);
        world.last_said(*repo, 1).text = "<p>New.</p>".to_owned();
    });
    github.deliver().await;
    wait::until("the text is gone", async || app.service.texts_held() == (0, 0)).await;
    assert_eq!(entries(&ask().await), [("comment", "linus", "<p>New.</p>")]);
    assert_eq!(asking.asked(), 3);
    asking.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_see_an_item_reads_no_text_of_it() {
    let asking = Asking::start(|world, repo| write(world, repo, 1, "<p>public</p>")).await;
    let Asking { github, app, repo, .. } = &asking;
    let public = app.new_token(&["read"], None).await;
    let refused = async |token: &str, path: &str| {
        let (status, said) = problem(asking.get(token, path).await).await;
        // The same as for the item itself.
        let (own, itself) = problem(asking.get(token, path.strip_suffix("/text").unwrap()).await).await;
        assert_eq!((status, &said), (own, &itself), "{path}");
        status
    };
    assert_eq!(asking.get(&app.token, SECRET).await.status(), 200);
    assert_eq!(asking.asked(), 1);
    assert_eq!(refused(&public, SECRET).await, 404);
    assert_eq!(refused(&app.token, "/api/v1/items/acme/widgets/99/text").await, 404);
    assert_eq!(refused(&app.token, "/api/v1/items/other/widgets/1/text").await, 404);
    assert_eq!(refused(&app.new_token(&["scrub"], None).await, ISSUE).await, 403);
    assert_eq!(refused(&app.new_token(&["read"], Some(&[7])).await, ISSUE).await, 404);
    let embed = app.new_embed_token(asking.account(), "open").await;
    for (with, status) in [(format!("{ISSUE}?token={embed}"), 403), (ISSUE.to_owned(), 401)] {
        assert_eq!(app.client.get(app.url(&with)).send().await.unwrap().status(), status, "{with}");
    }
    assert_eq!(asking.asked(), 1);

    // What turns private is hidden from then on, whoever has read it.
    assert_eq!(asking.get(&public, ISSUE).await.status(), 200);
    // GitHub knows first, and its answer says so.
    github.world(|world| world.repositories.get_mut(repo).unwrap().private = true);
    let (status, said) = problem(asking.get(&public, PULL).await).await;
    assert_eq!((status, &said["type"]), (404, &json!("/problems/unknown-item")));
    assert_eq!(asking.get(&app.token, PULL).await.status(), 200);
    // So it is for a person to whom GitHub lists another private repository, and not this one.
    let other = SignedIn::new(app, "other", &[(asking.account(), &[asking.secret], false)]).await;
    let path = format!("{PULL}?account={}", asking.account());
    assert_eq!(other.request(Method::GET, &path).send().await.unwrap().status(), 404);
    // Then the delivery comes.
    github.world(|world| world.privatize(*repo, true));
    github.deliver().await;
    app.caught_up().await;
    assert_eq!(refused(&public, ISSUE).await, 404);
    wait::until("the texts are gone", async || {
        // That of the private repository is as it was.
        app.service.texts_held().0 == 1
    })
    .await;

    // What is deleted is gone, and what moved is elsewhere.
    assert_eq!(asking.get(&app.token, ISSUE).await.status(), 200);
    github.world(|world| world.delete(*repo, 1));
    github.deliver().await;
    app.caught_up().await;
    assert_eq!(refused(&app.token, ISSUE).await, 410);
    let elsewhere = github.world(|world| world.transfer(asking.secret, 1, *repo));
    github.deliver().await;
    app.caught_up().await;
    let client = crate::support::service::http().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let moved = client.get(app.url(SECRET)).bearer_auth(&app.token).send().await.unwrap();
    let there = format!("/api/v1/items/acme/widgets/{elsewhere}/text?account={}", asking.account());
    assert_eq!((moved.status().as_u16(), moved.headers()["location"].to_str().unwrap()), (308, there.as_str()));
    wait::until("the texts are gone", async || app.service.texts_held().0 == 0).await;
    asking.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_thread_comes_in_pages_the_latest_first() {
    let asking = Asking::start(|world, repo| {
        for nth in 0..120 {
            say(world, repo, 1, "linus", None, &format!("<p>{nth}</p>"));
        }
    })
    .await;
    let app = &asking.app;
    let (mut path, mut read, mut pages) = (ISSUE.to_owned(), vec![], 0);
    loop {
        let page = app.json(&path).await;
        let said = entries(&page).into_iter().map(|(_, _, html)| html.to_owned()).collect::<Vec<_>>();
        read = [said, read].concat();
        pages += 1;
        let Some(before) = page["before"].as_str() else { break };
        path = format!("{ISSUE}?before={before}");
    }
    assert_eq!(read, (0..120).map(|nth| format!("<p>{nth}</p>")).collect::<Vec<_>>());
    assert_eq!((pages, asking.asked()), (3, 3));
    for wrong in ["nonsense", "before-999", &"x".repeat(301), "%20"] {
        let (status, said) = problem(asking.get(&app.token, &format!("{ISSUE}?before={wrong}")).await).await;
        assert_eq!((status, &said["parameter"]), (400, &json!("before")), "{wrong}");
    }
    asking.stop().await;
}

impl Asking {
    fn account(&self) -> i64 {
        self.github.world(|world| world.repositories[&self.repo].account_id)
    }
}

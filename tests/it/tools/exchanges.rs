//! The fake GitHub, compared with GitHub's published descriptions.

use std::io::Write;
use std::process::{Command, Stdio};

use chrono::Duration;
use serde_json::{Value, json};

use crate::github::{complete, rhythm, run_now, start};
use crate::support::github::world::{Kind, Milestone};
use crate::support::github::{CLIENT_ID, CLIENT_SECRET, Delivering, FakeGitHub};
use crate::support::service::http;

#[tokio::test]
async fn the_fakes_answers_match_githubs_descriptions() {
    let github = FakeGitHub::start().await;
    let mut spoken = vec![];
    let (account, repo) = github.world(|world| {
        let account = world.account("acme");
        world.fill(account, 5, 600);
        world.install(account, None);
        let repo = *world.repositories.keys().next().unwrap();
        for kind in [Kind::Issue, Kind::Pull, Kind::Discussion] {
            let said =
                world.repositories[&repo].items.values().find(|item| item.open && item.kind == kind).unwrap().number;
            spoken.push(said);
            world.say(repo, said, "linus", "NONE", None, false);
            if kind == Kind::Discussion {
                world.say_below(repo, said, "ada", "<p>So.</p>");
            }
            if kind == Kind::Pull {
                world.say(repo, said, "grace", "MEMBER", Some("approved"), false);
                world.say_below(repo, said, "grace", "<p>Here.</p>");
                world.check(repo, said, "PENDING");
                let issue = world.repositories[&repo].items.values().find(|item| item.kind == Kind::Issue && item.open);
                let issue = issue.unwrap().number;
                world.repositories.get_mut(&repo).unwrap().items.get_mut(&said).unwrap().closes.insert((repo, issue));
            }
        }
        let due_on = Some(world.now);
        for repository in world.repositories.values_mut() {
            repository.milestones.insert(1, Milestone { title: "v1", open: true, due_on });
            repository.items.values_mut().for_each(|item| item.milestone = Some(1));
        }
        (account, repo)
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    // Somebody reads what is written.
    for number in spoken {
        app.json(&format!("/api/v1/items/acme/repo-000/{number}/text")).await;
    }
    // The requests of repair.
    github.delivering(Delivering::Fail);
    github.world(|world| {
        let numbers: Vec<(i64, Kind)> = world.repositories[&repo]
            .items
            .values()
            .filter(|item| item.open)
            .map(|item| (item.number, item.kind))
            .collect();
        let of = |kind: Kind, nth: usize| numbers.iter().filter(|(_, found)| *found == kind).nth(nth).unwrap().0;
        let other =
            world.repositories.values().find(|found| found.account_id == account && found.id != repo).unwrap().id;
        world.transfer(repo, of(Kind::Issue, 0), other);
        world.delete(repo, of(Kind::Issue, 1));
        world.delete(repo, of(Kind::Discussion, 0));
        world.comment(repo, of(Kind::Discussion, 1), "ada");
    });
    github.deliver().await;
    github.advance(Duration::minutes(5));
    run_now(&app, "redeliver").await;
    run_now(&app, "sweep").await;
    // The requests of setup.
    let client = http().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let manifest = json!({"name": "x", "url": "https://x.example", "hook_attributes": {"url": "https://x.example"},
        "redirect_url": "http://127.0.0.1/callback", "default_permissions": {}, "default_events": []});
    let form = format!("manifest={}", manifest.to_string().replace('&', "%26"));
    let url = github.url();
    let sent = client.post(format!("{url}/settings/apps/new?state=s")).body(form).send().await.unwrap();
    let back = sent.headers()["location"].to_str().unwrap().to_owned();
    let code = back.split_once("code=").unwrap().1.split_once('&').unwrap().0;
    let converted = client.post(format!("{url}/app-manifests/{code}/conversions")).send().await.unwrap();
    assert_eq!(converted.status(), 201);
    // The requests of the doctor.
    for path in ["/app", "/app/hook/config"] {
        let jwt = identity().jwt().unwrap();
        let answer = client.get(format!("{url}{path}")).bearer_auth(jwt).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
    // The request of a person who signs in.
    let signed_in = github.signed_in("octocat").await;
    let answer = client.get(format!("{url}/user")).bearer_auth(signed_in).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    // And when they sign out.
    let signed_in = github.signed_in("octocat").await;
    let forgotten = client
        .delete(format!("{url}/applications/{CLIENT_ID}/token"))
        .basic_auth(CLIENT_ID, Some(CLIENT_SECRET))
        .json(&json!({"access_token": signed_in}));
    assert_eq!(forgotten.send().await.unwrap().status(), 204);
    // What is asked for people.
    github.world(|world| {
        world.grant("grace", repo, "triage");
        world.grant("linus", repo, "read");
        world.want_saml("linus", account, false);
    });
    let installation = github.world(|world| *world.installations.keys().next().unwrap());
    for login in ["grace", "linus"] {
        let token = github.signed_in(login).await;
        for path in ["/user/installations".to_owned(), format!("/user/installations/{installation}/repositories")] {
            client.get(format!("{url}{path}")).bearer_auth(&token).send().await.unwrap();
        }
    }
    app.stop().await.drop().await;

    let exchanges = github.exchanges();
    for wanted in [
        "Totals",
        "Discussions(",
        "DiscussionsSince",
        "Discussion(",
        "Conversations(",
        "query Text(",
        "query DiscussionText(",
        "access_tokens",
        "attempts",
        "labels",
        "\"due_on\":\"",
        "conversions",
        "\"/user\"",
        "\"status\":301",
        "\"status\":410",
        "\"/applications/{client_id}/token\"",
        "\"/user/installations\"",
        "\"/user/installations/{installation_id}/repositories\"",
        "SAML",
    ] {
        assert!(exchanges.contains(wanted), "nobody asked for {wanted}");
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/github/validate.mjs");
    let mut node = Command::new("node").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    node.stdin.take().unwrap().write_all(exchanges.as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    println!("{said}");
    assert!(output.status.success(), "{said}");

    // The validator must find a fault.
    let mut broken: Value =
        serde_json::from_str(exchanges.lines().find(|line| line.contains("\"/app\"")).unwrap()).unwrap();
    broken["body"].as_object_mut().unwrap().remove("owner");
    let mut node = Command::new("node").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    node.stdin.take().unwrap().write_all(broken.to_string().as_bytes()).unwrap();
    assert!(!node.wait_with_output().unwrap().status.success());
}

fn identity() -> bugscrub::github::Identity {
    let clock = std::sync::Arc::new(chrono::Utc::now);
    let key = bugscrub::github::PrivateKey::parse(crate::support::github::APP_KEY).unwrap();
    let identity = bugscrub::github::Identity::new(crate::support::github::APP_ID, key, clock);
    // The fake is five minutes ahead.
    identity.adjust_clock(chrono::Utc::now() + Duration::minutes(5));
    identity
}

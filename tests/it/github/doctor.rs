//! The doctor says what is wrong and what to do.

use chrono::Duration;

use crate::support::github::{APP_ID, APP_KEY, CLIENT_ID, CLIENT_SECRET, Delivering, FakeGitHub, OTHER_KEY};
use crate::support::service::run;

/// Runs the doctor. Returns its exit code and what it says.
pub async fn doctor(github: &FakeGitHub, app_id: impl ToString, key: &str) -> (i32, String) {
    let (url, id) = (github.url(), app_id.to_string());
    let settings = [("BUGSCRUB_GITHUB_API_URL", &*url), ("BUGSCRUB_APP_ID", &id), ("BUGSCRUB_PRIVATE_KEY", key)];
    let ended = run(&["doctor"], &settings).await;
    (ended.code, format!("{}{}", ended.stdout, ended.stderr))
}

pub fn installed() -> impl Fn(&FakeGitHub) -> i64 {
    |github| {
        github.hook("https://scrub.example/webhooks/github");
        github.world(|world| {
            let account = world.account("acme");
            world.repository(account, "widgets");
            world.install(account, None)
        })
    }
}

#[tokio::test]
async fn the_doctor_finds_a_healthy_app_healthy() {
    let github = FakeGitHub::start().await;
    installed()(&github);
    let (code, said) = doctor(&github, APP_ID, APP_KEY).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("may read there") && !said.contains("WARN") && !said.contains("FAIL"), "{said}");
}

#[tokio::test]
async fn the_doctor_says_whether_people_can_sign_in() {
    let github = FakeGitHub::start().await;
    installed()(&github);
    let (url, id) = (github.url(), APP_ID.to_string());
    let app = [("BUGSCRUB_GITHUB_API_URL", &*url), ("BUGSCRUB_APP_ID", &id), ("BUGSCRUB_PRIVATE_KEY", APP_KEY)];
    let key = ("BUGSCRUB_SESSION_KEY", crate::sign_in::KEY);
    let client = ("BUGSCRUB_CLIENT_ID", CLIENT_ID);
    for (settings, code, says) in [
        (vec![], 0, "Nobody can sign in with GitHub"),
        (vec![client, ("BUGSCRUB_CLIENT_SECRET", CLIENT_SECRET)], 0, "Nobody can sign in with GitHub"),
        (vec![key], 1, "BUGSCRUB_SESSION_KEY is set, but"),
        (vec![("BUGSCRUB_SESSION_KEY", "short")], 1, "line 1 is not 32 bytes in base64"),
        (
            vec![key, ("BUGSCRUB_CLIENT_ID", "Iv23liOfAnother"), ("BUGSCRUB_CLIENT_SECRET", CLIENT_SECRET)],
            1,
            "which is another App",
        ),
        (vec![key, client, ("BUGSCRUB_CLIENT_SECRET", "another")], 1, "the client secret is wrong"),
        (vec![key, client, ("BUGSCRUB_CLIENT_SECRET", CLIENT_SECRET)], 0, "/auth/callback is a callback URL"),
    ] {
        let ended = run(&["doctor"], &[&app[..], &settings].concat()).await;
        assert_eq!(ended.code, code, "{settings:?}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.contains(says), "{settings:?}: {}", ended.stdout);
    }
}

#[tokio::test]
async fn the_doctor_says_what_is_open_to_all_and_how_often() {
    let github = FakeGitHub::start().await;
    installed()(&github);
    let (url, id) = (github.url(), APP_ID.to_string());
    let app = [("BUGSCRUB_GITHUB_API_URL", &*url), ("BUGSCRUB_APP_ID", &id), ("BUGSCRUB_PRIVATE_KEY", APP_KEY)];
    let (on, few) = (("BUGSCRUB_PUBLIC", "on"), ("BUGSCRUB_PUBLIC_RATE_LIMIT", "40"));
    let proxies = |networks| ("BUGSCRUB_TRUSTED_PROXIES", networks);
    for (settings, code, sign, says) in [
        (
            vec![],
            0,
            "ok  ",
            &["Nobody reads without a token", "300 times a minute to sign in", "No proxy is believed"][..],
        ),
        (
            vec![on],
            0,
            "ok  ",
            &["Anybody reads without a token", "your notes", "300 times a minute to read or to sign in"],
        ),
        (vec![on, few, proxies("10.0.0.0/8,fd00::/8")], 0, "ok  ", &["40 times", "10.0.0.0/8, fd00::/8"]),
        (vec![on, ("BUGSCRUB_PUBLIC_RATE_LIMIT", "0")], 0, "WARN", &["any number of times", "which is 0"]),
        (vec![on, proxies("10.0.0.0/8,0.0.0.0/0")], 0, "WARN", &["names every address there is", "no limit holds"]),
        (vec![proxies("::/0")], 0, "WARN", &["names every address there is"]),
        (vec![proxies("my-proxy")], 1, "FAIL", &["my-proxy is no network"]),
    ] {
        let ended = run(&["doctor"], &[&app[..], &settings].concat()).await;
        assert_eq!(ended.code, code, "{settings:?}: {}{}", ended.stdout, ended.stderr);
        let line = ended.stdout.lines().find(|line| line.contains(says[0])).unwrap_or_default();
        assert!(
            line.starts_with(sign) && says.iter().all(|says| line.contains(says)),
            "{settings:?}: {}",
            ended.stdout
        );
    }
}

#[tokio::test]
async fn the_doctor_says_whether_github_tells_who_leaves() {
    let github = FakeGitHub::start().await;
    installed()(&github);
    let (url, id) = (github.url(), APP_ID.to_string());
    let signs_in = [
        ("BUGSCRUB_GITHUB_API_URL", &*url),
        ("BUGSCRUB_APP_ID", &id),
        ("BUGSCRUB_PRIVATE_KEY", APP_KEY),
        ("BUGSCRUB_SESSION_KEY", crate::sign_in::KEY),
        ("BUGSCRUB_CLIENT_ID", CLIENT_ID),
        ("BUGSCRUB_CLIENT_SECRET", CLIENT_SECRET),
    ];
    let said = async |sign: &str, says: &[&str]| {
        let ended = run(&["doctor"], &signs_in).await;
        let line = ended.stdout.lines().find(|line| says.iter().all(|says| line.contains(says))).unwrap_or_default();
        assert!(ended.code == 0 && line.starts_with(sign), "{says:?}: {}{}", ended.stdout, ended.stderr);
    };
    said(
        "ok  ",
        &["within five minutes, which is allowed", "`members: read`", "member, membership, organization and team"],
    )
    .await;
    github.permissions(|names| drop(names.insert("members".into(), "read".into())));
    said("WARN", &["does not subscribe to member, membership, organization, team", "not at once"]).await;
    github.events(|names| names.extend(["member", "organization", "team"].map(str::to_owned)));
    said("WARN", &["does not subscribe to membership:"]).await;
    github.events(|names| names.push("membership".to_owned()));
    said("ok  ", &["GitHub tells at once who leaves"]).await;
    // Where nobody signs in, it is of no interest.
    let (_, without) = doctor(&github, APP_ID, APP_KEY).await;
    assert!(!without.contains("who leaves"), "{without}");
}

#[tokio::test]
async fn the_doctor_explains_every_fault() {
    type Make = fn(&FakeGitHub, i64);
    let faults: [(&str, Make, &[&str]); 11] = [
        (
            "suspended",
            |github, id| github.world(|world| world.suspend(id, true)),
            &["acme is suspended", "unsuspend it"],
        ),
        (
            "nowhere",
            |github, id| github.world(|world| world.uninstall(id)),
            &["not installed on any account", "installations/new"],
        ),
        ("deleted App", |github, _| github.forget_app(), &["no App with the id 4711", "BUGSCRUB_APP_ID"]),
        (
            "permission",
            |github, _| github.permissions(|names| drop(names.remove("discussions"))),
            &["may not read discussions", "Grant it"],
        ),
        (
            "writes",
            |github, _| github.permissions(|names| drop(names.insert("issues".into(), "write".into()))),
            &["more than it needs (issues: write)"],
        ),
        (
            "events",
            |github, _| github.events(|names| names.retain(|name| name != "issues")),
            &["does not subscribe to issues", "an hour late"],
        ),
        (
            "not granted",
            |github, id| {
                github.world(|world| drop(world.installations.get_mut(&id).unwrap().permissions.remove("issues")))
            },
            &["acme has not granted issues", "accept"],
        ),
        ("hook", |github, _| github.hook("https://elsewhere.example/"), &["elsewhere.example", "/webhooks/github"]),
        ("forms", |github, _| github.hook_manners("form", 0), &["content_type: form", "415", "application/json"]),
        ("insecure", |github, _| github.hook_manners("json", "1"), &["insecure_ssl", "SSL verification"]),
        ("clock", |github, _| github.advance(Duration::minutes(10)), &["10 minutes behind GitHub's", "NTP"]),
    ];
    for (name, make, wanted) in faults {
        let github = FakeGitHub::start().await;
        let id = installed()(&github);
        make(&github, id);
        let (code, said) = doctor(&github, APP_ID, APP_KEY).await;
        for words in wanted {
            assert!(said.contains(words), "{name}: {words:?} is not in:\n{said}");
        }
        let only_doubtful = matches!(name, "writes" | "hook" | "clock" | "insecure");
        assert_eq!(code, i32::from(!only_doubtful), "{name}: {said}");
        println!("{name}: {said}");
    }
}

#[tokio::test]
async fn the_last_delivery_shows_a_wrong_secret_or_address() {
    let github = FakeGitHub::start().await;
    installed()(&github);
    github.delivering(Delivering::Fail);
    github.deliver().await;
    for (status, code, wanted) in [
        (202, 0, "The last delivery arrived"),
        (401, 1, "not the service's BUGSCRUB_WEBHOOK_SECRET"),
        (415, 1, "refused with 415: it was a form"),
        (404, 1, "It must end in /webhooks/github"),
        (302, 1, "answered with a redirection (302)"),
        (502, 0, "did not arrive (502 failed to connect)"),
    ] {
        github.last_attempt(status);
        let (ended, said) = doctor(&github, APP_ID, APP_KEY).await;
        assert!(ended == code && said.contains(wanted), "{status}: {said}");
    }
    // Those before it count too.
    github.world(|world| {
        let account = world.account("globex");
        world.repository(account, "gadgets");
        world.install(account, None)
    });
    github.deliver().await;
    github.last_attempt(202);
    let (_, said) = doctor(&github, APP_ID, APP_KEY).await;
    assert!(said.contains("The last delivery arrived") && said.contains("with 502. The service asks"), "{said}");
}

#[tokio::test]
async fn the_doctor_accepts_further_read_permissions_and_uses_none_of_them() {
    let github = FakeGitHub::start().await;
    let id = installed()(&github);
    github.permissions(|names| drop(names.insert("members".into(), "read".into())));
    github.world(|world| {
        let granted = &mut world.installations.get_mut(&id).unwrap().permissions;
        granted.insert("members".into(), "read".into());
        granted.insert("issues".into(), "write".into());
    });
    let (code, said) = doctor(&github, APP_ID, APP_KEY).await;
    assert!(code == 0 && !said.contains("WARN"), "{said}");
    let minted = github.minted();
    assert!(!minted.is_empty());
    for token in minted {
        assert!(token.values().all(|level| level == "read") && !token.contains_key("members"), "{token:?}");
    }
}

#[tokio::test]
async fn the_doctor_explains_every_wrong_credential() {
    let github = FakeGitHub::start().await;
    installed()(&github);
    for (app_id, key, wanted) in [
        (APP_ID, OTHER_KEY, &["not one of the App 4711", "Make a new private key"]),
        (12, APP_KEY, &["no App with the id 12", "BUGSCRUB_APP_ID"]),
        (
            APP_ID,
            "no key at all",
            &[
                "BUGSCRUB_PRIVATE_KEY: the key cannot be used: it is not an RSA private key in PEM form",
                "download a new key",
            ],
        ),
    ] {
        let (code, said) = doctor(&github, app_id, key).await;
        assert_eq!(code, 1, "{said}");
        for words in wanted {
            assert!(said.contains(words), "{words:?} is not in:\n{said}");
        }
        println!("{said}");
    }
    let nobody = [
        ("BUGSCRUB_GITHUB_API_URL", "http://127.0.0.1:9"),
        ("BUGSCRUB_APP_ID", "1"),
        ("BUGSCRUB_PRIVATE_KEY", APP_KEY),
    ];
    let ended = run(&["doctor"], &nobody).await;
    assert!(ended.stdout.contains("cannot be reached at 127.0.0.1:9: nothing listens there"), "{}", ended.stdout);
    run(&["doctor"], &[]).await.failed(1, &["no App is configured", "bugscrub setup"]);
    run(&["doctor"], &[("BUGSCRUB_APP_ID", "1")]).await.failed(1, &["without BUGSCRUB_PRIVATE_KEY"]);
    let garbled =
        [("BUGSCRUB_APP_ID", "1"), ("BUGSCRUB_PRIVATE_KEY", APP_KEY), ("BUGSCRUB_GITHUB_API_URL", "github.com")];
    run(&["doctor"], &garbled)
        .await
        .failed(2, &["BUGSCRUB_GITHUB_API_URL", "\"github.com\" is not the address of a GitHub API"]);
}

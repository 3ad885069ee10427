//! The doctor, asked through the API: the same sentences as on the command line, for administrators, asked once for many.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::{asked, complete, rhythm, start};
use crate::support::app::problem;
use crate::support::github::{FakeGitHub, Fault, Trouble};
use crate::support::{TestApp, run_test, wait};

const DOCTOR: &str = "/api/v1/doctor";
/// What only the doctor asks for.
const ASKED: &str = "/app/hook/config";

async fn ask(app: &TestApp, token: &str, path: &str) -> Value {
    let response = app.request_as(token, Method::GET, path).send().await.unwrap();
    let (status, text) = (response.status(), response.text().await.unwrap());
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// What is said of a health.
fn said(answer: &Value, health: &str) -> String {
    let findings = answer["findings"].as_array().unwrap().iter();
    let texts = findings.filter(|finding| finding["health"] == health).map(|finding| finding["text"].as_str().unwrap());
    texts.collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_reads_what_is_wrong_and_what_to_do() {
    let github = FakeGitHub::start().await;
    let (acme, globex) = github.world(|world| {
        let [acme, globex] = ["acme", "globex"].map(|login| world.account(login));
        world.repository(acme, "widgets");
        world.repository(globex, "gadgets");
        world.install(acme, None);
        (acme, world.install(globex, None))
    });
    let app = start(&github, rhythm()).await;
    let admin = app.new_token(&["admin"], None).await;
    let bound = app.new_token(&["admin"], Some(&[acme])).await;
    super::until(&app, "/api/v1/sync?account=acme", |sync| sync["backfill"] == "complete").await;
    github.world(|world| world.suspend(globex, true));
    github.permissions(|names| drop(names.insert("issues".into(), "write".into())));
    github.events(|names| names.retain(|name| name != "issues"));

    let found = ask(&app, &admin, &format!("{DOCTOR}?account=acme")).await;
    let (bad, doubtful, good) = (said(&found, "bad"), said(&found, "doubtful"), said(&found, "good"));
    assert!(bad.contains("does not subscribe to issues") && bad.contains("Tick them"), "{bad}");
    assert!(doubtful.contains("more than it needs (issues: write)"), "{doubtful}");
    for words in ["installed on acme", "The database can be reached", "Nobody can sign in with GitHub"] {
        assert!(good.contains(words), "{good}");
    }
    // What is another account's is not told, even to who sees both.
    assert!(!found.to_string().contains("globex"), "{found:#}");
    let other = ask(&app, &admin, &format!("{DOCTOR}?account=globex")).await;
    assert!(said(&other, "bad").contains("globex is suspended"), "{other:#}");
    let own = ask(&app, &bound, DOCTOR).await;
    assert_eq!(own["findings"], found["findings"]);

    // Nobody else is told, nor told of an account that is not theirs.
    for scopes in [&["read", "private"][..], &["read", "scrub"]] {
        let token = app.new_token(scopes, None).await;
        let asked = app.request_as(&token, Method::GET, &format!("{DOCTOR}?account=acme"));
        let (status, refused) = problem(asked.send().await.unwrap()).await;
        assert_eq!((status, &refused["detail"]), (403, &json!("The token lacks the scope admin.")));
    }
    let (status, _) = problem(app.client.get(app.url(DOCTOR)).send().await.unwrap()).await;
    assert_eq!(status, 401);
    let elsewhere = app.request_as(&bound, Method::GET, &format!("{DOCTOR}?account=globex"));
    assert_eq!(problem(elsewhere.send().await.unwrap()).await.0, 404);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_ask_are_one_question_and_the_answer_holds_for_a_minute() {
    let github = FakeGitHub::start().await;
    github.world(|world| {
        let account = world.account("acme");
        world.repository(account, "widgets");
        world.install(account, None)
    });
    let app = start(&github, rhythm()).await;
    complete(&app).await;
    let admins = join_all((0..4).map(async |_| app.new_token(&["admin"], None).await)).await;
    github.fault(Fault { path: ASKED, after: 0, times: 1, trouble: Trouble::Held });
    // One who hangs up does not have GitHub asked again.
    let impatient = tokio::spawn(app.request_as(&admins[0], Method::GET, DOCTOR).send());
    wait::until("GitHub is asked", async || asked(&github, ASKED) == 1).await;
    impatient.abort();
    let answers = join_all(admins.iter().map(|admin| ask(&app, admin, DOCTOR)));
    let (answers, ()) = tokio::join!(answers, async { github.release() });
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    assert!(said(&answers[0], "bad").is_empty(), "{:#}", answers[0]);
    github.forget_app();
    assert_eq!(ask(&app, &admins[0], DOCTOR).await, answers[0]);
    assert_eq!(asked(&github, ASKED), 1);
    app.stop().await.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_an_app_says_how_to_get_one() {
    run_test(async |app| {
        let admin = app.new_token(&["admin"], None).await;
        let found = ask(&app, &admin, DOCTOR).await;
        assert!(said(&found, "doubtful").contains("`bugscrub setup`, which makes an App"), "{found:#}");
        assert!(said(&found, "good").contains("The database can be reached"), "{found:#}");
        let asked = app.request_as(&admin, Method::GET, &format!("{DOCTOR}?depth=1"));
        let (status, refused) = problem(asked.send().await.unwrap()).await;
        assert_eq!((status, &refused["parameter"]), (400, &json!("depth")));
        app
    })
    .await;
}

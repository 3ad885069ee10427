//! What is taken back: a note of a place that a reader does not see, and a mark of an imported scrub.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, opened, rebuilds_the_same};
use crate::support::payload::{issue, issues, repository};
use crate::support::{TestApp, run_test};

/// Transfers issue 1 of the private `vault` (repository 2) to number 7 of `widgets` (1).
async fn transfer(app: &TestApp, vault: &Value) {
    let at = "2026-11-20T00:00:00Z";
    let (old, new) = (issue(1, "2026-07-01T00:00:00Z", at), issue(7, "2026-07-01T00:00:00Z", at));
    let mut gone = issues("transferred", &old, vault);
    gone["changes"] = json!({"new_issue": new, "new_repository": repository(1, "widgets")});
    let mut came = issues("opened", &new, &repository(1, "widgets"));
    came["changes"] = json!({"old_issue": old, "old_repository": vault});
    app.deliver("issues", &came).await;
    app.deliver("issues", &gone).await;
}

/// Whoever sees where an item came from may empty the note that it brought. To others there was never one: neither its
/// emptying nor anything before shows, and the next note is the first.
#[tokio::test(flavor = "multi_thread")]
async fn emptying_a_note_that_a_reader_never_saw_does_not_show() {
    run_test(async |app| {
        let mut vault = repository(2, "vault");
        vault["private"] = json!(true);
        let at = "2026-07-01T00:00:00Z";
        app.deliver("issues", &issues("opened", &issue(1, at, at), &vault)).await;
        let insider = Host::new(&app).await;
        let outsider = Host { app: &app, token: app.new_token(&["read", "scrub"], None).await };
        let (there, here) = ("/api/v1/items/acme/vault/1/note", "/api/v1/items/acme/widgets/7");
        insider.send(Method::PUT, there, json!({"comment": "secret"})).await;
        transfer(&app, &vault).await;
        let noted = async |host: &Host<'_>| {
            let note = host.get(&format!("{here}/note")).await;
            let events = host.get(here).await["history"].as_array().unwrap().clone();
            let told = events.iter().filter(|event| event["kind"] == "noted").count();
            (note["note"]["comment"].clone(), note["history"].as_array().unwrap().len(), told)
        };
        assert_eq!(noted(&insider).await, (json!("secret"), 0, 0));
        assert_eq!(noted(&outsider).await, (json!(null), 0, 0));
        let put = async |host: &Host<'_>, comment: &str| {
            let request = app.client.put(app.url(&format!("{here}/note"))).bearer_auth(&host.token);
            let sent = request.header("if-match", "*").json(&json!({"comment": comment})).send().await.unwrap();
            assert_eq!(sent.status(), 200);
        };
        put(&insider, "").await;
        assert_eq!(noted(&insider).await, (json!(null), 1, 1));
        assert_eq!(noted(&outsider).await, (json!(null), 0, 0));
        put(&outsider, "public").await;
        assert_eq!(noted(&outsider).await, (json!("public"), 0, 1));
        assert_eq!(noted(&insider).await, (json!("public"), 2, 2));
        // What a reader has seen, they see emptied.
        put(&insider, "").await;
        assert_eq!(noted(&outsider).await, (json!(null), 1, 2));
        rebuilds_the_same(&app).await;
        app
    })
    .await;
}

/// A deck that holds only what was read keeps a row whose mark was taken back, in a rebuild too, which folds the reading
/// and its end at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_mark_of_an_imported_scrub_is_taken_back_in_a_rebuild_as_it_was() {
    run_test(async |app| {
        opened(&app, 1, "2026-07-01").await;
        opened(&app, 2, "2026-07-02").await;
        let host = Host::new(&app).await;
        let sheet = "Repository,Type,#,Recommend Action,Read yet?,Comment\n\
            acme/widgets,Issue,1,close,x,\nacme/widgets,Issue,2,,x,\n";
        host.take_in(sheet.into(), "scrub=3&by=ada").await;
        let imported = json!({"number": 3});
        let before = host.deck(&imported).await;
        assert_eq!(before.len(), 2, "{before:?}");
        let (status, _) = host.send(Method::DELETE, "/api/v1/items/acme/widgets/1/read", json!({})).await;
        assert_eq!(status, 200);
        let taken_back = host.deck(&imported).await;
        assert_ne!(taken_back, before);
        rebuilds_the_same(&app).await;
        assert_eq!(host.deck(&imported).await, taken_back);
        app
    })
    .await;
}

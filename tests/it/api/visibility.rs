//! What may no longer be seen leaves every answer at once, and returns when it may be seen again.

use serde_json::{Value, json};

use super::{get, installation, listed, open, places, refused};
use crate::support::payload::{ACCOUNT, issue, issues, repository, user};
use crate::support::{TestApp, run_test};

const ACME: (i64, &str) = (ACCOUNT, "acme");

async fn tell(app: &TestApp, event: &str, action: &str, what: &[(&str, Value)]) {
    let mut payload = json!({"action": action, "sender": user("octocat"), "installation": {"id": 1}});
    for (name, value) in what {
        payload[*name] = value.clone();
    }
    assert_ne!(app.deliver(event, &payload).await["events"], 0, "{event} {action}");
}

/// What `token` sees: nothing, too, if it does not see the account.
async fn seen(app: &TestApp, token: &str) -> Vec<String> {
    let answer = app.client.get(app.url("/api/v1/queue?account=acme")).bearer_auth(token).send().await.unwrap();
    if answer.status() == 404 {
        let accounts = get(app, token, "/api/v1/accounts").await;
        assert_eq!(accounts, json!({"accounts": []}));
        return vec![];
    }
    let answer = get(app, token, "/api/v1/queue?account=acme").await;
    assert_eq!(answer["total"], answer["items"].as_array().unwrap().len());
    places(&answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_becomes_private_is_hidden_until_it_is_public_again() {
    run_test(async |app| {
        let (mut widgets, gadgets) = (repository(1, "widgets"), repository(2, "gadgets"));
        open(&app, 1, &widgets).await;
        open(&app, 2, &gadgets).await;
        let public = app.new_token(&["read"], None).await;
        let both = ["acme/widgets#1", "acme/gadgets#2"];
        assert_eq!(seen(&app, &public).await, both);

        let page = get(&app, &public, "/api/v1/queue?order=freshest&limit=1").await;
        let was_public = widgets.clone();
        widgets["private"] = json!(true);
        tell(&app, "repository", "privatized", &[("repository", widgets.clone())]).await;
        assert_eq!(seen(&app, &public).await, ["acme/gadgets#2"]);
        assert_eq!(seen(&app, &app.token).await, both);
        let told = get(&app, &app.token, "/api/v1/queue").await;
        let visibilities = [&told["items"][0]["visibility"], &told["items"][1]["visibility"]];
        assert_eq!(visibilities, [&json!("private"), &json!("public")]);
        let closed = get(&app, &app.token, "/api/v1/queue?as_of=1d").await;
        assert!(closed["items"].as_array().unwrap().iter().all(|item| item["visibility"].is_string()), "{closed}");
        let rest = get(&app, &public, page["next"].as_str().unwrap()).await;
        assert_eq!((&rest["items"], &rest["total"]), (&json!([]), &json!(1)));

        // A delivery that shows it as public does not open it again, whatever its time.
        for updated_at in ["2024-02-01T00:00:00Z", "2099-01-01T00:00:00Z"] {
            let late = issue(1, "2024-01-01T00:00:00Z", updated_at);
            app.deliver("issues", &issues("edited", &late, &was_public)).await;
            assert_eq!(seen(&app, &public).await, ["acme/gadgets#2"], "{updated_at}");
        }
        // Nor does one of a label or a milestone, which has no time and may be an old one that was sent again.
        let (label, milestone) = (json!({"id": 9, "name": "late"}), json!({"number": 3, "title": "late"}));
        for (event, of) in [("label", label), ("milestone", milestone)] {
            tell(&app, event, "created", &[(event, of), ("repository", was_public.clone())]).await;
            assert_eq!(seen(&app, &public).await, ["acme/gadgets#2"], "{event}");
        }

        tell(&app, "repository", "publicized", &[("repository", was_public)]).await;
        assert_eq!(seen(&app, &public).await.len(), 2);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_removed_from_the_installation_is_hidden_until_it_is_added_again() {
    run_test(async |app| {
        let (widgets, gadgets) = (repository(1, "widgets"), repository(2, "gadgets"));
        open(&app, 1, &widgets).await;
        open(&app, 2, &gadgets).await;
        let change = async |action: &str, added: &[&Value], removed: &[&Value]| {
            let account = json!({"id": ACCOUNT, "login": "acme", "type": "Organization"});
            let what = [
                ("installation", json!({"id": 1, "account": account, "repository_selection": "selected"})),
                ("repository_selection", json!("selected")),
                ("repositories_added", listed(added)),
                ("repositories_removed", listed(removed)),
            ];
            tell(&app, "installation_repositories", action, &what).await;
        };
        let admin = app.new_token(&["admin"], None).await;
        change("removed", &[], &[&widgets]).await;
        assert_eq!(seen(&app, &admin).await, ["acme/gadgets#2"]);
        // Deliveries that GitHub still sends, or sent before, do not show it again.
        open(&app, 3, &widgets).await;
        assert_eq!(seen(&app, &admin).await, ["acme/gadgets#2"]);
        change("added", &[&widgets], &[]).await;
        assert_eq!(seen(&app, &admin).await, ["acme/widgets#1", "acme/gadgets#2", "acme/widgets#3"]);
        change("removed", &[], &[&widgets, &gadgets]).await;
        assert_eq!(seen(&app, &admin).await, [""; 0]);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_or_removed_installation_hides_the_account() {
    run_test(async |app| {
        let (widgets, gadgets) = (repository(1, "widgets"), repository(2, "gadgets"));
        open(&app, 1, &widgets).await;
        open(&app, 2, &gadgets).await;
        let admin = app.new_token(&["admin"], None).await;
        let both = ["acme/widgets#1", "acme/gadgets#2"];
        let page = get(&app, &admin, "/api/v1/queue?limit=1").await;
        let next = page["next"].as_str().unwrap();
        for (hides, shows) in [("suspend", "unsuspend"), ("deleted", "created"), ("suspend", "created")] {
            installation(&app, hides, ACME, "all", &[]).await;
            assert_eq!(seen(&app, &admin).await, [""; 0], "{hides}");
            assert_eq!(refused(&app, &admin, next).await.0, 404, "{hides}");
            assert_eq!(refused(&app, &admin, "/api/v1/queue").await.0, 404, "{hides}");
            // A delivery that was on its way does not show the account again.
            let late = issue(1, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z");
            app.deliver("issues", &issues("edited", &late, &widgets)).await;
            assert_eq!(seen(&app, &admin).await, [""; 0], "{hides}");
            installation(&app, shows, ACME, "all", &[&widgets, &gadgets]).await;
            assert_eq!(seen(&app, &admin).await, both, "{shows}");
        }
        // A new installation on chosen repositories shows those.
        installation(&app, "deleted", ACME, "all", &[]).await;
        installation(&app, "created", ACME, "selected", &[&gadgets]).await;
        assert_eq!(seen(&app, &admin).await, ["acme/gadgets#2"]);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn renames_show_everywhere_and_deleted_things_nowhere() {
    run_test(async |app| {
        let mut widgets = repository(1, "widgets");
        for number in 1..=2 {
            let mut told = issue(number, "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z");
            told["labels"] = json!([{"id": 5, "name": "bug"}, {"id": 6, "name": "help wanted"}]);
            told["milestone"] = json!({"number": 3, "title": "v1"});
            app.deliver("issues", &issues("opened", &told, &widgets)).await;
        }
        let of_all = async |field: &str| -> Vec<Value> {
            let answer = app.json("/api/v1/queue").await;
            answer["items"].as_array().unwrap().iter().map(|item| item[field].clone()).collect()
        };
        assert_eq!(of_all("labels").await, [json!(["bug", "help wanted"]), json!(["bug", "help wanted"])]);

        let label = |name: &str| ("label", json!({"id": 5, "name": name}));
        tell(&app, "label", "edited", &[label("defect"), ("repository", widgets.clone())]).await;
        assert_eq!(of_all("labels").await, [json!(["defect", "help wanted"]), json!(["defect", "help wanted"])]);
        assert_eq!(app.json("/api/v1/queue?label=DEFECT").await["total"], 2);
        assert_eq!(app.json("/api/v1/queue?label=bug").await["total"], 0);
        assert_eq!(app.json("/api/v1/queue?label=-bug").await["total"], 2);

        tell(&app, "label", "deleted", &[label("defect"), ("repository", widgets.clone())]).await;
        assert_eq!(of_all("labels").await, [json!(["help wanted"]), json!(["help wanted"])]);
        assert_eq!(app.json("/api/v1/queue?label=defect").await["total"], 0);
        assert_eq!(app.json("/api/v1/queue?label=-defect").await["total"], 2);

        let milestone = |title: &str| ("milestone", json!({"number": 3, "title": title}));
        tell(&app, "milestone", "edited", &[milestone("v2"), ("repository", widgets.clone())]).await;
        assert_eq!(of_all("milestone").await, ["v2", "v2"]);
        tell(&app, "milestone", "deleted", &[milestone("v2"), ("repository", widgets.clone())]).await;
        assert_eq!(of_all("milestone").await, [Value::Null, Value::Null]);

        for (field, name) in
            [("name", "gizmos"), ("full_name", "acme/gizmos"), ("html_url", "https://github.com/acme/gizmos")]
        {
            widgets[field] = json!(name);
        }
        tell(&app, "repository", "renamed", &[("repository", widgets.clone())]).await;
        assert_eq!(of_all("repository").await, ["acme/gizmos", "acme/gizmos"]);
        assert_eq!(of_all("url").await[0], "https://github.com/acme/gizmos/issues/1");
        assert_eq!(app.json("/api/v1/queue?repo=gizmos&repo=acme/gizmos").await["total"], 2);
        assert_eq!(app.json("/api/v1/queue?repo=widgets").await["total"], 0);

        let doomed = issue(1, "2024-01-01T00:00:00Z", "2024-01-03T00:00:00Z");
        app.deliver("issues", &issues("deleted", &doomed, &widgets)).await;
        assert_eq!(places(&app.json("/api/v1/queue").await), ["acme/gizmos#2"]);
        for state in ["open", "closed", "answered", "-answered"] {
            let answer = app.json(&format!("/api/v1/queue?state={state}")).await;
            assert!(!places(&answer).contains(&"acme/gizmos#1".to_owned()), "{state}");
        }
        // Deletion is final, whatever comes later.
        app.deliver("issues", &issues("reopened", &issue(1, "2024-01-01T00:00:00Z", "2024-01-04T00:00:00Z"), &widgets))
            .await;
        assert_eq!(places(&app.json("/api/v1/queue").await), ["acme/gizmos#2"]);

        tell(&app, "repository", "deleted", &[("repository", widgets)]).await;
        assert_eq!(seen(&app, &app.token).await, [""; 0]);
        app
    })
    .await;
}

//! Items whose titles are like another's.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::payload::{issue, issues, repository};
use crate::support::{TestApp, run_test};

/// Delivers an issue with a title.
async fn titled(app: &TestApp, repo: &Value, number: i64, title: &str, state: &str) {
    let mut shown = issue(number, "2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z");
    shown["title"] = json!(title);
    shown["state"] = json!(state);
    if state == "closed" {
        shown["closed_at"] = json!("2026-07-02T00:00:00Z");
    }
    app.deliver("issues", &issues(if state == "closed" { "closed" } else { "opened" }, &shown, repo)).await;
}

fn secret() -> Value {
    let mut secret = repository(2, "secret");
    secret["private"] = json!(true);
    secret
}

async fn similar(app: &TestApp, token: &str, path: &str) -> Value {
    let answer = app.request_as(token, Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

fn found(answer: &Value) -> Vec<(&str, i64, &str)> {
    let items = answer["items"].as_array().unwrap().iter();
    let told = |item: &'_ Value| item["number"].as_i64().unwrap();
    items.map(|item| (item["repository"].as_str().unwrap(), told(item), item["state"].as_str().unwrap())).collect()
}

const ONE: &str = "/api/v1/items/acme/widgets/1/similar";

#[tokio::test(flavor = "multi_thread")]
async fn alike_titles_are_found_open_and_closed_the_most_alike_first() {
    run_test(async |app| {
        let (widgets, gears) = (repository(1, "widgets"), repository(3, "gears"));
        titled(&app, &widgets, 1, "Reconciler panics on a missing ConfigMap", "open").await;
        titled(&app, &widgets, 2, "reconciler PANICS on missing configmap", "closed").await;
        titled(&app, &gears, 7, "Reconciler panics when the Secret is missing", "open").await;
        titled(&app, &gears, 8, "Spelling mistake in the guide", "open").await;
        titled(&app, &widgets, 3, "Größenänderung schlägt fehl", "open").await;
        titled(&app, &gears, 9, "GRÖSSENÄNDERUNG schlägt immer fehl", "closed").await;
        let token = app.new_token(&["read"], None).await;
        let answer = similar(&app, &token, ONE).await;
        assert_eq!(found(&answer), [("acme/widgets", 2, "closed"), ("acme/gears", 7, "open")], "{answer:#}");
        let scores: Vec<f64> =
            answer["items"].as_array().unwrap().iter().map(|item| item["score"].as_f64().unwrap()).collect();
        assert!(scores[0] > scores[1] && scores[0] > 0.8 && scores[1] >= 0.3, "{scores:?}");
        assert_eq!(answer["items"][0]["closed_at"], "2026-07-02T00:00:00Z");
        let one = similar(&app, &token, &format!("{ONE}?limit=1")).await;
        assert_eq!(found(&one), [("acme/widgets", 2, "closed")]);
        let other = similar(&app, &token, "/api/v1/items/acme/widgets/3/similar").await;
        assert_eq!(found(&other), [("acme/gears", 9, "closed")], "{other:#}");
        // A new title is looked at, and the old one no more.
        titled(&app, &gears, 7, "Another thing entirely", "open").await;
        for (wrong, status) in [("limit=0", 400), ("limit=51", 400), ("state=open", 400)] {
            let answer = app.request_as(&token, Method::GET, &format!("{ONE}?{wrong}")).send().await.unwrap();
            assert_eq!(answer.status(), status, "{wrong}");
        }
        let missing =
            app.request_as(&token, Method::GET, "/api/v1/items/acme/widgets/99/similar").send().await.unwrap();
        assert_eq!(missing.status(), 404);
        app
    })
    .await;
}

/// Adds rows that are not in the log: as many as an organization has that uses templates.
async fn add(app: &TestApp, repo_id: i64, from: i64, to: i64, title: &str) {
    let add = format!(
        "INSERT INTO items (account_id, generation, repo_id, number, type, state, title, title_folded, author, created_at,
                            updated_at, labels, assignees, draft, live, tied, folded, assignee_ids, assignees_without_id)
         SELECT account_id, generation, {repo_id}, g, type, CASE WHEN g % 2 = 0 THEN 'open' ELSE 'closed' END,
                {title}, lower({title}), author, created_at, updated_at, labels, assignees, draft, live, tied, folded,
                assignee_ids, assignees_without_id
         FROM items, generate_series({from}, {to}) AS g WHERE repo_id = 1 AND number = 1"
    );
    sqlx::query(sqlx::AssertSqlSafe(add)).execute(&app.database.pool).await.unwrap();
}

/// Where all titles begin alike, a rare word finds its like, and common ones are not looked for. What is hidden counts
/// for nothing: neither does it show, nor does it take a place, nor make a word common.
#[tokio::test(flavor = "multi_thread")]
async fn common_words_and_what_is_hidden_change_nothing() {
    run_test(async |app| {
        let (widgets, gears) = (repository(1, "widgets"), repository(3, "gears"));
        titled(&app, &widgets, 1, "Bump zanzibar from 1.2.3 to 1.2.4", "open").await;
        titled(&app, &gears, 1, "Bump zanzibar from 1.2.2 to 1.2.3", "open").await;
        titled(&app, &secret(), 1, "Bump zanzibar from 1.2.3 to 1.2.4", "open").await;
        let public = app.new_token(&["read"], None).await;
        // Older ones than the newest that are compared one by one.
        add(&app, 3, 2, 1_500, "'Bump helm from ' || g || ' to ' || g + 1").await;
        add(&app, 1, 2, 2_500, "'Bump kustomize from ' || g || ' to ' || g + 1").await;
        let before = similar(&app, &public, &format!("{ONE}?limit=3")).await;
        assert_eq!(found(&before)[0], ("acme/gears", 1, "open"), "{before:#}");
        // Now `zanzibar` is common, and in all first places, for those who see what is hidden.
        add(&app, 2, 2, 3_000, "'Bump zanzibar from 1.2.3 to 1.2.4'").await;
        let after = similar(&app, &public, &format!("{ONE}?limit=3")).await;
        assert_eq!(after, before);
        let insider = app.new_token(&["read", "private"], None).await;
        let all = similar(&app, &insider, &format!("{ONE}?limit=3")).await;
        assert!(found(&all).iter().all(|(repository, ..)| *repository == "acme/secret"), "{all:#}");
        assert_eq!(all["items"][0]["score"], 1.0);
        app
    })
    .await;
}

//! Scrubs through the API: rounds, decks, marks, notes and minutes.

mod arrivals;
mod calendar;
mod chosen;
mod crowd;
mod dealt;
mod dividing;
mod edited;
mod ends;
mod following;
mod hidden;
mod hour;
mod inherited;
mod meeting;
mod notes;
mod replicas;
mod returning;
mod room;
mod rounds;
mod schedule;
mod sheets;
mod wrong;
mod year;

use bugscrub::activity::Bots;
use bugscrub::store::{accounts, rebuild};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::payload::{issue, issues, repository, user};

/// Somebody who hosts scrubs, with their own token.
pub struct Host<'a> {
    pub app: &'a TestApp,
    pub token: String,
}

impl<'a> Host<'a> {
    pub async fn new(app: &'a TestApp) -> Self {
        Self { app, token: app.new_token(&["read", "scrub", "private"], None).await }
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = self.app.request_as(&self.token, method, path).json(&body);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
    }

    pub async fn get(&self, path: &str) -> Value {
        self.app.caught_up().await;
        let response = self.app.request_as(&self.token, Method::GET, path).send().await.unwrap();
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub async fn text(&self, path: &str) -> String {
        let response = self.app.request_as(&self.token, Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    }

    /// Opens a scrub over a view.
    pub async fn open(&self, view: &str) -> Value {
        let (status, scrub) = self.send(Method::POST, "/api/v1/scrubs", json!({"view": view, "host": "ada"})).await;
        assert_eq!(status, 201, "{scrub}");
        scrub
    }

    pub async fn advance(&self, scrub: &Value, place: i64, skip: bool) -> (u16, Value) {
        let path = format!("/api/v1/scrubs/{}/advance", scrub["number"]);
        self.send(Method::POST, &path, json!({"place": place, "skip": skip})).await
    }

    pub async fn close(&self, scrub: &Value) -> Value {
        let (status, closed) =
            self.send(Method::POST, &format!("/api/v1/scrubs/{}/close", scrub["number"]), json!({})).await;
        assert_eq!(status, 200, "{closed}");
        closed
    }

    /// Imports a sheet. Returns the answer.
    pub async fn take_in(&self, bytes: Vec<u8>, query: &str) -> Value {
        let path = self.app.url(&format!("/api/v1/sheets?{query}"));
        let response = self.app.client.post(path).bearer_auth(&self.token).body(bytes).send().await.unwrap();
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    pub async fn deck(&self, scrub: &Value) -> Vec<Value> {
        let deck = self.get(&format!("/api/v1/scrubs/{}/deck?limit=1000", scrub["number"])).await;
        deck["rows"].as_array().unwrap().clone()
    }

    /// Writes a note over whatever note there is.
    pub async fn note(&self, number: i64, action: &str) {
        let path = self.app.url(&format!("/api/v1/items/acme/widgets/{number}/note"));
        let request = self.app.client.put(path).bearer_auth(&self.token).header("if-match", "*");
        let response = request.json(&json!({"recommended_action": action, "by": "ada"})).send().await.unwrap();
        assert_eq!(response.status(), 200);
    }
}

/// Delivers the opening of an issue of `acme/widgets` on this date.
pub async fn opened(app: &TestApp, number: i64, date: &str) {
    let at = format!("{date}T00:00:00Z");
    app.deliver("issues", &issues("opened", &issue(number, &at, &at), &repository(1, "widgets"))).await;
}

/// Delivers somebody's action on an issue of `acme/widgets`.
pub async fn acted(app: &TestApp, action: &str, number: i64, created: &str, at: &str, by: &str, state: &str) {
    let mut item = issue(number, &format!("{created}T00:00:00Z"), at);
    item["state"] = json!(state);
    if state == "closed" {
        item["closed_at"] = json!(at);
    }
    let mut payload = issues(action, &item, &repository(1, "widgets"));
    payload["sender"] = user(by);
    if action == "labeled" {
        payload["label"] = json!({"id": 5, "name": "bug"});
        payload["issue"]["labels"] = json!([payload["label"].clone()]);
    }
    app.deliver("issues", &payload).await;
}

/// Panics unless the projections equal the fold of the log; then rebuilds them.
pub async fn rebuilds_the_same(app: &TestApp) {
    let pool = &app.database.pool;
    for account_id in accounts::all_ids(pool).await.unwrap() {
        let (_, differences) = rebuild::check(pool, account_id, &Bots::default()).await.unwrap();
        assert_eq!(differences, Vec::<String>::new());
        rebuild::rebuild(pool, account_id, &Bots::default()).await.unwrap();
    }
    app.caught_up().await;
}

fn numbers(rows: &[Value]) -> Vec<i64> {
    rows.iter().map(|row| row["number"].as_i64().unwrap()).collect()
}

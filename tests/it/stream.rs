//! Following the queue by server-sent events.

mod manners;
mod tickets;

use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::problem;
use crate::support::payload::{issue, issues, repository};
use crate::support::wait::in_time;
use crate::support::{TestApp, run_test};

/// A received event.
#[derive(Debug)]
pub struct Event {
    pub name: String,
    pub id: Option<String>,
    pub data: Value,
}

pub struct Following {
    bytes: futures_util::stream::BoxStream<'static, reqwest::Result<axum::body::Bytes>>,
    text: String,
    /// What the stream begins with.
    opening: String,
}

impl Following {
    /// Follows what `query` selects, after the event `last`.
    async fn start(app: &TestApp, query: &str, last: Option<&str>) -> Self {
        let mut request = app.request(Method::GET, &format!("/api/v1/stream?{query}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        Self::sent(app, request).await
    }

    /// Follows by a request as it is.
    pub async fn sent(app: &TestApp, request: reqwest::RequestBuilder) -> Self {
        app.caught_up().await;
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        if status != 200 {
            panic!("{status}: {}", answer.text().await.unwrap());
        }
        assert_eq!(headers["content-type"], "text/event-stream");
        let mut following = Self { bytes: answer.bytes_stream().boxed(), text: String::new(), opening: String::new() };
        following.opening = following.block().await.unwrap();
        following
    }

    /// What comes before the next empty line; `None` at the end of the stream.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let more = in_time("an event comes", self.bytes.next()).await?;
            self.text.push_str(std::str::from_utf8(&more.unwrap()).unwrap());
        }
    }

    /// The next event; `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            // Others are heartbeats.
            if let Some(name) = field("event:") {
                let data = serde_json::from_str(field("data:").unwrap()).unwrap();
                return Some(Event { name: name.to_owned(), id: field("id:").map(str::to_owned), data });
            }
        }
    }

    pub async fn item(&mut self) -> Event {
        let event = self.next().await.unwrap();
        assert_eq!(event.name, "item", "{event:?}");
        event
    }

    /// Expects the last event, and the end of the stream after it. Answers its reason and id.
    pub async fn end(&mut self) -> (String, Option<String>) {
        let event = self.next().await.unwrap();
        assert_eq!(event.name, "end", "{event:?}");
        assert!(self.next().await.is_none());
        (event.data["reason"].as_str().unwrap().to_owned(), event.id)
    }
}

async fn tell(app: &TestApp, action: &str, number: i64, updated: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut item = issue(number, "2026-01-01T00:00:00Z", updated);
    change(&mut item);
    let receipt = app.deliver("issues", &issues(action, &item, &repository(1, "widgets"))).await;
    receipt["position"].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_tells_what_changes_in_the_queue() {
    run_test(async |app| {
        tell(&app, "opened", 1, "2026-01-01T00:00:00Z", |_| {}).await;
        let mut all = Following::start(&app, "", None).await;
        let mut bugs = Following::start(&app, "label=bug", None).await;

        let position = tell(&app, "opened", 2, "2026-01-02T00:00:00Z", |_| {}).await;
        let event = all.item().await;
        assert_eq!(event.id.as_deref(), Some(position.as_str()));
        assert_eq!((&event.data["repository"], &event.data["number"]), (&json!("acme/widgets"), &json!(2)));
        let row = &app.json("/api/v1/queue").await["items"][1];
        assert_eq!(&event.data["item"], row);
        // The other stream does not select the item.
        assert_eq!(bugs.item().await.data, json!({"repository": "acme/widgets", "number": 2, "item": null}));

        tell(&app, "edited", 2, "2026-01-03T00:00:00Z", |item| item["labels"] = json!([{"id": 1, "name": "bug"}]))
            .await;
        assert_eq!(bugs.item().await.data["item"]["labels"], json!(["bug"]));
        assert_eq!(all.item().await.data["item"]["labels"], json!(["bug"]));

        tell(&app, "closed", 2, "2026-01-04T00:00:00Z", |item| item["state"] = json!("closed")).await;
        assert_eq!(all.item().await.data["item"], Value::Null);
        assert_eq!(bugs.item().await.data["item"], Value::Null);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_returns_is_told_what_it_missed() {
    run_test(async |app| {
        let first = tell(&app, "opened", 1, "2026-01-01T00:00:00Z", |_| {}).await;
        for number in 2..=5 {
            tell(&app, "opened", number, "2026-01-01T00:00:00Z", |_| {}).await;
        }
        let last = tell(&app, "edited", 2, "2026-01-02T00:00:00Z", |item| item["title"] = json!("New")).await;
        let mut following = Following::start(&app, "", Some(&first)).await;
        let mut told = vec![];
        let id = loop {
            let event = following.item().await;
            told.push((event.data["number"].as_i64().unwrap(), event.data["item"]["title"].clone()));
            if let Some(id) = event.id {
                break id;
            }
        };
        told.sort_by_key(|(number, _)| *number);
        assert_eq!(told, [(2, json!("New")), (3, json!("Issue 3")), (4, json!("Issue 4")), (5, json!("Issue 5"))]);
        assert_eq!(id, last);
        // A reader that is ahead of the log, or too far behind, must begin anew.
        let mut ahead = Following::start(&app, "", Some("100")).await;
        tell(&app, "opened", 6, "2026-01-01T00:00:00Z", |_| {}).await;
        assert_eq!(following.item().await.data["number"], 6);
        sqlx::query("UPDATE accounts SET head_position = head_position + 20000")
            .execute(&app.database.pool)
            .await
            .unwrap();
        app.caught_up().await;
        for reader in [&mut following, &mut ahead] {
            let reset = reader.next().await.unwrap();
            assert_eq!((reset.name.as_str(), &reset.data["as_of"]), ("reset", &json!("2026-11-22")));
        }
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_tells_of_midnight_and_of_changes_of_visibility() {
    run_test(async |app| {
        tell(&app, "opened", 1, "2026-01-01T00:00:00Z", |_| {}).await;
        let mut following = Following::start(&app, "", None).await;
        app.clock.set("2026-11-23T00:00:01Z");
        let day = following.next().await.unwrap();
        assert_eq!((day.name.as_str(), &day.data), ("day", &json!({"as_of": "2026-11-23"})));

        let mut hidden = repository(1, "widgets");
        hidden["private"] = json!(true);
        let payload =
            json!({"action": "privatized", "repository": hidden, "sender": crate::support::payload::user("ada")});
        app.deliver("repository", &payload).await;
        assert_eq!(following.next().await.unwrap().name, "reset");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_never_mentions_private_repositories_to_those_who_may_not_see_them() {
    run_test(async |app| {
        let mut app = app;
        let mut secret = repository(2, "secret");
        secret["private"] = json!(true);
        let hidden = |number| issues("opened", &issue(number, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), &secret);
        tell(&app, "opened", 1, "2026-01-01T00:00:00Z", |_| {}).await;
        app.deliver("issues", &hidden(2)).await;
        app.token = app.new_token(&["read"], None).await;
        let mut following = Following::start(&app, "", None).await;
        app.deliver("issues", &hidden(3)).await;
        tell(&app, "opened", 4, "2026-01-01T00:00:00Z", |_| {}).await;
        assert_eq!(following.item().await.data["number"], 4);
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_when_the_service_stops() {
    run_test(async |app| {
        tell(&app, "opened", 1, "2026-01-01T00:00:00Z", |_| {}).await;
        let mut following = Following::start(&app, "", None).await;
        let database = app.stop().await;
        // The stream ended by itself: one that the service had cut off would end with an error.
        assert_eq!(following.end().await, ("stopping".to_owned(), Some("1".to_owned())));
        TestApp::start(crate::support::app::settings(), database).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_streams_are_refused() {
    run_test(async |app| {
        tell(&app, "opened", 1, "2026-01-01T00:00:00Z", |_| {}).await;
        for (query, parameter) in
            [("state=open", "state"), ("limit=5", "limit"), ("type=x", "type"), ("cursor=x", "cursor")]
        {
            let answer = app.request(Method::GET, &format!("/api/v1/stream?{query}")).send().await.unwrap();
            let (status, said) = problem(answer).await;
            assert_eq!((status, said["parameter"].as_str()), (400, Some(parameter)), "{query}");
        }
        for id in ["", "x", "-1", "1.5", "99999999999999999999"] {
            let request = app.request(Method::GET, "/api/v1/stream").header("last-event-id", id);
            let (status, said) = problem(request.send().await.unwrap()).await;
            assert_eq!((status, said["parameter"].as_str()), (400, Some("Last-Event-ID")), "{id}");
            let request = app.request(Method::GET, &format!("/api/v1/stream?last_event_id={id}"));
            let (status, said) = problem(request.send().await.unwrap()).await;
            assert_eq!((status, said["parameter"].as_str()), (400, Some("last_event_id")), "{id}");
        }
        app
    })
    .await;
}

/// GitHub tells of no renaming. It shows with one item, and is to be seen in all.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_asks_to_begin_anew_when_somebody_was_renamed() {
    run_test(async |app| {
        tell(&app, "opened", 1, "2026-01-01T00:00:00Z", |_| {}).await;
        let mut following = Following::start(&app, "", None).await;
        tell(&app, "opened", 2, "2026-01-02T00:00:00Z", |issue| {
            issue["user"] = crate::support::payload::user("octocat--hubber");
        })
        .await;
        assert_eq!(following.next().await.unwrap().name, "reset");
        assert_eq!(app.json("/api/v1/items/acme/widgets/1").await["author"], "octocat--hubber");
        tell(&app, "edited", 2, "2026-01-03T00:00:00Z", |issue| {
            issue["user"] = crate::support::payload::user("octocat--hubber");
        })
        .await;
        assert_eq!(following.item().await.data["number"], 2);
        app
    })
    .await;
}

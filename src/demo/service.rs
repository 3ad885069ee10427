//! The part of the service's API that the demo uses.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method, RequestBuilder, Url};
use serde_json::Value;
use tokio::time::sleep;

use super::error::DemoError;
use super::show::ActivityLine;
use crate::deliver::{DeliverError, client};

/// How often an answer that is behind is asked for again, and the time in between.
const TRIES: u32 = 50;
const BETWEEN: Duration = Duration::from_millis(100);

/// A running service.
pub struct Service {
    client: Client,
    queue: Url,
    token: String,
}

impl Service {
    /// The service at an address such as `http://127.0.0.1:8080`, asked with a token.
    ///
    /// # Errors
    ///
    /// If that is no address.
    pub fn new(base_url: &str, token: &str) -> Result<Self, DeliverError> {
        let url = format!("{base_url}/api/v1/queue");
        let queue = Url::parse(&url).map_err(|error| DeliverError::Url { url, fault: error.to_string() })?;
        Ok(Self { client: client(&queue, 1)?, queue, token: token.to_owned() })
    }

    /// The first page of the queue, once it includes this position.
    pub(super) async fn top(&self, limit: u32, position: Option<u64>) -> Result<Value, DemoError> {
        let mut url = self.queue.clone();
        url.query_pairs_mut().append_pair("limit", &limit.to_string());
        self.page(url, position).await
    }

    /// The item's rank, once the queue includes this position; `None` if it is not in the queue.
    pub(super) async fn rank(&self, activity: &ActivityLine, position: Option<u64>) -> Result<Option<u64>, DemoError> {
        let mut url = self.queue.clone();
        // The items that one person opened in one repository fit one page.
        url.query_pairs_mut()
            .append_pair("repo", &activity.repository)
            .append_pair("type", activity.item_type)
            .append_pair("author", &activity.author)
            .append_pair("limit", "500");
        let page = self.page(url, position).await?;
        let items = page["items"].as_array().into_iter().flatten();
        Ok(items.filter(|item| item["number"] == activity.number).find_map(|item| item["rank"].as_u64()))
    }

    /// A page that includes this position, or the last one if none does in time.
    async fn page(&self, url: Url, position: Option<u64>) -> Result<Value, DemoError> {
        let mut tries = 0;
        loop {
            let page = self.get(url.clone()).await?;
            tries += 1;
            let behind = page["position"].as_u64() < position;
            if !behind || tries == TRIES {
                return Ok(page);
            }
            sleep(BETWEEN).await;
        }
    }

    async fn get(&self, url: Url) -> Result<Value, DemoError> {
        self.answer(self.client.get(url)).await
    }

    /// What is at a path below `/api/v1/`.
    pub(super) async fn show(&self, path: &str) -> Result<Value, DemoError> {
        self.get(self.below(path)).await
    }

    /// Does something at a path below `/api/v1/`.
    pub(super) async fn act(&self, method: Method, path: &str, body: Value) -> Result<Value, DemoError> {
        let request = self.client.request(method, self.below(path));
        self.answer(request.header(CONTENT_TYPE, "application/json").body(body.to_string())).await
    }

    /// An address beside the queue's.
    fn below(&self, path: &str) -> Url {
        let mut url = self.queue.clone();
        url.set_path(&self.queue.path().replace("queue", path));
        url
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Value, DemoError> {
        let response = request.bearer_auth(&self.token).send().await.map_err(DemoError::Unreachable)?;
        let status = response.status();
        let body = response.bytes().await.map_err(DemoError::Unreachable)?;
        let answer = |text: String| DemoError::Answer { status: status.as_u16(), text };
        if !status.is_success() {
            return Err(answer(String::from_utf8_lossy(&body).into_owned()));
        }
        serde_json::from_slice(&body).map_err(|error| answer(error.to_string()))
    }
}

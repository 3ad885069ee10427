//! A chat's incoming webhook that keeps what it is told, and fails in chosen ways.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bugscrub::chat::{ChatAddress, ChatFormat, ChatSettings};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What of its address nobody may see.
pub const SECRET_PATH: &str = "T0SECRET/B0SECRET/xoxSECRET";

/// How the chat takes a message.
#[derive(Clone, Copy, Debug)]
pub enum Taking {
    /// It takes the message, and answers with a status and a line of the head.
    Answers(u16, &'static str),
    /// It takes the message, and says nothing.
    HangsUp,
}

/// A chat.
pub struct FakeChat {
    address: String,
    state: Arc<Mutex<State>>,
    serving: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    /// How the next ones are taken; then all are taken well.
    next: VecDeque<Taking>,
    /// The target of each request, and its body.
    told: Vec<(String, Value)>,
}

impl FakeChat {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state: Arc<Mutex<State>> = Arc::default();
        let kept = state.clone();
        let serving = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(take(client, kept.clone()));
            }
        });
        Self { address, state, serving }
    }

    pub fn url(&self) -> String {
        format!("http://{}/services/{SECRET_PATH}", self.address)
    }

    /// The settings of a service that tells it.
    pub fn settings(&self, format: ChatFormat, private: bool) -> Option<ChatSettings> {
        let address = ChatAddress::new(&self.url(), Some(format)).unwrap();
        Some(ChatSettings { address, private, service: Some("https://scrub.test/below".to_owned()) })
    }

    /// How it takes the next messages.
    pub fn takes(&self, next: &[Taking]) {
        self.state.lock().unwrap().next = next.iter().copied().collect();
    }

    /// Takes no call any more.
    pub async fn stop(&self) {
        self.serving.abort();
        super::wait::until("it takes no call", async || self.serving.is_finished()).await;
    }

    /// The bodies of all requests so far.
    pub fn told(&self) -> Vec<Value> {
        self.state.lock().unwrap().told.iter().map(|(_, body)| body.clone()).collect()
    }

    /// Where they went.
    pub fn targets(&self) -> Vec<String> {
        self.state.lock().unwrap().told.iter().map(|(target, _)| target.clone()).collect()
    }

    /// The texts of all requests so far.
    pub fn texts(&self) -> Vec<String> {
        let text = |body: &Value| body["text"].as_str().or(body["content"].as_str()).unwrap().to_owned();
        self.told().iter().map(text).collect()
    }
}

impl Drop for FakeChat {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn take(mut client: TcpStream, state: Arc<Mutex<State>>) {
    let mut head = vec![];
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = client.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    let mut body = vec![0; length.unwrap().parse().unwrap()];
    if client.read_exact(&mut body).await.is_err() {
        return;
    }
    let target = head.split(' ').nth(1).unwrap().to_owned();
    let taking = {
        let mut state = state.lock().unwrap();
        state.told.push((target, serde_json::from_slice(&body).unwrap()));
        state.next.pop_front()
    };
    let answer = match taking {
        None => "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_owned(),
        Some(Taking::Answers(status, line)) => format!("HTTP/1.1 {status} Said\r\n{line}content-length: 0\r\n\r\n"),
        Some(Taking::HangsUp) => return,
    };
    let _ = client.write_all(answer.as_bytes()).await;
}

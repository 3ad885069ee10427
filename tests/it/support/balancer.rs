//! A small stand-in for what stands before the replicas in a cluster: it hands each request to the
//! next of the replicas that it knows, over connections that it keeps open, and repeats none. Whoever
//! runs the replicas tells it of them, as a cluster's endpoints would.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

use super::service::client;
use super::wait::until;

/// A replica, as the balancer knows it.
#[derive(Clone)]
struct Endpoint {
    address: SocketAddr,
    /// Keeps connections to it.
    client: reqwest::Client,
    /// Requests that were ever handed to it, and those of them that have had their answer.
    begun: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
}

#[derive(Clone, Default)]
struct Endpoints {
    known: Arc<Mutex<Vec<Endpoint>>>,
    turn: Arc<AtomicUsize>,
    /// Requests that a replica left without an answer.
    unanswered: Arc<AtomicUsize>,
}

/// A running balancer; it ends with the test's runtime.
pub struct Balancer {
    pub address: SocketAddr,
    endpoints: Endpoints,
}

impl Balancer {
    pub async fn start() -> Self {
        let endpoints = Endpoints::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(hand_on).with_state(endpoints.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, endpoints }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn add(&self, address: SocketAddr) {
        let endpoint = Endpoint { address, client: client(), begun: Arc::default(), ended: Arc::default() };
        self.endpoints.known.lock().unwrap().push(endpoint);
    }

    /// Hands no more requests to a replica.
    pub fn remove(&self, address: SocketAddr) {
        self.endpoints.known.lock().unwrap().retain(|known| known.address != address);
    }

    /// Waits until a replica has been handed so many more requests.
    pub async fn hands_on(&self, address: SocketAddr, more: usize) {
        let begun = self.endpoint(address).begun;
        let goal = begun.load(Ordering::SeqCst) + more;
        until("the replica is handed requests", async || begun.load(Ordering::SeqCst) >= goal).await;
    }

    /// Hands no more requests to a replica, and waits until it has answered those that it was handed.
    pub async fn remove_and_drain(&self, address: SocketAddr) {
        let Endpoint { begun, ended, .. } = self.endpoint(address);
        self.remove(address);
        let drained = async || begun.load(Ordering::SeqCst) == ended.load(Ordering::SeqCst);
        until("the replica has answered what it was handed", drained).await;
    }

    /// Waits until some request was left without an answer.
    pub async fn leaves_one_unanswered(&self) {
        let unanswered = &self.endpoints.unanswered;
        until("a request is left without an answer", async || unanswered.load(Ordering::SeqCst) > 0).await;
    }

    fn endpoint(&self, address: SocketAddr) -> Endpoint {
        let known = self.endpoints.known.lock().unwrap();
        known.iter().find(|known| known.address == address).expect("the balancer knows it").clone()
    }
}

async fn hand_on(State(endpoints): State<Endpoints>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else { return StatusCode::BAD_REQUEST.into_response() };
    let chosen = {
        let known = endpoints.known.lock().unwrap();
        let turn = endpoints.turn.fetch_add(1, Ordering::Relaxed);
        let chosen = known.get(turn % known.len().max(1)).cloned();
        // Under the lock, so that whoever removes an endpoint knows of all that it was handed.
        if let Some(chosen) = &chosen {
            chosen.begun.fetch_add(1, Ordering::SeqCst);
        }
        chosen
    };
    let Some(Endpoint { address, client, ended, .. }) = chosen else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let url = format!("http://{address}{}", head.uri);
    let asked = async {
        let answer = client.request(head.method, url).headers(head.headers).body(body).send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok::<_, reqwest::Error>((status, headers, answer.bytes().await?))
    };
    let answer = asked.await;
    ended.fetch_add(1, Ordering::SeqCst);
    match answer {
        Ok((status, headers, body)) => {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            response
        }
        Err(error) => {
            endpoints.unanswered.fetch_add(1, Ordering::SeqCst);
            (StatusCode::BAD_GATEWAY, format!("{error:?}")).into_response()
        }
    }
}

//! What stands before the replicas in a cluster, in the small: it hands each request to the next
//! of the addresses that it knows, over connections that it keeps, and repeats none. Whoever runs
//! the replicas tells it of them, as a cluster's endpoints would.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

#[derive(Clone, Default)]
struct Endpoints {
    /// An address, and the client that keeps connections to it.
    known: Arc<Mutex<Vec<(SocketAddr, reqwest::Client)>>>,
    turn: Arc<AtomicUsize>,
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
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        self.endpoints.known.lock().unwrap().push((address, client));
    }

    /// From now on no request is begun there.
    pub fn remove(&self, address: SocketAddr) {
        self.endpoints.known.lock().unwrap().retain(|(known, _)| *known != address);
    }
}

async fn hand_on(State(endpoints): State<Endpoints>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else { return StatusCode::BAD_REQUEST.into_response() };
    let chosen = {
        let known = endpoints.known.lock().unwrap();
        let turn = endpoints.turn.fetch_add(1, Ordering::Relaxed);
        known.get(turn % known.len().max(1)).cloned()
    };
    let Some((address, client)) = chosen else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let url = format!("http://{address}{}", head.uri);
    match client.request(head.method, url).headers(head.headers).body(body).send().await {
        Ok(answer) => {
            let (status, headers) = (answer.status(), answer.headers().clone());
            match answer.bytes().await {
                Ok(body) => {
                    let mut response = Response::new(Body::from(body));
                    *response.status_mut() = status;
                    *response.headers_mut() = headers;
                    response
                }
                Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
            }
        }
        Err(error) => (StatusCode::BAD_GATEWAY, format!("{error:?}")).into_response(),
    }
}

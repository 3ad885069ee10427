//! The HTTP server over real sockets: clients that stall or stay, and the shutdown. The routers are
//! the tests' own.

mod answers;
mod bodies;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::ConnectInfo;
use axum::routing::{get, post};
use bugscrub::http::serve::{ServeLimits, serve};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use self::bodies::{Intake, ROOMY, post_of};
use crate::support::service::client;
use crate::support::wait::{in_time, until};

/// A limit that a test is about.
const SHORT: Duration = Duration::from_millis(150);
/// A limit that no test reaches, however busy the machine.
const NEVER: Duration = Duration::from_secs(3_600);

/// Limits that no test reaches, unless it makes one short.
const PATIENT: ServeLimits = ServeLimits {
    connections: 300,
    patience: NEVER,
    head: NEVER,
    idle: NEVER,
    body: NEVER,
    write: NEVER,
    linger: NEVER,
    drain: NEVER,
};

struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    done: JoinHandle<()>,
}

async fn start(router: Router, limits: ServeLimits) -> Server {
    start_on(TcpListener::bind("127.0.0.1:0").await.unwrap(), router, limits)
}

fn start_on(listener: TcpListener, router: Router, limits: ServeLimits) -> Server {
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let done = tokio::spawn(serve(listener, router, limits, async {
        let _ = stopped.await;
    }));
    Server { address, stop, done }
}

impl Server {
    /// A connection on which `bytes` have been sent.
    async fn send(&self, bytes: impl AsRef<[u8]>) -> TcpStream {
        let mut client = TcpStream::connect(self.address).await.unwrap();
        client.write_all(bytes.as_ref()).await.unwrap();
        client
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// What the server sends until it closes the connection.
async fn rest(client: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    in_time("the server closes the connection", client.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8(answer).unwrap()
}

/// What the server sends up to and including `end`.
async fn up_to(client: &mut TcpStream, end: &str) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(end.as_bytes()) {
        answer.push(in_time("the answer comes", client.read_u8()).await.unwrap());
    }
    String::from_utf8(answer).unwrap()
}

/// Whether the server neither sends nor closes for `time`.
async fn silent(client: &mut TcpStream, time: Duration) -> bool {
    timeout(time, client.peek(&mut [0])).await.is_err()
}

fn hello() -> Router {
    Router::new().route("/", get(async || "hello"))
}

const GET: &str = "GET / HTTP/1.1\r\nhost: test\r\n\r\n";
const GET_AND_CLOSE: &str = "GET / HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";

async fn json_of(answer: reqwest::Response) -> Value {
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_client_that_never_finishes_its_head_is_cut_off() {
    let limits = ServeLimits { head: SHORT, ..PATIENT };
    let server = start(hello(), limits).await;
    for begun in ["", "GET / HTTP/1.1\r\nhost: te"] {
        let mut client = server.send(begun).await;
        assert_eq!(rest(&mut client).await, "", "after {begun:?}");
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let limits = ServeLimits { idle: SHORT, ..PATIENT };
    let server = start(hello(), limits).await;
    let mut client = server.send(GET).await;
    assert!(rest(&mut client).await.ends_with("hello"));
}

#[tokio::test]
async fn the_limit_for_the_first_head_does_not_apply_to_an_idle_connection() {
    let limits = ServeLimits { head: SHORT, ..PATIENT };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    // The whole head is in the socket before the server accepts, so that no pause can come in between.
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    client.write_all(GET.as_bytes()).await.unwrap();
    let _server = start_on(listener, hello(), limits);
    up_to(&mut client, "hello").await;
    assert!(silent(&mut client, 2 * SHORT).await);
    client.write_all(GET.as_bytes()).await.unwrap();
    up_to(&mut client, "hello").await;
}

#[tokio::test]
async fn a_stalled_body_is_cut_off_on_every_route() {
    let router = Router::new().route("/", post(async |body: Bytes| body));
    let limits = ServeLimits { body: SHORT, linger: SHORT, ..PATIENT };
    let server = start(router, limits).await;
    let half = "POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 10\r\n\r\nhalf";
    let mut client = server.send(half).await;
    let answer = rest(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_cut_off() {
    let router = hello().route("/large", get(async || vec![b'.'; 64 << 20]));
    let limits = ServeLimits { connections: 1, write: SHORT, ..PATIENT };
    let server = start(router, limits).await;
    let _unread = server.send(GET.replace("/ ", "/large ")).await;
    let mut next = server.send(GET_AND_CLOSE).await;
    assert!(rest(&mut next).await.ends_with("hello"));
}

#[tokio::test]
async fn a_hundred_stalled_connections_keep_nobody_waiting() {
    let server = start(hello(), PATIENT).await;
    let mut stalled = Vec::new();
    for number in 0..100 {
        stalled.push(server.send(&GET[..number % GET.len()]).await);
    }
    for _ in 0..100 {
        let mut client = server.send(GET_AND_CLOSE).await;
        assert!(rest(&mut client).await.ends_with("hello"));
    }
}

#[tokio::test]
async fn connections_beyond_the_cap_wait_until_one_ends() {
    let limits = ServeLimits { connections: 2, ..PATIENT };
    let server = start(hello(), limits).await;
    let taken = server.send("GET").await;
    let _also_taken = server.send("GET").await;
    let mut waiting = server.send(GET_AND_CLOSE).await;
    assert!(silent(&mut waiting, SHORT).await, "served beyond the cap");
    drop(taken);
    assert!(rest(&mut waiting).await.ends_with("hello"));
}

/// Clients that keep us waiting make room: for a head, for a body, and to read an answer.
#[tokio::test]
async fn a_client_that_keeps_us_waiting_makes_room_for_others() {
    let router = hello().route("/large", get(async || vec![b'.'; 64 << 20])).route("/post", post(async |_: Bytes| ""));
    let limits = ServeLimits { connections: 2, patience: SHORT, ..PATIENT };
    for stalled in [
        "GET / HT",
        "POST /post HTTP/1.1\r\nhost: test\r\ncontent-length: 10\r\n\r\nhalf",
        &GET.replace("/ ", "/large "),
    ] {
        let server = start(router.clone(), limits).await;
        let mut held = vec![];
        for _ in 0..6 {
            held.push(server.send(stalled).await);
        }
        let mut served = server.send(GET_AND_CLOSE).await;
        assert!(rest(&mut served).await.ends_with("hello"), "after {stalled:?}");
    }
}

/// A connection that is kept alive is closed last: a load balancer may be about to use it.
#[tokio::test]
async fn a_connection_without_a_request_makes_room_before_one_that_is_kept_alive() {
    let limits = ServeLimits { connections: 2, patience: SHORT, ..PATIENT };
    let server = start(hello(), limits).await;
    let mut kept = server.send(GET).await;
    up_to(&mut kept, "hello").await;
    let mut stalled = server.send("GET / HT").await;
    let mut served = server.send(GET_AND_CLOSE).await;
    assert!(rest(&mut served).await.ends_with("hello"));
    assert_eq!(rest(&mut stalled).await, "");
    kept.write_all(GET.as_bytes()).await.unwrap();
    up_to(&mut kept, "hello").await;
}

#[tokio::test]
async fn handlers_see_the_clients_address() {
    let peer = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string();
    let server = start(Router::new().route("/", get(peer)), PATIENT).await;
    let mut client = server.send(GET_AND_CLOSE).await;
    let address = client.local_addr().unwrap().to_string();
    assert!(rest(&mut client).await.ends_with(&address));
}

/// Runs itself again in a separate process, which may open only a few files.
#[tokio::test]
async fn accepting_survives_running_out_of_files() {
    if std::env::var_os("BUGSCRUB_TEST_FEW_FILES").is_some() {
        return with_few_files().await;
    }
    let (_, module) = module_path!().split_once("::").unwrap();
    let run = std::process::Command::new("sh")
        .args(["-c", r#"ulimit -n 64; exec "$0" --exact "$1""#])
        .arg(std::env::current_exe().unwrap())
        .arg(format!("{module}::accepting_survives_running_out_of_files"))
        .env("BUGSCRUB_TEST_FEW_FILES", "1")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&run.stdout);
    assert!(printed.contains("1 passed"), "{printed}");
}

async fn with_few_files() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    client.write_all(GET_AND_CLOSE.as_bytes()).await.unwrap();
    let mut files = Vec::new();
    while let Ok(file) = std::fs::File::open("/dev/null") {
        files.push(file);
    }
    let _serving = tokio::spawn(serve(listener, hello(), PATIENT, std::future::pending()));
    assert!(silent(&mut client, SHORT).await);
    drop(files);
    assert!(rest(&mut client).await.ends_with("hello"));
}

#[tokio::test]
async fn shutdown_finishes_requests_in_flight_and_accepts_no_new_ones() {
    let intake = Intake::new(ROOMY, NEVER);
    let server = start(intake.router().merge(hello_at("/hello")), PATIENT).await;
    let mut idle = server.send(GET.replace("/ ", "/hello ")).await;
    up_to(&mut idle, "hello").await;
    let request = post_of("/hold", b"abc");
    let kept_alive = String::from_utf8(request).unwrap().replace("connection: close\r\n", "");
    let mut in_flight = server.send(kept_alive).await;
    in_time("the body is held", intake.held.notified()).await;

    server.stop.send(()).unwrap();
    assert_eq!(rest(&mut idle).await, "");
    let refuses = async || TcpStream::connect(server.address).await.is_err();
    until("it takes no more connections", refuses).await;

    assert!(!server.done.is_finished());
    intake.release.notify_one();
    let answer = rest(&mut in_flight).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    assert!(answer.ends_with("3 bytes, sum 294"), "{answer}");
    in_time("the server ends", server.done).await.unwrap();
}

fn hello_at(path: &str) -> Router {
    Router::new().route(path, get(async || "hello"))
}

#[tokio::test]
async fn shutdown_waits_no_longer_than_the_drain() {
    let intake = Intake::new(ROOMY, NEVER);
    let limits = ServeLimits { drain: SHORT, ..PATIENT };
    let server = start(intake.router(), limits).await;
    let mut never_done = server.send(post_of("/hold", b"abc")).await;
    let mut half = server.send("GET / HT").await;
    in_time("the body is held", intake.held.notified()).await;
    server.stop.send(()).unwrap();
    in_time("the server ends", server.done).await.unwrap();
    assert_eq!(rest(&mut never_done).await, "");
    assert_eq!(rest(&mut half).await, "");
    assert_eq!(intake.budget.used(), 0);
}

//! The accept loop: HTTP/1.1 over hyper, with every wait on a client bounded.
//!
//! [`serve`] accepts and counts connections. Each connection has a task that runs hyper over a
//! [`Wire`], the socket, which gives up on a client that stops reading. Each request's body is an
//! [`IncomingBody`], which gives up on a client that stops sending. Where all connections are in use,
//! a new one takes the place of the client that has been waited for longest: so nobody shuts others
//! out by connecting and doing nothing.
//!
//! Not guaranteed: how long a handler takes. A handler that never answers holds its connection
//! until the drain at shutdown ends; limit it with a layer on its route. A streamed answer
//! (server-sent events) must end by itself at shutdown, or the drain lasts its full length.

mod refusal;
mod wire;

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{CONNECTION, HeaderValue};
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep, timeout};
use tower::ServiceExt;

use self::wire::{IncomingBody, OutgoingBody, Progress, Wire};

/// The most that hyper buffers of one connection's input, and the longest request head it takes
/// (431 beyond). With `connections` it bounds what clients can occupy before any body is counted.
const READ_BUFFER: usize = 64 * 1024;

/// How long to wait after an error that an immediate retry would meet again (EMFILE, ENOBUFS).
const ACCEPT_PAUSE: Duration = Duration::from_millis(250);

/// How often to look for a client that keeps us waiting while there is no room.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How many clients are served at once, and how long each is waited for.
#[derive(Debug, Clone, Copy)]
pub struct ServeLimits {
    /// Connections open at once. Beyond, a client that keeps us waiting for longer than `patience` makes
    /// room. Where none does, further ones wait in the kernel's backlog, so that a burst is served late
    /// but within GitHub's 10 seconds; closing them would lose deliveries that GitHub does not send
    /// again. The default leaves room for the database's and other files under the usual soft
    /// limit of 1,024.
    pub connections: usize,
    /// How long a client may keep us waiting, for a head, a body or to read an answer, while others find
    /// no room.
    pub patience: Duration,
    /// From accepting a connection to the end of its first request's head.
    pub head: Duration,
    /// From one answer to the end of the next request's head on a connection that is kept alive. The
    /// default is longer than the 60 seconds for which load balancers reuse a connection. A shorter
    /// one would make them send a delivery, now and then, into a connection that is being closed.
    pub idle: Duration,
    /// From the end of a request's head to the end of its body, on any route. A route may have a
    /// shorter limit of its own.
    pub body: Duration,
    /// How long one write may wait for a client that does not read its answer.
    pub write: Duration,
    /// How long a connection stays open after an answer that was given before the whole body had
    /// come, so that the client can stop sending and read the answer.
    pub linger: Duration,
    /// How long requests in flight may take to finish at shutdown before they are cut off.
    pub drain: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            connections: 800,
            patience: Duration::from_millis(500),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            body: Duration::from_secs(30),
            write: Duration::from_secs(30),
            linger: Duration::from_secs(5),
            drain: Duration::from_secs(20),
        }
    }
}

/// Serves `router` until `shutdown` completes. Then it closes the listener and idle connections at
/// once, and lets requests in flight finish within `limits.drain`.
///
/// Handlers find the client's address as `ConnectInfo<SocketAddr>`. An answer that is given before the
/// whole body has come carries `Connection: close`.
pub async fn serve(listener: TcpListener, router: Router, limits: ServeLimits, shutdown: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.idle).max_buf_size(READ_BUFFER);

    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    // Without those that were asked to end.
    let mut open: HashMap<Id, Arc<Progress>> = HashMap::new();
    let mut full = false;
    let mut shutdown = pin!(shutdown);
    loop {
        let room = open.len() < limits.connections || longest_awaited(&open, limits.patience).is_some();
        if room == full {
            full = !room;
            if full {
                tracing::warn!(limit = limits.connections, "all connections are in use; further ones wait");
            }
        }
        tokio::select! {
            () = &mut shutdown => break,
            Some(ended) = connections.join_next_with_id() => {
                let id = match &ended {
                    Ok((id, ())) => *id,
                    Err(error) => error.id(),
                };
                open.remove(&id);
                report(ended);
            }
            (stream, peer) = accept(&listener), if room => {
                if open.len() >= limits.connections
                    && let Some(id) = longest_awaited(&open, limits.patience)
                {
                    open.remove(&id).inspect(|progress| progress.dismiss());
                }
                let progress = Arc::new(Progress::default());
                let (router, http, watcher) = (router.clone(), http.clone(), graceful.watcher());
                let task = connections.spawn(connection(stream, peer, router, limits, http, watcher, progress.clone()));
                open.insert(task.id(), progress);
            }
            () = sleep(LOOK_AGAIN), if !room => {}
        }
    }

    drop(listener);
    if timeout(limits.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "requests that are still in flight after the drain are cut off"
        );
    }
    connections.shutdown().await;
}

/// The connection whose client has been waited for longest, and for longer than `patience`: first among
/// those that have sent no request, last among those that are kept alive.
fn longest_awaited(open: &HashMap<Id, Arc<Progress>>, patience: Duration) -> Option<Id> {
    let awaited = open.iter().filter_map(|(id, progress)| progress.waits().map(|waits| (waits, *id)));
    let (_, id) = awaited.filter(|((_, since), _)| since.elapsed() > patience).min_by_key(|(waits, _)| *waits)?;
    Some(id)
}

/// Waits for the next connection. An error is logged and the next connection awaited, after a pause
/// where the error is not the client's doing: such errors last, and retrying at once would spin.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {}
            Err(error) => {
                tracing::error!(%error, "accepting a connection failed; trying again shortly");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Serves one connection until it is closed.
async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: ServeLimits,
    http: http1::Builder,
    watcher: Watcher,
    progress: Arc<Progress>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let wire = Wire::new(stream, progress.clone(), limits.write, limits.linger);
    let service = {
        let progress = progress.clone();
        service_fn(move |request| answer(router.clone(), request, peer, progress.clone(), limits.body))
    };

    // hyper's timer for a head also runs while the connection is idle, so it is set to `idle`; the
    // shorter wait for the first head is kept here.
    let first_head_missed = async {
        sleep(limits.head).await;
        if progress.began() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        ended = watcher.watch(http.serve_connection(TokioIo::new(wire), service)) => {
            if let Err(error) = ended {
                tracing::debug!(error = &error as &dyn std::error::Error, "a connection ended early");
            }
        }
        () = first_head_missed => tracing::debug!("a connection sent no request in time"),
        () = progress.dismissed() => tracing::debug!("a connection whose client kept us waiting made room for another"),
    }
}

/// Answers one request.
async fn answer(
    router: Router,
    request: Request<Incoming>,
    peer: SocketAddr,
    progress: Arc<Progress>,
    body_limit: Duration,
) -> Result<Response<OutgoingBody>, Infallible> {
    let deadline = Instant::now() + body_limit;
    let mut request = request.map(|body| Body::new(IncomingBody::new(body, progress.clone(), deadline)));
    request.extensions_mut().insert(ConnectInfo(peer));
    let mut response = router.oneshot(request).await?;
    if !progress.whole() {
        // hyper closes without reading the rest: tell the client, rather than let it find out.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response.map(|body| OutgoingBody::new(body, progress)))
}

fn report(ended: Result<(Id, ()), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "the task of a connection failed");
    }
}

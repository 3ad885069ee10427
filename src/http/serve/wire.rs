//! One connection's ends: its socket ([`Wire`]), the body of a request ([`IncomingBody`]) and that of
//! the answer ([`OutgoingBody`]). They tell each other, and the accept loop, through [`Progress`] how
//! far the client has got and whether it is waited for.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use super::refusal::in_our_words;

/// How much is read and thrown away at most for a client that was answered before it finished sending:
/// more than the largest body that GitHub sends.
const LINGER_BYTES: usize = 32 * 1024 * 1024;

/// How far the client of one connection has got.
///
/// The requests of a connection come one after another, so one record serves them all.
#[derive(Debug, Default)]
pub(super) struct Progress {
    began: AtomicBool,
    partial: AtomicBool,
    waiting: Mutex<Waiting>,
    dismissed: Notify,
}

/// What the client is expected to do, and since when it is waited for.
#[derive(Debug, Default)]
struct Waiting {
    stage: Stage,
    since: Option<Instant>,
}

/// Where a connection stands. Whoever is dismissed first comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Its first request's head has not come.
    #[default]
    Head,
    /// A request is being read or answered.
    Request,
    /// It was answered and is kept for another request.
    Idle,
}

impl Progress {
    /// Whether a whole request head has come yet.
    pub(super) fn began(&self) -> bool {
        self.began.load(Relaxed)
    }

    /// Whether the body of the latest request was read to its end.
    pub(super) fn whole(&self) -> bool {
        !self.partial.load(Relaxed)
    }

    /// What the client is waited for, and since when; `None` while it is our turn.
    pub(super) fn waits(&self) -> Option<(Stage, Instant)> {
        let waiting = self.waiting();
        waiting.since.map(|since| (waiting.stage, since))
    }

    /// Asks the connection's task to end.
    pub(super) fn dismiss(&self) {
        self.dismissed.notify_one();
    }

    /// Completes once the connection is to end.
    pub(super) async fn dismissed(&self) {
        self.dismissed.notified().await;
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Two plain values are whole whatever happened to the thread that held them.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, stage: Stage) {
        *self.waiting() = Waiting { stage, since: None };
    }

    /// The client has to do something. Waiting does not begin anew when it does a little of it.
    fn wait(&self) {
        self.waiting().since.get_or_insert_with(Instant::now);
    }

    /// The same where it has to send a head.
    fn wait_for_head(&self) {
        let mut waiting = self.waiting();
        if waiting.stage != Stage::Request {
            waiting.since.get_or_insert_with(Instant::now);
        }
    }

    fn go_on(&self) {
        self.waiting().since = None;
    }
}

/// A request's body. Reading it fails once `deadline` has passed before its end.
pub(super) struct IncomingBody {
    body: Incoming,
    progress: Arc<Progress>,
    deadline: Instant,
    /// Made when the body is first waited for: most bodies are there already.
    timer: Option<Pin<Box<Sleep>>>,
}

impl IncomingBody {
    pub(super) fn new(body: Incoming, progress: Arc<Progress>, deadline: Instant) -> Self {
        progress.began.store(true, Relaxed);
        progress.partial.store(!body.is_end_stream(), Relaxed);
        progress.enter(Stage::Request);
        Self { body, progress, deadline, timer: None }
    }
}

impl Body for IncomingBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) else {
            this.progress.wait();
            let deadline = this.deadline;
            let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
            ready!(timer.as_mut().poll(cx));
            return Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())));
        };
        if frame.is_none() || this.body.is_end_stream() {
            this.progress.partial.store(false, Relaxed);
            this.progress.go_on();
        }
        Poll::Ready(frame.map(|frame| frame.map_err(io::Error::other)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body. Once it is sent, or given up, the connection is idle.
pub(super) struct OutgoingBody {
    body: axum::body::Body,
    _idle: IdleAfter,
}

struct IdleAfter(Arc<Progress>);

impl Drop for IdleAfter {
    fn drop(&mut self) {
        self.0.enter(Stage::Idle);
    }
}

impl OutgoingBody {
    pub(super) fn new(body: axum::body::Body, progress: Arc<Progress>) -> Self {
        Self { body, _idle: IdleAfter(progress) }
    }
}

impl Body for OutgoingBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection's socket. A write fails if it makes no progress for `write`. Shutting down lingers
/// where the client may still be sending.
///
/// Why it lingers: if a socket is closed with unread input, the kernel sends a reset, and the reset
/// makes the client's kernel throw away an answer that the client has not read yet (RFC 9112, 9.6).
/// So after the end of our stream we read on, up to [`LINGER_BYTES`] and for `linger` at most, until
/// the client has closed too.
pub(super) struct Wire {
    stream: TcpStream,
    progress: Arc<Progress>,
    write: Duration,
    linger: Duration,
    /// Runs while a write is stalled, or while lingering.
    timer: Option<Pin<Box<Sleep>>>,
    /// The end of our stream was sent.
    closed: bool,
    discarded: usize,
    /// What is being written in place of what hyper says, and how much of it was.
    instead: Option<(Bytes, usize)>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, progress: Arc<Progress>, write: Duration, linger: Duration) -> Self {
        Self { stream, progress, write, linger, timer: None, closed: false, discarded: 0, instead: None }
    }

    /// Answers `written`, or an error if it has been pending for too long.
    fn unless_stalled(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            if self.timer.take().is_some() {
                self.progress.go_on();
            }
            return written;
        }
        self.progress.wait();
        let limit = self.write;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Writes a refusal of hyper's own in our words, all of it before it counts as written.
    fn poll_refuse(&mut self, cx: &mut Context<'_>, said: usize) -> Poll<io::Result<usize>> {
        let Some((answer, written)) = &mut self.instead else { return Poll::Ready(Ok(0)) };
        while *written < answer.len() {
            match Pin::new(&mut self.stream).poll_write(cx, &answer[*written..]) {
                Poll::Ready(Ok(more)) if more > 0 => *written += more,
                other => return self.unless_stalled(cx, other),
            }
        }
        self.instead = None;
        self.unless_stalled(cx, Poll::Ready(Ok(said)))
    }

    /// Reads and forgets until the client closes or the time or the amount is used up. Where the last
    /// body was read whole, it ends as soon as nothing more is waiting to be read.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let limit = self.linger;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(limit)));
        if timer.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        let mut scratch = [0; 8 * 1024];
        loop {
            let mut read = ReadBuf::new(&mut scratch);
            match Pin::new(&mut self.stream).poll_read(cx, &mut read) {
                Poll::Pending if self.progress.whole() => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) if !read.filled().is_empty() => {
                    self.discarded += read.filled().len();
                }
                Poll::Ready(_) => return Poll::Ready(()),
            }
            if self.discarded > LINGER_BYTES {
                return Poll::Ready(());
            }
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_pending() {
            self.progress.wait_for_head();
        }
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.instead.is_none() {
            self.instead = in_our_words(bytes).map(|answer| (answer, 0));
        }
        if self.instead.is_some() {
            return self.poll_refuse(cx, bytes.len());
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.unless_stalled(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = parts.iter().find(|part| !part.is_empty());
        if let Some(first) = first.filter(|first| self.instead.is_some() || in_our_words(first).is_some()) {
            return self.poll_write(cx, first);
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.unless_stalled(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.closed {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            self.closed = true;
            self.timer = None;
        }
        self.poll_linger(cx).map(Ok)
    }
}

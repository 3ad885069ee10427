//! Waiting for a state, never for a length of time: a slow machine makes a test slow, not red.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

/// What has not come by then never comes: far longer than anything here takes, on a busy machine too.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Looks again and again until `look` finds what it looks for. Panics if it never does, with what it
/// saw last.
pub async fn for_state<T>(mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match in_time("a look at the state ends", look()).await {
            Ok(found) => return found,
            Err(seen) => assert!(Instant::now() < deadline, "waited in vain; last seen: {seen}"),
        }
        sleep(PAUSE).await;
    }
}

/// Waits until something holds, which `what` says in words.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for_state(async || if holds().await { Ok(()) } else { Err(format!("not yet: {what}")) }).await;
}

/// Waits for the end of something, which `what` says in words.
pub async fn in_time<T>(what: &str, work: impl Future<Output = T>) -> T {
    timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("waited in vain until {what}"))
}

//! Whose turn it is at a gate, within this process: readers who wait come before jobs that nobody waits for.

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use super::super::limits::{SHARE, SHARE_AHEAD};

/// Whether somebody waits for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    Background,
    Ahead,
}

impl Urgency {
    /// The share of an hourly budget that is used for it.
    pub fn share(self) -> f64 {
        match self {
            Urgency::Background => SHARE,
            Urgency::Ahead => SHARE_AHEAD,
        }
    }
}

/// The turns of one gate.
pub struct Turns {
    turn: Arc<Mutex<()>>,
    /// How many wait who go ahead.
    ahead: watch::Sender<usize>,
}

impl Default for Turns {
    fn default() -> Self {
        Self { turn: Arc::default(), ahead: watch::Sender::new(0) }
    }
}

/// One that waits and goes ahead, until it is dropped.
struct Ahead<'a>(&'a watch::Sender<usize>);

impl<'a> Ahead<'a> {
    fn of(waiting: &'a watch::Sender<usize>) -> Self {
        waiting.send_modify(|waiting| *waiting += 1);
        Self(waiting)
    }
}

impl Drop for Ahead<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
}

impl Turns {
    /// Waits for a turn. It ends when it is dropped.
    pub async fn take(&self, urgency: Urgency) -> OwnedMutexGuard<()> {
        if urgency == Urgency::Ahead {
            let _waiting = Ahead::of(&self.ahead);
            return self.turn.clone().lock_owned().await;
        }
        loop {
            let turn = self.turn.clone().lock_owned().await;
            if *self.ahead.borrow() == 0 {
                return turn;
            }
            drop(turn);
            // The sender is ours, so there is one.
            let _ = self.ahead.subscribe().wait_for(|waiting| *waiting == 0).await;
        }
    }
}

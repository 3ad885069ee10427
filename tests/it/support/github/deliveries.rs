//! The deliveries of what happened in the fake's world: sent, failed, and sent again.

use bugscrub::webhook::signature;

use super::super::app::SECRET;
use super::world::Outgoing;
use super::{Attempt, Delivering, FakeGitHub, State};

impl FakeGitHub {
    /// How many deliveries failed and never arrived later.
    pub fn undelivered(&self) -> usize {
        self.with(|state| {
            let arrived = |guid| state.attempts.iter().any(|known| known.what.guid == guid && known.status == 202);
            let failed: std::collections::BTreeSet<_> =
                state.attempts.iter().map(|attempt| attempt.what.guid).filter(|guid| !arrived(*guid)).collect();
            failed.len()
        })
    }

    /// Sends the deliveries of what happened, in order and once each.
    pub async fn deliver(&self) {
        let (outgoing, hook, how) =
            self.with(|state| (std::mem::take(&mut state.world.outgoing), state.hook.clone(), state.delivering));
        for what in outgoing {
            let status = match (how, &hook) {
                (Delivering::Send, Some(hook)) => self.post(hook, &what).await,
                (Delivering::Fail, _) => 502,
                _ => continue,
            };
            self.with(|state| state.note(what, status, false));
        }
    }

    async fn post(&self, hook: &str, what: &Outgoing) -> u16 {
        let sent = self
            .client
            .post(hook)
            .header("content-type", "application/json")
            .header("x-github-event", &what.event)
            .header("x-github-delivery", what.guid.to_string())
            .header("x-hub-signature-256", signature::sign(SECRET.as_bytes(), &what.body))
            .body(what.body.clone())
            .send()
            .await;
        sent.map_or(502, |answer| answer.status().as_u16())
    }

    /// Adds this many failed attempts of the last delivery.
    pub fn failed_before(&self, times: usize) {
        self.with(|state| {
            let what = state.attempts.last().unwrap().what.clone();
            (0..times).for_each(|_| state.note(what.clone(), 502, false));
        });
    }

    /// Sets the status of the last delivery's last attempt.
    pub fn last_attempt(&self, status: u16) {
        self.with(|state| state.attempts.last_mut().unwrap().status = status);
    }

    /// Sends the deliveries that the service asked for again. Returns how many requests there were.
    pub async fn redeliver(&self) -> usize {
        let (wanted, hook) = self.with(|state| {
            let wanted: Vec<Attempt> =
                state.attempts.iter().filter(|attempt| attempt.redelivery && attempt.status == 0).cloned().collect();
            (wanted, state.hook.clone().unwrap())
        });
        for attempt in &wanted {
            let status = self.post(&hook, &attempt.what).await;
            self.with(|state| state.attempts.iter_mut().find(|known| known.id == attempt.id).unwrap().status = status);
        }
        wanted.len()
    }
}

impl State {
    pub(super) fn note(&mut self, what: Outgoing, status: u16, redelivery: bool) {
        let (id, at) = (self.world.id(), self.now());
        self.attempts.push(Attempt { id, at, status, redelivery, what });
    }
}

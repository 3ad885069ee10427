//! What was found last, and who waits for more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::github::doctor::Finding;
use crate::service::quota::Quota;

/// How long somebody waits.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How many may wait: of one caller, and in all.
const EACH: usize = 2;
const ALL: usize = 8;

/// What was found.
#[derive(Debug)]
pub struct DoctorReport {
    pub checked_at: DateTime<Utc>,
    pub findings: Vec<Finding>,
}

/// What was found last of an account, and when; locked while GitHub is asked.
pub type KeptReport = Arc<tokio::sync::Mutex<Option<(Instant, Arc<DoctorReport>)>>>;

/// What was found of each account.
pub struct Doctor {
    kept: Mutex<HashMap<i64, KeptReport>>,
    /// Who waits for it.
    pub waiting: Quota,
}

impl Default for Doctor {
    fn default() -> Self {
        Self { kept: Mutex::default(), waiting: Quota::new(EACH, ALL, PATIENCE) }
    }
}

impl Doctor {
    /// What was found of an account.
    pub fn of(&self, account_id: i64) -> KeptReport {
        // A map is whole whatever happened to the thread that held it.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).entry(account_id).or_default().clone()
    }
}

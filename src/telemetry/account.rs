//! The label that says which account a series is about.

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::{EncodeLabelValue, LabelValueEncoder};

/// How many accounts have series of their own. There are some ten for each.
const NAMED: usize = 50;

/// The value of a label `account`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AccountLabel {
    /// An account's id; 0 for the App itself.
    Id(i64),
    /// All accounts that have no series of their own, together.
    Others,
}

impl EncodeLabelValue for AccountLabel {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> std::fmt::Result {
        match self {
            Self::Id(account) => write!(encoder, "{account}"),
            Self::Others => encoder.write_str("others"),
        }
    }
}

/// Gives the first accounts that are seen labels of their own. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct AccountLabels(Arc<Mutex<HashSet<i64>>>);

impl AccountLabels {
    pub fn of(&self, account: i64) -> AccountLabel {
        // A set is whole whatever happened to the thread that held it.
        let mut named = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if account == 0 || named.contains(&account) || named.len() < NAMED && named.insert(account) {
            AccountLabel::Id(account)
        } else {
            AccountLabel::Others
        }
    }
}

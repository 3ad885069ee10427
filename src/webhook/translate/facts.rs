//! What a payload says, before its facts become events with keys.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::parties::AccountRef;
use crate::activity::Fact;

/// What a payload says.
pub enum Meaning {
    Facts(Vec<PayloadFact>),
    /// Nothing that is kept.
    Nothing,
    /// The event or its action is unknown to this version.
    Unknown,
    /// A field is missing without which there is no fact.
    Incomplete,
}

impl Meaning {
    /// The payload's only fact, if it has the fields for it.
    pub fn one(fact: Option<PayloadFact>) -> Self {
        fact.map_or(Meaning::Incomplete, |fact| Meaning::Facts(vec![fact]))
    }
}

/// One fact of a payload.
pub struct PayloadFact {
    /// The account whose fact it is; `None` for the delivery's own.
    pub account: Option<AccountRef>,
    pub kind: Cow<'static, str>,
    pub occurred_at: Option<DateTime<Utc>>,
    pub fact: Fact,
}

impl PayloadFact {
    /// A fact of the delivery's own account, without a time of its own.
    pub fn new(kind: impl Into<Cow<'static, str>>, fact: Fact) -> Self {
        Self { account: None, kind: kind.into(), occurred_at: None, fact }
    }
}

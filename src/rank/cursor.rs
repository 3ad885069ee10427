//! Cursors: where a page ended, with the question it answered.
//!
//! A cursor is base64url of JSON. It carries the whole question, so that the `next` link stands
//! alone, and the date it began with, so that all pages count days alike. It grants nothing: what
//! the token may see is asked again for every page.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::criteria::{BadCriterion, Criteria};
use super::criterion::Moment;
use super::filter::Filter;
use super::order::Order;
use super::queue::{PageRequest, PlaceKey};

/// The question and the place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    #[serde(rename = "v")]
    version: Version,
    pub account_id: i64,
    pub date: NaiveDate,
    /// The items as they were by the end of that date.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub past: bool,
    pub order: Order,
    pub filter: Filter,
    pub limit: usize,
    pub after: PlaceKey,
    #[serde(default, skip_serializing_if = "Wording::is_nothing")]
    pub asked: Wording,
}

/// A question as it was worded, so that a client can word it again beside the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wording {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    #[serde(skip_serializing_if = "Criteria::is_empty")]
    pub criteria: Criteria,
}

impl Wording {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// The only version there is; another one does not parse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Version {
    #[serde(rename = "1")]
    One,
}

/// The text is no cursor of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor that this service gave out")]
pub struct CursorError;

impl Cursor {
    /// Where a page of a request ended.
    pub fn of(request: PageRequest, after: PlaceKey) -> Self {
        let PageRequest { account_id, date, past, order, filter, limit, .. } = request;
        let asked = Wording::default();
        Self { version: Version::One, account_id, date, past, order, filter, limit, after, asked }
    }

    /// The same of a question that was worded like this.
    #[must_use]
    pub fn worded(self, asked: Wording) -> Self {
        Self { asked, ..self }
    }

    /// The first of some criteria that means something else than the question's own, on the cursor's date.
    ///
    /// # Errors
    /// The first criterion that cannot be understood.
    pub fn other_criterion(&self, criteria: &Criteria, zone: Tz) -> Result<Option<&'static str>, BadCriterion> {
        for name in Criteria::NAMES.into_iter().filter(|name| criteria.has(name)) {
            let meaning = |criteria: &Criteria| Ok(criteria.only(name).filter(self.date, zone)?.canonical());
            if meaning(criteria)? != meaning(&self.asked.criteria)? {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    pub fn encode(&self) -> String {
        let json = serde_json::to_vec(self).expect("cannot fail: plain data with string keys");
        URL_SAFE_NO_PAD.encode(json)
    }

    pub fn decode(text: &str) -> Result<Self, CursorError> {
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let cursor: Self = serde_json::from_slice(&json).map_err(|_| CursorError)?;
        cursor.is_sound().then_some(cursor).ok_or(CursorError)
    }

    /// Whether it holds only what a question can: anyone can write one, and the store takes no
    /// U+0000, no time outside four-digit years, and no number that negating overflows.
    fn is_sound(&self) -> bool {
        let bounds = Moment::ALL.into_iter().flat_map(|moment| {
            let days = self.filter.days(moment);
            days.from.into_iter().chain(days.to)
        });
        let mut days = bounds.chain([self.date]);
        self.filter.is_sound()
            && self.after.product > 0
            && (0..=9999).contains(&self.after.created_at.year())
            && days.all(|day| (0..=9999).contains(&day.year()))
    }
}

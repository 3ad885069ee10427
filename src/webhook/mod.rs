//! From a request's bytes to events.
//!
//! The players:
//! - [`delivery`]: the headers, and the only way to a [`VerifiedDelivery`]: its signature;
//! - [`signature`]: HMAC-SHA-256 and the secrets;
//! - [`reading`]: JSON from outside is read field by field, from [`values`], and what was left out is
//!   named; [`repair`] mends what no reader takes;
//! - [`payload`]: the fields of GitHub's payloads that we read;
//! - [`mod@translate`]: a verified delivery becomes events. It takes nothing else, so no unsigned byte
//!   is ever parsed;
//! - [`sight_end`]: which deliveries take sight away from people;
//! - [`listed`]: the same payloads where GitHub is asked for a list of items;
//! - [`spoken`]: what somebody wrote, as a reader sees it: the text of an item and of what is said on it.
//!
//! This room does no IO and knows neither axum nor sqlx.

mod delivery;
mod listed;
mod payload;
pub mod reading;
mod repair;
mod sight_end;
pub mod signature;
pub mod spoken;
pub mod translate;
pub mod values;

pub use delivery::{BadDelivery, CheckedHeaders, Headers, VerifiedDelivery, check_headers, verify};
pub use listed::{ItemOpening, ListedItem, ListedItems, listed_issue, listed_issues};
pub use reading::Omissions;
pub use signature::Secrets;
pub use translate::{AccountRef, Translation, TranslationOutcome, translate};

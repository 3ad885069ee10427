//! From a request's bytes to events.
//!
//! The players:
//! - [`delivery`]: the headers, and the only way to a [`VerifiedDelivery`]: its signature;
//! - [`signature`]: HMAC-SHA-256 and the secrets;
//! - [`payload`]: the fields of GitHub's payloads that we read;
//! - [`mod@translate`]: a verified delivery becomes events. It takes nothing else, so no unsigned byte
//!   is ever parsed;
//! - [`listed`]: the same payloads where GitHub is asked for a list of items.
//!
//! This room does no IO and knows neither axum nor sqlx.

mod delivery;
mod listed;
mod payload;
pub mod signature;
pub mod translate;

pub use delivery::{BadDelivery, CheckedHeaders, Headers, VerifiedDelivery, check_headers, verify};
pub use listed::{ItemOpening, ListedItem, listed_issue, listed_issues};
pub use signature::Secrets;
pub use translate::{AccountRef, Translation, TranslationOutcome, translate};

//! Ranking: how stale an item is, and which comes before which.
//!
//! Pure: `now` and the time zone are arguments. The players:
//! - [`stale_age`]: day counts and the two numbers made of them;
//! - [`calendar`]: which date it is, and for how long a finished date still serves pages;
//! - [`criterion`]: what a filter can ask for, each criterion once; [`candidate`]: of what it is asked;
//! - [`dates`]: dates as people write them; [`criteria`]: a filter as people write it, [`values`]: how its values are written; [`filter`]: what it holds, and what passes it; [`terms`]: the values of one criterion;
//! - [`measure`]: numbers that items have; [`range`]: ranges of them; [`facet`]: what items can be counted by;
//! - [`groups`]: people whom a filter can name at once; [`text`]: how names are compared; [`alike`]: how alike titles are; [`waits`]: for how long items have waited;
//! - [`order`]: which item comes first;
//! - [`queue`]: what is asked of a ranking and what it answers;
//! - [`cursor`]: where a page ended, as an opaque text;
//! - [`past`]: a page of items that are offered one by one;
//! - [`live`]: the order of an account's open items, held in memory.

pub mod alike;
pub mod calendar;
pub mod candidate;
pub mod criteria;
pub mod criterion;
pub mod cursor;
pub mod dates;
pub mod days;
pub mod facet;
pub mod filter;
pub mod groups;
pub mod live;
pub mod measure;
pub mod order;
pub mod past;
pub mod queue;
pub mod range;
pub mod stale_age;
pub mod terms;
pub mod text;
pub mod values;
pub mod waits;

pub use calendar::Calendar;
pub use criteria::{BadCriterion, Criteria};
pub use criterion::{Candidate, Criterion, Item, Repository};
pub use cursor::{Cursor, CursorError, Wording};
pub use days::Days;
pub use facet::{Facet, ValueCounts};
pub use filter::{Filter, Unread};
pub use groups::{BadGroup, Groups};
pub use measure::Measure;
pub use order::Order;
pub use queue::{Page, PageRequest, Place, PlaceKey, QueueItem};
pub use stale_age::{stale_age, stale_product};
pub use terms::Terms;
pub use waits::{WaitSummary, Waits};

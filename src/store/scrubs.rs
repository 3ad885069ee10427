//! Rounds, scrubs, marks and notes: writing them, and reading them.
//!
//! The modules:
//! - [`turn`]: one transaction in which a person's request is decided and appended, under the head's lock;
//! - [`meeting`]: opens, steps through and closes scrubs, and records who came; [`marks`]: reading alone;
//!   [`marking`]: the same for several items at once;
//!   [`notes`]: notes on items; [`rounds`]: the rounds of views; [`import`]: what a spreadsheet tells;
//! - [`moving`]: moves the cursor by hand, and reads rows beside it; [`host`]: who leads;
//! - [`room`]: what is so at the moment while a scrub goes on, and who changes it: [`presence`], [`timer`], [`claims`],
//!   [`arrivals`];
//!   [`news`]: what changed in a scrub;
//! - [`requests`]: requests that may come again; `rows`: single rows that deciding looks at; `cursor`: where a scrub's
//!   cursor is and goes, and `shape`: how a deck is counted, for readers who do not see all of it;
//! - [`list`]: scrubs and what was done in them; [`deck`]: a scrub's rows, with what GitHub told of their
//!   items (`happenings`);
//! - [`sheets`]: what is on record of a spreadsheet's items; `placement`: which items it means;
//! - `project`: folds scrub events into rows, in an append or a rebuild; `deck_marks`: which rows of decks
//!   are marked as read.

pub mod arrivals;
pub mod claims;
mod cursor;
pub mod deck;
mod deck_marks;
mod happenings;
pub mod host;
pub mod import;
pub mod list;
pub mod marking;
pub mod marks;
pub mod meeting;
pub mod moving;
pub mod news;
pub mod notes;
mod placement;
pub mod presence;
mod project;
pub mod requests;
pub mod room;
pub mod rounds;
mod rows;
mod shape;
pub mod sheets;
pub mod timer;
pub mod turn;

pub(super) use project::project;

// The names that callers still use; they go with the last of them.
pub mod act {
    pub use super::meeting::{
        AdvanceOutcome as Advanced, ChangeOutcome as Changed, DealtScrub as NewScrub, OpenOutcome as Opened, advance,
        attend, close, is_at_hidden, open, pass_hidden,
    };
    pub use super::notes::{NoteOutcome as Noted, write as note};
    pub use super::rounds::{Over, begin as begin_rounds, begin_for_people as begin_round_for_people};
    pub use super::turn::{RepeatableRequest, Request};
}
pub use marks as alone;
pub mod read {
    pub use super::list::{last_paces, scrub, scrubs, untouched, views_in_use};
    pub use super::rounds::{round, starts};
}

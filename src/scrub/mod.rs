//! Scrubs: what a group reads together.
//!
//! Pure: no IO and no clock. The players:
//! - [`view`]: a named filter and order, and what to do with its items; [`collection`]: views that are shown together;
//! - [`declared`]: those of all accounts, from a file or [`builtin`];
//! - [`progress`]: rounds and scrubs, and how far they have come;
//! - [`deck`]: a scrub's rows: their status, and what happened to an item while a group read it and since
//!   somebody last read it;
//! - [`deck_marks`]: which rows of decks are marked as read;
//! - [`record`]: what is on record of scrubs and items, to compare spreadsheets with;
//! - [`room`]: who is there while a scrub goes on, and what they do;
//! - [`input`]: what people may write;
//! - [`minutes`]: a scrub as a text to paste; [`message`]: what a chat is told of it;
//! - [`schedule`]: when the group meets; [`meetings`]: what people have changed of that.

mod builtin;
pub mod collection;
pub mod deck;
pub mod deck_marks;
pub mod declared;
pub mod input;
pub mod meetings;
pub mod message;
pub mod minutes;
pub mod progress;
pub mod record;
pub mod room;
pub mod schedule;
pub mod view;

pub use collection::Collection;
pub use declared::{BadViews, Declarations};
pub use progress::{Round, Scrub, ScrubState, Track};
pub use schedule::{BadSchedule, Schedule};
pub use view::{Origin, View};

//! The pure core: what an event is, what an item is, and how the one becomes the other.
//!
//! Nothing here does IO, reads a clock, or knows of SQL or HTTP; nothing here uses another room.
//! The players:
//! - [`event`]: an [`Event`], one fact of an account's append-only log;
//! - [`register`]: the two small merge types that every folded field is made of;
//! - [`item`]: the folded state of an issue, pull request or discussion, and the fold itself;
//! - [`directory`]: the folded state of what items refer to (account, repository, label,
//!   milestone), joined when reading;
//! - [`scrubbing`]: what people here do with items, which GitHub never hears of, and
//!   [`remarks`], what it comes to for one item: marks and the note;
//! - [`sight`]: which repositories a reader may see;
//! - [`waiting`]: whom an open item waits for.

pub mod directory;
pub mod event;
pub mod fold;
pub mod item;
pub mod register;
pub mod remarks;
pub mod scrubbing;
pub mod sight;
pub mod waiting;

pub use event::{Actor, Effect, Event, Fact, ItemFact, ItemSnapshot, LabelRef, MilestoneRef, RepositoryRef, Source};
pub use fold::Bots;
pub use item::{Activity, ItemKey, ItemState, ItemType, State};
pub use remarks::{HISTORIC, Mark, Note, Remarks, Summary};
pub use scrubbing::{NoteText, ScrubFact};
pub use sight::Sight;
pub use waiting::WaitsFor;

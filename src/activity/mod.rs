//! The pure core: what an event is, what an item is, and how events become an item.
//!
//! Nothing here does IO, reads a clock, knows SQL or HTTP, or uses another room. The modules:
//! - [`event`]: an [`Event`], one fact of an account's append-only log;
//! - [`item`]: the folded state of an issue, pull request or discussion;
//! - [`fold`]: how one event changes an item's state;
//! - [`register`]: the merge types that every folded field is made of;
//! - [`directory`]: the folded state of what items refer to (account, repositories, labels,
//!   milestones, people), which is joined when reading;
//! - [`scrubbing`]: what people do with items here, of which GitHub knows nothing;
//! - [`mark`], [`remarks`]: what that comes to for one item, its marks and its note;
//! - [`person`]: who somebody is; [`people`]: what they are called;
//! - [`sight`]: which repositories a reader may see;
//! - [`association`]: how somebody stands to a repository;
//! - [`checks`]: how the checks of a pull request stand;
//! - [`word`]: something that is said on an item; [`conversation`]: all of it;
//! - [`waiting`]: whom an open item waits for, and how its review stands.

pub mod association;
pub mod checks;
pub mod conversation;
pub mod directory;
pub mod event;
pub mod fold;
pub mod item;
pub mod mark;
pub mod people;
pub mod person;
pub mod register;
pub mod remarks;
pub mod scrubbing;
pub mod sight;
pub mod waiting;
pub mod word;

pub use association::Association;
pub use checks::{Checks, ChecksOfCommit};
pub use conversation::Conversation;
pub use event::{Actor, Effect, Event, Fact, ItemFact, ItemSnapshot, LabelRef, MilestoneRef, RepositoryRef, Source};
pub use fold::{BotReason, Bots};
pub use item::{Activity, ItemKey, ItemState, ItemType, State};
pub use mark::Mark;
pub use person::{Person, PersonKey};
pub use remarks::{HISTORIC, Note, Remarks, Summary};
pub use scrubbing::{NoteText, ScrubFact};
pub use sight::{Sight, SightEnd};
pub use waiting::{Review, Waiting, WaitsFor};
pub use word::{ConversationFacts, ConversationSnapshot, Verdict, Word, WordId};

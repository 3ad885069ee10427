//! The store: all the SQL there is.
//!
//! Each query is one named function, which takes the executor first and is checked at compile time
//! against the schema. The modules:
//! - `head`, [`append`]: the one transaction that makes events durable, and the row that it locks;
//! - [`project`]: folds events into the projections, in that transaction or in a rebuild; `items` and
//!   `names` write the rows, [`titles`] mends those that an earlier version wrote;
//! - [`log`], [`export`], [`stored`]: read the log; map the JSON of stored events to the domain's types and back;
//! - [`rebuild`], `generations`, `differences`: make the projections anew from the log, and compare;
//! - [`live`], [`details`], [`resolve`]: what the live ranking is loaded from, what a page shows of its
//!   items, and the ids behind the names in a filter;
//! - `item_rows`: what filters and orders look at; [`queue`]: a page ranked of them; [`past`]: the queue of
//!   a date that is over;
//! - [`history`]: one item and its events; [`lifetimes`]: every item over time, for the statistics, with `milestones`, and
//!   with how much was fetched ([`fetching`]);
//! - [`places`]: many items by their addresses; [`similar`]: items whose titles are like another's;
//! - [`directory`]: the names of labels and milestones; [`facets`]: items of any state counted by their values;
//! - [`scrubs`], [`remarks`]: rounds, scrubs and decks; marks and notes;
//! - [`schedule`]: what people have changed of the schedule; [`chat`]: what a chat is told of scrubs;
//! - [`views`], [`tokens`], [`tickets`], [`sessions`], [`accounts`], [`vitals`]: stored views, API tokens, what opens a
//!   stream in their place, sessions, accounts, measurements;
//! - [`sights`]: what people may see, as GitHub told it;
//! - [`installations`], [`gates`], [`jobs`], [`backfills`], [`conversations`], [`sync`], [`redeliveries`],
//!   [`local`]: what we must remember to ask GitHub, and what its answers are compared with;
//! - `lease`: who may ask GitHub something, while it answers;
//! - [`left_out`]: what could not be read of what GitHub sent and answered; [`texts`]: what item texts are asked for with;
//! - [`retention`], [`purge`]: deliveries while they are kept, and how an account is forgotten;
//! - `pool`, `reach`, `fitness`, `schema`: connections, how one is made, whether the database can hold us, and its
//!   migrations; [`spread`]: the same where Citus spreads accounts over servers; [`clock`]: its time; `error`: what can go
//!   wrong.

pub mod accounts;
pub mod append;
pub mod backfills;
pub mod chat;
pub mod clock;
pub mod conversations;
pub mod details;
mod differences;
pub mod directory;
mod error;
pub mod export;
pub mod facets;
pub mod fetching;
mod fitness;
pub mod gates;
mod generations;
mod head;
pub mod history;
pub mod installations;
mod item_rows;
mod items;
pub mod jobs;
pub mod known;
mod lease;
pub mod left_out;
pub mod lifetimes;
pub mod live;
pub mod local;
pub mod log;
mod milestones;
mod names;
mod opening;
pub mod past;
pub mod people;
pub mod places;
mod pool;
pub mod project;
pub mod purge;
pub mod queue;
mod reach;
pub mod rebuild;
pub mod redeliveries;
pub mod remarks;
pub mod resolve;
pub mod retention;
pub mod schedule;
mod schema;
pub mod scrubs;
pub mod sessions;
pub mod sights;
pub mod similar;
pub mod spread;
pub mod stored;
pub mod sync;
pub mod texts;
pub mod tickets;
pub mod titles;
pub mod tokens;
pub mod views;
pub mod vitals;

pub use self::error::{StoreError, without_source_line};
pub use self::pool::{CONNECTIONS, pool, reset};
pub use self::reach::reach;
pub use self::schema::{MIGRATIONS, check, migrate, migrate_when_reached, schema_is_current};

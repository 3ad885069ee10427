//! The use cases: what can be asked and done, for whoever may.
//!
//! Every use case is a method of [`Service`]. It takes a [`Viewer`], if somebody asks for it, and a
//! typed question, and answers a typed outcome or a [`Refusal`]. HTTP and the command line call the
//! same ones. The players:
//! - [`viewer`]: who asks, and what they may see and do; [`tokens`], [`tickets`], [`people`]: how they are known;
//! - [`refusal`]: why something was not answered or not done;
//! - [`accounts`], [`views`], [`items`]: what questions are about; [`collections`]: several views at once;
//! - [`similar`]: items whose titles are like another's;
//! - [`queue`]: the ranking, in pages; [`facets`]: what it is made of; [`names`]: names in a question that nothing has;
//! - [`notes`], [`marks`]: what people write about an item, and that they read it; [`marking`]: many at once;
//!   [`authorship`]: who does;
//! - [`scrubs`]: meetings, their decks and minutes; [`sheets`]: spreadsheets, out and in;
//! - [`stats`]: how the backlog fares; `counting`: a few of them at a time;
//! - [`stream`]: what changes in it, as it happens; [`events`]: the log, for copies;
//! - [`calendar`]: when the group meets; [`chat`]: what a chat is told of scrubs;
//! - [`sync`], [`permissions`], [`doctor`]: how complete an account is, what the App may do on GitHub, and what is wrong;
//! - [`quota`]: what is held for longer than a moment;
//! - [`fetching`], [`upkeep`], [`readiness`]: for the command line and for what goes on by itself.
//!
//! Nothing here knows HTTP, a status code or JSON.

pub mod accounts;
pub mod authorship;
pub mod calendar;
pub mod chat;
pub mod collections;
mod counting;
pub mod doctor;
pub mod events;
pub mod facets;
pub mod fetching;
pub mod items;
pub mod marking;
pub mod marks;
pub mod names;
pub mod notes;
pub mod people;
pub mod permissions;
pub mod portion;
pub mod queue;
pub mod quota;
pub mod readiness;
mod recent;
pub mod refusal;
pub mod scrubs;
pub mod sheets;
pub mod similar;
pub mod stats;
pub mod stream;
pub mod sync;
pub mod texts;
pub mod tickets;
pub mod tokens;

pub mod upkeep;
pub mod viewer;
pub mod views;

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use sqlx::PgPool;

use self::accounts::AccountQuestion;
use self::chat::state::Chat;
use self::counting::Counting;
use self::doctor::state::Doctor;
use self::quota::Quota;
use self::recent::Recent;
pub use self::refusal::Refusal;
use self::scrubs::room::watches::Watches;
use self::sync::SyncProgress;
use self::texts::state::Texts;
pub use self::viewer::{Scope, Viewer, Who};
use crate::activity::Bots;
use crate::github::{Clock, JobContext};
use crate::live::LiveRanking;
use crate::people::{People, Session};
use crate::rank::Calendar;
use crate::scrub::{Declarations, Schedule};
use crate::store::accounts::Account;
use crate::store::sessions::SessionRow;
use crate::store::tokens::TokenRow;

/// How long a question or an act waits until the ranking includes a position.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The use cases. Cheap to clone.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    parts: Parts,
    /// By account, and by what is seen of it.
    progress: Recent<(i64, String), SyncProgress>,
    /// When a delivery last told something public of an account, with its position.
    told: Mutex<HashMap<i64, (i64, DateTime<Utc>)>>,
    valid_tokens: Recent<i64, bool>,
    /// Tokens by their hash.
    known_tokens: Recent<Vec<u8>, TokenRow>,
    valid_sessions: Recent<i64, bool>,
    /// Sessions by the hash of their cookies.
    known_sessions: Recent<Vec<u8>, SessionRow>,
    /// The sessions that people began last, by their ids on GitHub.
    latest_sessions: Recent<i64, Session>,
    /// The accounts that questions meant.
    meant: Recent<AccountQuestion, Account>,
    counting: Counting,
    /// Who looks for alike items.
    looking: Quota,
    texts: Texts,
    /// Of scrubs that somebody follows here.
    watches: Watches,
    doctor: Doctor,
    /// One more than there are followers.
    followers: Arc<()>,
}

impl Deref for Inner {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// What the use cases are done with.
pub struct Parts {
    pub pool: PgPool,
    pub live: LiveRanking,
    /// The views that every account has.
    pub views: Declarations,
    pub calendar: Calendar,
    pub clock: Clock,
    pub bots: Bots,
    /// The number of an account's first scrub.
    pub first_scrub: i64,
    /// When scrubs are held.
    pub schedule: Option<Schedule>,
    /// `None`: only deliveries are taken.
    pub github: Option<JobContext>,
    pub people: People,
    /// `None`: no chat is told of scrubs.
    pub chat: Option<Chat>,
    /// [`tokens::hash`] of the bootstrap token.
    pub admin_token_hash: Option<Vec<u8>>,
}

impl Parts {
    /// Over a database alone, for the command line: with no settings, and a ranking that follows nothing.
    pub fn over(pool: PgPool, clock: Clock) -> Self {
        Self {
            live: LiveRanking::new(pool.clone(), chrono_tz::UTC, Bots::default()),
            people: People::none(pool.clone(), clock.clone()),
            pool,
            views: Declarations::default(),
            calendar: Calendar { zone: chrono_tz::UTC },
            clock,
            bots: Bots::default(),
            first_scrub: 1,
            schedule: None,
            github: None,
            chat: None,
            admin_token_hash: None,
        }
    }
}

impl Service {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            parts,
            progress: Recent::default(),
            told: Mutex::default(),
            valid_tokens: Recent::default(),
            known_tokens: Recent::default(),
            valid_sessions: Recent::default(),
            known_sessions: Recent::default(),
            latest_sessions: Recent::default(),
            meant: Recent::default(),
            counting: Counting::default(),
            looking: Quota::new(2, 4, Duration::from_secs(10)),
            texts: Texts::default(),
            watches: Watches::default(),
            doctor: Doctor::default(),
            followers: Arc::default(),
        }))
    }

    pub fn now(&self) -> DateTime<Utc> {
        (self.0.clock)()
    }

    /// Has those who follow scrubs of an account look at once: something was done here.
    fn tell_of(&self, account_id: i64) {
        self.0.watches.nudge(account_id);
    }

    /// The time zone of accounts.
    pub fn zone(&self) -> Tz {
        self.0.calendar.zone
    }

    /// The date now, in the account's time zone.
    pub fn today(&self) -> NaiveDate {
        self.0.calendar.today(self.now())
    }
}

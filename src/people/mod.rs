//! Who asks: people who signed in with GitHub, their sessions, and what each may see.
//!
//! The players:
//! - [`oauth`]: how codes and refresh tokens become tokens, by GitHub's rules;
//! - [`keys`]: under which people's tokens are kept;
//! - [`sign_in`]: the way to GitHub and back; between the two, all that is known is in a cookie of the browser;
//! - [`session`]: sessions, their tokens, and how these are renewed; `giving_back`: what becomes of the tokens at the end;
//! - [`sight`]: what a person may see and do; `asking`: how GitHub is asked for it; `held`: what is kept of it in memory;
//! - [`doctor`]: whether signing in works;
//! - [`known`], [`settings`], [`error`]: what all of these share.
//!
//! A person's tokens from GitHub are in memory while they are needed, and otherwise in the database, encrypted. They are
//! in no log and in no `Debug`.

mod asking;
pub mod doctor;
pub mod error;
mod giving_back;
mod held;
pub mod keys;
pub mod known;
pub mod oauth;
pub mod session;
pub mod settings;
pub mod sight;
pub mod sign_in;

pub use self::error::PeopleError;
pub use self::keys::{BadSessionKey, SessionKeys};
pub use self::known::People;
pub use self::oauth::OAuthApp;
pub use self::session::Session;
pub use self::settings::{PeopleSettings, ScrubOpenTo, SignInSettings};
pub use self::sight::PersonSight;

//! GitHub as a source to ask: for what happened before the first delivery, and for what deliveries
//! missed.
//!
//! Answers become events, which go through the same log and the same fold as deliveries. The
//! players:
//! - [`address`], [`proxy`], [`reach`]: where GitHub's API is, the way there, and why it leads nowhere;
//! - [`identity`], [`app_id`], [`key`]: who the service is to GitHub: the App's id and key, and the installations'
//!   tokens;
//! - [`client`], [`answer`], [`limits`]: one request, through the gate that keeps GitHub's limits;
//! - [`wire`], [`facts`], [`labels`]: the fields of GitHub's answers, and the events they become;
//! - [`context`], [`schedule`], [`work`]: what jobs share, when they are made, and the workers that do
//!   them a page at a time;
//! - [`installations`], [`listing`], [`plan`], [`backfill`], [`conversations`], [`sweep`], [`repair`],
//!   [`check`], [`redelivery`]: the jobs; [`totals`], [`differences`], `mending`, `ask_time`: what several of
//!   them need;
//! - [`rhythm`]: how often the jobs run;
//! - [`texts`]: what is written on an item, asked for when somebody reads it;
//! - [`public`]: public repositories, without an App;
//! - [`manifest`], [`permissions`]: what the App asks for, and whether GitHub grants it;
//! - [`setup`], [`doctor`]: for people who install the App.
//!
//! Nothing here changes anything on GitHub. Two kinds of request do more than read: one mints a
//! token, the other asks for a delivery again. Both are counted as such.

pub mod address;
pub mod answer;
mod app_id;
mod ask_time;
pub mod backfill;
pub mod check;
pub mod client;
pub mod context;
pub mod conversations;
pub mod differences;
pub mod doctor;
pub mod facts;
pub mod identity;
pub mod installations;
mod key;
pub mod labels;
pub mod limits;
pub mod listing;
pub mod manifest;
mod mending;
pub mod permissions;
pub mod plan;
mod proxy;
pub mod public;
pub mod reach;
pub mod redelivery;
pub mod repair;
pub mod rhythm;
pub mod schedule;
pub mod setup;
pub mod sweep;
pub mod texts;
pub mod totals;
pub mod wire;
pub mod work;

pub use address::{ApiAddress, BadAddress};
pub use answer::GitHubError;
pub use app_id::{AppId, BadAppId};
pub use client::{Client, Requester};
pub use context::JobContext;
pub use identity::{Clock, Identity};
pub use key::{BadKey, PrivateKey};
pub use proxy::{BadProxy, client as http_client};
pub use rhythm::Rhythm;
pub use work::Workers;

//! Why a setting cannot be used.

use std::path::PathBuf;

use crate::github::BadAddress;
use crate::http::cors::OriginError;
use crate::scrub::{BadSchedule, BadViews};

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{0}")]
    Invalid(&'static str),
    #[error(transparent)]
    Origin(#[from] OriginError),
    #[error(transparent)]
    Address(#[from] BadAddress),
    #[error("BUGSCRUB_SCRUB_SCHEDULE cannot be used")]
    Schedule(#[from] BadSchedule),
    #[error("the file {path} cannot be read")]
    File { path: PathBuf, source: std::io::Error },
    #[error("the views file {path} cannot be used")]
    Views { path: PathBuf, source: BadViews },
}

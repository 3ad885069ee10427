//! Why a setting cannot be used.

use std::path::PathBuf;

use crate::chat::BadChat;
use crate::github::BadKey;
use crate::http::cors::OriginError;
use crate::http::public::BadNetwork;
use crate::people::BadSessionKey;
use crate::scrub::BadViews;

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{0}")]
    Invalid(&'static str),
    #[error(transparent)]
    Origin(#[from] OriginError),
    #[error(transparent)]
    Network(#[from] BadNetwork),
    #[error("{variable}: the key cannot be used")]
    Key { variable: String, source: BadKey },
    #[error("{variable}: the session key cannot be used")]
    SessionKey { variable: String, source: BadSessionKey },
    #[error("{variable}: the chat cannot be used")]
    Chat { variable: String, source: BadChat },
    #[error("{variable}: {fault}")]
    DatabaseUrl { variable: String, fault: String },
    #[error("{variable}: the file {path} cannot be read")]
    File { variable: String, path: PathBuf, source: std::io::Error },
    #[error("{0} must be the name of a file, but holds what the file should hold")]
    NoFileName(String),
    #[error("BUGSCRUB_VIEWS_FILE: the file {path} cannot be used")]
    Views { path: PathBuf, source: BadViews },
}

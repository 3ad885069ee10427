//! Secrets: from a variable, or from a file as Kubernetes mounts them.

use std::path::{Path, PathBuf};

use super::error::ConfigError;

/// Reads a secret from its value or its file; `None` if neither is given or the secret is empty.
pub fn secret(value: &Option<String>, file: &Option<PathBuf>) -> Result<Option<String>, ConfigError> {
    let value = match (value, file) {
        (Some(value), _) => Some(value.clone()),
        (None, Some(file)) => Some(read(file)?),
        (None, None) => None,
    };
    // In many shells an empty variable is the way to say "not set".
    Ok(value.filter(|value| !value.trim().is_empty()))
}

/// Reads the webhook secret to sign with: the first, if several are listed.
pub fn signing_secret(value: &Option<String>, file: &Option<PathBuf>) -> Result<String, ConfigError> {
    let listed = secret(value, file)?;
    let first = listed.as_deref().and_then(|listed| listed.split(',').map(str::trim).find(|one| !one.is_empty()));
    first.map(str::to_owned).ok_or(ConfigError::Invalid(
        "no webhook secret: give --secret, BUGSCRUB_WEBHOOK_SECRET or BUGSCRUB_WEBHOOK_SECRET_FILE",
    ))
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

//! Secrets: from a variable, or from a file as Kubernetes mounts them.

use std::path::{Path, PathBuf};

use super::error::ConfigError;

/// A secret's setting: its variable's name, its value, and the file that holds it.
#[derive(Clone, Copy)]
pub struct SecretSetting<'a> {
    pub name: &'static str,
    pub value: &'a Option<String>,
    pub file: &'a Option<PathBuf>,
}

impl SecretSetting<'_> {
    /// Reads it, whole but for white space around it; `None` if neither is given or the secret is empty.
    ///
    /// # Errors
    /// [`ConfigError::File`]
    pub fn read(self) -> Result<Option<String>, ConfigError> {
        let text = match (self.value, self.file) {
            (Some(value), _) => value.clone(),
            (None, Some(file)) => read(file, self.variable())?,
            (None, None) => return Ok(None),
        };
        let text = bare(&text);
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    /// The variable that was set.
    pub fn variable(self) -> String {
        match (self.value, self.file) {
            (None, Some(_)) => format!("{}_FILE", self.name),
            _ => self.name.to_owned(),
        }
    }
}

/// Reads the webhook secret to sign with.
pub fn signing_secret(value: &Option<String>, file: &Option<PathBuf>) -> Result<String, ConfigError> {
    let secret = SecretSetting { name: "BUGSCRUB_WEBHOOK_SECRET", value, file }.read()?;
    secret.ok_or(ConfigError::Invalid(
        "no webhook secret: give --secret, BUGSCRUB_WEBHOOK_SECRET or BUGSCRUB_WEBHOOK_SECRET_FILE",
    ))
}

/// Reads a file of text that a variable names.
///
/// # Errors
/// [`ConfigError::File`]
pub fn read(path: &Path, variable: String) -> Result<String, ConfigError> {
    // Who confuses a secret with its file must not find it in the log.
    let shown = path.to_string_lossy();
    if shown.contains('\n') || shown.contains("-----BEGIN") {
        return Err(ConfigError::NoFileName(variable));
    }
    std::fs::read_to_string(path).map_err(|source| ConfigError::File { variable, path: path.to_owned(), source })
}

/// The text without white space around it, and without the mark with which some editors begin a file.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

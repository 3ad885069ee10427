//! The new App's credentials: written once, for their owner's eyes only.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::SetupError;

/// What GitHub hands out once.
#[derive(Clone)]
pub struct Credentials {
    pub app_id: u64,
    pub slug: String,
    pub html_url: String,
    /// PEM.
    pub private_key: String,
    pub webhook_secret: String,
}

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be written; nothing is overwritten: move it away or name another file")]
pub struct WriteError {
    path: PathBuf,
    source: std::io::Error,
}

impl Credentials {
    pub fn of(converted: &Value) -> Result<Self, SetupError> {
        let text = |name: &'static str| converted[name].as_str().map(str::to_owned).ok_or(SetupError::Incomplete(name));
        Ok(Self {
            app_id: converted["id"].as_u64().ok_or(SetupError::Incomplete("id"))?,
            slug: text("slug").unwrap_or_default(),
            html_url: text("html_url").unwrap_or_default(),
            private_key: text("pem")?,
            webhook_secret: text("webhook_secret")?,
        })
    }

    /// Writes `path`, settings for a shell or for systemd, and the key beside it, as `.pem`; both
    /// with mode 600. Answers the key's path.
    pub fn write(&self, path: &Path) -> Result<PathBuf, WriteError> {
        let key = path.with_extension("pem");
        write_new(&key, &self.private_key)?;
        let absolute = std::path::absolute(&key).unwrap_or_else(|_| key.clone());
        let settings = format!(
            "# The GitHub App {}; keep it secret.\nBUGSCRUB_APP_ID={}\nBUGSCRUB_PRIVATE_KEY_FILE={}\nBUGSCRUB_WEBHOOK_SECRET={}\n",
            self.html_url,
            self.app_id,
            absolute.display(),
            self.webhook_secret
        );
        if let Err(error) = write_new(path, &settings) {
            // One half is of no use, and would stand in the way of the next try.
            let _ = std::fs::remove_file(&key);
            return Err(error);
        }
        Ok(key)
    }

    /// A Kubernetes Secret, for `envFrom` or for Helm values that refer to it.
    pub fn kubernetes_secret(&self, name: &str) -> String {
        let key: String = self.private_key.lines().map(|line| format!("    {line}\n")).collect();
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\ntype: Opaque\nstringData:\n  BUGSCRUB_APP_ID: \"{}\"\n  \
             BUGSCRUB_WEBHOOK_SECRET: {}\n  BUGSCRUB_PRIVATE_KEY: |\n{key}",
            self.app_id,
            // A JSON string is a YAML one.
            Value::from(self.webhook_secret.as_str()),
        )
    }
}

fn write_new(path: &Path, text: &str) -> Result<(), WriteError> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|source| WriteError { path: path.to_owned(), source })
}

//! The credentials of the new App, and the files that only their owner may read.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::error::SetupError;

/// What GitHub hands out, and only once.
#[derive(Clone)]
pub struct Credentials {
    pub app_id: u64,
    pub slug: String,
    pub html_url: String,
    /// PEM.
    pub private_key: String,
    pub webhook_secret: String,
    /// With which people sign in. Old Enterprise servers may tell none.
    pub client: Option<ClientCredentials>,
}

/// With what people sign in through the App.
#[derive(Clone)]
pub struct ClientCredentials {
    pub id: String,
    pub secret: String,
    /// Of our own making: under which people's tokens are kept.
    pub session_key: String,
}

impl ClientCredentials {
    fn settings(&self) -> [(&'static str, &str); 3] {
        [
            ("BUGSCRUB_CLIENT_ID", &self.id),
            ("BUGSCRUB_CLIENT_SECRET", &self.secret),
            ("BUGSCRUB_SESSION_KEY", &self.session_key),
        ]
    }
}

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be written. An existing file is never overwritten: move it away or name another file")]
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
            client: text("client_id").ok().zip(text("client_secret").ok()).map(|(id, secret)| ClientCredentials {
                id,
                secret,
                session_key: BASE64_STANDARD.encode(rand::random::<[u8; 32]>()),
            }),
        })
    }

    /// The settings with which people sign in: names and values.
    fn client_settings(&self) -> Vec<(&'static str, &str)> {
        self.client.iter().flat_map(ClientCredentials::settings).collect()
    }

    /// A Kubernetes Secret, for `envFrom` or for Helm values that refer to it.
    pub fn kubernetes_secret(&self, name: &str, api_url: Option<&str>) -> String {
        let key: String = self.private_key.lines().map(|line| format!("    {line}\n")).collect();
        let client = self.client_settings().into_iter();
        let client: String = client.map(|(name, value)| format!("  {name}: {}\n", Value::from(value))).collect();
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\ntype: Opaque\nstringData:\n  BUGSCRUB_APP_ID: \"{}\"\n  \
             BUGSCRUB_WEBHOOK_SECRET: {}\n{client}{}  BUGSCRUB_PRIVATE_KEY: |\n{key}",
            self.app_id,
            // Every JSON string is a YAML string.
            Value::from(self.webhook_secret.as_str()),
            api_url.map(|url| format!("  BUGSCRUB_GITHUB_API_URL: {}\n", Value::from(url))).unwrap_or_default(),
        )
    }
}

/// The two files for the credentials. They are created before GitHub hands anything out, because then
/// nothing may go wrong any more. Unless credentials are written, dropping this removes them.
pub struct CredentialFiles {
    settings: (PathBuf, File),
    key: (PathBuf, File),
    written: bool,
}

impl CredentialFiles {
    /// Creates `path`, and a `.pem` beside it, both with mode 600.
    ///
    /// # Errors
    /// [`WriteError`] if either exists already or cannot be created.
    pub fn new(path: &Path) -> Result<Self, WriteError> {
        let made = |path: &Path| {
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
            file.map(|file| (path.to_owned(), file)).map_err(|source| WriteError { path: path.to_owned(), source })
        };
        let settings = made(path)?;
        let key = made(&path.with_extension("pem")).inspect_err(|_| drop(std::fs::remove_file(path)))?;
        Ok(Self { settings, key, written: false })
    }

    /// Writes the settings, for a shell or for systemd, and the key. Answers both paths.
    pub fn write(mut self, found: &Credentials, api_url: Option<&str>) -> Result<(PathBuf, PathBuf), WriteError> {
        let key = std::path::absolute(&self.key.0).unwrap_or_else(|_| self.key.0.clone());
        let api_url = api_url.map(|url| format!("BUGSCRUB_GITHUB_API_URL={url}\n")).unwrap_or_default();
        let client = found.client_settings().into_iter();
        let client: String = client.map(|(name, value)| format!("{name}={value}\n")).collect();
        let settings = format!(
            "# The GitHub App {}; keep it secret.\nBUGSCRUB_APP_ID={}\nBUGSCRUB_PRIVATE_KEY_FILE={}\nBUGSCRUB_WEBHOOK_SECRET={}\n{client}{api_url}",
            found.html_url,
            found.app_id,
            key.display(),
            found.webhook_secret
        );
        for ((path, file), text) in [(&mut self.key, &found.private_key), (&mut self.settings, &settings)] {
            let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
            written.map_err(|source| WriteError { path: path.clone(), source })?;
        }
        self.written = true;
        Ok((self.settings.0.clone(), key))
    }
}

impl Drop for CredentialFiles {
    fn drop(&mut self) {
        if !self.written {
            // A file that cannot be removed is empty.
            let _ = std::fs::remove_file(&self.settings.0);
            let _ = std::fs::remove_file(&self.key.0);
        }
    }
}

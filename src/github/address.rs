//! The address of GitHub's API.

use std::fmt;

/// The path of the GraphQL endpoint, which lies elsewhere on an Enterprise server.
pub const GRAPHQL: &str = "/graphql";

/// The address of GitHub's API: `https://api.github.com`, or an Enterprise server's
/// `https://HOST/api/v3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiAddress {
    /// Scheme and host.
    origin: String,
    /// The beginning of every REST path.
    prefix: String,
}

/// The text is not the address of an API.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not the address of a GitHub API: write https://api.github.com, or https://HOST/api/v3 for an Enterprise \
     server"
)]
pub struct BadAddress(String);

impl std::str::FromStr for ApiAddress {
    type Err = BadAddress;

    fn from_str(url: &str) -> Result<Self, BadAddress> {
        Self::new(url)
    }
}

impl ApiAddress {
    pub fn new(url: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress(url.to_owned());
        let (scheme, rest) = url.trim().trim_end_matches('/').split_once("://").ok_or_else(bad)?;
        let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
        let sound = matches!(scheme, "http" | "https") && !host.is_empty() && !path.contains(['?', '#']);
        let prefix = if path.is_empty() { String::new() } else { format!("/{path}") };
        sound.then(|| Self { origin: format!("{scheme}://{host}"), prefix }).ok_or_else(bad)
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Host and port.
    pub fn place(&self) -> String {
        let url = reqwest::Url::parse(&self.origin).ok();
        let place = url.and_then(|url| Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?)));
        place.unwrap_or_else(|| self.origin.clone())
    }

    /// The path to request for one of the API's paths. An Enterprise server has GraphQL beside
    /// REST, not under it.
    pub fn of(&self, path: &str) -> String {
        match self.prefix.strip_suffix("/v3").filter(|_| path == GRAPHQL) {
            Some(beside) => format!("{beside}{path}"),
            None => format!("{}{path}", self.prefix),
        }
    }

    /// A path as GitHub writes it in its answers, without the beginning that all its paths share.
    pub fn relative(&self, path: &str) -> String {
        path.strip_prefix(&self.prefix).unwrap_or(path).to_owned()
    }

    /// The address at which people open GitHub in a browser.
    pub fn web(&self) -> String {
        match self.origin.split_once("://api.") {
            Some((scheme, host)) if self.prefix.is_empty() => format!("{scheme}://{host}"),
            _ => self.origin.clone(),
        }
    }
}

impl fmt::Display for ApiAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.origin, self.prefix)
    }
}

//! The address of GitHub's API.

use std::fmt;

/// Where GitHub's API is.
const GITHUB: &str = "https://api.github.com";
/// Where github.com and GHE.com keep images.
const CONTENT: &str = "https://*.githubusercontent.com";

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

    /// From where texts on this GitHub show images, as a content security policy names it. Only `https` is shown.
    ///
    /// github.com has them on githubusercontent.com, and leads there from its own address. A tenant of GHE.com has hosts below
    /// its own, and githubusercontent.com. An Enterprise server has them below `/avatars`, `/media` and so on or, with subdomain
    /// isolation, on hosts below its own: avatars.HOST, media.HOST and so on. Sources: GitHub's pages "Network details for
    /// GHE.com" and "Enabling subdomain isolation".
    pub fn image_sources(&self) -> Vec<String> {
        let url = reqwest::Url::parse(&self.web()).ok();
        let Some(url) = url.filter(|url| url.host_str().is_some_and(is_plain)) else { return vec![] };
        let host = url.host_str().unwrap_or_default();
        if host == "github.com" {
            return vec![CONTENT.to_owned(), "https://github.com".to_owned()];
        }
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let mut sources = vec![format!("https://{host}{port}")];
        // An address in numbers has nothing below it.
        if url.domain().is_some() {
            sources.push(format!("https://*.{host}{port}"));
        }
        if host.ends_with(".ghe.com") {
            sources.push(CONTENT.to_owned());
        }
        sources
    }

    /// The address at which people open GitHub in a browser.
    pub fn web(&self) -> String {
        match self.origin.split_once("://api.") {
            Some((scheme, host)) if self.prefix.is_empty() => format!("{scheme}://{host}"),
            _ => self.origin.clone(),
        }
    }
}

/// Whether a policy can name a host: it ends its parts at `;`, and knows no IPv6.
fn is_plain(host: &str) -> bool {
    host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

impl Default for ApiAddress {
    fn default() -> Self {
        Self { origin: GITHUB.to_owned(), prefix: String::new() }
    }
}

impl fmt::Display for ApiAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.origin, self.prefix)
    }
}

//! How clients reach the service: by the address and below the path that a proxy in front tells.
//!
//! A proxy that serves us below a path takes that path off before it asks us, so links that we make would
//! lead out of it. It says so in `X-Forwarded-Prefix`; another scheme or host it tells in
//! `X-Forwarded-Proto` and `X-Forwarded-Host`, or in `Forwarded` (RFC 7239). They are believed from
//! whoever sends them, for what they decide is their sender's own: where the links lead in the answer to the
//! very request that carries them, which cookie it may bring, and whether the page that asks is ours. A page of
//! another site cannot have them sent. Where a sign-in comes back to, GitHub checks too. What is not plainly
//! a scheme, a host or a path counts as not sent, so nothing else can get into a header or a link.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr};

use axum::Router;
use axum::extract::{FromRequestParts, Request};
use axum::http::header::{FORWARDED, HOST, LINK, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn};
use axum::response::Response;

const PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Characters of a host and of a prefix at most.
const LONGEST: usize = 255;

/// The service as a client sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestOrigin {
    /// Scheme and host, such as `https://scrub.example`; empty if no host is known.
    origin: String,
    /// The path below which the service is, such as `/bugscrub`; empty at the root.
    prefix: String,
}

impl RequestOrigin {
    /// What a request's headers tell.
    pub fn of(headers: &HeaderMap) -> Self {
        let forwarded = |name: &str| first(headers, &FORWARDED).and_then(|first| element(first, name));
        let host = first(headers, &FORWARDED_HOST).filter(|host| is_host(host));
        let host = host.or_else(|| forwarded("host").filter(|host| is_host(host)));
        let host = host.or_else(|| first(headers, &HOST).filter(|host| is_host(host)));
        let scheme = first(headers, &PROTO).and_then(scheme).or_else(|| forwarded("proto").and_then(scheme));
        let origin = host.map(|host| format!("{}://{host}", scheme.unwrap_or("http")));
        Self { origin: origin.unwrap_or_default(), prefix: prefix(headers).unwrap_or_default() }
    }

    /// Scheme and host as a browser writes them; empty if no host is known.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether it is reached by https.
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Whether it is reached on the machine that it runs on, so that nobody can listen on the way.
    pub fn is_loopback(&self) -> bool {
        let host = self.origin.split_once("://").map_or("", |(_, host)| host);
        let name = match host.strip_prefix('[') {
            Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
            None => host.split(':').next().unwrap_or_default(),
        };
        name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// One of our paths as a whole address; `None` if no host is known.
    pub fn url(&self, path: &str) -> Option<String> {
        (!self.origin.is_empty()).then(|| format!("{}{}{path}", self.origin, self.prefix))
    }

    /// The path below which the service is; empty at the root.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// One of our paths as clients must ask for it.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// A header `Link` whose targets are our paths, with whole addresses: some clients take no other.
    fn link(&self, link: &str) -> String {
        link.replace("</", &format!("<{}{}/", self.origin, self.prefix))
    }

    /// Where a redirect from a path leads. The page of the description is next to its own address, so that it is found
    /// also where no proxy has told the prefix.
    fn location(&self, from: &str, location: &str) -> String {
        match location {
            "/docs/" if from == "/docs" => "docs/".to_owned(),
            ours if ours.starts_with('/') && !ours.starts_with("//") => self.path(ours),
            elsewhere => elsewhere.to_owned(),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestOrigin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// Makes the links of answers lead to where the client is. Handlers name paths of ours.
pub fn with_outside<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(from_fn(async |request: Request, next: Next| -> Response {
        let outside = RequestOrigin::of(request.headers());
        let from = request.uri().path().to_owned();
        let mut response = next.run(request).await;
        let mut rewrite = |name: HeaderName, rewritten: &dyn Fn(&str) -> String| {
            let held = response.headers().get(&name).and_then(|held| held.to_str().ok()).map(rewritten);
            if let Some(value) = held.and_then(|value| HeaderValue::try_from(value).ok()) {
                response.headers_mut().insert(name, value);
            }
        };
        rewrite(LINK, &|link| outside.link(link));
        rewrite(LOCATION, &|location| outside.location(&from, location));
        response
    }))
}

/// The first of a header's values: that of the proxy which the client speaks to.
fn first<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let value = headers.get(name)?.to_str().ok()?;
    value.split(',').next().map(str::trim)
}

/// A parameter of an element of `Forwarded`.
fn element<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.into_iter().find(|(given, _)| given.trim().eq_ignore_ascii_case(name))?;
    let value = value.trim();
    Some(value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value))
}

fn scheme(text: &str) -> Option<&'static str> {
    ["https", "http"].into_iter().find(|scheme| scheme.eq_ignore_ascii_case(text))
}

/// Whether a text is a host's name or address, with or without a port.
fn is_host(text: &str) -> bool {
    let (name, rest) = match text.strip_prefix('[') {
        Some(bracketed) => match bracketed.split_once(']') {
            Some((address, rest)) if address.parse::<Ipv6Addr>().is_ok() => ("v6", rest),
            _ => return false,
        },
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let port = match rest.strip_prefix(':') {
        Some(port) => port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok(),
        None => rest.is_empty(),
    };
    (1..=LONGEST).contains(&text.len()) && !name.is_empty() && name.bytes().all(plain) && port
}

/// The prefixes that proxies behind one another took off, the outermost first.
fn prefix(headers: &HeaderMap) -> Option<String> {
    let mut prefix = String::new();
    for value in headers.get_all(PREFIX) {
        for part in value.to_str().ok()?.split(',') {
            let part = part.trim().trim_end_matches('/');
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            let mut segments = part.split('/');
            let rooted = segments.next() == Some("");
            let sound = |segment: &str| !["", ".", ".."].contains(&segment) && segment.bytes().all(plain);
            if !rooted || !segments.all(sound) {
                return None;
            }
            prefix.push_str(part);
        }
    }
    Some(prefix).filter(|prefix| prefix.len() <= LONGEST)
}

//! The way to GitHub: the proxy that the environment names, as curl and most programs understand it.
//!
//! `HTTPS_PROXY` is for addresses that begin with `https`, `HTTP_PROXY` for the others, `ALL_PROXY` for what neither
//! names, and `NO_PROXY` lists what is reached without one. Each may be written in small letters. No proxy is asked for
//! this machine itself.

use std::time::Duration;

use http::{Request, Response};
use http_body_util::BodyExt;
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use reqwest::{NoProxy, Proxy, Url, redirect};

const CONNECTING: Duration = Duration::from_secs(10);
/// The longest silence in the middle of an answer.
const SILENCE: Duration = Duration::from_secs(60);

/// This machine, as a list of exceptions names it.
const HERE: &str = "localhost,127.0.0.0/8,::1";

/// A variable that names no proxy. Its value is not shown, because it may hold a password.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not the address of a proxy: write http://HOST:PORT, or socks5://HOST:PORT")]
pub struct BadProxy(&'static str);

/// The variable that is set, of the two ways to write it, and its value. An empty one is not set.
fn variable([upper, lower]: [&'static str; 2]) -> Option<(&'static str, String)> {
    [upper, lower].into_iter().find_map(|name| {
        let value = std::env::var(name).ok()?.trim().to_owned();
        (!value.is_empty()).then_some((name, value))
    })
}

/// What lets requests out for some addresses: all of a scheme, or all.
type Way = fn(Url) -> reqwest::Result<Proxy>;

/// The variable that names a proxy for addresses that begin with `http://`.
pub(super) fn for_plain() -> Option<&'static str> {
    [["HTTP_PROXY", "http_proxy"], ["ALL_PROXY", "all_proxy"]].into_iter().find_map(variable).map(|(name, _)| name)
}

fn proxies() -> Result<Vec<Proxy>, BadProxy> {
    let ways: [([&str; 2], Way); 3] = [
        (["HTTPS_PROXY", "https_proxy"], Proxy::https),
        (["HTTP_PROXY", "http_proxy"], Proxy::http),
        (["ALL_PROXY", "all_proxy"], Proxy::all),
    ];
    let listed = variable(["NO_PROXY", "no_proxy"]).map(|(_, list)| exceptions(&list)).unwrap_or_default();
    let excepted = format!("{listed},{HERE}");
    let mut proxies = vec![];
    for (names, way) in ways {
        let Some((name, value)) = variable(names) else { continue };
        let proxy = address(&value).and_then(|url| way(url).ok()).ok_or(BadProxy(name))?;
        proxies.push(proxy.no_proxy(NoProxy::from_string(&excepted)));
    }
    Ok(proxies)
}

/// A proxy's address. Without a scheme it is HTTP's.
fn address(value: &str) -> Option<Url> {
    let whole = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    let url = Url::parse(&whole).ok()?;
    let known = matches!(url.scheme(), "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h");
    (known && url.host_str().is_some_and(|host| !host.is_empty())).then_some(url)
}

/// The list with commas between its entries, and `*.example.com` as `.example.com`.
fn exceptions(list: &str) -> String {
    let entries = list.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty());
    let plain = entries.map(|entry| entry.strip_prefix("*.").map_or(entry, |domain| domain));
    plain.collect::<Vec<_>>().join(",")
}

/// Begins a client of HTTP that goes this way and follows no redirection.
///
/// # Errors
/// [`BadProxy`] if a variable does not name a proxy.
pub fn client() -> Result<reqwest::ClientBuilder, BadProxy> {
    let builder = reqwest::Client::builder()
        .no_proxy()
        .connect_timeout(CONNECTING)
        .read_timeout(SILENCE)
        .redirect(redirect::Policy::none());
    Ok(proxies()?.into_iter().fold(builder, reqwest::ClientBuilder::proxy))
}

/// Makes the client that sends requests to GitHub.
///
/// # Errors
/// [`BadProxy`] if a variable does not name a proxy. `None` if TLS cannot be set up.
pub(super) fn http() -> Result<Option<Octocrab>, BadProxy> {
    let builder = client()?;
    let Ok(client) = builder.build() else { return Ok(None) };
    let send = tower::service_fn(move |request: Request<OctoBody>| {
        let client = client.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let answer = client.execute(Request::from_parts(parts, body).try_into()?).await?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Response::<reqwest::Body>::from(answer))
        }
    });
    let built = OctocrabBuilder::new_empty().with_service(send).with_auth(AuthState::None).build();
    Ok(Some(built.unwrap_or_else(|never| match never {})))
}

//! Which media type a client wants (RFC 9110, 12.5.1).

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

pub const JSON: &str = "application/json";
pub const CSV: &str = "text/csv";

/// A range of media types, and how much it is wanted, in thousandths.
#[derive(Debug)]
struct Range {
    kind: String,
    subtype: String,
    quality: u16,
}

/// The media type that a request wants most of those that are offered; `None` if it takes none of them. Among equals,
/// the one that is named most exactly, then the one that is named first, then the one that is offered first. Whoever
/// says nothing that can be understood takes anything.
pub fn wanted<'a>(headers: &HeaderMap, offered: &[&'a str]) -> Option<&'a str> {
    let given = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<Range> = given.flat_map(|list| split(list, ',')).filter_map(range).collect();
    if ranges.is_empty() {
        return offered.first().copied();
    }
    let rated = offered.iter().enumerate().filter_map(|(place, media)| {
        // Of the ranges that hold it the most exact one counts.
        let holding =
            ranges.iter().enumerate().filter_map(|(at, range)| Some((range.holds(media)?, at, range.quality)));
        let (exactness, at, quality) = holding.max_by_key(|(exactness, at, _)| (*exactness, std::cmp::Reverse(*at)))?;
        (quality > 0).then_some(((quality, exactness, std::cmp::Reverse(at), std::cmp::Reverse(place)), *media))
    });
    rated.max_by_key(|(rate, _)| *rate).map(|(_, media)| media)
}

impl Range {
    /// How exactly it names a media type, from 1 to 3; `None` if it does not hold it.
    fn holds(&self, media: &str) -> Option<u8> {
        let (kind, subtype) = media.split_once('/')?;
        // Clients of GitHub ask for `application/vnd.github+json` wherever they go; that is JSON.
        let is_json = media == JSON && self.kind == kind && self.subtype.ends_with("+json");
        match (self.kind.as_str(), self.subtype.as_str()) {
            ("*", "*") => Some(1),
            (same, "*") if same == kind => Some(2),
            (same, exact) if same == kind && exact == subtype || is_json => Some(3),
            _ => None,
        }
    }
}

/// One range, such as `text/*;q=0.5`; its other parameters do not count.
fn range(text: &str) -> Option<Range> {
    let mut parts = split(text, ';').into_iter();
    let (kind, subtype) = parts.next()?.split_once('/')?;
    let token = |text: &str| {
        let text = text.trim().to_ascii_lowercase();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        (!text.is_empty() && text.bytes().all(plain)).then_some(text)
    };
    let (kind, subtype) = (token(kind)?, token(subtype)?);
    let pairs = parts.filter_map(|part| part.split_once('='));
    let mut weights = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    let quality = weights.next().map_or(Some(1_000), |(_, value)| quality(value.trim()))?;
    (kind != "*" || subtype == "*").then_some(Range { kind, subtype, quality })
}

/// A weight (RFC 9110, 12.4.2) in thousandths: 0 to 1, with three decimals at most.
fn quality(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let sound =
        ["0", "1"].contains(&whole) && decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths: u16 = format!("{whole}{decimals:0<3}").parse().ok()?;
    (sound && thousandths <= 1_000).then_some(thousandths)
}

/// The parts of a list, which may have texts in quotes.
fn split(text: &str, by: char) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = text.split(|letter| {
        quoted ^= letter == '"' && !escaped;
        escaped = quoted && !escaped && letter == '\\';
        letter == by && !quoted
    });
    parts.map(str::trim).collect()
}

/// Answers 406 where a client takes nothing that an address can answer. A file is what its name ends in, whoever asks.
pub fn with_accept<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(from_fn(async |request: Request, next: Next| -> Response {
        let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let offered: &[&str] = match route {
            "/api/v1/queue" => &[JSON, CSV],
            "/api/v1/stream" | "/api/v1/scrubs/{number}/stream" => &["text/event-stream"],
            _ => &[JSON],
        };
        let read = [Method::GET, Method::HEAD].contains(request.method());
        let file = route.rsplit('/').next().is_some_and(|name| name.contains('.'));
        if read && route.starts_with("/api/") && !file && wanted(request.headers(), offered).is_none() {
            let problem = Problem::of(StatusCode::NOT_ACCEPTABLE);
            return problem
                .detail("`Accept` names nothing of what there is here.")
                .allowed(offered.iter().copied())
                .into_response();
        }
        next.run(request).await
    }))
}

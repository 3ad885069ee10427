//! Query parameters. They are parsed one by one, so that the refusal of a bad one can name it and say what it may be.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::NaiveDate;
use chrono_tz::Tz;
use percent_encoding::percent_decode_str;

use super::problem::Problem;
use crate::rank::{Criteria, dates};
use crate::service::Viewer;

/// A request's query as it came: names and values, in order.
#[derive(Debug)]
pub struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let refused = || Problem::bad_parameter("query").detail("The query is not URL-encoded text in UTF-8.");
        let written = parts.uri.query().unwrap_or_default();
        percent_decode_str(written).decode_utf8().map_err(|_| refused())?;
        let query = axum::extract::Query::from_request_parts(parts, state).await;
        let axum::extract::Query(pairs): axum::extract::Query<Vec<(String, String)>> = query.map_err(|_| refused())?;
        // No name on GitHub contains U+0000, and Postgres takes it in no text.
        // A token in the URL is no parameter: it tells who asks, unless a header does so.
        let pairs: Vec<_> = pairs.into_iter().filter(|(name, _)| name != "token").collect();
        match pairs.iter().find(|(_, value)| value.contains('\0')) {
            None => Ok(Self(pairs)),
            Some((name, _)) => Err(Problem::bad_parameter(name.clone()).detail("The value has a character U+0000.")),
        }
    }
}

impl Params {
    /// # Errors
    /// 400 naming the first parameter that is not among `allowed`.
    pub fn only(&self, allowed: &[&str]) -> Result<(), Problem> {
        match self.0.iter().find(|(name, _)| !allowed.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) => Err(Problem::bad_parameter(name.clone())
                .detail("There is no such parameter here; `allowed` lists the ones that there are.")
                .allowed(allowed.iter().copied())),
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| given == name)
    }

    /// A parameter that may be given once.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.0.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(Problem::bad_parameter(name).detail("This parameter may be given once."));
        }
        match first {
            Some("") => Err(Problem::bad_parameter(name).detail("The value is empty.")),
            first => Ok(first),
        }
    }

    /// A parameter that may be repeated.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The filters among them.
    pub fn criteria(&self) -> Criteria {
        Criteria::of(self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// A date, `Nd` for N days before today, or a time that means its date in the account's zone.
    pub fn date(&self, name: &str, on: (NaiveDate, Tz)) -> Result<Option<NaiveDate>, Problem> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let refused = || Problem::bad_parameter(name).detail(dates::DATES);
        dates::date(text, on).map(Some).ok_or_else(refused)
    }

    /// The position that `min_position` waits for.
    pub fn position(&self) -> Result<Option<i64>, Problem> {
        let Some(text) = self.one("min_position")? else { return Ok(None) };
        let position = digits(text);
        let refused = || Problem::bad_parameter("min_position").detail("A position: 0 or more.");
        position.map(Some).ok_or_else(refused)
    }

    /// Who asks, leaving out what is private if `visibility` says so.
    pub fn seen_by(&self, viewer: &Viewer) -> Result<Viewer, Problem> {
        match self.one("visibility")? {
            None | Some("all") => Ok(viewer.clone()),
            Some("public") => Ok(viewer.publicly()),
            Some(_) => Err(Problem::bad_parameter("visibility")
                .detail("Either `public`, to leave out what is in private repositories, or `all`.")
                .allowed(["public", "all"])),
        }
    }

    /// `true` or `false`.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Problem> {
        match self.one(name)? {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Problem::bad_parameter(name).detail("Either true or false.").allowed(["true", "false"])),
        }
    }

    /// The number before which a page ends: `before`, or the `next_cursor` of the page before. Clients repeat their
    /// parameters beside a cursor, so both hold.
    pub fn before(&self) -> Result<Option<i64>, Problem> {
        let (given, cursor) = (self.positive("before", 1)?, self.positive("cursor", 1)?);
        Ok(given.into_iter().chain(cursor).min())
    }

    /// The number after which a page begins: `after`, or the `next_cursor` of the page before. Both hold.
    pub fn after(&self) -> Result<Option<i64>, Problem> {
        let (given, cursor) = (self.positive("after", 0)?, self.positive("cursor", 0)?);
        Ok(given.into_iter().chain(cursor).max())
    }

    fn positive(&self, name: &str, least: u64) -> Result<Option<i64>, Problem> {
        let number = self.number(name, least, i64::MAX.unsigned_abs())?;
        Ok(number.and_then(|number| i64::try_from(number).ok()))
    }

    /// A whole number from `least` to `most`.
    pub fn number(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, Problem> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let number = digits(text).filter(|number| (least..=most).contains(number));
        let problem = || Problem::bad_parameter(name).detail(format!("A whole number from {least} to {most}."));
        number.map(Some).ok_or_else(problem)
    }
}

/// A number of ASCII digits alone: `parse` would take a sign too.
pub fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

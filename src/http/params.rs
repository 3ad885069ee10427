//! Query parameters: parsed one by one, so that a bad one is named and told what it may be.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{Datelike, NaiveDate, TimeDelta};

use super::problem::Problem;
use crate::rank::{Days, Term, Terms};

/// A request's query as it came: names and values, in order.
#[derive(Debug)]
pub struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::from_request_parts(parts, state).await;
        let axum::extract::Query(pairs): axum::extract::Query<Vec<(String, String)>> =
            query.map_err(|_| Problem::bad_parameter("query").detail("The query is not URL-encoded text."))?;
        // No name on GitHub has it, and Postgres takes it in no text.
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
                .detail("There is no such parameter here; `allowed` lists those there are.")
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

    /// A repeatable filter; `-` in front of a value means "none of". `allowed` says what `parse`
    /// takes, where that is a list.
    pub fn terms<T>(
        &self,
        name: &str,
        allowed: &[&str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Terms<T>, Problem> {
        let mut terms = Terms::default();
        for (_, value) in self.0.iter().filter(|(given, _)| given == name) {
            let (wanted, bare) = match value.strip_prefix('-') {
                Some(bare) => (false, bare),
                None => (true, value.as_str()),
            };
            let Some(parsed) = Some(bare).filter(|bare| !bare.is_empty()).and_then(&parse) else {
                let problem = Problem::bad_parameter(name).detail("The value is not one that this filter takes.");
                return Err(if allowed.is_empty() { problem } else { problem.allowed(allowed.iter().copied()) });
            };
            terms.push(if wanted { Term::Any(parsed) } else { Term::None(parsed) });
        }
        Ok(terms)
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

    /// A date, or `Nd` for N days before `today`.
    pub fn date(&self, name: &str, today: NaiveDate) -> Result<Option<NaiveDate>, Problem> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let date = match text.strip_suffix('d') {
            Some(days) => whole(days).and_then(|days| today.checked_sub_signed(TimeDelta::try_days(days)?)),
            None => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10),
        };
        let problem = || {
            Problem::bad_parameter(name)
                .detail("A date such as 2026-10-01, of the years 1 to 9998, or a number of days ago such as 180d.")
        };
        date.filter(in_range).map(Some).ok_or_else(problem)
    }

    /// A whole number from `least` to `most`.
    pub fn number(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, Problem> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        let problem = || Problem::bad_parameter(name).detail(format!("A whole number from {least} to {most}."));
        number.map(Some).ok_or_else(problem)
    }

    /// The dates strictly after the one parameter and strictly before the other; each a date, or
    /// `Nd` for N days before `today`.
    pub fn days(&self, after: &str, before: &str, today: NaiveDate) -> Result<Days, Problem> {
        let day = |name: &str, step: i64| -> Result<Option<NaiveDate>, Problem> {
            let beside = |date: NaiveDate| date.checked_add_signed(TimeDelta::try_days(step)?);
            // Dates in range have room for a day on either side.
            Ok(self.date(name, today)?.and_then(beside))
        };
        Ok(Days { from: day(after, 1)?, to: day(before, -1)? })
    }
}

/// A number of digits only: `parse` alone would take a sign.
fn whole(digits: &str) -> Option<i64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// Dates that the store takes too, with room for a day on either side.
fn in_range(date: &NaiveDate) -> bool {
    (1..=9998).contains(&date.year())
}

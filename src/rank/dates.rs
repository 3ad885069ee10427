//! Dates as people and dashboards write them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;

/// What [`date`] takes, in words.
pub const DATES: &str = "A date such as 2026-10-01, of the years 1 to 9998; a number of days ago such as 180d, of at most 5 digits; \
                         or a time, such as 2026-10-01T12:00:00Z or milliseconds since 1970, which means its date in the \
                         account's time zone.";

/// The same as a pattern: digits and `d`, milliseconds, or a date that there is, with a time of day or without one.
pub const DATES_PATTERN: &str = concat!(
    "^([0-9]{1,5}d|[0-9]{12,14}|(",
    "(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])-",
    "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|",
    "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29)",
    "(T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)([.][0-9]{1,9})?(Z|[+ -]([01][0-9]|2[0-3]):[0-5][0-9])?)?)$",
);

/// The digits of a number of days: more reach back to before any date.
const MOST_DIGITS: usize = 5;

/// How many digits milliseconds have: from 1973 to 5138. Seconds have fewer, and are not taken for them.
const MILLISECONDS: std::ops::RangeInclusive<usize> = 12..=14;

/// A date; `Nd` for N days before today; or the date of a time in the account's zone. None that the store would not
/// take, or that has no room for a day on either side.
pub fn date(text: &str, (today, zone): (NaiveDate, Tz)) -> Option<NaiveDate> {
    if let Some(days) = text.strip_suffix('d') {
        let days = whole(days).filter(|_| days.len() <= MOST_DIGITS)?;
        return today.checked_sub_signed(TimeDelta::try_days(days)?).filter(is_usual);
    }
    if MILLISECONDS.contains(&text.len())
        && let Some(milliseconds) = whole(text)
    {
        return Some(DateTime::from_timestamp_millis(milliseconds)?.with_timezone(&zone).date_naive());
    }
    let (day, time) = text.split_at_checked(10)?;
    let day = plain(day).filter(is_usual)?;
    if time.is_empty() { Some(day) } else { of_time(text, zone) }
}

fn is_usual(date: &NaiveDate) -> bool {
    (1..=9998).contains(&date.year())
}

/// A date of digits alone: the parser would take a sign, and blanks.
fn plain(text: &str) -> Option<NaiveDate> {
    let mut places = text.bytes().enumerate();
    let plain = places.all(|(place, byte)| [4, 7].contains(&place) && byte == b'-' || byte.is_ascii_digit());
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| plain)
}

/// The date of a time of ISO 8601 with its zone, or without one in the account's.
fn of_time(text: &str, zone: Tz) -> Option<NaiveDate> {
    let shape: String = text.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect();
    let rest = shape.strip_prefix("0000-00-00T00:00:00")?;
    let fraction = rest.strip_prefix('.').map(|rest| rest.len() - rest.trim_start_matches('0').len());
    if fraction.is_some_and(|digits| !(1..=9).contains(&digits)) {
        return None;
    }
    let date = match rest.trim_start_matches(['.', '0']) {
        "" => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?.date(),
        // In the query of an address, a plus sign that was not encoded has become a blank.
        "Z" | "+00:00" | "-00:00" | " 00:00" => {
            let time = DateTime::parse_from_rfc3339(&text.replace(' ', "+")).ok()?;
            time.with_timezone(&zone).date_naive()
        }
        _ => return None,
    };
    let (first, last) = (NaiveDate::from_ymd_opt(1, 1, 1)?, NaiveDate::from_ymd_opt(9998, 12, 31)?);
    Some(date.clamp(first, last))
}

/// A number of digits only: `parse` alone would take a sign.
fn whole(digits: &str) -> Option<i64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

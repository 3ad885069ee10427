//! When a group meets: once a week. A group that spans the globe can take turns between several editions.

use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

/// The length of a meeting in minutes: by default, and at most.
const USUAL_MINUTES: u32 = 60;
const MOST_MINUTES: u32 = 720;
/// The most editions: one a week for a quarter of a year.
const MOST_EDITIONS: usize = 13;

/// A weekly schedule. Several editions take turns: the first has the weeks whose number, counted from the week of 5 January
/// 1970, is divisible by the number of editions; the second has the weeks after those, and so on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    editions: Vec<Edition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Edition {
    weekday: Weekday,
    time: NaiveTime,
    /// `None` for the account's zone.
    zone: Option<Tz>,
    minutes: u32,
}

/// A future meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meeting {
    pub starts: DateTime<Utc>,
    pub ends: DateTime<Utc>,
    /// The number of the edition, from 1.
    pub edition: usize,
    /// Its date in the zone where it is held.
    pub date: NaiveDate,
}

/// Why a text is not a schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSchedule {
    #[error(
        "{0:?} must look like `wednesday 17:00`, optionally followed by a zone such as Europe/London and a length such as 60m"
    )]
    Form(String),
    #[error("{0:?} is not a weekday")]
    Weekday(String),
    #[error("{0:?} is not a time of day such as 17:00")]
    Time(String),
    #[error("{0:?} is neither a time zone such as Europe/London nor a length of 1m to {MOST_MINUTES}m")]
    Rest(String),
    #[error("a schedule has at most {MOST_EDITIONS} editions")]
    TooMany,
}

impl FromStr for Schedule {
    type Err = BadSchedule;

    /// Parses `WEEKDAY HH:MM [ZONE] [MINUTESm]`. Several editions, separated by `;`, take turns.
    fn from_str(text: &str) -> Result<Self, BadSchedule> {
        let editions = text.split(';').map(str::trim).filter(|edition| !edition.is_empty());
        let editions: Vec<Edition> = editions.map(edition).collect::<Result<_, _>>()?;
        match editions.len() {
            0 => Err(BadSchedule::Form(text.to_owned())),
            1..=MOST_EDITIONS => Ok(Self { editions }),
            _ => Err(BadSchedule::TooMany),
        }
    }
}

fn edition(text: &str) -> Result<Edition, BadSchedule> {
    let mut words = text.split_whitespace();
    let (Some(weekday), Some(time)) = (words.next(), words.next()) else {
        return Err(BadSchedule::Form(text.to_owned()));
    };
    let mut edition = Edition {
        weekday: weekday.parse().map_err(|_| BadSchedule::Weekday(weekday.to_owned()))?,
        time: NaiveTime::parse_from_str(time, "%H:%M").map_err(|_| BadSchedule::Time(time.to_owned()))?,
        zone: None,
        minutes: USUAL_MINUTES,
    };
    for word in words {
        let minutes = word.strip_suffix('m').and_then(|minutes| minutes.parse().ok());
        match (minutes.filter(|minutes| (1..=MOST_MINUTES).contains(minutes)), word.parse()) {
            (Some(minutes), _) => edition.minutes = minutes,
            (None, Ok(zone)) => edition.zone = Some(zone),
            (None, Err(_)) => return Err(BadSchedule::Rest(word.to_owned())),
        }
    }
    Ok(edition)
}

impl Schedule {
    /// The meetings of so many weeks, beginning with the week of a date.
    pub fn meetings(&self, from: NaiveDate, weeks: u64, zone: Tz) -> Vec<Meeting> {
        let days = Days::new(from.weekday().num_days_from_monday().into());
        let Some(monday) = from.checked_sub_days(days) else { return vec![] };
        let mondays = (0..weeks).filter_map(|week| monday.checked_add_days(Days::new(week * 7)));
        mondays.filter_map(|monday| self.meeting(monday, zone)).collect()
    }

    fn meeting(&self, monday: NaiveDate, zone: Tz) -> Option<Meeting> {
        let turn = usize::try_from(week_number(monday).rem_euclid(self.editions.len() as i64)).ok()?;
        let edition = self.editions.get(turn)?;
        let date = monday.checked_add_days(Days::new(edition.weekday.num_days_from_monday().into()))?;
        let local = date.and_time(edition.time);
        let zone = edition.zone.unwrap_or(zone);
        // If summer time skips that hour, the meeting is an hour later.
        let starts = zone.from_local_datetime(&local).earliest();
        let starts = starts.or_else(|| zone.from_local_datetime(&(local + TimeDelta::hours(1))).earliest())?;
        let starts = starts.with_timezone(&Utc);
        let ends = starts + TimeDelta::minutes(edition.minutes.into());
        Some(Meeting { starts, ends, edition: turn + 1, date })
    }
}

/// The number of weeks since that of 5 January 1970, a Monday.
fn week_number(monday: NaiveDate) -> i64 {
    let first = NaiveDate::from_ymd_opt(1970, 1, 5).expect("cannot fail: there was such a day");
    (monday - first).num_days() / 7
}

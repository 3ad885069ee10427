//! When the group meets: the schedule, and what people have said about its dates.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::accounts::Account;
use super::authorship::person;
use super::{Refusal, Scope, Service, Viewer};
use crate::scrub::input::{one_line, short_line};
pub use crate::scrub::meetings::{PlannedMeeting, Talk};
use crate::scrub::schedule::{Meeting, Schedule};
use crate::scrub::{Scrub, meetings};
use crate::store::schedule::{self, AnnounceOutcome, DatePlan, NewTalk};

/// Weeks that are shown of the past, and in all.
const PAST_WEEKS: u64 = 4;
const WEEKS: u64 = 4 + 52;
/// How far a meeting may be moved, in days.
const MOST_DAYS: i64 = 60;
/// The longest talk, in minutes.
const MOST_MINUTES: i64 = 720;
/// Dates that a refusal names.
const NAMED: usize = 5;

/// The meetings of the last four weeks and of the next year.
#[derive(Debug)]
pub struct Meetings {
    pub account: Account,
    /// When this was asked.
    pub now: DateTime<Utc>,
    /// In the order in which they are held.
    pub meetings: Vec<PlannedMeeting>,
    /// Whether the viewer may cancel and move them, and announce talks.
    pub may_change: bool,
}

impl Meetings {
    /// The meeting that goes on, or else the one that begins next.
    pub fn next(&self) -> Option<&PlannedMeeting> {
        meetings::next(&self.meetings, self.now)
    }
}

/// How a meeting is to be held.
#[derive(Debug, Default)]
pub struct MeetingPlan {
    pub cancelled: bool,
    pub moved_to: Option<DateTime<Utc>>,
    pub reason: String,
}

/// A talk to be announced.
#[derive(Debug)]
pub struct TalkPlan {
    pub title: String,
    /// Whoever announces it unless given.
    pub presenter: Option<String>,
    pub minutes: Option<i64>,
}

/// A talk that was announced.
#[derive(Debug)]
pub struct AnnouncedTalk {
    pub talk: Talk,
    /// Nobody had announced it before.
    pub is_new: bool,
}

impl Service {
    /// Lists the meetings of an account's group, for calendar programs too.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], [`Refusal::NoSchedule`], or as [`Service::account`].
    pub async fn meetings(&self, viewer: &Viewer, account: Option<&str>) -> Result<Meetings, Refusal> {
        viewer.require_embed()?;
        let account = self.account(viewer, account).await?;
        let schedule = self.schedule()?;
        let now = self.now();
        let from = self.0.calendar.today(now) - Days::new(PAST_WEEKS * 7);
        let scheduled = schedule.meetings(from, WEEKS, self.0.calendar.zone);
        let meetings = self.planned(account.account_id, scheduled).await?;
        let may_change = viewer.require_in(account.account_id, Scope::Scrub).is_ok();
        Ok(Meetings { account, now, meetings, may_change })
    }

    /// Says how the meeting of a date is to be held, in place of what was said before. Its talks stay.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`], [`Refusal::UnknownMeeting`], or as [`Service::meetings`].
    pub async fn plan_meeting(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        date: NaiveDate,
        plan: MeetingPlan,
    ) -> Result<PlannedMeeting, Refusal> {
        let account_id = self.account_for(viewer, Scope::Scrub, account).await?.account_id;
        let scheduled = self.scheduled(date)?;
        let MeetingPlan { cancelled, moved_to, reason } = plan;
        if cancelled && moved_to.is_some() {
            return Err(Refusal::bad_parameter("moved_to", "A meeting is cancelled or moved, not both."));
        }
        let too_far = |starts: DateTime<Utc>| (starts - scheduled.starts).abs() > TimeDelta::days(MOST_DAYS);
        if moved_to.is_some_and(too_far) {
            return Err(Refusal::bad_parameter("moved_to", "At most 60 days before or after its date."));
        }
        let too_long = || Refusal::bad_parameter("reason", "At most 200 characters.");
        let reason = short_line(&reason).ok_or_else(too_long)?;
        // To its own time: it is not moved.
        let moved_to = moved_to.filter(|starts| *starts != scheduled.starts);
        let plan = DatePlan { cancelled, moved_to, reason };
        schedule::plan_date(&self.0.pool, account_id, date, &plan, self.now()).await?;
        self.planned(account_id, vec![scheduled]).await?.pop().ok_or(Refusal::UnknownMeeting { near: vec![] })
    }

    /// Announces a talk at the meeting of a date.
    ///
    /// # Errors
    /// [`Refusal::TooManyTalks`], or as [`Service::plan_meeting`].
    pub async fn add_talk(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        date: NaiveDate,
        plan: TalkPlan,
    ) -> Result<AnnouncedTalk, Refusal> {
        let account_id = self.account_for(viewer, Scope::Scrub, account).await?.account_id;
        self.scheduled(date)?;
        let TalkPlan { title, presenter, minutes } = plan;
        let title = short_line(&title).filter(|title| !title.is_empty());
        let title = title.ok_or_else(|| Refusal::bad_parameter("title", "1 to 200 characters."))?;
        let presenter = presenter.unwrap_or_else(|| viewer.name().to_owned());
        let presenter = person("presenter", &one_line(&presenter))?;
        if minutes.is_some_and(|minutes| !(1..=MOST_MINUTES).contains(&minutes)) {
            return Err(Refusal::bad_parameter("minutes", "A whole number from 1 to 720."));
        }
        let new = NewTalk { title, presenter, minutes };
        match schedule::add_talk(&self.0.pool, account_id, date, new, self.now()).await? {
            AnnounceOutcome::New(talk) => Ok(AnnouncedTalk { talk, is_new: true }),
            AnnounceOutcome::Already(talk) => Ok(AnnouncedTalk { talk, is_new: false }),
            AnnounceOutcome::Full => Err(Refusal::TooManyTalks),
        }
    }

    /// Takes a talk off the meeting of a date.
    ///
    /// # Errors
    /// [`Refusal::UnknownTalk`], or as [`Service::plan_meeting`].
    pub async fn remove_talk(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        date: NaiveDate,
        talk: i64,
    ) -> Result<(), Refusal> {
        let account_id = self.account_for(viewer, Scope::Scrub, account).await?.account_id;
        match schedule::remove_talk(&self.0.pool, account_id, (date, talk), self.now()).await? {
            true => Ok(()),
            false => Err(Refusal::UnknownTalk),
        }
    }

    /// The talks of the meeting for which a scrub was opened; none without a schedule.
    pub(super) async fn talks_of(&self, account_id: i64, scrub: &Scrub) -> Result<Vec<Talk>, Refusal> {
        let (Some(schedule), Some(opened)) = (&self.0.schedule, scrub.opened_at) else { return Ok(vec![]) };
        // As many weeks as a meeting can be moved by, before and after.
        let weeks = MOST_DAYS.unsigned_abs() / 7 + 1;
        let from = self.0.calendar.today(opened) - Days::new(weeks * 7);
        let scheduled = schedule.meetings(from, 2 * weeks + 1, self.0.calendar.zone);
        let planned = self.planned(account_id, scheduled).await?;
        Ok(meetings::of_scrub(&planned, opened).map(|meeting| meeting.talks.clone()).unwrap_or_default())
    }

    fn schedule(&self) -> Result<&Schedule, Refusal> {
        self.0.schedule.as_ref().ok_or(Refusal::NoSchedule)
    }

    /// The meeting that the schedule has on a date, of those that are shown.
    fn scheduled(&self, date: NaiveDate) -> Result<Meeting, Refusal> {
        let schedule = self.schedule()?;
        let zone = self.0.calendar.zone;
        let from = self.today() - Days::new(PAST_WEEKS * 7);
        let shown = schedule.meetings(from, WEEKS, zone);
        let near = || shown.iter().skip_while(|meeting| meeting.date < date).take(NAMED).map(|meeting| meeting.date);
        let meeting = shown.iter().find(|meeting| meeting.date == date).copied();
        meeting.ok_or_else(|| Refusal::UnknownMeeting { near: near().collect() })
    }

    async fn planned(&self, account_id: i64, scheduled: Vec<Meeting>) -> Result<Vec<PlannedMeeting>, Refusal> {
        let (Some(first), Some(last)) = (scheduled.first(), scheduled.last()) else { return Ok(vec![]) };
        let dates = (first.date, last.date);
        let notes = schedule::notes(&self.0.pool, account_id, dates).await?;
        let talks = schedule::talks(&self.0.pool, account_id, dates).await?;
        let of = |date| talks.iter().filter(|(on, _)| *on == date).map(|(_, talk)| talk.clone()).collect();
        Ok(meetings::planned(scheduled, &notes, of))
    }
}

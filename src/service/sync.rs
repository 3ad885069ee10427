//! How complete an account is, and how it compares with GitHub.

use std::sync::PoisonError;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Refusal, Scope, Service, Viewer};
use crate::activity::Sight;
use crate::github::limits::{SHARE, shut};
pub use crate::store::chat::ShownMessage;
pub use crate::store::gates::HourlyBudget;
pub use crate::store::installations::Installation;
pub use crate::store::jobs::ShownJob;
pub use crate::store::left_out::LeftOut;
pub use crate::store::sync::{SyncProgress, SyncedRepository};
use crate::store::{accounts, chat, conversations, gates, installations, jobs, left_out, sync};

/// Repositories on a page.
const PAGE: i64 = 100;
/// Failing questions shown.
const FAILING: i64 = 20;
/// Places shown where something could not be read.
const LEFT_OUT: i64 = 50;

/// The id of no account.
const NOBODY: i64 = -1;

/// How far the backfill of an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackfillState {
    /// Only deliveries are taken.
    None,
    /// Open items are being fetched.
    Running,
    /// All open items are here; history is being fetched.
    Open,
    Complete,
}

impl BackfillState {
    pub const ALL: [Self; 4] = [Self::None, Self::Running, Self::Open, Self::Complete];

    /// `asks`: GitHub is asked at all.
    fn of(asks: bool, progress: &SyncProgress) -> Self {
        match progress {
            _ if !asks || progress.repositories == 0 => Self::None,
            found if found.complete == found.repositories => Self::Complete,
            found if found.open == found.repositories => Self::Open,
            _ => Self::Running,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Running => "running",
            Self::Open => "open",
            Self::Complete => "complete",
        }
    }
}

/// How complete an account is.
#[derive(Debug)]
pub struct SyncReport {
    pub account_id: i64,
    pub backfill: BackfillState,
    pub progress: SyncProgress,
    /// Questions to GitHub that failed and are tried again.
    pub failing: Vec<ShownJob>,
    /// What could not be read of deliveries and of GitHub's answers, the latest first.
    pub left_out: Vec<LeftOut>,
    /// Messages to the chat that have not arrived, of the last week.
    pub chat_failing: Vec<ShownMessage>,
    pub installation: Option<Installation>,
    pub rest: Option<HourlyBudget>,
    pub graphql: Option<HourlyBudget>,
    /// Open items that GitHub is still to be asked about.
    pub conversations_due: i64,
    /// `None`, like the budgets, for who does not see all repositories. GitHub refused, or most of an hourly budget is
    /// used: until when requests are put off, and why.
    pub paused: Option<(DateTime<Utc>, String)>,
    /// A page of the repositories that the viewer may see, by id.
    pub repositories: Vec<SyncedRepository>,
    /// More repositories come after this id.
    pub next: Option<i64>,
}

impl Service {
    /// Reports how complete an account is, with the repositories after an id. As long as there is no account, and none is
    /// named, the report is of nothing.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or as [`Service::account`].
    pub async fn sync_report(&self, viewer: &Viewer, account: Option<&str>, after: i64) -> Result<SyncReport, Refusal> {
        viewer.require(Scope::Read)?;
        let account_id = match self.account(viewer, account).await {
            Ok(account) => account.account_id,
            // Whoever has just installed it asks this first: nothing is here, and nothing is wrong.
            Err(Refusal::NoAccount) => NOBODY,
            Err(refusal) => return Err(refusal),
        };
        let pool = &self.0.pool;
        let sight = viewer.sight();
        let last_week = self.now() - TimeDelta::days(7);
        let (progress, rows, gate, failing, left_out, told, installation, conversations) = tokio::join!(
            sync::progress(pool, account_id, &sight, self.included(account_id)),
            sync::page(pool, account_id, &sight, after, PAGE),
            gates::read(pool, account_id),
            jobs::list(pool, account_id, &sight, FAILING),
            left_out::list(pool, account_id, LEFT_OUT),
            chat::failing(pool, account_id, last_week, FAILING),
            installations::of(pool, account_id),
            conversations::count(pool, account_id, &sight),
        );
        // What the account has spent tells how much there is to ask about, hidden or not.
        let (progress, mut repositories, gate, mut failing) =
            (progress?, rows?, gate?.filter(|_| sight.is_all()), failing?);
        // Without an App nobody asks.
        let asks = self.0.github.is_some();
        let conversations_due = if asks { conversations? } else { 0 };
        let full = i64::try_from(repositories.len()) == Ok(PAGE);
        let next = repositories.last().filter(|_| full).map(|last| last.repo_id);
        // A repository is as far as answers are: what is stored of it may not be in them yet.
        let included = |at: DateTime<Utc>| progress.left_over_since.is_none_or(|since| at <= since);
        for repository in &mut repositories {
            repository.open_at = repository.open_at.filter(|at| included(*at));
            repository.complete_at = repository.complete_at.filter(|at| included(*at));
        }
        failing.retain(|job| job.failures > 0);
        let paused = gate
            .as_ref()
            .and_then(|gate| [false, true].into_iter().filter_map(|graphql| shut(gate, graphql, SHARE)).max());
        Ok(SyncReport {
            account_id,
            backfill: BackfillState::of(asks, &progress),
            progress,
            failing,
            // It names repositories, and nobody knows of which it is.
            left_out: left_out?.into_iter().filter(|_| sight.is_all()).collect(),
            // A scrub may have rows that not everybody sees.
            chat_failing: told?.into_iter().filter(|_| sight.is_all()).collect(),
            installation: installation?,
            rest: gate.as_ref().and_then(|gate| gate.core),
            graphql: gate.as_ref().and_then(|gate| gate.graphql),
            conversations_due,
            paused,
            repositories,
            next,
        })
    }

    /// The position that answers from memory include; `None` where they are made from what is stored.
    fn included(&self, account_id: i64) -> Option<i64> {
        self.0.live.head(account_id).map(|head| head.position)
    }

    /// How far the backfill is, as seen within the last second; and up to when, at least, every
    /// repository was compared with GitHub.
    pub(super) async fn backfill_in_passing(
        &self,
        account_id: i64,
        sight: &Sight,
    ) -> Result<(BackfillState, Option<DateTime<Utc>>), Refusal> {
        if self.0.github.is_none() {
            return Ok((BackfillState::None, None));
        }
        // Every page of the queue says it, and counting ten thousand repositories takes longer than the page.
        let progress = sync::progress(&self.0.pool, account_id, sight, self.included(account_id));
        // Kept by what a sight is called: the sets of those who have gone are not kept with it.
        let progress = self.0.progress.get((account_id, format!("{sight:?}")), progress).await?;
        Ok((BackfillState::of(true, &progress), progress.swept_at))
    }

    /// When the last delivery came; for who does not see all repositories, the last one that told something of what
    /// is public.
    pub(super) async fn last_delivery_at(
        &self,
        account_id: i64,
        sight: &Sight,
    ) -> Result<Option<DateTime<Utc>>, Refusal> {
        if sight.is_all() {
            return Ok(accounts::last_delivery_at(&self.0.pool, account_id).await?);
        }
        let told = || self.0.told.lock().unwrap_or_else(PoisonError::into_inner);
        let known = told().get(&account_id).copied();
        let after = known.map_or(0, |(position, _)| position);
        let new = accounts::last_told(&self.0.pool, account_id, after).await?;
        if let Some(new) = new {
            told().insert(account_id, new);
        }
        Ok(new.or(known).map(|(_, at)| at))
    }
}

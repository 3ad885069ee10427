//! What the doctor finds, for whoever looks after the service: the sentences of `bugscrub doctor`, about the App, one
//! account's installation, and the database.
//!
//! GitHub is asked at most once a minute for an account, however many look, and goes on being asked if they go away.

pub(super) mod state;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::timeout;

pub use self::state::DoctorReport;
use self::state::PATIENCE;
use super::accounts::Account;
use super::quota::QuotaLimit;
use super::{Refusal, Scope, Service, Viewer};
pub use crate::github::doctor::Finding;
use crate::github::doctor::{self, Whose};

/// How long what was found is told again.
const FRESH: Duration = Duration::from_secs(60);
/// A service that only receives deliveries may be meant so.
const NO_APP: &str = "The service has no GitHub App to ask with: it knows what deliveries tell, and nothing of before. Set \
                      BUGSCRUB_APP_ID and BUGSCRUB_PRIVATE_KEY_FILE, or run `bugscrub setup`, which makes an App.";
/// In the place of an account's id where there is none yet.
const NO_ACCOUNT: i64 = -1;

impl Service {
    /// What the doctor finds. As long as there is no account, and none is named, it is about the App alone.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], [`Refusal::TooBusy`], or as [`Service::account`].
    pub async fn doctor_report(&self, viewer: &Viewer, account: Option<&str>) -> Result<Arc<DoctorReport>, Refusal> {
        viewer.require(Scope::Admin)?;
        let account = match self.account(viewer, account).await {
            Ok(account) => Some(account),
            Err(Refusal::NoAccount) => None,
            Err(refusal) => return Err(refusal),
        };
        let turn = self.0.doctor.waiting.take(viewer).await.map_err(|none| {
            Refusal::TooBusy(match none {
                QuotaLimit::Own => "You are waiting for this answer already.",
                QuotaLimit::All => "Many are waiting for this answer.",
            })
        })?;
        let service = self.clone();
        let examining = tokio::spawn(async move {
            let report = service.examined(account).await;
            drop(turn);
            report
        });
        let ended = timeout(PATIENCE, examining).await;
        ended.map_err(|_| Refusal::TooBusy("GitHub has not answered yet."))?.map_err(|_| Refusal::Failed)
    }

    async fn examined(&self, account: Option<Account>) -> Arc<DoctorReport> {
        let kept = self.0.doctor.of(account.as_ref().map_or(NO_ACCOUNT, |account| account.account_id));
        let mut kept = kept.lock().await;
        if let Some((_, report)) = kept.as_ref().filter(|(begun, _)| begun.elapsed() < FRESH) {
            return report.clone();
        }
        let begun = Instant::now();
        let mut findings = match &self.0.github {
            None => vec![Finding::Warning(NO_APP.to_owned())],
            Some(github) => {
                let client = github.client.ahead();
                let whose = account.map_or(Whose::Nobodys, |account| Whose::Account(account.account_id, account.login));
                let mut findings = doctor::examine(&client, &whose, "the database").await;
                findings.extend(self.0.people.examine(&client).await);
                findings
            }
        };
        findings.extend(doctor::examine_database(&self.0.pool).await);
        let report = Arc::new(DoctorReport { checked_at: self.now(), findings });
        *kept = Some((begun, report.clone()));
        report
    }
}

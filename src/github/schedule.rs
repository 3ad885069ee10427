//! The jobs that follow from a start and from certain deliveries.

use super::context::JobContext;
use crate::store::jobs::{JobKind, NewJob};
use crate::store::{StoreError, installations};

/// Adds the jobs of a start. Unfinished jobs are still there and go on by themselves.
pub async fn at_start(context: &JobContext) -> Result<(), StoreError> {
    let mut jobs = vec![NewJob::now(0, JobKind::Installations, 0), NewJob::now(0, JobKind::Redeliver, 0)];
    for installation in installations::all(&context.pool).await? {
        // The purge itself finds out when the grace is over.
        let kind = if installation.gone_at.is_some() { JobKind::Purge } else { JobKind::Repositories };
        if kind == JobKind::Purge || !installation.suspended {
            jobs.push(NewJob::now(installation.account_id, kind, 0));
        }
    }
    context.add(&jobs).await
}

/// Adds the job that a delivery about an installation or a repository asks for. Such payloads carry
/// no usable time, so GitHub is asked for the present state.
pub async fn after_delivery(context: &JobContext, event: &str, account_id: i64) -> Result<(), StoreError> {
    match event {
        "installation" | "installation_target" => context.add(&[NewJob::now(0, JobKind::Installations, 0)]).await,
        "installation_repositories" if account_id != 0 => {
            context.add(&[NewJob::now(account_id, JobKind::Repositories, 0)]).await
        }
        // These come in crowds, when many repositories are archived or renamed.
        "repository" if account_id != 0 => {
            let after = context.rhythm.recheck;
            context.add(&[NewJob { after, ..NewJob::now(account_id, JobKind::Repositories, 0) }]).await
        }
        _ => Ok(()),
    }
}

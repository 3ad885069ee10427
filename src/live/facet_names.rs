//! What an account's items are called, kept for whoever counts them.

use std::sync::Arc;

use sqlx::PgPool;
use tokio::sync::Mutex;

use crate::rank::live::{FacetNames, Live, Snapshot};
use crate::store::StoreError;
use crate::store::directory::{each_labels, each_milestone};
use crate::store::log::subjects;
use crate::store::people::{each_login, renamed_between};

/// Repositories whose names are read one by one; of more, all names are read.
const MANY: usize = 1_000;

/// What the items of an account are called, as of a moment.
pub(super) type Names = Mutex<Option<RankingNames>>;

/// The names of one ranking, which it may not be any more.
pub(super) struct RankingNames {
    live: Arc<Live>,
    /// What has happened up to here is in the names.
    position: i64,
    called: Arc<FacetNames>,
}

/// What the items of a snapshot are called.
pub(super) async fn called(
    names: &Names,
    database: &PgPool,
    account_id: i64,
    (live, snapshot): (&Arc<Live>, &Snapshot),
) -> Result<Arc<FacetNames>, StoreError> {
    let mut names = names.lock().await;
    let known = names.take().filter(|known| Arc::ptr_eq(&known.live, live));
    let known = match known {
        // Another question has read on meanwhile: its names will do.
        Some(known) if known.position > snapshot.position() => known,
        Some(known) => read_on(known, database, account_id, snapshot).await?,
        None => {
            let begun = RankingNames { live: live.clone(), position: 0, called: Arc::default() };
            read_all(begun, database, account_id, snapshot).await?
        }
    };
    let called = known.called.clone();
    *names = Some(known);
    Ok(called)
}

async fn read_all(
    mut named: RankingNames,
    database: &PgPool,
    account_id: i64,
    snapshot: &Snapshot,
) -> Result<RankingNames, StoreError> {
    let mut called = FacetNames::default();
    called.meet(snapshot);
    let mut connection = database.acquire().await?;
    each_labels(&mut connection, account_id, None, |repo_id, labels| {
        called.labels(snapshot, repo_id, labels.iter().map(|(id, name)| (*id, name.as_str())));
    })
    .await?;
    each_milestone(&mut connection, account_id, None, |(repo_id, number), title| {
        called.milestone(snapshot, repo_id, number, title);
    })
    .await?;
    each_login(&mut connection, account_id, None, |id, login| called.person(snapshot, id, login)).await?;
    (named.called, named.position) = (Arc::new(called), snapshot.position());
    Ok(named)
}

async fn read_on(
    mut named: RankingNames,
    database: &PgPool,
    account_id: i64,
    snapshot: &Snapshot,
) -> Result<RankingNames, StoreError> {
    let (from, to) = (named.position, snapshot.position());
    let new = named.called.lacks(snapshot);
    if from == to && !new {
        return Ok(named);
    }
    let touched = subjects(database, account_id, (from, to), false).await?.repositories;
    let renamed = from < to && renamed_between(database, account_id, from, to).await?;
    let Some(touched) = touched.filter(|touched| touched.len() <= MANY) else {
        return read_all(named, database, account_id, snapshot).await;
    };
    let called = Arc::make_mut(&mut named.called);
    let unknown = called.meet(snapshot).people;
    let repo_ids: Vec<i64> = touched.into_iter().collect();
    let mut connection = database.acquire().await?;
    if !repo_ids.is_empty() {
        each_labels(&mut connection, account_id, Some(&repo_ids), |repo_id, labels| {
            called.labels(snapshot, repo_id, labels.iter().map(|(id, name)| (*id, name.as_str())));
        })
        .await?;
        each_milestone(&mut connection, account_id, Some(&repo_ids), |(repo_id, number), title| {
            called.milestone(snapshot, repo_id, number, title);
        })
        .await?;
    }
    if renamed || !unknown.is_empty() {
        let ids = if renamed { None } else { Some(&unknown[..]) };
        each_login(&mut connection, account_id, ids, |id, login| called.person(snapshot, id, login)).await?;
    }
    named.position = to;
    Ok(named)
}

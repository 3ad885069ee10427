//! Which names somebody can know of: those in the repositories that they may see.

use std::collections::{BTreeMap, HashSet};

use sqlx::PgPool;

use super::{StoreError, people, resolve};
use crate::activity::PersonKey;
use crate::activity::person::login_key;
use crate::rank::Filter;
use crate::rank::criterion::Criterion;
use crate::rank::text::folded;

/// Names that are looked at when one is sought that is nearly the same.
const MOST_NAMES: i64 = 5_000;

/// Those of some labels that are in some repositories; as names are compared.
pub async fn labels(
    pool: &PgPool,
    account_id: i64,
    names: &[&str],
    repo_ids: &[i64],
) -> Result<HashSet<String>, StoreError> {
    Ok(found(resolve::labels(pool, account_id, names, Some(repo_ids)).await?))
}

/// Those of some milestones that are in some repositories; as names are compared.
pub async fn milestones(
    pool: &PgPool,
    account_id: i64,
    titles: &[&str],
    repo_ids: &[i64],
) -> Result<HashSet<String>, StoreError> {
    Ok(found(resolve::milestones(pool, account_id, titles, Some(repo_ids)).await?))
}

fn found<T>(by_name: impl IntoIterator<Item = (String, Vec<T>)>) -> HashSet<String> {
    by_name.into_iter().filter(|(_, found)| !found.is_empty()).map(|(name, _)| name).collect()
}

/// The names of the labels in some repositories.
pub async fn all_labels(pool: &PgPool, account_id: i64, repo_ids: &[i64]) -> Result<Vec<String>, StoreError> {
    let names = sqlx::query_scalar!(
        r#"SELECT DISTINCT name AS "name!" FROM current_labels
           WHERE account_id = $1 AND repo_id = ANY($2) AND NOT removed AND name <> '' LIMIT $3"#,
        account_id,
        repo_ids,
        MOST_NAMES,
    )
    .fetch_all(pool)
    .await?;
    Ok(names)
}

/// The titles of the milestones in some repositories.
pub async fn all_milestones(pool: &PgPool, account_id: i64, repo_ids: &[i64]) -> Result<Vec<String>, StoreError> {
    let titles = sqlx::query_scalar!(
        r#"SELECT DISTINCT title AS "title!" FROM current_milestones
           WHERE account_id = $1 AND repo_id = ANY($2) AND NOT removed AND title <> '' LIMIT $3"#,
        account_id,
        repo_ids,
        MOST_NAMES,
    )
    .fetch_all(pool)
    .await?;
    Ok(titles)
}

/// Whom the logins of a criterion mean, by the login: their id, where one is known, and the login.
pub async fn meant(
    pool: &PgPool,
    account_id: i64,
    filter: &Filter,
    criterion: &'static Criterion,
) -> Result<BTreeMap<String, Vec<PersonKey>>, StoreError> {
    let filter = Filter::default().with(criterion, filter.terms(criterion).clone());
    let holders = people::holders(pool, account_id, &filter).await?;
    let meant = |login: &String| {
        let id = holders.get(&folded(login)).map(|id| PersonKey::Id(*id));
        (login.clone(), id.into_iter().chain([PersonKey::Login(login_key(login))]).collect())
    };
    Ok(filter.terms(criterion).values().map(meant).collect())
}

/// Those of some people who wrote an item of some repositories, open or not, or were assigned one. It reads all items
/// of the repositories.
pub async fn people(
    pool: &PgPool,
    account_id: i64,
    sought: &[PersonKey],
    repo_ids: &[i64],
) -> Result<HashSet<PersonKey>, StoreError> {
    let (mut ids, mut logins) = (vec![], vec![]);
    for person in sought {
        match person {
            PersonKey::Id(id) => ids.push(*id),
            PersonKey::Login(login) => logins.push(login.clone()),
        }
    }
    let rows = sqlx::query!(
        r#"SELECT DISTINCT p.id, lower(p.login COLLATE "C") AS login
           FROM current_items i CROSS JOIN LATERAL (
             SELECT i.author_id AS id, CASE WHEN i.author_id IS NULL THEN i.author END AS login
             UNION ALL SELECT a, NULL FROM unnest(i.assignee_ids) a
             UNION ALL SELECT NULL, a FROM unnest(coalesce(i.assignees_without_id, i.assignees)) a
           ) p
           WHERE i.account_id = $1 AND i.live AND i.repo_id = ANY($2)
             AND (i.author_id = ANY($3) OR i.assignee_ids && $3 OR i.author_id IS NULL AND lower(i.author COLLATE "C") = ANY($4)
                  OR coalesce(i.assignees_without_id, i.assignees) <> '{}')
             AND (p.id = ANY($3) OR lower(p.login COLLATE "C") = ANY($4))"#,
        account_id,
        repo_ids,
        &ids,
        &logins,
    )
    .fetch_all(pool)
    .await?;
    let person = |(id, login): (Option<i64>, Option<String>)| {
        id.map(PersonKey::Id).or_else(|| login.map(|login| PersonKey::Login(login_key(&login))))
    };
    Ok(rows.into_iter().filter_map(|row| person((row.id, row.login))).collect())
}

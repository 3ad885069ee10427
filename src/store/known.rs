//! Which names somebody can know of: those in the repositories that they may see.

use std::collections::{BTreeMap, HashSet};

use sqlx::PgPool;

use super::{StoreError, people, resolve, spread};
use crate::activity::PersonKey;
use crate::activity::person::login_key;
use crate::rank::Filter;
use crate::rank::criterion::Criterion;
use crate::rank::text::folded;

/// Names that are looked at when one is sought that is nearly the same.
const MOST_NAMES: i64 = 5_000;

/// Of so many repositories that have a label or a milestone of a name it is looked first whether one of them is among
/// those that are asked about.
const FIRST: i64 = 20;

/// Those of some labels that are in some repositories; as names are compared.
pub async fn labels(
    pool: &PgPool,
    account_id: i64,
    names: &[&str],
    repo_ids: &[i64],
) -> Result<HashSet<String>, StoreError> {
    let first = sqlx::query_as!(
        NameRow,
        r#"SELECT sought.name AS "name!", l.repo_id
           FROM accounts a CROSS JOIN UNNEST($2::text[]) AS sought (name)
           CROSS JOIN LATERAL (SELECT repo_id FROM labels
             WHERE account_id = $1 AND generation + 0 = a.generation AND NOT removed
               AND lower(name COLLATE "C") = sought.name AND octet_length(name) = char_length(name)
             ORDER BY lower(name COLLATE "C") LIMIT $3) AS l
           WHERE a.account_id = $1"#,
        account_id,
        &resolve::all_folded(names),
        FIRST,
    )
    .fetch_all(pool)
    .await?;
    let mut known = NameRow::among(first, repo_ids);
    let left = left_of(names, &known);
    if !left.is_empty() {
        known.extend(found(resolve::labels(pool, account_id, &left, Some(repo_ids)).await?));
    }
    Ok(known)
}

/// Those of some milestones that are in some repositories; as names are compared.
pub async fn milestones(
    pool: &PgPool,
    account_id: i64,
    titles: &[&str],
    repo_ids: &[i64],
) -> Result<HashSet<String>, StoreError> {
    let first = sqlx::query_as!(
        NameRow,
        r#"SELECT sought.title AS "name!", m.repo_id
           FROM accounts a CROSS JOIN UNNEST($2::text[]) AS sought (title)
           CROSS JOIN LATERAL (SELECT repo_id FROM milestones
             WHERE account_id = $1 AND generation + 0 = a.generation AND NOT removed
               AND lower(title COLLATE "C") = sought.title AND octet_length(title) = char_length(title)
             ORDER BY lower(title COLLATE "C") LIMIT $3) AS m
           WHERE a.account_id = $1"#,
        account_id,
        &resolve::all_folded(titles),
        FIRST,
    )
    .fetch_all(pool)
    .await?;
    let mut known = NameRow::among(first, repo_ids);
    let left = left_of(titles, &known);
    if !left.is_empty() {
        known.extend(found(resolve::milestones(pool, account_id, &left, Some(repo_ids)).await?));
    }
    Ok(known)
}

/// A repository that has something of a folded name.
struct NameRow {
    name: String,
    repo_id: i64,
}

impl NameRow {
    /// The names that some repositories have.
    fn among(rows: Vec<Self>, repo_ids: &[i64]) -> HashSet<String> {
        let repo_ids: HashSet<&i64> = repo_ids.iter().collect();
        rows.into_iter().filter(|row| repo_ids.contains(&row.repo_id)).map(|row| row.name).collect()
    }
}

/// The names that are not known yet.
fn left_of<'a>(names: &[&'a str], known: &HashSet<String>) -> Vec<&'a str> {
    names.iter().copied().filter(|name| !known.contains(&folded(name))).collect()
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

/// Those of some people who wrote an item of some repositories, open or not, or were assigned one. It reads what they
/// wrote and were assigned, and of people without an id, what has such.
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
    let ids = with_ids(pool, account_id, &ids, repo_ids);
    let logins = with_logins_alone(pool, account_id, &logins, repo_ids);
    let (ids, logins) = tokio::try_join!(ids, logins)?;
    let logins = logins.iter().map(|login| PersonKey::Login(login_key(login)));
    Ok(ids.into_iter().map(PersonKey::Id).chain(logins).collect())
}

async fn with_ids(pool: &PgPool, account_id: i64, ids: &[i64], repo_ids: &[i64]) -> Result<Vec<i64>, StoreError> {
    if spread::is_known(pool) {
        // The inner items must be bound to the account, too, whatever index that lets the planner choose.
        let found = sqlx::query_scalar!(
            r#"SELECT wanted.id AS "id!" FROM accounts a CROSS JOIN UNNEST($2::bigint[]) AS wanted (id)
               WHERE a.account_id = $1
                 AND ((SELECT true FROM items WHERE account_id = $1 AND generation = a.generation AND live
                         AND author_id = wanted.id AND repo_id = ANY($3) LIMIT 1)
                   OR (SELECT true FROM items WHERE account_id = $1 AND generation = a.generation AND live
                         AND assignee_ids <> '{}' AND assignee_ids @> ARRAY[wanted.id] AND repo_id = ANY($3) LIMIT 1))"#,
            account_id,
            ids,
            repo_ids,
        );
        return Ok(found.fetch_all(pool).await?);
    }
    let found = sqlx::query_scalar!(
        r#"SELECT wanted.id AS "id!" FROM accounts a CROSS JOIN UNNEST($2::bigint[]) AS wanted (id)
           WHERE a.account_id = $1
             AND ((SELECT true FROM items WHERE account_id = $1 AND generation = a.generation AND live
                     AND author_id = wanted.id AND repo_id = ANY($3) LIMIT 1)
               OR (SELECT true FROM (SELECT account_id, generation, repo_id FROM items
                     WHERE live AND assignee_ids <> '{}' AND assignee_ids @> ARRAY[wanted.id] OFFSET 0) AS i
                   WHERE account_id = $1 AND generation = a.generation AND repo_id = ANY($3) LIMIT 1))"#,
        account_id,
        ids,
        repo_ids,
    )
    .fetch_all(pool)
    .await?;
    Ok(found)
}

/// The order has the planner take the index of just such items, whatever it thinks of how many there are.
async fn with_logins_alone(
    pool: &PgPool,
    account_id: i64,
    logins: &[String],
    repo_ids: &[i64],
) -> Result<Vec<String>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT DISTINCT p.login AS "login!" FROM accounts a
           CROSS JOIN LATERAL (SELECT repo_id, author, author_id, assignees, assignees_without_id FROM items
             WHERE account_id = $1 AND generation = a.generation AND live
               AND (author_id IS NULL AND author IS NOT NULL OR coalesce(assignees_without_id, assignees) <> '{}')
             ORDER BY repo_id, number OFFSET 0) AS i
           CROSS JOIN LATERAL (
             SELECT lower(i.author COLLATE "C") AS login WHERE i.author_id IS NULL
             UNION ALL SELECT lower(a COLLATE "C") FROM unnest(coalesce(i.assignees_without_id, i.assignees)) a) AS p
           WHERE a.account_id = $1 AND p.login = ANY($2) AND i.repo_id = ANY($3)"#,
        account_id,
        logins,
        repo_ids,
    )
    .fetch_all(pool)
    .await?;
    Ok(found)
}

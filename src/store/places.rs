//! Where items are: many addresses at once, as people write them, and the names of repositories.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};

use super::items::ItemAddress;
use super::pool::{self, ONE_MOMENT};
use super::{StoreError, remarks};
use crate::activity::{ItemKey, Sight};

/// An item as people write it: the repository's owner, its name, and the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenAddress {
    /// A login that the account has or had.
    pub owner: String,
    pub repository: String,
    pub number: i64,
}

/// `owner/name` of a repository.
pub type RepositoryName = String;

/// The repositories of some ids that a reader sees.
pub(super) async fn names_of(
    connection: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    repo_ids: &BTreeSet<i64>,
) -> Result<HashMap<i64, RepositoryName>, StoreError> {
    let repo_ids: Vec<i64> = repo_ids.iter().copied().collect();
    let rows = sqlx::query!(
        r#"SELECT r.repo_id AS "repo_id!", r.owner AS "owner!", r.name AS "name!"
           FROM UNNEST($2::bigint[]) AS wanted (repo_id)
           CROSS JOIN LATERAL (SELECT repo_id, owner, name, private FROM visible_repositories
             WHERE account_id = $1 AND repo_id = wanted.repo_id LIMIT 1) AS r
           WHERE ($3 OR NOT r.private OR r.repo_id = ANY($4))
             AND r.name IS NOT NULL"#,
        account_id,
        &repo_ids,
        sight.is_all(),
        sight.private() as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.repo_id, format!("{}/{}", row.owner, row.name))).collect())
}

/// Where items are now, in their order: also those that went elsewhere within the account. `None` of those that the
/// reader does not see, and that are not there.
pub async fn locate_all(
    pool: &PgPool,
    account_id: i64,
    sight: &Sight,
    items: &[WrittenAddress],
) -> Result<Vec<Option<ItemAddress>>, StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let repositories = repositories(&mut moment, account_id, sight, items).await?;
    let ids = |item: &WrittenAddress| repositories.get(&lower(item)).map(Vec::as_slice).unwrap_or_default().to_vec();
    let keys: BTreeSet<ItemAddress> =
        items.iter().flat_map(|item| ids(item).into_iter().map(|repo_id| (repo_id, item.number))).collect();
    let mut found = states(&mut moment, account_id, &keys).await?;
    for (address, found) in &mut found {
        if let AtAddress::Gone { transferred: true } = found {
            let key = remarks::current_key(&mut moment, account_id, sight, *address).await?;
            let there = states(&mut moment, account_id, &BTreeSet::from([key])).await?;
            let seen = names_of(&mut moment, account_id, sight, &BTreeSet::from([key.0])).await?;
            if let Some(AtAddress::Here(key)) = there.get(&key).filter(|_| seen.contains_key(&key.0)) {
                *found = AtAddress::Here(*key);
            }
        }
    }
    // Two repositories have the same name if we missed that one was renamed: then the one with a live item is meant.
    let here = |item: &WrittenAddress| {
        let states = ids(item).into_iter().filter_map(|repo_id| found.get(&(repo_id, item.number)));
        states.filter_map(|found| if let AtAddress::Here(key) = found { Some(*key) } else { None }).max()
    };
    Ok(items.iter().map(here).collect())
}

/// What is at an address.
#[derive(Clone, Copy, Debug)]
enum AtAddress {
    Here(ItemAddress),
    Gone { transferred: bool },
}

async fn states(
    connection: &mut PgConnection,
    account_id: i64,
    keys: &BTreeSet<ItemAddress>,
) -> Result<BTreeMap<ItemAddress, AtAddress>, StoreError> {
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = keys.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"SELECT i.repo_id AS "repo_id!", i.number AS "number!", i.live AS "live!", i.moved AS "moved: Json<ItemKey>"
           FROM accounts a
           CROSS JOIN UNNEST($2::bigint[], $3::bigint[]) AS wanted (repo_id, number)
           CROSS JOIN LATERAL (SELECT repo_id, number, live,
               CASE WHEN NOT live THEN folded -> 'transferred_to' END AS moved FROM items
             WHERE account_id = $1 AND generation = a.generation
               AND repo_id = wanted.repo_id AND number = wanted.number LIMIT 1) AS i
           WHERE a.account_id = $1"#,
        account_id,
        &repo_ids,
        &numbers,
    )
    .fetch_all(connection)
    .await?;
    let found = rows.into_iter().map(|row| {
        let address = (row.repo_id, row.number);
        let gone = AtAddress::Gone { transferred: row.moved.is_some() };
        (address, if row.live { AtAddress::Here(address) } else { gone })
    });
    Ok(found.collect())
}

/// Owner and name in lower case.
type LowerName = (String, String);

fn lower(item: &WrittenAddress) -> LowerName {
    (item.owner.to_ascii_lowercase(), item.repository.to_ascii_lowercase())
}

/// The ids of the repositories that items name and that the reader sees.
async fn repositories(
    connection: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    items: &[WrittenAddress],
) -> Result<HashMap<LowerName, Vec<i64>>, StoreError> {
    let wanted: BTreeSet<LowerName> = items.iter().map(lower).collect();
    let names: BTreeSet<&String> = wanted.iter().map(|(_, name)| name).collect();
    let names: Vec<String> = names.into_iter().cloned().collect();
    let rows = sqlx::query!(
        r#"SELECT r.repo_id AS "repo_id!", lower(r.owner COLLATE "C") AS "owner!", lower(r.name COLLATE "C") AS "name!",
                  p.logins AS "logins!"
           FROM current_profiles p
           CROSS JOIN UNNEST($2::text[]) AS wanted (name)
           CROSS JOIN LATERAL (SELECT repo_id, owner, name, private FROM visible_repositories
             WHERE account_id = $1 AND lower(name COLLATE "C") = wanted.name OFFSET 0) AS r
           WHERE p.account_id = $1 AND ($3 OR NOT r.private OR r.repo_id = ANY($4))"#,
        account_id,
        &names,
        sight.is_all(),
        sight.private() as _,
    )
    .fetch_all(connection)
    .await?;
    let mut ids: HashMap<LowerName, Vec<i64>> = HashMap::new();
    for (owner, name) in wanted {
        let named = rows.iter().filter(|row| row.name == name && (row.owner == owner || row.logins.contains(&owner)));
        let named = named.map(|row| row.repo_id).collect();
        ids.insert((owner, name), named);
    }
    Ok(ids)
}

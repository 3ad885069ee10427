//! Finding the items that a spreadsheet's rows are about, by the names in the sheet. A repository may be
//! called by a name that it once had. What a reader may not see is not found for them, and takes no name from
//! what they see.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::PgConnection;

use crate::activity::Sight;
use crate::scrub::record::ItemName;
use crate::store::items::ItemAddress;
use crate::store::{StoreError, remarks};

/// Of how many items of a repository with an unknown name the first events are looked at.
const SAMPLE: usize = 20;

/// What names in a sheet mean.
#[derive(Debug, Default)]
pub(super) struct Placements {
    /// The item's key today, by index of its name. Items that are not here are left out.
    pub items: BTreeMap<usize, ItemAddress>,
    /// The names in the sheet that mean repositories.
    pub repositories: BTreeSet<String>,
}

/// Finds the items that a reader sees by their names in a sheet.
pub(super) async fn place(
    moment: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    called: &[ItemName],
) -> Result<Placements, StoreError> {
    let names: BTreeSet<&str> = called.iter().map(|called| called.repository.as_str()).collect();
    let mut meant: HashMap<&str, i64> = HashMap::new();
    let here = repositories(moment, account_id, sight).await?;
    for repository in &here {
        if let Some(name) = names.get(repository.name.as_str()) {
            meant.insert(*name, repository.repo_id);
        }
    }
    let unknown: BTreeMap<&str, Vec<i64>> = called.iter().fold(BTreeMap::new(), |mut unknown, called| {
        let name = called.repository.as_str();
        if !meant.contains_key(name) {
            let numbers: &mut Vec<i64> = unknown.entry(name).or_default();
            if numbers.len() < SAMPLE {
                numbers.push(called.number);
            }
        }
        unknown
    });
    if !unknown.is_empty() {
        meant.extend(former(moment, account_id, &here, &unknown).await?);
    }
    let mut placed = Placements::default();
    placed.repositories.extend(meant.keys().map(|name| (*name).to_owned()));
    let known = called.iter().enumerate().filter_map(|(place, called)| {
        let repo_id = meant.get(called.repository.as_str())?;
        Some((i64::try_from(place).ok()?, *repo_id, called))
    });
    let known: Vec<_> = known.collect();
    let places: Vec<i64> = known.iter().map(|(place, ..)| *place).collect();
    let repo_ids: Vec<i64> = known.iter().map(|(_, repo_id, ..)| *repo_id).collect();
    let types: Vec<&str> = known.iter().map(|(.., called)| called.item_type.name()).collect();
    let numbers: Vec<i64> = known.iter().map(|(.., called)| called.number).collect();
    let rows = sqlx::query!(
        r#"SELECT wanted.place AS "place!", i.repo_id AS "repo_id!", i.number AS "number!", i.live AS "live!",
                  i.folded -> 'transferred_to' IS NOT NULL AS "transferred!"
           FROM UNNEST($2::bigint[], $3::bigint[], $4::text[], $5::bigint[]) AS wanted (place, repo_id, type, number)
           CROSS JOIN LATERAL (SELECT * FROM current_items WHERE account_id = $1 AND repo_id = wanted.repo_id
             AND number = wanted.number LIMIT 1) AS i
           WHERE i.type = wanted.type AND i.state IS NOT NULL"#,
        account_id,
        &places,
        &repo_ids,
        types as _,
        &numbers,
    )
    .fetch_all(&mut *moment)
    .await?;
    let seen: BTreeSet<i64> = here.iter().map(|here| here.repo_id).collect();
    for row in rows {
        let place = usize::try_from(row.place).unwrap_or_default();
        let mut address = (row.repo_id, row.number);
        if row.transferred {
            address = remarks::current_key(moment, account_id, sight, address).await?;
        }
        // Where it is not followed to, it went elsewhere.
        let moved = address != (row.repo_id, row.number);
        if seen.contains(&address.0) && (row.live || moved) {
            placed.items.insert(place, address);
        }
    }
    Ok(placed)
}

struct RepositoryName {
    repo_id: i64,
    /// `owner/name` in lower case.
    name: String,
}

/// The present names of the repositories that a reader sees.
async fn repositories(
    moment: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
) -> Result<Vec<RepositoryName>, StoreError> {
    let rows = sqlx::query_as!(
        RepositoryName,
        r#"SELECT repo_id AS "repo_id!", lower((owner || '/' || name) COLLATE "C") AS "name!"
           FROM visible_repositories WHERE account_id = $1 AND name IS NOT NULL
             AND ($2 OR NOT private OR repo_id = ANY($3))"#,
        account_id,
        sight.is_all(),
        sight.private() as _,
    )
    .fetch_all(moment)
    .await?;
    Ok(rows)
}

/// Finds repositories by names that they once had, as the log tells: by facts about them and, if they
/// were renamed, by what the first events of the named items show. An owner's former login counts as
/// the present one. If two repositories had a name, the one that had it last is meant.
async fn former<'a>(
    moment: &mut PgConnection,
    account_id: i64,
    here: &[RepositoryName],
    unknown: &BTreeMap<&'a str, Vec<i64>>,
) -> Result<HashMap<&'a str, i64>, StoreError> {
    let logins =
        sqlx::query_scalar!(r#"SELECT logins AS "logins!" FROM current_profiles WHERE account_id = $1"#, account_id,)
            .fetch_optional(&mut *moment)
            .await?
            .unwrap_or_default();
    let names: Vec<&str> = unknown.keys().filter_map(|called| Some(called.split_once('/')?.1)).collect();
    let mut numbers: Vec<i64> = unknown.values().flatten().copied().collect();
    numbers.sort_unstable();
    numbers.dedup();
    let seen: Vec<i64> = here.iter().map(|here| here.repo_id).collect();
    let rows = sqlx::query!(
        r#"SELECT r.repo_id AS "repo_id!", told.owner AS "owner!", told.name AS "name!"
           FROM UNNEST($4::bigint[]) AS r (repo_id)
           CROSS JOIN LATERAL (
             SELECT e.position, lower((e.shown -> 'owner' ->> 1) COLLATE "C") AS owner,
               lower((e.shown ->> 'name') COLLATE "C") AS name
             FROM (
               SELECT position, coalesce(data -> 'repository' -> 'repository', data -> 'label' -> 'repository',
                                         data -> 'milestone' -> 'repository') AS shown
               FROM events WHERE account_id = $1 AND repo_id = r.repo_id AND number IS NULL
               UNION ALL
               SELECT first.position, first.shown
               FROM UNNEST($3::bigint[]) AS wanted (number)
               CROSS JOIN LATERAL (
                 SELECT position, data -> 'item' -> 'repository' AS shown
                 FROM events WHERE account_id = $1 AND repo_id = r.repo_id AND number = wanted.number
                   AND source <> 'scrub'
                 ORDER BY position LIMIT 1) AS first
               WHERE EXISTS (SELECT FROM events WHERE account_id = $1 AND repo_id = r.repo_id AND number IS NULL
                               AND kind = 'repository_renamed')) AS e) AS told
           WHERE told.owner IS NOT NULL AND told.name = ANY($2)
           ORDER BY told.position"#,
        account_id,
        names as _,
        &numbers,
        &seen,
    )
    .fetch_all(&mut *moment)
    .await?;
    let is_ours = |login: &str| logins.iter().any(|ours| ours == login);
    let mut found = HashMap::new();
    for called in unknown.keys() {
        let Some((owner, name)) = called.split_once('/') else { continue };
        let had = rows.iter().rfind(|row| row.name == name && (row.owner == owner || is_ours(owner)));
        if let Some(row) = had {
            found.insert(*called, row.repo_id);
        }
    }
    // Repositories of which no event told since their owner's login changed.
    for here in here {
        for called in unknown.keys() {
            let Some((owner, name)) = called.split_once('/') else { continue };
            if is_ours(owner) && here.name.split_once('/').is_some_and(|(_, here)| here == name) {
                found.insert(*called, here.repo_id);
            }
        }
    }
    Ok(found)
}

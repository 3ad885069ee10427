//! What a page shows of items whose places are known.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::PgConnection;
use sqlx::types::Json;

use super::StoreError;
use super::items::ItemAddress;
use super::people::KnownPeople;
use super::remarks;
use crate::activity::{Activity, Bots, ItemState, ItemType, PersonKey, Remarks, Sight, State};
use crate::rank::{Place, QueueItem};

/// The items of `places`, in their order. Left out is what may not be seen (any more), and what
/// was ranked as open and is closed by now.
pub async fn details(
    connection: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    bots: &Bots,
    places: &[Place],
) -> Result<Vec<QueueItem>, StoreError> {
    if places.is_empty() {
        return Ok(vec![]);
    }
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) =
        places.iter().map(|place| (place.key.repo_id, place.key.number)).unzip();
    let rows = sqlx::query!(
        r#"SELECT i.repo_id, i.number, r.owner AS "owner!", r.name AS "name!", r.html_url AS "html_url?", r.private AS "private!", i.type AS "type!",
                  i.state AS "state!", i.folded AS "folded: Json<ItemState>",
                  (SELECT m.folded FROM remarks m
                   WHERE m.account_id = $1 AND m.generation = i.generation AND m.repo_id = i.repo_id
                     AND m.number = i.number) AS "remarks: Json<Remarks>",
                  ARRAY(SELECT l.name FROM labels l
                        WHERE l.account_id = $1 AND l.generation = i.generation AND l.repo_id = i.repo_id
                          AND l.label_id = ANY(i.labels) AND NOT l.removed AND l.name <> '' ORDER BY lower(l.name), l.name) AS "labels!",
                  (SELECT m.title FROM milestones m
                   WHERE m.account_id = $1 AND m.generation = i.generation AND m.repo_id = i.repo_id
                     AND m.number = i.milestone AND NOT m.removed AND m.title <> '') AS milestone
           FROM accounts a
           CROSS JOIN UNNEST($3::bigint[], $4::bigint[]) AS wanted (repo_id, number)
           CROSS JOIN LATERAL (SELECT * FROM items WHERE account_id = $1 AND generation = a.generation
             AND repo_id = wanted.repo_id AND number = wanted.number LIMIT 1) AS i
           CROSS JOIN LATERAL (SELECT * FROM visible_repositories
             WHERE account_id = $1 AND repo_id = i.repo_id LIMIT 1) AS r
           WHERE a.account_id = $1 AND ($2 OR NOT r.private OR r.repo_id = ANY($5))
             AND i.live AND i.type IS NOT NULL AND i.state IS NOT NULL"#,
        account_id,
        sight.is_all(),
        &repo_ids,
        &numbers,
        sight.private() as _,
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut inherited =
        inherited(connection, account_id, sight, rows.iter().map(|row| (row.repo_id, row.number, &row.folded.0)))
            .await?;
    let open = open_linked(connection, account_id, rows.iter().map(|row| (row.repo_id, &row.folded.0))).await?;
    let ids = rows.iter().flat_map(|row| people(&row.folded)).collect();
    let known = KnownPeople::of(connection, account_id, bots, ids).await?;
    let called = |activity: Activity| Activity { actor: known.actor(activity.actor), ..activity };
    let mut rows: HashMap<_, _> = rows.into_iter().map(|row| ((row.repo_id, row.number), row)).collect();
    let items = places.iter().filter_map(|place| {
        let row = rows.remove(&(place.key.repo_id, place.key.number))?;
        let folded = row.folded.0;
        let state = State::from_name(&row.state)?;
        if place.rank.is_some() && state != State::Open {
            return None;
        }
        Some(QueueItem {
            rank: place.rank,
            place: place.key,
            days_age: place.days_age,
            days_stale: place.days_stale,
            owner: row.owner,
            repository: row.name,
            repository_url: row.html_url,
            private: row.private,
            item_type: ItemType::from_name(&row.r#type)?,
            title: folded.title().unwrap_or_default().to_owned(),
            state,
            author: folded.author().map(|author| known.login(author)).filter(|login| !login.is_empty()),
            author_id: folded.author().and_then(|author| author.id),
            labels: row.labels,
            assignees: known.logins(folded.assignees()),
            milestone: row.milestone,
            comments: folded.comments(),
            draft: folded.draft(),
            updated_at: folded.updated_at()?,
            closed_at: folded.closed_at().filter(|_| state != State::Open),
            closed_reason: folded.closed_reason(),
            last_activity: folded.last_activity().map(called),
            last_human_activity: folded.last_human_activity().map(called),
            waits_for: folded.waits_for(),
            waits_since: folded.waits_since(),
            review: folded.review(),
            author_association: folded.conversation().author_association(),
            reactions: folded.conversation().reactions(),
            commenters: folded.commenters(),
            spoke_at: folded.spoke_at(),
            checks: folded.checks(),
            linked: linked(row.repo_id, &folded, &open),
            remarks: inherited
                .remove(&(row.repo_id, row.number))
                .or(row.remarks.map(|remarks| remarks.0))
                .unwrap_or_default(),
        })
    });
    Ok(items.collect())
}

/// The ids of the people that an item shows.
fn people(folded: &ItemState) -> impl Iterator<Item = i64> {
    let activities = folded.last_activity().into_iter().chain(folded.last_human_activity());
    let assignees = folded.assignees().into_iter().filter_map(|person| match person {
        PersonKey::Id(id) => Some(id),
        PersonKey::Login(_) => None,
    });
    let author = folded.author().and_then(|author| author.id);
    author.into_iter().chain(assignees).chain(activities.filter_map(|activity| activity.actor.id))
}

/// The addresses of open items that some items are linked with, each with whether it is a pull request.
async fn open_linked<'a>(
    connection: &mut PgConnection,
    account_id: i64,
    items: impl Iterator<Item = (i64, &'a ItemState)>,
) -> Result<HashMap<ItemAddress, bool>, StoreError> {
    let linked = items.flat_map(|(repo_id, folded)| {
        let numbers = folded.conversation().linked().into_iter().flatten();
        numbers.map(move |number| (repo_id, *number))
    });
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = linked.collect::<BTreeSet<ItemAddress>>().into_iter().unzip();
    if repo_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        r#"SELECT i.repo_id, i.number, i.type AS "type!" FROM accounts a
           CROSS JOIN UNNEST($2::bigint[], $3::bigint[]) AS wanted (repo_id, number)
           CROSS JOIN LATERAL (SELECT * FROM items WHERE account_id = $1 AND generation = a.generation
             AND repo_id = wanted.repo_id AND number = wanted.number LIMIT 1) AS i
           WHERE a.account_id = $1 AND i.live AND i.state = 'open' AND i.type IS NOT NULL"#,
        account_id,
        &repo_ids,
        &numbers,
    )
    .fetch_all(connection)
    .await?;
    let is_pull = |item_type: &str| item_type == ItemType::PullRequest.name();
    Ok(rows.into_iter().map(|row| ((row.repo_id, row.number), is_pull(&row.r#type))).collect())
}

/// What an item is linked with, of what is open and of the other type.
fn linked(repo_id: i64, folded: &ItemState, open: &HashMap<ItemAddress, bool>) -> Option<Vec<i64>> {
    let with_pulls = folded.item_type() == Some(ItemType::Issue);
    let linked = folded.conversation().linked()?.iter();
    Some(linked.filter(|number| open.get(&(repo_id, **number)) == Some(&with_pulls)).copied().collect())
}

/// The remarks of those that came by transfer, with what they inherit: they are few.
async fn inherited<'a>(
    connection: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    items: impl Iterator<Item = (i64, i64, &'a ItemState)>,
) -> Result<BTreeMap<ItemAddress, Remarks>, StoreError> {
    let transferred = items.filter(|(.., folded)| folded.transferred_from().is_some());
    let addresses: Vec<ItemAddress> = transferred.map(|(repo_id, number, _)| (repo_id, number)).collect();
    if addresses.is_empty() {
        return Ok(BTreeMap::new());
    }
    remarks::of(connection, account_id, sight, &addresses).await
}

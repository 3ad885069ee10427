//! The log as others may copy it: what happened on GitHub in the repositories that a reader may see.

use std::collections::HashMap;

use sqlx::PgPool;

use super::log::{EventRow, LoggedEvent};
use super::people::owned_now;
use super::{StoreError, pool};
use crate::activity::directory::NameKey;
use crate::activity::{Bots, Effect, Fact, ItemType, Sight};

/// An event beside what the ids in it mean now.
#[derive(Clone, Debug)]
pub struct ExportedEvent {
    pub logged: LoggedEvent,
    /// `owner/name`
    pub repository: String,
    /// The item's, where the projection knows it.
    pub item_type: Option<ItemType>,
    /// What the label is called that was set or taken away.
    pub label: Option<String>,
}

/// The events after one position, up to and including another, in order: of repositories that the reader may see, and
/// nothing of what people did here. Those that this version cannot read are left out.
pub async fn exported(
    database: &PgPool,
    account_id: i64,
    sight: &Sight,
    bots: &Bots,
    (after, to): (i64, i64),
) -> Result<Vec<ExportedEvent>, StoreError> {
    let mut moment = pool::begin(database, pool::ONE_MOMENT).await?;
    let bots = owned_now(&mut moment, account_id, bots).await?;
    let rows = sqlx::query!(
        r#"SELECT e.position AS "position!", e.source_key AS "source_key!", e.source AS "source!", e.kind AS "kind!",
                  e.actor_login, e.actor_id, e.actor_bot, e.occurred_at, e.recorded_at AS "recorded_at!",
                  e.data::text AS "data!", r.owner AS "owner!", r.name AS "name!",
                  (SELECT i.type FROM items i WHERE i.account_id = $1 AND i.generation = r.generation
                     AND i.repo_id = e.repo_id AND i.number = e.number) AS type
           FROM events e JOIN visible_repositories r ON r.account_id = e.account_id AND r.repo_id = e.repo_id
           WHERE e.account_id = $1 AND e.position > $2 AND e.position <= $3 AND e.source <> 'scrub'
             AND e.kind <> 'retracted' AND (SELECT true FROM events later
               WHERE later.account_id = $1 AND later.supersedes = e.source_key LIMIT 1) IS NULL
             AND ($4 OR NOT r.private OR r.repo_id = ANY($5))
           ORDER BY e.position"#,
        account_id,
        after,
        to,
        sight.is_all(),
        sight.private() as _,
    )
    .fetch_all(&mut *moment)
    .await?;
    let mut events = vec![];
    for row in rows {
        let event = EventRow {
            position: row.position,
            source_key: row.source_key,
            source: row.source,
            kind: row.kind,
            actor_login: row.actor_login,
            actor_id: row.actor_id,
            actor_bot: row.actor_bot,
            occurred_at: row.occurred_at,
            recorded_at: row.recorded_at,
            data: row.data,
        };
        let Some(mut logged) = event.known() else { continue };
        if let Some(actor) = &mut logged.event.actor {
            actor.bot = !bots.is_human(actor);
        }
        let repository = format!("{}/{}", row.owner, row.name);
        let item_type = row.r#type.as_deref().and_then(ItemType::from_name);
        events.push(ExportedEvent { logged, repository, item_type, label: None });
    }
    let (repo_ids, ids): (Vec<i64>, Vec<i64>) = events.iter().filter_map(|event| label_of(&event.logged)).unzip();
    if !ids.is_empty() {
        let rows = sqlx::query!(
            r#"SELECT wanted.repo_id AS "repo_id!", wanted.label_id AS "label_id!", l.name AS "name!"
               FROM UNNEST($2::bigint[], $3::bigint[]) AS wanted (repo_id, label_id)
               CROSS JOIN LATERAL (SELECT name FROM current_labels WHERE account_id = $1
                 AND repo_id = wanted.repo_id AND label_id = wanted.label_id LIMIT 1) AS l
               WHERE l.name <> ''"#,
            account_id,
            &repo_ids,
            &ids,
        )
        .fetch_all(&mut *moment)
        .await?;
        let names: HashMap<NameKey, String> =
            rows.into_iter().map(|row| ((row.repo_id, row.label_id), row.name)).collect();
        for event in &mut events {
            event.label = label_of(&event.logged).and_then(|key| names.get(&key).cloned());
        }
    }
    Ok(events)
}

/// The label that an event set on an item or took away.
fn label_of(logged: &LoggedEvent) -> Option<NameKey> {
    match &logged.event.fact {
        Fact::Item(fact) => match fact.effect {
            Effect::Label { id, .. } => Some((fact.repo_id, id)),
            _ => None,
        },
        _ => None,
    }
}

//! What GitHub told of a deck's items.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::activity::{Actor, Bots, Person};
use crate::scrub::deck::{Happening, Since};
use crate::store::StoreError;
use crate::store::items::ItemAddress;
use crate::store::people::KnownPeople;

/// How many events of a stretch are read, the first ones.
const HAPPENINGS: i64 = 100;

/// The part of an item's events that a row of a deck shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub place: i64,
    pub item: ItemAddress,
    pub since: Since,
}

/// What GitHub told of the stretches, by the place of the row and in the order of the log.
pub(super) async fn happenings(
    connection: &mut PgConnection,
    account_id: i64,
    bots: &Bots,
    stretches: &[Stretch],
) -> Result<BTreeMap<i64, Vec<Happening>>, StoreError> {
    let places: Vec<i64> = stretches.iter().map(|stretch| stretch.place).collect();
    let repo_ids: Vec<i64> = stretches.iter().map(|stretch| stretch.item.0).collect();
    let numbers: Vec<i64> = stretches.iter().map(|stretch| stretch.item.1).collect();
    let (positions, times): (Vec<i64>, Vec<DateTime<Utc>>) =
        stretches.iter().map(|stretch| begin(stretch.since)).unzip();
    let told = sqlx::query!(
        r#"SELECT wanted.place AS "place!", e.position AS "position!", e.kind AS "kind!", e.actor_login, e.actor_id,
                  e.actor_bot, e.occurred_at, e.assignee, e.assignee_id, coalesce(l.name, e.label, e.milestone) AS about
           FROM UNNEST($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[])
             AS wanted (place, repo_id, number, since, since_time)
           CROSS JOIN LATERAL (
             SELECT position, kind, actor_login, actor_id, actor_bot, occurred_at,
                    data #>> '{item,effect,assignee,login}' AS assignee,
                    (data #>> '{item,effect,assignee,id}')::bigint AS assignee_id,
                    (data #>> '{item,effect,label,id}')::bigint AS label_id,
                    (SELECT label ->> 1 FROM json_array_elements(data #> '{item,snapshot,labels}') AS label
                     WHERE label ->> 0 = data #>> '{item,effect,label,id}' LIMIT 1) AS label,
                    CASE WHEN kind = 'milestoned' THEN data #>> '{item,snapshot,milestone,0,1}' END AS milestone
             FROM events
             WHERE account_id = $1 AND repo_id = wanted.repo_id AND number BETWEEN wanted.number AND wanted.number
               AND position > wanted.since AND coalesce(occurred_at, recorded_at) >= wanted.since_time
               AND source = 'webhook'
             AND kind <> 'retracted' AND (SELECT true FROM events later
               WHERE later.account_id = $1 AND later.supersedes = events.source_key LIMIT 1) IS NULL
             -- The order of the item's index, which the planner takes for it, whatever it knows.
             ORDER BY number, position LIMIT $7) AS e
           LEFT JOIN current_labels l ON l.account_id = $1 AND l.repo_id = wanted.repo_id AND l.label_id = e.label_id
           ORDER BY e.position"#,
        account_id,
        &places,
        &repo_ids,
        &numbers,
        &positions,
        &times,
        HAPPENINGS,
    )
    .fetch_all(&mut *connection)
    .await?;
    let ids = told.iter().flat_map(|row| [row.actor_id, row.assignee_id]).flatten().collect();
    let people = KnownPeople::of(connection, account_id, bots, ids).await?;
    let mut happenings: BTreeMap<i64, Vec<Happening>> = BTreeMap::new();
    for row in told {
        let known = happenings.entry(row.place).or_default();
        if known.last().is_some_and(|last| last.position == row.position) {
            continue;
        }
        let actor =
            row.actor_login.map(|login| Actor { login, id: row.actor_id, bot: row.actor_bot.unwrap_or_default() });
        let actor = actor.map(|actor| people.actor(actor));
        let human = actor.as_ref().is_some_and(|actor| !actor.bot);
        let assignee = row.assignee.map(|login| people.login(Person { id: row.assignee_id, login }));
        let (position, at, kind, about) = (row.position, row.occurred_at, row.kind, assignee.or(row.about));
        let actor = actor.map(|actor| actor.login);
        known.push(Happening { position, at, kind, actor, human, about });
    }
    Ok(happenings)
}

/// The position after which a stretch begins, and the time from which on.
fn begin(since: Since) -> (i64, DateTime<Utc>) {
    match since {
        Since::Position(position) => (position, DateTime::UNIX_EPOCH),
        Since::Time(time) => (0, time),
    }
}

//! What people are called, and whom a login means.

use std::collections::{BTreeMap, HashMap};

use futures_util::TryStreamExt;
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor, PgPool};

use super::StoreError;
use super::items::{array_of_texts, canonical};
use crate::activity::people::{self, PersonState};
use crate::activity::person::login_key;
use crate::activity::{Actor, Bots, Person, PersonKey};
use crate::rank::Filter;
use crate::rank::criterion::{Holders, Looks};
use crate::rank::text::folded;

type People = BTreeMap<i64, PersonState>;

/// Inserts or replaces people's rows.
pub(super) async fn save(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    people: &[(i64, &PersonState)],
) -> Result<(), StoreError> {
    if people.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = people.iter().map(|(id, _)| *id).collect();
    let now: Vec<&str> = people.iter().map(|(_, state)| state.login()).collect();
    let logins: Vec<String> =
        people.iter().map(|(_, state)| array_of_texts(&state.logins().collect::<Vec<_>>())).collect();
    let renamed: Vec<_> = people.iter().map(|(_, state)| state.renamed_at()).collect();
    let states: Vec<String> = people.iter().map(|(_, state)| canonical(state)).collect();
    sqlx::query!(
        r#"INSERT INTO people (account_id, generation, person_id, login, logins, renamed_at, folded)
           SELECT a.account_id, $2, person_id, login, logins::text[], renamed_at, folded::json
           FROM accounts a CROSS JOIN UNNEST($3::bigint[], $4::text[], $5::text[], $6::timestamptz[], $7::text[])
             AS new (person_id, login, logins, renamed_at, folded)
           WHERE a.account_id = $1
           ON CONFLICT (account_id, generation, person_id) DO UPDATE SET
             login = EXCLUDED.login, logins = EXCLUDED.logins, renamed_at = EXCLUDED.renamed_at,
             folded = EXCLUDED.folded"#,
        account_id,
        generation,
        &ids,
        now as _,
        &logins,
        renamed as _,
        &states,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The bots, with their owners as the rows of a generation know them, and `changed` beyond them.
pub(super) async fn owned(
    connection: &mut PgConnection,
    (account_id, generation): (i64, i64),
    bots: &Bots,
    changed: &People,
) -> Result<Bots, StoreError> {
    let logins: Vec<&str> = bots.logins().collect();
    if logins.is_empty() {
        return Ok(bots.clone());
    }
    let rows = sqlx::query!(
        r#"SELECT person_id, folded AS "folded: Json<PersonState>" FROM people
           WHERE account_id = $1 AND generation = $2 AND logins && $3"#,
        account_id,
        generation,
        logins as _,
    )
    .fetch_all(connection)
    .await?;
    let mut people: People = rows.into_iter().map(|row| (row.person_id, row.folded.0)).collect();
    people.extend(changed.iter().map(|(id, state)| (*id, state.clone())));
    Ok(bots.owned(|login| people::first_owner(&people, login)))
}

/// Whom the logins in a filter mean.
pub(super) async fn holders(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    filter: &Filter,
) -> Result<Holders, StoreError> {
    let asked = filter.given().filter(|(criterion, _)| matches!(criterion.looks, Looks::People(_)));
    let logins: BTreeMap<String, String> =
        asked.flat_map(|(_, terms)| terms.values()).map(|login| (folded(login), login_key(login))).collect();
    if logins.is_empty() {
        return Ok(Holders::default());
    }
    let keys: Vec<&str> = logins.values().map(String::as_str).collect();
    let rows = sqlx::query!(
        r#"SELECT person_id AS "person_id!", folded AS "folded!: Json<PersonState>" FROM current_people
           WHERE account_id = $1 AND logins && $2"#,
        account_id,
        keys as _,
    )
    .fetch_all(executor)
    .await?;
    let people: People = rows.into_iter().map(|row| (row.person_id, row.folded.0)).collect();
    let holder = |(name, key): (String, String)| Some((name, people::last_holder(&people, &key)?));
    Ok(logins.into_iter().filter_map(holder).collect())
}

/// Whether one of the account's events after one position, up to and including another, showed that somebody
/// was renamed.
pub async fn renamed_between(pool: &PgPool, account_id: i64, after: i64, to: i64) -> Result<bool, StoreError> {
    let renamed = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM current_people WHERE account_id = $1
             AND renamed_at >= (SELECT recorded_at FROM events WHERE account_id = $1 AND position = $2)
             AND renamed_at <= (SELECT recorded_at FROM events WHERE account_id = $1 AND position = $3)) AS "renamed!""#,
        account_id,
        after + 1,
        to,
    )
    .fetch_one(pool)
    .await?;
    Ok(renamed)
}

/// A filter for people as they are called now, beside the names that it gives them: for comparing with
/// logins in place of ids.
pub async fn called_now(pool: &PgPool, account_id: i64, filter: Filter) -> Result<Filter, StoreError> {
    let mut connection = pool.acquire().await?;
    let holders = holders(&mut *connection, account_id, &filter).await?;
    let known =
        KnownPeople::of(&mut connection, account_id, &Bots::default(), holders.values().copied().collect()).await?;
    let now = |login: &String| known.logins.get(holders.get(&folded(login))?).cloned();
    Ok(filter.with_logins(|login| [login.clone()].into_iter().chain(now(login)).collect()))
}

/// What the people of answers are called now, and which of them are bots.
#[derive(Debug, Default)]
pub(super) struct KnownPeople {
    logins: HashMap<i64, String>,
    bots: Bots,
}

impl KnownPeople {
    /// What some of an account's people are called.
    pub async fn of(
        connection: &mut PgConnection,
        account_id: i64,
        bots: &Bots,
        mut ids: Vec<i64>,
    ) -> Result<Self, StoreError> {
        ids.sort_unstable();
        ids.dedup();
        let rows = sqlx::query!(
            r#"SELECT person_id AS "person_id!", login AS "login!" FROM current_people
               WHERE account_id = $1 AND person_id = ANY($2)"#,
            account_id,
            &ids,
        )
        .fetch_all(&mut *connection)
        .await?;
        let logins = rows.into_iter().map(|row| (row.person_id, row.login)).collect();
        Ok(Self { logins, bots: owned_now(connection, account_id, bots).await? })
    }

    /// What all of an account's people are called.
    pub async fn all(connection: &mut PgConnection, account_id: i64, bots: &Bots) -> Result<Self, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT person_id AS "person_id!", login AS "login!" FROM current_people WHERE account_id = $1"#,
            account_id,
        )
        .fetch_all(&mut *connection)
        .await?;
        let logins = rows.into_iter().map(|row| (row.person_id, row.login)).collect();
        Ok(Self { logins, bots: owned_now(connection, account_id, bots).await? })
    }

    /// The login of somebody, as it is now where the id is known.
    pub fn login(&self, person: Person) -> String {
        person.id.and_then(|id| self.logins.get(&id)).cloned().unwrap_or(person.login)
    }

    /// The logins of some people, in alphabetical order. Nobody is twice in it, though one payload told the
    /// id and another the login alone.
    pub fn logins(&self, people: Vec<PersonKey>) -> Vec<String> {
        let login = |key| match key {
            PersonKey::Id(id) => self.logins.get(&id).cloned(),
            PersonKey::Login(login) => Some(login),
        };
        let mut logins: Vec<String> = people.into_iter().filter_map(login).collect();
        logins.sort_by_key(|login| (login_key(login), login.clone()));
        logins.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
        logins
    }

    /// The bots of the settings, with their owners.
    pub fn into_bots(self) -> Bots {
        self.bots
    }

    /// Somebody who acted, called as they are now; a bot also if the settings name them as one.
    pub fn actor(&self, actor: Actor) -> Actor {
        let bot = !self.bots.is_human(&actor);
        Actor { id: actor.id, bot, login: self.login(actor.person()) }
    }
}

/// Tells what each of an account's people is called, of some or all.
pub async fn each_login(
    connection: &mut PgConnection,
    account_id: i64,
    ids: Option<&[i64]>,
    mut each: impl FnMut(i64, &str),
) -> Result<(), StoreError> {
    let mut rows = sqlx::query!(
        r#"SELECT person_id AS "person_id!", login AS "login!" FROM current_people
           WHERE account_id = $1 AND ($2::bigint[] IS NULL OR person_id = ANY($2))"#,
        account_id,
        ids,
    )
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        each(row.person_id, &row.login);
    }
    Ok(())
}

/// The bots, with their owners as they are known now.
pub(super) async fn owned_now(connection: &mut PgConnection, account_id: i64, bots: &Bots) -> Result<Bots, StoreError> {
    if bots.logins().next().is_none() {
        return Ok(bots.clone());
    }
    let generation = sqlx::query_scalar!("SELECT generation FROM accounts WHERE account_id = $1", account_id)
        .fetch_optional(&mut *connection)
        .await?;
    owned(connection, (account_id, generation.unwrap_or_default()), bots, &People::new()).await
}

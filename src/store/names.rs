//! Writes the rows of what items refer to: accounts, repositories, labels, milestones.

use sqlx::PgConnection;

use super::StoreError;
use super::items::canonical;
use crate::activity::directory::{AccountState, MilestoneState, NameKey, NameState, RepositoryState};

pub(super) async fn save_profile(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    state: &AccountState,
) -> Result<(), StoreError> {
    let logins: Vec<&str> = state.logins().collect();
    sqlx::query!(
        r#"INSERT INTO account_profiles (account_id, generation, login, logins, visible, chosen_since, folded)
           VALUES ($1, $2, $3, $4, $5, $6, $7::text::json)
           ON CONFLICT (account_id, generation) DO UPDATE SET
             login = EXCLUDED.login, logins = EXCLUDED.logins, visible = EXCLUDED.visible,
             chosen_since = EXCLUDED.chosen_since, folded = EXCLUDED.folded"#,
        account_id,
        generation,
        state.login(),
        logins as _,
        state.visible(),
        state.chosen_since(),
        canonical(state),
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn save_repositories(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    repositories: &[(i64, &RepositoryState)],
) -> Result<(), StoreError> {
    if repositories.is_empty() {
        return Ok(());
    }
    let repo_ids: Vec<i64> = repositories.iter().map(|(repo_id, _)| *repo_id).collect();
    let states: Vec<&RepositoryState> = repositories.iter().map(|(_, state)| *state).collect();
    let owners: Vec<Option<&str>> = states.iter().map(|state| state.owner()).collect();
    let names: Vec<Option<&str>> = states.iter().map(|state| state.name()).collect();
    let urls: Vec<Option<&str>> = states.iter().map(|state| state.html_url()).collect();
    let private: Vec<bool> = states.iter().map(|state| state.private()).collect();
    let archived: Vec<bool> = states.iter().map(|state| state.archived()).collect();
    let gone: Vec<bool> = states.iter().map(|state| state.gone()).collect();
    let since: Vec<_> = states.iter().map(|state| state.present_since()).collect();
    let folded: Vec<String> = states.iter().copied().map(canonical).collect();
    sqlx::query!(
        r#"INSERT INTO repositories (account_id, generation, repo_id, owner, name, html_url, private,
                                     archived, gone, present_since, folded)
           SELECT a.account_id, $2, repo_id, owner, name, html_url, private, archived, gone, present_since,
                  folded::json
           FROM accounts a CROSS JOIN UNNEST($3::bigint[], $4::text[], $5::text[], $6::text[], $7::boolean[],
                       $8::boolean[], $9::boolean[], $10::timestamptz[], $11::text[])
             AS new (repo_id, owner, name, html_url, private, archived, gone, present_since, folded)
           WHERE a.account_id = $1
           ON CONFLICT (account_id, generation, repo_id) DO UPDATE SET
             owner = EXCLUDED.owner, name = EXCLUDED.name, html_url = EXCLUDED.html_url,
             private = EXCLUDED.private, archived = EXCLUDED.archived, gone = EXCLUDED.gone,
             present_since = EXCLUDED.present_since, folded = EXCLUDED.folded"#,
        account_id,
        generation,
        &repo_ids,
        owners as _,
        names as _,
        urls as _,
        &private,
        &archived,
        &gone,
        since as _,
        &folded,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn save_labels(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    labels: &[(NameKey, &NameState)],
) -> Result<(), StoreError> {
    if labels.is_empty() {
        return Ok(());
    }
    let (repo_ids, ids): (Vec<i64>, Vec<i64>) = labels.iter().map(|(address, _)| *address).unzip();
    let states: Vec<&NameState> = labels.iter().map(|(_, state)| *state).collect();
    let names: Vec<&str> = states.iter().map(|state| state.name()).collect();
    let removed: Vec<bool> = states.iter().map(|state| state.removed()).collect();
    let folded: Vec<String> = states.iter().copied().map(canonical).collect();
    sqlx::query!(
        r#"INSERT INTO labels (account_id, generation, repo_id, label_id, name, removed, folded)
           SELECT a.account_id, $2, repo_id, id, name, removed, folded::json
           FROM accounts a CROSS JOIN UNNEST($3::bigint[], $4::bigint[], $5::text[], $6::boolean[], $7::text[])
             AS new (repo_id, id, name, removed, folded)
           WHERE a.account_id = $1
           ON CONFLICT (account_id, generation, repo_id, label_id) DO UPDATE SET
             name = EXCLUDED.name, removed = EXCLUDED.removed, folded = EXCLUDED.folded"#,
        account_id,
        generation,
        &repo_ids,
        &ids,
        names as _,
        &removed,
        &folded,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn save_milestones(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    milestones: &[(NameKey, &MilestoneState)],
) -> Result<(), StoreError> {
    if milestones.is_empty() {
        return Ok(());
    }
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = milestones.iter().map(|(address, _)| *address).unzip();
    let states: Vec<&MilestoneState> = milestones.iter().map(|(_, state)| *state).collect();
    let titles: Vec<&str> = states.iter().map(|state| state.title()).collect();
    let removed: Vec<bool> = states.iter().map(|state| state.removed()).collect();
    let closed: Vec<Option<bool>> = states.iter().map(|state| state.closed()).collect();
    let due_on: Vec<_> = states.iter().map(|state| state.due_on()).collect();
    let folded: Vec<String> = states.iter().copied().map(canonical).collect();
    sqlx::query!(
        r#"INSERT INTO milestones (account_id, generation, repo_id, number, title, removed, closed, due_on, folded)
           SELECT a.account_id, $2, repo_id, number, title, removed, closed, due_on, folded::json
           FROM accounts a CROSS JOIN UNNEST($3::bigint[], $4::bigint[], $5::text[], $6::boolean[], $7::boolean[], $8::timestamptz[],
                       $9::text[]) AS new (repo_id, number, title, removed, closed, due_on, folded)
           WHERE a.account_id = $1
           ON CONFLICT (account_id, generation, repo_id, number) DO UPDATE SET
             title = EXCLUDED.title, removed = EXCLUDED.removed, closed = EXCLUDED.closed, due_on = EXCLUDED.due_on,
             folded = EXCLUDED.folded"#,
        account_id,
        generation,
        &repo_ids,
        &numbers,
        titles as _,
        &removed,
        closed as _,
        due_on as _,
        &folded,
    )
    .execute(connection)
    .await?;
    Ok(())
}

//! Writes the rows of the projection `items`.

use sqlx::PgConnection;

use super::StoreError;
use super::item_rows::closed_at;
use crate::activity::{ItemState, PersonKey};
use crate::rank::text;

/// An item's repository and number, within an account.
pub type ItemAddress = (i64, i64);

/// Inserts or replaces the items' rows.
pub(super) async fn save(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    items: &[(ItemAddress, &ItemState)],
) -> Result<(), StoreError> {
    if items.is_empty() {
        return Ok(());
    }
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = items.iter().map(|(address, _)| *address).unzip();
    let states: Vec<&ItemState> = items.iter().map(|(_, state)| *state).collect();
    let types: Vec<Option<&str>> = states.iter().map(|state| state.item_type().map(|found| found.name())).collect();
    let open: Vec<Option<&str>> = states.iter().map(|state| state.state().map(|found| found.name())).collect();
    let titles: Vec<Option<&str>> = states.iter().map(|state| state.title()).collect();
    let folded_titles: Vec<Option<String>> = titles.iter().map(|title| title.map(text::folded)).collect();
    let authors: Vec<_> = states.iter().map(|state| state.author()).collect();
    let author_ids: Vec<Option<i64>> = authors.iter().map(|author| author.as_ref()?.id).collect();
    let authors: Vec<Option<String>> = authors.into_iter().map(|author| Some(author?.login)).collect();
    let created: Vec<_> = states.iter().map(|state| state.created_at()).collect();
    let updated: Vec<_> = states.iter().map(|state| state.updated_at()).collect();
    let labels: Vec<String> = states.iter().map(|state| array_of_ids(&state.labels())).collect();
    let assignees: Vec<String> = states.iter().map(|state| array_of_texts(&state.assignee_logins())).collect();
    let (assignee_ids, assignees_without_id): (Vec<String>, Vec<String>) =
        states.iter().map(|state| by_what_is_known(state.assignees())).unzip();
    let milestones: Vec<Option<i64>> = states.iter().map(|state| state.milestone()).collect();
    let comments: Vec<Option<i64>> = states.iter().map(|state| state.comments()).collect();
    let drafts: Vec<bool> = states.iter().map(|state| state.draft()).collect();
    let live: Vec<bool> = states.iter().map(|state| state.live()).collect();
    let tied: Vec<bool> = states.iter().map(|state| state.tied()).collect();
    let came_by_transfer: Vec<bool> = states.iter().map(|state| state.transferred_from().is_some()).collect();
    let waits_for: Vec<Option<&str>> =
        states.iter().map(|state| state.waits_for().map(|waits_for| waits_for.name())).collect();
    let (mut reactions, mut commenters) = (vec![], vec![]);
    let (mut reviews, mut associations, mut checks, mut due) = (vec![], vec![], vec![], vec![]);
    let (mut waits_since, mut human, mut closed, mut reasons) = (vec![], vec![], vec![], vec![]);
    for state in &states {
        let conversation = state.conversation();
        reactions.push(conversation.reactions());
        commenters.push(state.commenters());
        reviews.push(state.review().map(|review| review.name()));
        associations.push(conversation.author_association().map(|association| association.name()));
        checks.push(state.checks().map(|(checks, _)| checks.name()));
        due.push(state.conversation_is_due() || state.checks_are_due());
        waits_since.push(state.waits_since());
        human.push(state.last_human_activity().map(|activity| activity.at));
        closed.push(closed_at(state));
        reasons.push(state.closed_reason());
    }
    let folded: Vec<String> = states.iter().copied().map(canonical).collect();
    sqlx::query!(
        r#"INSERT INTO items (account_id, generation, repo_id, number, type, state, title, author,
                              created_at, updated_at, labels, assignees, milestone, comments,
                              draft, live, tied, folded, came_by_transfer, waits_for, author_id,
                              assignee_ids, assignees_without_id, title_folded, reactions,
                              commenters, review, author_association, conversation_due, waits_since,
                              human_at, closed_at, closed_reason, checks)
           SELECT a.account_id, $2, repo_id, number, type, state, title, author, created_at, updated_at,
                  labels::bigint[], assignees::text[], milestone, comments, draft, live, tied,
                  folded::json, came_by_transfer, waits_for, author_id, assignee_ids::bigint[],
                  assignees_without_id::text[], title_folded, reactions, commenters, review,
                  author_association, conversation_due, waits_since, human_at, closed_at, closed_reason, checks
           FROM accounts a CROSS JOIN UNNEST($3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
                       $9::timestamptz[], $10::timestamptz[], $11::text[], $12::text[],
                       $13::bigint[], $14::bigint[], $15::boolean[], $16::boolean[],
                       $17::boolean[], $18::text[], $19::boolean[], $20::text[], $21::bigint[],
                       $22::text[], $23::text[], $24::text[], $25::bigint[], $26::bigint[],
                       $27::text[], $28::text[], $29::boolean[], $30::timestamptz[],
                       $31::timestamptz[], $32::timestamptz[], $33::text[], $34::text[])
             AS new (repo_id, number, type, state, title, author, created_at, updated_at, labels,
                     assignees, milestone, comments, draft, live, tied, folded, came_by_transfer,
                     waits_for, author_id, assignee_ids, assignees_without_id, title_folded,
                     reactions, commenters, review, author_association, conversation_due,
                     waits_since, human_at, closed_at, closed_reason, checks)
           WHERE a.account_id = $1
           ON CONFLICT (account_id, generation, repo_id, number) DO UPDATE SET
             type = EXCLUDED.type, state = EXCLUDED.state, title = EXCLUDED.title,
             author = EXCLUDED.author, created_at = EXCLUDED.created_at,
             updated_at = EXCLUDED.updated_at, labels = EXCLUDED.labels,
             assignees = EXCLUDED.assignees, milestone = EXCLUDED.milestone,
             comments = EXCLUDED.comments, draft = EXCLUDED.draft, live = EXCLUDED.live,
             tied = EXCLUDED.tied, folded = EXCLUDED.folded,
             came_by_transfer = EXCLUDED.came_by_transfer, waits_for = EXCLUDED.waits_for,
             author_id = EXCLUDED.author_id, assignee_ids = EXCLUDED.assignee_ids,
             assignees_without_id = EXCLUDED.assignees_without_id,
             title_folded = EXCLUDED.title_folded, reactions = EXCLUDED.reactions,
             commenters = EXCLUDED.commenters, review = EXCLUDED.review,
             author_association = EXCLUDED.author_association,
             conversation_due = EXCLUDED.conversation_due, waits_since = EXCLUDED.waits_since,
             human_at = EXCLUDED.human_at, closed_at = EXCLUDED.closed_at,
             closed_reason = EXCLUDED.closed_reason, checks = EXCLUDED.checks"#,
        account_id,
        generation,
        &repo_ids,
        &numbers,
        types as _,
        open as _,
        titles as _,
        authors as _,
        created as _,
        updated as _,
        &labels,
        &assignees,
        milestones as _,
        comments as _,
        &drafts,
        &live,
        &tied,
        &folded,
        &came_by_transfer,
        waits_for as _,
        author_ids as _,
        &assignee_ids,
        &assignees_without_id,
        folded_titles as _,
        reactions as _,
        commenters as _,
        reviews as _,
        associations as _,
        &due,
        waits_since as _,
        human as _,
        closed as _,
        reasons as _,
        checks as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The ids of some people, and the logins of those without one, as arrays.
fn by_what_is_known(people: Vec<PersonKey>) -> (String, String) {
    let (mut ids, mut logins) = (vec![], vec![]);
    for person in people {
        match person {
            PersonKey::Id(id) => ids.push(id),
            PersonKey::Login(login) => logins.push(login),
        }
    }
    (array_of_ids(&ids), array_of_texts(&logins))
}

/// The stored form of a folded state. Equal states have equal bytes.
pub(super) fn canonical<T: serde::Serialize>(state: &T) -> String {
    serde_json::to_string(state).expect("cannot fail: plain data with string keys")
}

/// An array in Postgres' text form, since UNNEST would flatten an array of arrays.
pub(super) fn array_of_ids(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    format!("{{{}}}", ids.join(","))
}

pub(super) fn array_of_texts<T: AsRef<str>>(texts: &[T]) -> String {
    let quoted = |text: &T| format!("\"{}\"", text.as_ref().replace('\\', "\\\\").replace('"', "\\\""));
    format!("{{{}}}", texts.iter().map(quoted).collect::<Vec<_>>().join(","))
}

//! What raw deliveries still hold of an item's text, where GitHub cannot be asked. Its Markdown is rendered by the crate
//! `comrak`, as GitHub renders comments, but for mentions and references.

use std::collections::HashMap;

use sqlx::PgPool;

use crate::activity::ItemKey;
use crate::ingest::decompress;
use crate::store::StoreError;
use crate::store::texts::deliveries_of;
use crate::webhook::spoken::{Spoken, SpokenKind, Statement, told};

/// Deliveries that are read at most, the latest, and their bytes.
const DELIVERIES: i64 = 300;
const BYTES: usize = 32 << 20;

/// Of each thing said its latest text, and the item's own if a delivery held it. Oldest first.
pub async fn find(pool: &PgPool, key: ItemKey) -> Result<(Option<Spoken>, Vec<Spoken>), StoreError> {
    let mut body: Option<Statement> = None;
    // `None` for what was deleted.
    let mut said: HashMap<(bool, i64), Option<Statement>> = HashMap::new();
    let mut bytes = 0;
    deliveries_of(pool, key, DELIVERIES, |delivery| {
        let Ok(payload) = decompress(&delivery.body) else { return true };
        bytes += payload.len();
        let found = told(&delivery.event, &payload, key.repo_id, key.number);
        if let Some((kind, id)) = found.deleted {
            said.insert((kind == SpokenKind::Review, id), None);
        }
        // The first is of the latest delivery, and gives way only to what is newer.
        if found.body.as_ref().is_some_and(|(_, at)| body.as_ref().is_none_or(|(_, known)| at > known)) {
            body = found.body;
        }
        if let Some((spoken, at)) = found.said
            && let Some(id) = spoken.id
        {
            let place = said.entry((spoken.kind == SpokenKind::Review, id));
            place
                .and_modify(|known| {
                    if known.as_ref().is_some_and(|(_, known)| at > *known) {
                        *known = Some((spoken.clone(), at));
                    }
                })
                .or_insert_with(|| Some((spoken.clone(), at)));
        }
        bytes < BYTES
    })
    .await?;
    let mut said: Vec<Spoken> = said.into_values().flatten().map(|(spoken, _)| spoken).collect();
    said.retain(|spoken| spoken.kind != SpokenKind::Review || !spoken.text.trim().is_empty() || spoken.decides());
    said.sort_by_key(|spoken| (spoken.created_at, spoken.id));
    Ok((body.map(|(body, _)| body), said))
}

/// Markdown as HTML that nobody has cleaned yet.
pub fn rendered(markdown: &str) -> String {
    let mut options = comrak::Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.render.hardbreaks = true;
    // HTML in Markdown is HTML; the cleaner decides what stays.
    options.render.r#unsafe = true;
    comrak::markdown_to_html(markdown, &options)
}

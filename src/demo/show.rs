//! The lines and tables that are printed, as plain text without color.

use std::fmt;

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Row, Table, TableStyle};
use indicatif::HumanCount;
use serde_json::Value;

use crate::deliver::RecordedDelivery;
use crate::terminal;

/// The widest that a table gets, in characters.
const WIDTH: u16 = 120;

/// An answer of `GET /api/v1/queue` as a table of at most 120 characters' width, under a line that
/// describes it. Titles are cut to fit; a cell stays empty if the answer lacks its value.
pub fn queue_table(page: &Value) -> String {
    let items = page["items"].as_array().map_or(&[][..], Vec::as_slice);
    let owners = items.iter().map(|item| text(&item["repository"]).split('/').next().unwrap_or_default().to_owned());
    let owners = owners.collect::<std::collections::BTreeSet<_>>();
    let mut table = Table::new();
    table
        .load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')))
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH)
        .set_truncation_indicator("…")
        .set_header(["rank", "repository", "type", "#", "title", "age", "stale", "stale-age", "last activity"]);
    for item in items {
        let repository = text(&item["repository"]);
        // With one account, the line above names it.
        let repository = match repository.split_once('/') {
            Some((_, name)) if owners.len() == 1 => name.to_owned(),
            _ => repository,
        };
        let stale_age = item["stale_age"].as_f64().map_or_else(String::new, |stale_age| format!("{stale_age:.3}"));
        let last = &item["last_activity"];
        let last = if last.is_object() {
            format!("{} by {}", text(&last["kind"]).replace('_', " "), text(&last["actor"]))
        } else {
            String::new()
        };
        let mut row = Row::from([
            text(&item["rank"]),
            repository,
            text(&item["type"]),
            text(&item["number"]),
            text(&item["title"]),
            text(&item["days_age"]),
            text(&item["days_stale"]),
            stale_age,
            last,
        ]);
        row.max_height(1);
        table.add_row(row);
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 1));
        if matches!(index, 0 | 3 | 5 | 6 | 7) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if index == 4 {
            // Cut anywhere, not only between words.
            column.set_delimiter('\0');
        } else {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    let total = HumanCount(page["total"].as_u64().unwrap_or(items.len() as u64));
    let place =
        if owners.len() == 1 { format!(" of {}", owners.into_iter().collect::<String>()) } else { String::new() };
    let date = text(&page["as_of"]);
    format!("{total} items{place} in the queue on {date}; age and stale in days\n{}", table.trim_fmt())
}

/// A value without quotes; null is empty.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        // Strangers write titles and names.
        Value::String(text) => terminal::line(text),
        other => other.to_string(),
    }
}

/// The variables that the recipes of the documents use, for a shell.
pub(super) fn variables(base_url: &str, token: &str) -> [String; 2] {
    [format!("export BUGSCRUB_URL={base_url}"), format!("export BUGSCRUB_TOKEN={token}")]
}

/// The address that opens the page with the token, at one of its places. Browsers send nothing of what is behind `#`.
pub(super) fn link(base_url: &str, place: &str, token: &str) -> String {
    format!("{base_url}{place}#token={token}")
}

/// Two commands that ask for a part of the queue, each in one line.
pub(super) fn commands(base_url: &str, token: &str) -> [String; 2] {
    ["type=Issue&label=bug&limit=5", "repo=quarrywork/drystone&type=PR&limit=5"]
        .map(|query| format!("curl -s -H 'Authorization: Bearer {token}' '{base_url}/api/v1/queue?{query}'"))
}

/// The command that asks for a meeting's agenda, in one line.
pub(super) fn agenda(base_url: &str, token: &str) -> String {
    format!("curl -s -H 'Authorization: Bearer {token}' '{base_url}/api/v1/collections/agenda?rows=3'")
}

/// The command that opens a scrub, in one line.
pub(super) fn scrub(base_url: &str, token: &str) -> String {
    format!(
        "curl -s -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' -d '{{}}' '{base_url}/api/v1/scrubs'"
    )
}

/// A delivery in words, and the item it is about. Its `Display` is a line without the rank.
#[derive(Debug)]
pub(super) struct ActivityLine {
    what: String,
    actor: String,
    pub(super) repository: String,
    pub(super) number: u64,
    /// As the API names it: `Issue`, `PR` or `Discussion`.
    pub(super) item_type: &'static str,
    /// Who opened the item.
    pub(super) author: String,
}

impl ActivityLine {
    /// `None` if the delivery is not about an item.
    pub(super) fn of(recorded: &RecordedDelivery) -> Option<Self> {
        let payload = serde_json::from_slice::<Value>(&recorded.payload).ok()?;
        let named = |name: &str| Some(&payload[name]).filter(|value| value.is_object());
        let (item, item_type) = if let Some(pull) = named("pull_request") {
            (pull, "PR")
        } else if let Some(discussion) = named("discussion") {
            (discussion, "Discussion")
        } else {
            let issue = named("issue")?;
            (issue, if issue["pull_request"].is_object() { "PR" } else { "Issue" })
        };
        let action = payload["action"].as_str()?;
        let what = match (recorded.event.as_str(), action) {
            ("issue_comment" | "discussion_comment", "created") => "commented on".to_owned(),
            ("pull_request_review", _) if payload["review"]["state"] == "approved" => "approved".to_owned(),
            ("pull_request_review", _) => "reviewed".to_owned(),
            (_, "created") => "opened".to_owned(),
            (_, "labeled") => format!("put the label {} on", text(&payload["label"]["name"])),
            (_, "assigned") => format!("assigned {} to", text(&payload["assignee"]["login"])),
            (_, other) => other.replace('_', " "),
        };
        Some(Self {
            what,
            actor: text(&payload["sender"]["login"]),
            repository: text(&payload["repository"]["full_name"]),
            number: item["number"].as_u64()?,
            item_type,
            author: text(&item["user"]["login"]),
        })
    }
}

impl fmt::Display for ActivityLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, actor, repository, number, .. } = self;
        write!(f, "{actor} {what} {repository}#{number}")
    }
}

/// How an item's rank changed; empty if it is not in the queue, neither before nor after.
pub(super) fn moved(before: Option<u64>, after: Option<u64>) -> String {
    match (before, after) {
        (Some(before), Some(after)) if before == after => format!(" - still rank {before}"),
        (Some(before), Some(after)) => format!(" - was rank {before}, now {after}"),
        (Some(before), None) => format!(" - was rank {before}, now out of the queue"),
        (None, Some(after)) => format!(" - now rank {after}"),
        (None, None) => String::new(),
    }
}

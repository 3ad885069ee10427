//! Answers without what may differ: ranks, positions and what is made of them, and whose account it is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Response;
use serde_json::Value;

use super::World;

/// An answer as it is compared.
pub struct Answer {
    pub status: u16,
    /// Status, some headers and the body.
    pub masked: String,
    pub json: Value,
}

impl Answer {
    pub async fn of(world: &World<'_>, response: Response) -> Self {
        let status = response.status().as_u16();
        let header = |name: &str| {
            let value = response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            value.unwrap_or_default()
        };
        let (content, location, warning) = (header("content-type"), header("location"), header("bugscrub-warning"));
        let link = header("link").replace(&world.app.url(""), "");
        let bytes = response.bytes().await.unwrap().to_vec();
        let json: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let body = if content.contains("ndjson") {
            let lines = std::str::from_utf8(&bytes).unwrap().lines().map(|line| {
                let mut masked: Value = serde_json::from_str(line).unwrap();
                mask(&mut masked);
                masked.to_string()
            });
            lines.collect::<Vec<_>>().join("\n")
        } else if content.contains("json") {
            let mut masked = json.clone();
            mask(&mut masked);
            serde_json::to_string_pretty(&masked).unwrap()
        } else if content.starts_with("text/csv") {
            csv(&bytes)
        } else if content.contains("spreadsheetml") {
            let book = bugscrub::sheet::read(&bytes).map(|book| bugscrub::sheet::Book { position: None, ..book });
            format!("{book:#?}")
        } else {
            String::from_utf8(bytes).unwrap()
        };
        let text = format!("{status} {content} {} {location} {warning}\n{body}", without_cursor(&link));
        let text = text.replace(&world.login, "OWNER").replace(&world.account.to_string(), "ACCOUNT");
        Self { status, masked: text, json }
    }
}

fn mask(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(mask),
        Value::Object(fields) => {
            for (name, value) in fields {
                match name.as_str() {
                    // In a scrub, that of an item which has just changed may be missing for a moment.
                    "rank" if value.is_i64() || value.is_null() => *value = "masked".into(),
                    // The one thing that those who attend are told of what is hidden from them.
                    "hidden_row" => *value = "masked".into(),
                    "position" | "resume_after" if value.is_i64() => *value = "masked".into(),
                    // The digest of a file that names the owner.
                    "file" if value.is_string() => *value = "masked".into(),
                    // The token that asked.
                    "token" if value["id"].is_i64() => value["id"] = "masked".into(),
                    // A random one.
                    "id" if value.as_str().is_some_and(|text| uuid::Uuid::parse_str(text).is_ok()) => {
                        *value = "masked".into();
                    }
                    // A moment of this machine's clock.
                    "last_delivery_at" | "recorded_at" | "fetched_at" if value.is_string() => *value = "masked".into(),
                    "now" | "since" | "until" | "asked_at" if value.is_string() => *value = "masked".into(),
                    // Of a room, as a position is.
                    "version" if value.is_i64() => *value = "masked".into(),
                    // A bare cursor, or a number.
                    "next_cursor" if value.as_str().is_some_and(|text| text.parse::<i64>().is_err()) => {
                        let text = value.as_str().unwrap_or_default();
                        *value = without_cursor(&format!("cursor={text}")).into();
                    }
                    _ => mask(value),
                }
            }
        }
        Value::String(text) => *text = without_cursor(text),
        _ => {}
    }
}

/// A text in which the cursor of an address is written out, less the account and positions.
fn without_cursor(text: &str) -> String {
    let Some((before, cursor)) = text.split_once("cursor=") else { return text.to_owned() };
    let end = cursor.find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_".contains(letter));
    let (cursor, after) = cursor.split_at(end.unwrap_or(cursor.len()));
    let mut cursor: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap();
    cursor["account_id"] = Value::Null;
    for unread in cursor["filter"]["unread"].as_array_mut().into_iter().flatten() {
        unread["since"] = Value::Null;
    }
    format!("{before}cursor={cursor}{after}")
}

/// A table without its column `rank`.
fn csv(bytes: &[u8]) -> String {
    let mut table = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let rank = rows.first().and_then(|head| head.iter().position(|name| name == "rank"));
    let lines = rows.iter().map(|row| {
        let cells = row.iter().enumerate().filter(|(place, _)| Some(*place) != rank);
        cells.map(|(_, cell)| format!("{cell:?}")).collect::<Vec<_>>().join(",")
    });
    lines.collect::<Vec<_>>().join("\n")
}

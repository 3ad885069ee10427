//! `bugscrub sheet`: spreadsheets out of and into a running service, over its API.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use comfy_table::{Table, presets};
use reqwest::{Client, RequestBuilder, Response, Url};
use serde_json::Value;

use super::Done;
use crate::config::ServiceArgs;

/// Rows that are shown of one kind.
const MOST_SHOWN: usize = 200;

/// `bugscrub sheet export`
pub async fn export(
    service: ServiceArgs,
    scrub: Option<u32>,
    queue: Option<String>,
    csv: bool,
    output: Option<PathBuf>,
) -> Done {
    let ending = if csv { "csv" } else { "xlsx" };
    let (path, name) = match (scrub, &queue) {
        (Some(number), _) => {
            (format!("/api/v1/scrubs/{number}/sheet.{ending}"), format!("bug-scrub-{number:04}.{ending}"))
        }
        (None, _) => (format!("/api/v1/queue.{ending}"), format!("queue.{ending}")),
    };
    let mut url = address(&service, &path)?;
    if let Some(filters) = &queue {
        let given = Url::parse(&format!("http://filters/?{filters}"))?;
        url.query_pairs_mut().extend_pairs(given.query_pairs());
    }
    let answer = ask(&service, Client::new().get(url)).await?;
    let file = answer.bytes().await?;
    match output.unwrap_or_else(|| PathBuf::from(name)) {
        output if output == Path::new("-") => std::io::stdout().write_all(&file)?,
        output => {
            std::fs::write(&output, &file)
                .map_err(|error| format!("{} cannot be written: {error}", output.display()))?;
            eprintln!("{} bytes in {}", file.len(), output.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `bugscrub sheet import`
pub async fn import(service: ServiceArgs, file: PathBuf, dry_run: bool) -> Done {
    let bytes = std::fs::read(&file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let mut url = address(&service, "/api/v1/sheets")?;
    url.query_pairs_mut().append_pair("dry_run", if dry_run { "true" } else { "false" });
    let answer = ask(&service, Client::new().post(url).body(bytes)).await?;
    let told: Value = serde_json::from_slice(&answer.bytes().await?)?;
    say!("{}", rows(&told));
    for ignored in told["ignored"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        say!("Left out: {ignored}");
    }
    let count = |name: &str| told["counts"][name].as_u64().unwrap_or_default();
    let verb = if dry_run { "would be" } else { "were" };
    say!(
        "{} rows {verb} taken in, {} are the same, {} in conflict, {} about items that are not here, {} unreadable.",
        count("new"),
        count("same"),
        count("conflict"),
        count("unknown_item"),
        count("unreadable"),
    );
    Ok(ExitCode::SUCCESS)
}

/// What becomes of rows, but for those that change nothing.
fn rows(told: &Value) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["tab", "row", "item", "outcome", "what"]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = told["rows"].as_array().into_iter().flatten().filter(|row| row["outcome"] != "same");
    for row in rows.take(MOST_SHOWN) {
        let item = match row["number"].as_i64() {
            Some(number) => format!("{} {}#{number}", text(&row["type"]), text(&row["repository"])),
            None => String::new(),
        };
        let note = &row["note"];
        let said = ["recommended_action", "comment", "flag"].map(|field| text(&note[field]));
        let said: Vec<String> = said.into_iter().filter(|said| !said.is_empty()).collect();
        let read = row["read_in"].as_i64().map(|scrub| format!("read in {scrub:04}"));
        let detail = Some(text(&row["detail"])).filter(|detail| !detail.is_empty());
        let what: Vec<String> = detail.into_iter().chain(read).chain(said).collect();
        table.add_row([text(&row["tab"]), row["line"].to_string(), item, text(&row["outcome"]), what.join(" | ")]);
    }
    table
}

fn address(service: &ServiceArgs, path: &str) -> Result<Url, Box<dyn std::error::Error>> {
    let base = service.url.trim_end_matches('/');
    let mut url = Url::parse(&format!("{base}{path}")).map_err(|error| format!("{base} is no address: {error}"))?;
    if let Some(account) = &service.account {
        url.query_pairs_mut().append_pair("account", account);
    }
    Ok(url)
}

async fn ask(service: &ServiceArgs, request: RequestBuilder) -> Result<Response, Box<dyn std::error::Error>> {
    let answer = request.bearer_auth(service.token()?).send().await?;
    if answer.status().is_success() {
        return Ok(answer);
    }
    let status = answer.status();
    let problem: Value = serde_json::from_slice(&answer.bytes().await?).unwrap_or_default();
    let said = problem["detail"].as_str().or(problem["title"].as_str()).unwrap_or("no reason was given");
    Err(format!("the service answered {status}: {said}").into())
}

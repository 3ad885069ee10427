//! `bugscrub sheet`: spreadsheets out of and into a running service, over its API.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use comfy_table::{Table, presets};
use reqwest::header::LINK;
use reqwest::{Client, RequestBuilder, Response, Url};
use serde_json::Value;

use super::Done;
use crate::config::ServiceArgs;

/// Rows that are shown of one kind.
const MOST_SHOWN: usize = 200;
/// Characters of a text that are shown.
const LONGEST_SHOWN: usize = 160;

/// `bugscrub sheet export`
pub async fn export(
    service: ServiceArgs,
    scrub: Option<u32>,
    queue: Option<String>,
    csv: bool,
    output: Option<PathBuf>,
) -> Done {
    let ending = if csv { "csv" } else { "xlsx" };
    let filters = match &queue {
        Some(filters) => Url::parse(&format!("http://filters/?{filters}"))?,
        None => Url::parse("http://filters/")?,
    };
    let (path, name) = match scrub {
        Some(number) => (format!("/api/v1/scrubs/{number}/sheet.{ending}"), format!("bug-scrub-{number:04}.{ending}")),
        None => {
            let view = filters.query_pairs().find(|(name, _)| name == "view");
            // It becomes a file's name.
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
            let view = view.filter(|(_, view)| view.chars().all(plain)).map(|(_, view)| format!("-{view}"));
            (format!("/api/v1/queue.{ending}"), format!("queue{}.{ending}", view.unwrap_or_default()))
        }
    };
    let mut url = address(&service, &path)?;
    if queue.is_some() {
        url.query_pairs_mut().extend_pairs(filters.query_pairs());
    }
    let answer = ask(&service, Client::new().get(url)).await?;
    let next = answer.headers().get(LINK).and_then(|link| Some(following(link.to_str().ok()?)?.to_owned()));
    let file = answer.bytes().await?;
    match output.unwrap_or_else(|| PathBuf::from(name)) {
        output if output == Path::new("-") => std::io::stdout().write_all(&file)?,
        output => {
            std::fs::write(&output, &file)
                .map_err(|error| format!("{} cannot be written: {error}", output.display()))?;
            eprintln!("{} bytes in {}", file.len(), output.display());
        }
    }
    if let Some(next) = next {
        eprintln!("More follows: --queue '{next}'");
    }
    Ok(ExitCode::SUCCESS)
}

/// The query of the next page, as a header Link has it.
fn following(link: &str) -> Option<&str> {
    Some(link.strip_prefix('<')?.split_once('>')?.0.split_once('?')?.1)
}

/// `bugscrub sheet import`
pub async fn import(service: ServiceArgs, file: PathBuf, scrub: Option<u32>, dry_run: bool) -> Done {
    let bytes = std::fs::read(&file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let mut url = address(&service, "/api/v1/sheets")?;
    url.query_pairs_mut().append_pair("dry_run", if dry_run { "true" } else { "false" });
    if let Some(scrub) = scrub {
        url.query_pairs_mut().append_pair("scrub", &scrub.to_string());
    }
    let answer = ask(&service, Client::new().post(url).body(bytes)).await?;
    let told: Value = serde_json::from_slice(&answer.bytes().await?)?;
    say!("{}", rows(&told));
    for ignored in told["ignored"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        say!("Left out: {ignored}");
    }
    for attended in told["attended"].as_array().into_iter().flatten() {
        let scrub = attended["scrub"].as_i64().unwrap_or_default();
        say!("Came to {scrub:04}: {}", attended["name"].as_str().unwrap_or_default());
    }
    let scrubs = told["new_scrubs"].as_array().into_iter().flatten().filter_map(Value::as_i64);
    let scrubs: Vec<String> = scrubs.map(|scrub| format!("{scrub:04}")).collect();
    if !scrubs.is_empty() {
        say!("Past scrubs that are new: {}.", scrubs.join(", "));
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
        let read = row["read_in"].as_i64().map(|scrub| format!("read in {scrub:04}"));
        let detail = Some(text(&row["detail"])).filter(|detail| !detail.is_empty());
        let (theirs, ours) = (said(&row["note"]), said(&row["ours"]));
        let texts = match row["outcome"] == "conflict" {
            true => vec![format!("theirs: {}", shown(&theirs)), format!("ours: {}", shown(&ours))],
            false => theirs,
        };
        let what: Vec<String> = detail.into_iter().chain(read).chain(texts).map(|text| cut(&text)).collect();
        table.add_row([text(&row["tab"]), row["line"].to_string(), item, text(&row["outcome"]), what.join(" | ")]);
    }
    table
}

/// What a note says.
fn said(note: &Value) -> Vec<String> {
    let said = ["recommended_action", "comment", "flag"].map(|field| note[field].as_str().unwrap_or_default());
    said.into_iter().filter(|said| !said.is_empty()).map(str::to_owned).collect()
}

fn shown(said: &[String]) -> String {
    if said.is_empty() {
        "nothing".to_owned()
    } else {
        said.iter().map(|said| cut(said)).collect::<Vec<_>>().join(" / ")
    }
}

/// On one line, no longer than a table bears.
fn cut(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
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
    let parameter = problem["parameter"].as_str().map(|name| format!(" Parameter: {name}.")).unwrap_or_default();
    let allowed: Vec<&str> = problem["allowed"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let allowed = if allowed.is_empty() { String::new() } else { format!(" Allowed: {}.", allowed.join(", ")) };
    Err(format!("the service answered {status}: {said}{parameter}{allowed}").into())
}

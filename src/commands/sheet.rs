//! `bugscrub sheet`: spreadsheets out of and into a running service, over its API.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use comfy_table::{Table, presets};
use reqwest::header::{CONTENT_TYPE, LINK};
use reqwest::{Client, RequestBuilder, Response, Url};
use serde::Deserialize;

use super::CommandResult;
use crate::config::ServiceArgs;
use crate::deliver::is_local;
use crate::http::sheets::answer::{AttendedRow, Counts, RowOutcome, SheetAnswer, SheetNoteRow, SheetRowAnswer};
use crate::terminal;

/// The exit code of an import in which rows were in conflict.
const CONFLICTS: u8 = 3;
/// Rows that are shown of one kind.
const MOST_SHOWN: usize = 200;
/// Characters of a text that are shown.
const LONGEST_SHOWN: usize = 160;

/// `bugscrub sheet export`
pub async fn export(
    service: ServiceArgs,
    scrub: Option<u32>,
    queue: Option<String>,
    visibility: Option<String>,
    csv: bool,
    output: Option<PathBuf>,
    force: bool,
) -> CommandResult {
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
    // Known before a file is asked for that nobody wants.
    let output = output.unwrap_or_else(|| PathBuf::from(name));
    let to_a_file = output != Path::new("-");
    if to_a_file && !force && output.exists() {
        let it = output.display();
        return Err(
            format!("{it} exists already, perhaps with edits of yours: name another --output, or say --force").into()
        );
    }
    if csv && to_a_file {
        // A person opens it.
        url.query_pairs_mut().append_pair("bom", "true");
    }
    if let Some(visibility) = visibility {
        url.query_pairs_mut().append_pair("visibility", &visibility);
    }
    let answer = ask(&service, client(&url)?.get(url)).await?;
    let next = answer.headers().get(LINK).and_then(|link| Some(following(link.to_str().ok()?)?.to_owned()));
    let file = answer.bytes().await?;
    if to_a_file {
        written(&output, &file, force).map_err(|error| format!("{} cannot be written: {error}", output.display()))?;
        eprintln!("{} bytes in {}", file.len(), output.display());
    } else {
        std::io::stdout().write_all(&file)?;
    }
    if let Some(next) = next {
        eprintln!("More follows: --queue '{next}'");
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a file: a new one, unless it is to replace another.
fn written(path: &Path, bytes: &[u8], force: bool) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    let options = if force { options.create(true).truncate(true) } else { options.create_new(true) };
    options.write(true).open(path)?.write_all(bytes)
}

/// A client without a limit of time: a large sheet takes long. It asks this machine itself without a proxy.
fn client(url: &Url) -> reqwest::Result<Client> {
    let builder = Client::builder();
    let builder = if is_local(url) { builder.no_proxy() } else { builder };
    builder.build()
}

/// The query of the next page, as a header Link has it.
fn following(link: &str) -> Option<&str> {
    Some(link.strip_prefix('<')?.split_once('>')?.0.split_once('?')?.1)
}

/// `bugscrub sheet import`
pub async fn import(
    service: ServiceArgs,
    file: PathBuf,
    scrub: Option<u32>,
    charset: Option<String>,
    dry_run: bool,
    without: Vec<String>,
) -> CommandResult {
    let bytes = std::fs::read(&file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let mut url = address(&service, "/api/v1/sheets")?;
    url.query_pairs_mut().append_pair("dry_run", if dry_run { "true" } else { "false" });
    if let Some(scrub) = scrub {
        url.query_pairs_mut().append_pair("scrub", &scrub.to_string());
    }
    url.query_pairs_mut().extend_pairs(without.iter().map(|rows| ("without", rows)));
    let mut request = client(&url)?.post(url).body(bytes);
    if let Some(charset) = charset {
        request = request.header(CONTENT_TYPE, format!("text/csv; charset={charset}"));
    }
    let answer = ask(&service, request).await?;
    let told: SheetAnswer = serde_json::from_slice(&answer.bytes().await?)?;
    say!("{}", rows(&told.rows));
    for ignored in &told.ignored {
        say!("Left out: {ignored}");
    }
    for AttendedRow { scrub, name } in &told.attended {
        say!("Came to {scrub:04}: {name}");
    }
    let scrubs: Vec<String> = told.new_scrubs.iter().map(|scrub| format!("{scrub:04}")).collect();
    if !scrubs.is_empty() {
        say!("Past scrubs that are new: {}.", scrubs.join(", "));
    }
    let Counts { new, removing, same, conflict, unknown_item, unreadable, left_out } = told.counts;
    let verb = if dry_run { "would be" } else { "were" };
    let gone = match removing {
        0 => String::new(),
        some => {
            format!(" ({some} of them {} a note or a text of one)", if dry_run { "would remove" } else { "removed" })
        }
    };
    say!(
        "{new} rows {verb} taken in{gone}, {same} are the same, {conflict} in conflict, {unknown_item} about items that \
         are not here, {unreadable} unreadable{}.",
        if left_out > 0 { format!(", {left_out} left out") } else { String::new() }
    );
    // What a script must not overlook: somebody has to decide. A dry run only tells.
    Ok(if conflict > 0 && !dry_run { ExitCode::from(CONFLICTS) } else { ExitCode::SUCCESS })
}

/// What becomes of rows, except those that change nothing.
fn rows(rows: &[SheetRowAnswer]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["row", "item", "outcome", "what"]);
    let rows = rows.iter().filter(|row| row.outcome != RowOutcome::Same);
    for row in rows.take(MOST_SHOWN) {
        let name = |text: &Option<String>| text.clone().unwrap_or_default();
        let item = row.number.map(|number| format!("{} {}#{number}", name(&row.r#type), cut(&name(&row.repository))));
        let read = row.read_in.map(|scrub| format!("read in {scrub:04}"));
        let (theirs, ours) = (said(row.note.as_ref()), said(row.ours.as_ref()));
        let texts = match row.outcome {
            RowOutcome::Conflict => vec![format!("theirs: {}", shown(&theirs)), format!("ours: {}", shown(&ours))],
            _ if !ours.is_empty() => vec![format!("goes: {}", shown(&ours)), format!("stays: {}", shown(&theirs))],
            _ => theirs,
        };
        let what: Vec<String> =
            row.detail.clone().into_iter().chain(read).chain(texts).map(|text| cut(&text)).collect();
        // As `--without` takes it. A service of before names it by the two alone.
        let key = if row.key.is_empty() { format!("{}:{}", row.tab, row.line) } else { row.key.clone() };
        table.add_row([cut(&key), item.unwrap_or_default(), row.outcome.name().to_owned(), what.join(" | ")]);
    }
    table
}

/// What a note says.
fn said(note: Option<&SheetNoteRow>) -> Vec<String> {
    let texts = note.into_iter().flat_map(|note| [&note.recommended_action, &note.comment, &note.flag]);
    texts.filter(|text| !text.is_empty()).cloned().collect()
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
    let words = terminal::line(text).split_whitespace().collect::<Vec<_>>().join(" ");
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

/// Why the service refused, by the problem that it answered with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reason {
    title: Option<String>,
    detail: Option<String>,
    parameter: Option<String>,
    allowed: Vec<String>,
}

async fn ask(service: &ServiceArgs, request: RequestBuilder) -> Result<Response, Box<dyn std::error::Error>> {
    let answer = request.bearer_auth(service.token()?).send().await?;
    if answer.status().is_success() {
        return Ok(answer);
    }
    let status = answer.status();
    let reason: Reason = serde_json::from_slice(&answer.bytes().await?).unwrap_or_default();
    let said = reason.detail.or(reason.title).unwrap_or_else(|| "no reason was given".to_owned());
    let parameter = reason.parameter.map(|name| format!(" Parameter: {name}.")).unwrap_or_default();
    let allowed =
        if reason.allowed.is_empty() { String::new() } else { format!(" Allowed: {}.", reason.allowed.join(", ")) };
    Err(format!("the service answered {status}: {said}{parameter}{allowed}").into())
}

//! Every statement of the program is one that Citus sends to one server as it is, or stands in a list with its reason.

use std::path::Path;

use super::router::faults;
use super::schema::spread;
use crate::queries::stored;
use crate::support::TestDatabase;

/// Statements that ask several servers, or go there by way of the coordinator: how they begin, and why that is right.
/// None of them is asked for a delivery, or for what somebody asks of an account.
const LISTED: [(&str, &str); 29] = [
    // Where there is no Citus.
    (
        "WITH head AS MATERIALIZED ( SELECT head_position, generation, GREATEST(clock_timestamp(), last_recorded_at + interval '1 microsecond') AS now FROM accounts WHERE account_id = $1 FOR UPDATE)",
        "`opening` does the same by two statements",
    ),
    ("WITH head AS ( UPDATE accounts SET head_position = $14", "`append` does the same by two statements"),
    (
        "SELECT found.repo_id AS \"repo_id!\", found.number AS \"number!\", found.title_folded AS \"title!\", found.created_at AS \"created_at!\", found.updated_at AS \"updated_at!\" FROM (SELECT repo_id, number, title_folded, created_at, updated_at FROM items WHERE account_id + 0",
        "`similar` has one that lets the planner choose",
    ),
    (
        "SELECT wanted.id AS \"id!\" FROM accounts a CROSS JOIN UNNEST($2::bigint[]) AS wanted (id) WHERE a.account_id = $1 AND ((SELECT true FROM items WHERE account_id = $1 AND generation = a.generation AND live AND author_id = wanted.id AND repo_id = ANY($3) LIMIT 1) OR (SELECT true FROM (SELECT",
        "`known` has one that lets the planner choose",
    ),
    // All accounts are what it is about.
    (
        "SELECT a.account_id, p.login AS \"login!\", p.logins",
        "the list of accounts; whose question is about one, the ranking in memory knows",
    ),
    (
        "SELECT account_id, head_position AS position, generation, last_recorded_at FROM accounts WHERE account_id <> 0",
        "twice a second a replica, and for metrics; in between heads are asked for by account",
    ),
    (
        "SELECT account_id FROM accounts WHERE account_id <> 0 ORDER BY account_id",
        "commands and daily upkeep go through all accounts",
    ),
    ("SELECT account_id FROM accounts ORDER BY account_id", "so does the pruning of deliveries"),
    (
        "SELECT account_id AS \"account_id!\", scrub AS \"scrub!\" FROM current_scrubs",
        "upkeep looks for forgotten scrubs",
    ),
    (
        "SELECT account_id FROM items WHERE state = 'open' AND title_folded IS NULL",
        "upkeep looks for what an earlier version wrote",
    ),
    (
        "SELECT account_id FROM items WHERE state <> 'open' AND title_folded IS NULL",
        "upkeep looks for what an earlier version wrote",
    ),
    (
        "SELECT account_id, installation_id, login, suspended, permissions, seen_at, gone_at FROM installations ORDER BY",
        "what GitHub lists of all accounts is compared with it",
    ),
    ("SELECT d.guid FROM accounts a JOIN deliveries d", "GitHub does not say of what account a failed delivery is"),
    (
        "SELECT j.account_id, j.kind, j.repo_id FROM jobs j WHERE j.due_at",
        "a free worker looks for a job of any account, and locks none; it takes one by its key",
    ),
    (
        "INSERT INTO chat_messages (account_id, scrub, kind, made_at, due_at) SELECT s.account_id, s.scrub, 'begins'",
        "scrubs of all accounts of which the chat is not told yet are looked for",
    ),
    (
        "INSERT INTO chat_messages (account_id, scrub, kind, made_at, due_at) SELECT s.account_id, s.scrub, 'minutes'",
        "scrubs of all accounts of which the chat is not told yet are looked for",
    ),
    (
        "SELECT account_id, scrub, kind FROM chat_messages WHERE state = 'due'",
        "who tells the chat looks for a message of any account, and locks none; it takes one by its key",
    ),
    (
        "UPDATE chat_messages SET state = 'unknown'",
        "upkeep of all accounts: messages whose sender is gone, each changed where it is",
    ),
    ("SELECT i.account_id, count(s.repo_id) AS \"repositories!\"", "metrics of all accounts"),
    ("SELECT g.account_id, b.resource AS \"resource!\"", "metrics of all accounts"),
    (
        "SELECT source, place, times, last_at, last_seen FROM left_out WHERE account_id IN (0, $1)",
        "two accounts: what was left out of deliveries of none is shown too",
    ),
    ("DELETE FROM scrub_presences WHERE expires_at", "upkeep of all rooms"),
    ("DELETE FROM scrub_claims WHERE until", "upkeep of all rooms"),
    ("DELETE FROM scrub_rooms r WHERE NOT EXISTS", "upkeep of all rooms"),
    ("DELETE FROM scrub_greeters g WHERE NOT EXISTS", "upkeep of all rooms"),
    ("DELETE FROM scrub_guests g WHERE NOT EXISTS", "upkeep of all rooms"),
    // An account may have no row in `accounts` yet, from which its id could be taken.
    (
        "INSERT INTO sync (account_id, repo_id, node_id",
        "what an installation covers is known before the first delivery; asked for once a listing",
    ),
    (
        "INSERT INTO job_locks (account_id, kind, repo_id)",
        "jobs of several accounts, some without a delivery; asked for by workers",
    ),
    (
        "INSERT INTO jobs (account_id, kind, repo_id, priority",
        "jobs of several accounts, some without a delivery; asked for by workers",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_stays_on_one_server_or_is_listed() {
    let database = TestDatabase::plain().await;
    let schema = spread(&database.pool).await;
    database.drop().await;
    let mut wrong = vec![];
    let mut met = vec![false; LISTED.len()];
    for file in stored().values() {
        let sql = file["query"].as_str().unwrap();
        let words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let faults = faults(sql, &schema);
        match LISTED.iter().position(|(beginning, _)| words.starts_with(beginning)) {
            Some(at) => {
                assert!(!met[at], "two statements begin so: {}", LISTED[at].0);
                met[at] = true;
                assert!(!faults.is_empty(), "need not be listed: {words}");
            }
            None if !faults.is_empty() => wrong.push(format!("{faults:?}\n    {sql}")),
            None => {}
        }
    }
    assert!(wrong.is_empty(), "{}\n{} statements", wrong.join("\n\n"), wrong.len());
    for ((beginning, _), met) in LISTED.iter().zip(met) {
        assert!(met, "listed and not there: {beginning}");
    }
}

/// Which events count is said by each statement for itself, since a view cannot be told the account where it looks for
/// later ones. It is said in the same words.
#[test]
fn which_events_count_is_said_in_the_same_words() {
    let mut saying = 0;
    for file in stored().values() {
        let sql = file["query"].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!sql.contains("effective_events"), "{sql}");
        if sql.contains("retracted") || sql.contains("supersedes = e") {
            let events = if sql.contains("e.kind <> 'retracted'") { "e" } else { "events" };
            let kind = if events == "e" { "e.kind" } else { "kind" };
            let words = format!(
                " AND {kind} <> 'retracted' AND (SELECT true FROM events later WHERE later.account_id = $1 AND \
                 later.supersedes = {events}.source_key LIMIT 1) IS NULL"
            );
            assert!(sql.contains(&words), "not in these words ({words}): {sql}");
            saying += 1;
        }
    }
    assert_eq!(saying, 8);
}

/// Citus hands a setting of a transaction on in the words of the whole message, and a worker takes one statement. So
/// `store::pool` puts them together only where there is no Citus.
#[test]
fn a_transaction_begins_with_one_statement() {
    let mut found = vec![];
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let begun = text.match_indices("\"BEGIN").map(|(at, _)| text[at + 1..].split('"').next().unwrap());
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            found.extend(begun.filter(|begun| several(begun)).map(|begun| format!("{name}: {begun}")));
        }
    }
    assert_eq!(found, [""; 0]);
    assert!(several("BEGIN; SET LOCAL statement_timeout = 0") && !several("BEGIN ISOLATION LEVEL REPEATABLE READ"));
}

fn several(message: &str) -> bool {
    message.trim_end_matches(';').contains(';')
}

//! Plans that do not depend on luck. A table that has just been filled has no statistics, or those of when it was nearly empty, and
//! the planner then guesses. Every statement that meets a list of keys runs here on such tables, and visits few rows however the
//! planner guesses.

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use crate::queries::stored;
use crate::support::TestDatabase;

/// Rows of each table, and keys of each list.
const ROWS: u64 = 20_000;
const KEYS: u64 = 5_000;
/// Texts that a request looks for in titles, at most as many as a view has values.
const TEXTS: u64 = 500;
/// Rows that a statement may visit, in all steps of its plan together. Each step may see everything there is a few
/// times; a loop over the keys for each row would visit a hundred million.
const MOST_VISITED: f64 = 40.0 * (ROWS + KEYS) as f64;

/// What the planner knows of tables that are filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Statistics {
    None,
    /// Those of the first rows.
    Early,
}

/// Rows at the time of early statistics: autovacuum makes none before 50 rows have changed.
const EARLY: u64 = 51;

/// Fills every table without statistics.
async fn fill(connection: &mut PgConnection) {
    fill_with(connection, Statistics::None).await;
}

/// Fills every table with rows whose keys are 1, 2, 3, ... in one account, and keeps other statistics from being made.
async fn fill_with(connection: &mut PgConnection, statistics: Statistics) {
    let columns = sqlx::query(
        "SELECT c.table_name::text, c.column_name::text, c.udt_name::text FROM information_schema.columns c
         JOIN information_schema.tables t USING (table_schema, table_name)
         WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name <> '_sqlx_migrations'
           AND c.is_generated = 'NEVER' AND c.is_identity = 'NO'",
    );
    let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in columns.fetch_all(&mut *connection).await.unwrap() {
        tables.entry(row.get(0)).or_default().push((row.get(1), row.get(2)));
    }
    assert!(tables.len() > 20, "{tables:?}");
    for (table, columns) in tables {
        // Of these tables there is one row for each account.
        let of_accounts = ["accounts", "account_profiles", "installations", "gates"].contains(&table.as_str());
        let value = |(name, of): &(String, String)| match (name.as_str(), of.as_str()) {
            ("account_id", _) if of_accounts => "g".to_owned(),
            // Of these tables there is one row for each scrub, or date.
            ("scrub", _) if ["scrubs", "scrub_rooms", "scrub_greeters"].contains(&table.as_str()) => "g".to_owned(),
            ("date", _) if table == "schedule_dates" => "current_date - g::int".to_owned(),
            ("account_id" | "generation" | "scrub", _) => "1".to_owned(),
            ("state", "text") => "'open'".to_owned(),
            ("type", "text") => "'Issue'".to_owned(),
            // No event is another's correction.
            ("supersedes", _) => "NULL".to_owned(),
            // Every session is a person's.
            ("token_hash", _) if table == "sessions" => "NULL".to_owned(),
            // Every repository shows.
            ("chosen_since", _) => "NULL".to_owned(),
            ("live" | "visible" | "has_discussions", _) => "true".to_owned(),
            (_, "bool") => "false".to_owned(),
            (_, "text") => "'k' || g".to_owned(),
            (_, "json" | "jsonb") => "'{}'".to_owned(),
            (_, "uuid") => "gen_random_uuid()".to_owned(),
            (_, "timestamptz") => "now() - g * interval '1 second'".to_owned(),
            (_, "date") => "current_date".to_owned(),
            (_, "bytea") => "decode(md5(g::text), 'hex')".to_owned(),
            (_, array) if array.starts_with('_') => "'{}'".to_owned(),
            (_, "int2" | "int4") => "1".to_owned(),
            _ => "g".to_owned(),
        };
        let names: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let values: Vec<String> = columns.iter().map(value).collect();
        let (names, values) = (names.join(", "), values.join(", "));
        let insert = format!("INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {values} FROM");
        let (early, analyze) = match statistics {
            Statistics::None => (0, String::new()),
            Statistics::Early => (EARLY, format!("ANALYZE {table}")),
        };
        let fill = format!(
            "ALTER TABLE {table} SET (autovacuum_enabled = off);
             {insert} generate_series(1, {early}) AS g; {analyze}; {insert} generate_series({early} + 1, {ROWS}) AS g"
        );
        let filled = sqlx::raw_sql(AssertSqlSafe(fill)).execute(&mut *connection).await;
        filled.unwrap_or_else(|error| panic!("{table}: {error}"));
    }
}

/// The columns that a statement makes of its lists, in the order of their parameters: of `UNNEST($3::bigint[], $4::text[])
/// AS new (repo_id, title)`, 3 is `repo_id` and 4 is `title`.
fn columns_of_lists(sql: &str) -> BTreeMap<usize, String> {
    let mut columns = BTreeMap::new();
    for part in sql.split("UNNEST(").skip(1) {
        let Some((lists, rest)) = part.split_once(')') else { continue };
        let names = rest.split_once('(').map(|(_, names)| names.split(')').next().unwrap_or_default());
        let names = names.unwrap_or_default().split(',').map(str::trim);
        for (list, name) in lists.split(',').zip(names) {
            let number = list.trim().trim_start_matches('$').split(':').next().unwrap_or_default();
            columns.extend(number.parse().ok().map(|number: usize| (number, name.to_owned())));
        }
    }
    columns
}

/// A literal for each parameter of a statement: lists of all keys, and scalars that find something.
fn literals(sql: &str, parameters: &[Value], flag: bool) -> Vec<String> {
    let columns = columns_of_lists(sql);
    // What is inserted without regard to what is there is new.
    let new = sql.contains("INSERT INTO") && !sql.contains("ON CONFLICT");
    let first = if new { ROWS } else { 0 };
    let list_of = |length: u64, element: &dyn Fn(u64) -> String| {
        let elements: Vec<String> = (first + 1..=first + length).map(element).collect();
        format!("'{{{}}}'", elements.join(","))
    };
    let list = |element: &dyn Fn(u64) -> String| list_of(KEYS, element);
    let literal = |(number, parameter): (usize, &Value)| {
        let parameter = parameter.as_str().unwrap_or_default();
        let is_cast = |to: &str| columns.get(&number).is_some_and(|name| sql.contains(&format!("{name}::{to}")));
        match parameter {
            "Int8Array" => list(&|key| key.to_string()),
            "Int2Array" => list(&|_| "1".to_owned()),
            "Float8Array" => list(&|_| "0".to_owned()),
            "BoolArray" => list(&|_| flag.to_string()),
            "TimestamptzArray" => list(&|_| "2026-01-01".to_owned()),
            "UuidArray" => list(&|key| format!("00000000-0000-0000-0000-{key:012}")),
            "ByteaArray" => list(&|_| "\"\"".to_owned()),
            // What is both an empty object and an empty list.
            "TextArray" if ["json", "bigint[]", "text[]"].into_iter().any(is_cast) => list(&|_| "\"{}\"".to_owned()),
            "TextArray" if sql.contains(&format!("LIKE ANY(${number})")) => list_of(TEXTS, &|key| format!("%k{key}%")),
            "TextArray" => list(&|key| format!("k{key}")),
            "Int8" | "Int4" | "Float8" => (first + 1).to_string(),
            "Bool" => flag.to_string(),
            "Text" if ["::json", "::text::json"].iter().any(|to| sql.contains(&format!("${number}{to}"))) => {
                "'{}'".to_owned()
            }
            "Text" => "'k1'".to_owned(),
            "Timestamptz" => "'2026-01-01'".to_owned(),
            "Date" => "'2026-01-01'".to_owned(),
            "Uuid" => "'00000000-0000-0000-0000-000000000001'".to_owned(),
            "Bytea" => "''".to_owned(),
            "Json" => "'{}'".to_owned(),
            other => panic!("no literal of {other} is known: {sql}"),
        }
    };
    (1..).zip(parameters).map(literal).collect()
}

/// The rows that a step of a plan and the steps below it visit.
fn visited(step: &Value) -> f64 {
    let number = |name: &str| step[name].as_f64().unwrap_or_default();
    let removed = ["Rows Removed by Filter", "Rows Removed by Join Filter", "Rows Removed by Index Recheck"];
    let rows = number("Actual Rows") + removed.into_iter().map(number).sum::<f64>();
    rows * number("Actual Loops") + step["Plans"].as_array().into_iter().flatten().map(visited).sum::<f64>()
}

/// Runs a statement with its plan, and takes back what it did.
async fn visits(connection: &mut PgConnection, sql: &str, literals: &[String]) -> Result<(f64, Value), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    sqlx::raw_sql(AssertSqlSafe(format!("PREPARE statement AS {sql}"))).execute(&mut *transaction).await?;
    let explain = format!("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE statement ({})", literals.join(", "));
    let explained = sqlx::query_scalar(AssertSqlSafe(explain)).fetch_one(&mut *transaction).await;
    transaction.rollback().await?;
    sqlx::raw_sql("DEALLOCATE statement").execute(connection).await?;
    let plan: Value = explained?;
    Ok((visited(&plan[0]["Plan"]), plan))
}

/// Checks how many rows the statement visits that has these words, with these parameters, whatever the planner knows.
async fn check_visits(
    connection: &mut PgConnection,
    words: &str,
    parameters: &str,
    expected: std::ops::RangeInclusive<u64>,
) {
    let found = stored().into_values().map(|stored| stored["query"].as_str().unwrap().to_owned());
    let found: Vec<String> = found.filter(|sql| sql.contains(words)).collect();
    let [sql] = &found[..] else { panic!("{words}: {found:?}") };
    for mode in ["force_custom_plan", "force_generic_plan"] {
        let mode_is = format!("SET plan_cache_mode = {mode}");
        sqlx::raw_sql(AssertSqlSafe(mode_is)).execute(&mut *connection).await.unwrap();
        let (rows, plan) = visits(&mut *connection, sql, &[parameters.to_owned()]).await.unwrap();
        let within = *expected.start() as f64..=*expected.end() as f64;
        assert!(within.contains(&rows), "{rows} rows, {mode}\n{sql}\n{plan:#}");
    }
}

/// An act in a scrub, by somebody who does not see private repositories.
#[tokio::test(flavor = "multi_thread")]
async fn where_a_deck_hides_rows_is_found_without_reading_it() {
    let database = TestDatabase::plain().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    fill(&mut connection).await;
    // Of 20 repositories, one is private; the cursor has left 10 rows.
    let deck = "UPDATE deck_rows SET repo_id = place % 20 + 1;
                UPDATE deck_rows SET advanced_position = left_position, advanced_at = left_at WHERE place <= 10;
                UPDATE repositories SET private = true WHERE repo_id = 20";
    sqlx::raw_sql(deck).execute(&mut connection).await.unwrap();
    let hidden = ROWS / 20;
    for knows in ["", "ANALYZE"] {
        sqlx::raw_sql(knows).execute(&mut connection).await.unwrap();
        check_visits(&mut connection, "WITH RECURSIVE dealt", "1, 1, NULL", hidden..=2 * hidden + 400).await;
        // Places, one of which somebody has gone on from, and where the cursor is.
        let rows = "1, 1, NULL, '{9,11,12}', 11";
        check_visits(&mut connection, "own.chosen_position", rows, 2..=60).await;
    }
    connection.close().await.unwrap();
    database.drop().await;
}

/// Somebody whom nobody knows, by a login and by an id, for a reader who sees all repositories but a few.
#[tokio::test(flavor = "multi_thread")]
async fn that_nobody_is_called_so_is_found_without_reading_the_items() {
    let database = TestDatabase::plain().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    fill(&mut connection).await;
    // One author is known by the login alone.
    sqlx::raw_sql("UPDATE items SET author_id = NULL WHERE number = 5").execute(&mut connection).await.unwrap();
    let seen: Vec<String> = (1..ROWS - 10).map(|repo_id| repo_id.to_string()).collect();
    let seen = seen.join(",");
    for knows in ["", "ANALYZE"] {
        sqlx::raw_sql(knows).execute(&mut connection).await.unwrap();
        let login = format!("1, '{{nobody-ever}}', '{{{seen}}}'");
        check_visits(&mut connection, "p.login = ANY($2) AND i.repo_id = ANY($3)", &login, 1..=10).await;
        // One who is known where the reader sees nothing, and one who is not known at all.
        let ids = format!("1, '{{{},999999999}}', '{{{seen}}}'", ROWS - 5);
        check_visits(
            &mut connection,
            "WHERE live AND assignee_ids <> '{}' AND assignee_ids @> ARRAY[wanted.id]",
            &ids,
            1..=20,
        )
        .await;
    }
    connection.close().await.unwrap();
    database.drop().await;
}

/// What a name means, where most names are plain ASCII.
#[tokio::test(flavor = "multi_thread")]
async fn a_label_and_a_milestone_are_found_by_name_without_reading_all() {
    let database = TestDatabase::plain().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    fill(&mut connection).await;
    let beyond =
        "UPDATE labels SET name = 'größe' WHERE label_id = 5; UPDATE milestones SET title = 'größe' WHERE number = 5";
    sqlx::raw_sql(beyond).execute(&mut connection).await.unwrap();
    for knows in ["", "ANALYZE"] {
        sqlx::raw_sql(knows).execute(&mut connection).await.unwrap();
        for words in ["least(octet_length(l.name)", "least(octet_length(m.title)"] {
            check_visits(&mut connection, words, "1, '{k7}', NULL", 2..=20).await;
        }
    }
    connection.close().await.unwrap();
    database.drop().await;
}

/// New keys in a log that has grown since there was one event in it, which is what the planner knows: an index with the whole key has
/// to be asked for in its order, or each key costs the log.
#[tokio::test(flavor = "multi_thread")]
async fn known_source_keys_are_found_whatever_the_planner_knows() {
    let database = TestDatabase::plain().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    fill(&mut connection).await;
    let event = |range: &str| {
        format!(
            "INSERT INTO events (account_id, position, source_key, source, kind, recorded_at, data)
             SELECT 1, g, 'k' || g, 'scrub', 'read', now(), '{{}}' FROM generate_series({range}) AS g"
        )
    };
    let grown = format!("TRUNCATE events; {}; ANALYZE events; {}", event("1, 1"), event(&format!("2, {ROWS}")));
    sqlx::raw_sql(AssertSqlSafe(grown)).execute(&mut connection).await.unwrap();
    check_visits(&mut connection, "SELECT found.source_key AS \"key!\"", "1, '{n1,n2,n3,k7}'", 4..=40).await;
    let others = stored()
        .into_values()
        .filter(|stored| stored["query"].as_str().is_some_and(|sql| sql.contains("source_key = wanted.source_key")));
    assert_eq!(others.count(), 0, "such a statement has BETWEEN and ORDER BY");
    connection.close().await.unwrap();
    database.drop().await;
}

/// Many items at once and one alone, by the names of their repositories.
#[tokio::test(flavor = "multi_thread")]
async fn repositories_are_found_by_name_without_reading_all() {
    let database = TestDatabase::new().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    fill(&mut connection).await;
    let names: Vec<String> = (1..=500).map(|repo_id| format!("k{repo_id}")).collect();
    for knows in ["", "ANALYZE"] {
        sqlx::raw_sql(knows).execute(&mut connection).await.unwrap();
        let many = format!("1, '{{{}}}', true, NULL", names.join(","));
        check_visits(&mut connection, "AS wanted (name)", &many, 500..=6_000).await;
        check_visits(&mut connection, "= $4 AND i.number = $5", "1, true, 'k7', 'k7', 7, NULL", 1..=40).await;
    }
    connection.close().await.unwrap();
    database.drop().await;
}

/// Items whose titles are like another's, among many: by a rare word, and the newest of some repositories.
#[tokio::test(flavor = "multi_thread")]
async fn alike_titles_are_found_without_reading_all() {
    let database = TestDatabase::plain().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    fill(&mut connection).await;
    let some_closed = "UPDATE items SET state = 'closed' WHERE number % 3 = 0; SET enable_seqscan = off";
    sqlx::raw_sql(some_closed).execute(&mut connection).await.unwrap();
    for knows in ["", "ANALYZE", "VACUUM items"] {
        sqlx::raw_sql(knows).execute(&mut connection).await.unwrap();
        // k777, k7770 to k7779; and what they have in common with k77 and 777 alone.
        let rare = "1, 1, '%k777%', '%k777%', true, NULL, 1001";
        check_visits(&mut connection, "account_id + 0 = $1 AND generation + 0 = $2", rare, 11..=200).await;
        // Most repositories are hidden from one reader.
        for sight in ["true, NULL", "false, '{5,7,9}'"] {
            let newest = format!("1, 1, 5, 2000, 20, 150, {sight}");
            let most = if sight.starts_with("true") { 5_000 } else { 4 * ROWS };
            check_visits(&mut connection, "coalesce(i.title_folded, i.title)", &newest, 3..=most).await;
        }
    }
    connection.close().await.unwrap();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_that_meets_a_list_of_keys_visits_few_rows_without_statistics() {
    check_every_statement(Statistics::None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn and_with_the_statistics_of_a_nearly_empty_store() {
    check_every_statement(Statistics::Early).await;
}

async fn check_every_statement(statistics: Statistics) {
    let database = TestDatabase::plain().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    fill_with(&mut connection, statistics).await;
    // A plan that visits far too much takes for ever. How long the others take depends on what else the machine does.
    sqlx::raw_sql("SET statement_timeout = '15min'").execute(&mut connection).await.unwrap();
    let (mut met, mut faults) = (0, vec![]);
    for (name, stored) in stored() {
        let (sql, parameters) = (stored["query"].as_str().unwrap(), &stored["describe"]["parameters"]["Left"]);
        let parameters = parameters.as_array().map(Vec::as_slice).unwrap_or_default();
        if !parameters.iter().any(|parameter| parameter.as_str().is_some_and(|name| name.ends_with("Array"))) {
            continue;
        }
        met += 1;
        for (mode, flag) in [("force_custom_plan", false), ("force_generic_plan", false), ("force_custom_plan", true)] {
            let mode_is = format!("SET plan_cache_mode = {mode}");
            sqlx::raw_sql(AssertSqlSafe(mode_is)).execute(&mut connection).await.unwrap();
            match visits(&mut connection, sql, &literals(sql, parameters, flag)).await {
                Ok((rows, _)) if rows <= MOST_VISITED => {}
                Ok((rows, plan)) => faults.push(format!("{name} ({mode}) visits {rows} rows: {sql}\n{plan:#}")),
                Err(error) => faults.push(format!("{name} ({mode}): {error}: {sql}")),
            }
        }
    }
    assert!(met > 60, "only {met} statements");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n\n"));
    connection.close().await.unwrap();
    database.drop().await;
}

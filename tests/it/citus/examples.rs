//! What breaks each rule, and is refused; and what keeps it, and is not. Most of it once stood in the program.

use std::collections::BTreeSet;

use super::router::{Schema, faults};

fn schema() -> Schema {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    Schema {
        accounts: names(&["accounts", "events", "items", "labels", "jobs", "gates", "deliveries", "visible"]),
        copied: names(&["tokens", "sessions", "sights"]),
    }
}

fn refused(sql: &str, why: &str) {
    let faults = faults(sql, &schema());
    assert!(faults.iter().any(|fault| fault.contains(why)), "{faults:?}, not {why}: {sql}");
}

fn taken(sql: &str) {
    let faults = faults(sql, &schema());
    assert!(faults.is_empty(), "{faults:?}: {sql}");
}

#[test]
fn every_table_is_bound_to_the_account_where_it_stands() {
    let without = "without its account_id";
    refused("SELECT account_id FROM accounts WHERE head_position > $1", without);
    refused("SELECT 1 FROM accounts WHERE account_id = ANY($1)", without);
    refused("SELECT 1 FROM accounts WHERE account_id IN (0, $1)", without);
    refused("SELECT 1 FROM items WHERE account_id + 0 = $1", without);
    refused("SELECT 1 FROM accounts a JOIN items i ON i.generation = a.generation WHERE a.account_id = $1", without);
    refused("SELECT 1 FROM accounts WHERE account_id = $1 OR generation = $2", without);
    // What is known outside of a subquery is not known in it.
    refused(
        "SELECT (SELECT max(l.name) FROM labels l WHERE l.account_id = i.account_id) FROM items i WHERE i.account_id = $1",
        without,
    );
    refused(
        "SELECT 1 FROM items i CROSS JOIN LATERAL (SELECT 1 FROM visible r WHERE r.account_id = i.account_id LIMIT 1) AS r
         WHERE i.account_id = $1",
        without,
    );
    refused("WITH later AS (SELECT repo_id FROM events) SELECT 1 FROM later", without);
    refused("DELETE FROM events WHERE position < $1", without);
    refused("UPDATE jobs SET held_by = NULL WHERE id = $1", without);
    refused("SELECT 1 FROM items WHERE account_id = $1 UNION ALL SELECT 1 FROM labels", without);
    refused("SELECT 1 FROM items i JOIN labels l USING (repo_id) WHERE i.account_id = $1", without);
    refused("SELECT 1 FROM items i, labels l WHERE i.account_id = $1 AND l.account_id = $2", "more than one account");
    taken("SELECT 1 FROM accounts a JOIN items i ON i.account_id = a.account_id WHERE a.account_id = $1");
    taken("SELECT 1 FROM accounts a JOIN items i USING (account_id, generation) WHERE a.account_id = $1");
    taken("SELECT (SELECT max(l.name) FROM labels l WHERE l.account_id = $1) FROM items i WHERE i.account_id = $1");
    taken("SELECT 1 FROM tokens t JOIN sessions s ON s.token_hash = t.hash WHERE t.hash = $1");
    taken(
        "SELECT 1 FROM UNNEST($2::bigint[]) AS wanted (id)
         CROSS JOIN LATERAL (SELECT 1 FROM items WHERE account_id = $1 AND number = wanted.id LIMIT 1) AS i",
    );
}

#[test]
fn nobody_locks_across_accounts() {
    let across = "a lock across accounts";
    refused("SELECT 1 FROM jobs WHERE due_at < $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED", across);
    refused(
        "WITH next AS (SELECT account_id FROM jobs WHERE due_at < $1 LIMIT 1 FOR UPDATE SKIP LOCKED)
         UPDATE jobs j SET held_by = $2 FROM next WHERE j.account_id = next.account_id",
        across,
    );
    refused("WITH s AS (SELECT session_id FROM sights FOR UPDATE) SELECT 1 FROM s", "FOR UPDATE of a copied table");
    taken("SELECT 1 FROM accounts WHERE account_id = $1 FOR UPDATE");
    taken(
        "WITH free AS (SELECT kind FROM jobs WHERE account_id = $1 FOR UPDATE SKIP LOCKED)
         UPDATE jobs j SET held_by = $2 FROM free WHERE j.account_id = $1 AND j.kind = free.kind",
    );
}

#[test]
fn an_insert_stays_where_its_account_is() {
    let pulled = "INSERT ... SELECT whose account_id";
    refused(
        "INSERT INTO events (account_id, position) SELECT $1, position FROM UNNEST($2::bigint[]) AS new (position)",
        pulled,
    );
    refused("INSERT INTO events (position) SELECT position FROM events WHERE account_id = $1", pulled);
    refused(
        "WITH head AS (UPDATE accounts SET head_position = $2 WHERE account_id = $1)
         INSERT INTO events (account_id, position) SELECT a.account_id, $3 FROM accounts a WHERE a.account_id = $1",
        "WITH before an INSERT",
    );
    refused(
        "WITH stored AS (INSERT INTO deliveries (account_id, guid) VALUES ($1, $2) RETURNING guid) SELECT guid FROM stored",
        "INSERT in a WITH",
    );
    refused(
        "INSERT INTO jobs (account_id, due_at) SELECT a.account_id, clock_timestamp() FROM accounts a WHERE a.account_id = $1",
        "clock_timestamp() in INSERT ... SELECT",
    );
    refused("INSERT INTO jobs (kind) VALUES ($1)", "without its account_id");
    refused("INSERT INTO jobs (account_id, n) VALUES ($1, (SELECT count(*) FROM tokens))", "a query in VALUES");
    refused(
        "INSERT INTO jobs (account_id) VALUES ($1) ON CONFLICT (account_id) DO UPDATE SET due_at = now()",
        "in ON CONFLICT",
    );
    refused(
        "INSERT INTO sights (account_id, session_id) SELECT 0, session_id FROM sessions
         ON CONFLICT (account_id) DO UPDATE SET github_id = 1 WHERE EXISTS (SELECT FROM sights)",
        "a query in ON CONFLICT",
    );
    refused(
        "INSERT INTO sights (account_id, session_id) SELECT a.account_id, $2 FROM accounts a WHERE a.account_id = $1",
        "a copied table is changed by what is in an account",
    );
    taken(
        "INSERT INTO events (account_id, position) SELECT a.account_id, position
         FROM accounts a CROSS JOIN UNNEST($2::bigint[]) AS new (position) WHERE a.account_id = $1
         ON CONFLICT (account_id, position) DO UPDATE SET position = EXCLUDED.position RETURNING position",
    );
    taken("INSERT INTO jobs (account_id, due_at) VALUES (0, clock_timestamp())");
    taken("INSERT INTO sights (account_id, session_id) SELECT $1, session_id FROM sessions WHERE session_id = $2");
}

#[test]
fn what_changes_is_evaluated_once_and_before() {
    let of_one = "WHERE account_id = $1";
    let volatile = "clock_timestamp() where something is changed";
    refused(&format!("UPDATE jobs SET due_at = clock_timestamp() {of_one}"), volatile);
    refused(&format!("UPDATE jobs SET due_at = (SELECT clock_timestamp()) {of_one}"), volatile);
    refused(&format!("DELETE FROM jobs {of_one} AND due_at < clock_timestamp() - interval '1 day'"), volatile);
    let chosen = "in CASE or COALESCE";
    refused(&format!("UPDATE jobs SET due_at = coalesce(due_at, now()) {of_one}"), chosen);
    refused(&format!("UPDATE jobs SET due_at = CASE WHEN asked = $2 THEN now() ELSE due_at END {of_one}"), chosen);
    let applied = "a column with what depends on the session";
    refused(&format!("UPDATE jobs SET due_at = due_at + interval '1 day' {of_one}"), applied);
    refused(&format!("DELETE FROM jobs {of_one} AND created_at + make_interval(days => $2) < now()"), applied);
    refused(&format!("UPDATE jobs SET due_at = now() {of_one} RETURNING now()"), "in RETURNING");
    refused(&format!("UPDATE jobs SET due_at = $2 {of_one} RETURNING due_at - interval '1 day'"), "in RETURNING");
    refused(&format!("UPDATE jobs SET account_id = $2 {of_one}"), "another account");
    refused("UPDATE sessions SET login = i.title FROM items i WHERE i.account_id = $1", "a copied table is changed by");
    refused(
        "WITH gone AS (DELETE FROM sessions RETURNING hash) SELECT hash FROM gone",
        "a copied table is changed in a WITH",
    );
    taken(&format!("UPDATE jobs SET due_at = statement_timestamp() + make_interval(secs => $2) {of_one}"));
    taken(&format!("UPDATE jobs SET due_at = coalesce(due_at, (SELECT statement_timestamp())) {of_one}"));
    taken(&format!("UPDATE jobs SET due_at = $2 {of_one} RETURNING (SELECT statement_timestamp()) AS now"));
    taken(&format!("SELECT clock_timestamp(), due_at + interval '1 day' FROM jobs {of_one}"));
}

#[test]
fn one_message_is_one_statement() {
    refused("SELECT 1; SELECT 2", "several statements in one");
}

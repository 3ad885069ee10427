//! Gates: what GitHub allows to ask, shared by every worker of every replica.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use super::StoreError;

/// What GitHub said of one of its hourly budgets. The window's end is by our database's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    pub limit: i64,
    pub remaining: i64,
    pub resets_at: DateTime<Utc>,
}

/// A gate as it stands.
#[derive(Clone, Debug)]
pub struct Gate {
    /// The database's time; all of a gate's times are by its clock.
    pub now: DateTime<Utc>,
    pub shut_until: Option<DateTime<Utc>>,
    pub reason: Option<String>,
    pub core: Option<Budget>,
    pub graphql: Option<Budget>,
    /// Up to when the pace of a minute is used up.
    pub paced_to: Option<DateTime<Utc>>,
    pub reads: i64,
    pub token_mints: i64,
    pub redeliveries: i64,
}

struct GateRow {
    now: DateTime<Utc>,
    shut_until: Option<DateTime<Utc>>,
    reason: Option<String>,
    core_limit: Option<i64>,
    core_remaining: Option<i64>,
    core_resets_at: Option<DateTime<Utc>>,
    graphql_limit: Option<i64>,
    graphql_remaining: Option<i64>,
    graphql_resets_at: Option<DateTime<Utc>>,
    paced_to: Option<DateTime<Utc>>,
    reads: i64,
    token_mints: i64,
    redeliveries: i64,
}

impl From<GateRow> for Gate {
    fn from(row: GateRow) -> Self {
        let budget = |limit: Option<i64>, remaining: Option<i64>, resets_at: Option<DateTime<Utc>>| {
            Some(Budget { limit: limit?, remaining: remaining?, resets_at: resets_at? })
        };
        Self {
            now: row.now,
            shut_until: row.shut_until,
            reason: row.reason,
            core: budget(row.core_limit, row.core_remaining, row.core_resets_at),
            graphql: budget(row.graphql_limit, row.graphql_remaining, row.graphql_resets_at),
            paced_to: row.paced_to,
            reads: row.reads,
            token_mints: row.token_mints,
            redeliveries: row.redeliveries,
        }
    }
}

/// What a request does to GitHub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Read,
    TokenMint,
    Redelivery,
}

/// A gate that nobody else may pass until this is dropped or left.
pub struct Passing {
    transaction: Transaction<'static, Postgres>,
    account_id: i64,
    pub gate: Gate,
}

/// Waits for the account's turn at its gate. Account 0 is the App itself.
pub async fn enter(pool: &PgPool, account_id: i64) -> Result<Passing, StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query!("INSERT INTO gates (account_id) VALUES ($1) ON CONFLICT DO NOTHING", account_id)
        .execute(&mut *transaction)
        .await?;
    let row = sqlx::query_as!(
        GateRow,
        r#"SELECT clock_timestamp() AS "now!", shut_until, reason, core_limit, core_remaining, core_resets_at,
                  graphql_limit, graphql_remaining, graphql_resets_at, paced_to, reads, token_mints, redeliveries
           FROM gates WHERE account_id = $1 FOR UPDATE"#,
        account_id
    )
    .fetch_one(&mut *transaction)
    .await?;
    Ok(Passing { transaction, account_id, gate: row.into() })
}

/// What a request taught.
#[derive(Clone, Debug, Default)]
pub struct Taught {
    pub core: Option<Budget>,
    pub graphql: Option<Budget>,
    pub paced_to: Option<DateTime<Utc>>,
    /// No request before this time, and why.
    pub shut: Option<(DateTime<Utc>, String)>,
}

impl Passing {
    /// Leaves the gate with what the request taught.
    pub async fn leave(mut self, purpose: Purpose, taught: &Taught) -> Result<(), StoreError> {
        self.write(purpose, taught).await?;
        self.transaction.commit().await?;
        Ok(())
    }

    async fn write(&mut self, purpose: Purpose, taught: &Taught) -> Result<(), StoreError> {
        let (core, graphql) = (taught.core, taught.graphql);
        let (until, reason) = taught.shut.clone().unzip();
        let connection: &mut PgConnection = &mut self.transaction;
        sqlx::query!(
            r#"UPDATE gates SET
                 shut_until = COALESCE($2, shut_until), reason = COALESCE($3, reason),
                 core_limit = COALESCE($4, core_limit), core_remaining = COALESCE($5, core_remaining),
                 core_resets_at = COALESCE($6, core_resets_at),
                 graphql_limit = COALESCE($7, graphql_limit), graphql_remaining = COALESCE($8, graphql_remaining),
                 graphql_resets_at = COALESCE($9, graphql_resets_at),
                 reads = reads + $10, token_mints = token_mints + $11, redeliveries = redeliveries + $12,
                 paced_to = COALESCE($13, paced_to)
               WHERE account_id = $1"#,
            self.account_id,
            until,
            reason,
            core.map(|budget| budget.limit),
            core.map(|budget| budget.remaining),
            core.map(|budget| budget.resets_at),
            graphql.map(|budget| budget.limit),
            graphql.map(|budget| budget.remaining),
            graphql.map(|budget| budget.resets_at),
            i64::from(purpose == Purpose::Read),
            i64::from(purpose == Purpose::TokenMint),
            i64::from(purpose == Purpose::Redelivery),
            taught.paced_to,
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// A gate, without passing it; `None` before its first request.
pub async fn look(pool: &PgPool, account_id: i64) -> Result<Option<Gate>, StoreError> {
    let row = sqlx::query_as!(
        GateRow,
        r#"SELECT clock_timestamp() AS "now!", shut_until, reason, core_limit, core_remaining, core_resets_at,
                  graphql_limit, graphql_remaining, graphql_resets_at, paced_to, reads, token_mints, redeliveries
           FROM gates WHERE account_id = $1"#,
        account_id
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(Gate::from))
}

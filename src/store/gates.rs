//! Gates: one for each account, shared by every worker of every replica. A gate makes requests wait for
//! one another and for GitHub's limits.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use super::StoreError;

/// One of GitHub's hourly budgets, as GitHub last reported it. The end of its hour is by our database's
/// clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourlyBudget {
    pub limit: i64,
    pub remaining: i64,
    pub resets_at: DateTime<Utc>,
}

/// The state of a gate.
#[derive(Clone, Debug)]
pub struct Gate {
    /// The database's time. All times of a gate are by its clock.
    pub now: DateTime<Utc>,
    pub shut_until: Option<DateTime<Utc>>,
    pub reason: Option<String>,
    pub core: Option<HourlyBudget>,
    pub graphql: Option<HourlyBudget>,
    /// The time up to which the pace is used up.
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
            Some(HourlyBudget { limit: limit?, remaining: remaining?, resets_at: resets_at? })
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

/// What a request does on GitHub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Read,
    TokenMint,
    Redelivery,
}

/// Counts a request that does more than read, before it goes out, so that a kill cannot hide it.
pub async fn announce(pool: &PgPool, account_id: i64, purpose: Purpose) -> Result<(), StoreError> {
    sqlx::query!(
        r#"INSERT INTO gates AS g (account_id, token_mints, redeliveries) VALUES ($1, $2, $3)
           ON CONFLICT (account_id) DO UPDATE SET
             token_mints = g.token_mints + EXCLUDED.token_mints, redeliveries = g.redeliveries + EXCLUDED.redeliveries"#,
        account_id,
        i64::from(purpose == Purpose::TokenMint),
        i64::from(purpose == Purpose::Redelivery),
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// A gate that nobody else can pass until the holder leaves it, withdraws or drops this.
pub struct HeldGate {
    transaction: Transaction<'static, Postgres>,
    account_id: i64,
    pub gate: Gate,
}

/// Waits at an account's gate and locks it. Account 0 is the App itself.
pub async fn enter(pool: &PgPool, account_id: i64) -> Result<HeldGate, StoreError> {
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
    Ok(HeldGate { transaction, account_id, gate: row.into() })
}

/// The changes to a gate after a request. `None` leaves a value as it is.
#[derive(Clone, Debug, Default)]
pub struct GateUpdate {
    pub core: Option<HourlyBudget>,
    pub graphql: Option<HourlyBudget>,
    pub paced_to: Option<DateTime<Utc>>,
    /// The time before which GitHub takes no request, and the reason.
    pub shut: Option<(DateTime<Utc>, String)>,
}

impl HeldGate {
    /// Leaves the gate without making the request, and takes back its announcement. With `shut`, the gate
    /// is shut until that time.
    pub async fn withdraw(
        mut self,
        purpose: Purpose,
        shut: Option<&(DateTime<Utc>, String)>,
    ) -> Result<(), StoreError> {
        let (until, reason) = shut.cloned().unzip();
        sqlx::query!(
            "UPDATE gates SET token_mints = token_mints - $2, redeliveries = redeliveries - $3,
               shut_until = COALESCE($4, shut_until), reason = COALESCE($5, reason)
             WHERE account_id = $1",
            self.account_id,
            i64::from(purpose == Purpose::TokenMint),
            i64::from(purpose == Purpose::Redelivery),
            until,
            reason,
        )
        .execute(&mut *self.transaction)
        .await?;
        self.transaction.commit().await?;
        Ok(())
    }

    /// Leaves the gate after the request, with its changes.
    pub async fn leave(mut self, purpose: Purpose, update: &GateUpdate) -> Result<(), StoreError> {
        self.write(purpose, update).await?;
        self.transaction.commit().await?;
        Ok(())
    }

    async fn write(&mut self, purpose: Purpose, update: &GateUpdate) -> Result<(), StoreError> {
        let (core, graphql) = (update.core, update.graphql);
        let (until, reason) = update.shut.clone().unzip();
        let connection: &mut PgConnection = &mut self.transaction;
        sqlx::query!(
            r#"UPDATE gates SET
                 shut_until = COALESCE($2, shut_until), reason = COALESCE($3, reason),
                 core_limit = COALESCE($4, core_limit), core_remaining = COALESCE($5, core_remaining),
                 core_resets_at = COALESCE($6, core_resets_at),
                 graphql_limit = COALESCE($7, graphql_limit), graphql_remaining = COALESCE($8, graphql_remaining),
                 graphql_resets_at = COALESCE($9, graphql_resets_at),
                 reads = reads + $10, paced_to = COALESCE($11, paced_to)
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
            update.paced_to,
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Reads a gate without entering it; `None` before its first request.
pub async fn read(pool: &PgPool, account_id: i64) -> Result<Option<Gate>, StoreError> {
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

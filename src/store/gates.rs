//! Gates: one for each account, shared by every worker of every replica. A gate makes requests wait for
//! one another and for GitHub's limits.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use super::StoreError;
use super::lease::{LEASE_SECONDS, Renewal, give_back, taken_at};

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
    pool: PgPool,
    account_id: i64,
    holder: Uuid,
    /// `None` once the gate was left.
    renewal: Option<Renewal>,
    pub gate: Gate,
}

/// Time between two looks at a gate that another replica holds.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_millis(20);

/// Waits at an account's gate and takes it. Account 0 is the App itself. Who waits while another replica has the
/// gate comes next; who goes `ahead` takes that place from whoever has it.
pub async fn enter(pool: &PgPool, account_id: i64, ahead: bool) -> Result<HeldGate, StoreError> {
    let holder = Uuid::new_v4();
    loop {
        if let Some(gate) = take(pool, account_id, holder).await? {
            let renewed = pool.clone();
            let renewal = Renewal::start(move || {
                let pool = renewed.clone();
                async move { renew(&pool, account_id, holder).await }
            });
            return Ok(HeldGate { pool: pool.clone(), account_id, holder, renewal: Some(renewal), gate });
        }
        if !wait_in_line(pool, account_id, holder, ahead).await? {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
}

/// Takes a gate that is free; `None` if it is not, or if it does not exist yet.
async fn take(pool: &PgPool, account_id: i64, holder: Uuid) -> Result<Option<Gate>, StoreError> {
    let row = sqlx::query_as!(
        GateRow,
        r#"UPDATE gates SET held_by = $2, held_until = statement_timestamp() + make_interval(secs => $3), awaited_by = NULL
           WHERE account_id = $1 AND (held_by IS NULL OR held_until <= statement_timestamp())
             AND (awaited_by IS NULL OR awaited_by = $2 OR awaited_until <= statement_timestamp())
           RETURNING held_until AS "now!", shut_until, reason, core_limit, core_remaining, core_resets_at,
             graphql_limit, graphql_remaining, graphql_resets_at, paced_to, reads, token_mints, redeliveries"#,
        account_id,
        holder,
        LEASE_SECONDS,
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Gate::from(GateRow { now: taken_at(row.now), ..row })))
}

/// Asks for the next turn at a gate, for a moment, if nobody else has, or in place of whoever has; `true` if the gate was
/// created.
async fn wait_in_line(pool: &PgPool, account_id: i64, holder: Uuid, ahead: bool) -> Result<bool, StoreError> {
    let created = sqlx::query!("INSERT INTO gates (account_id) VALUES ($1) ON CONFLICT DO NOTHING", account_id)
        .execute(pool)
        .await?;
    if created.rows_affected() > 0 {
        return Ok(true);
    }
    sqlx::query!(
        "UPDATE gates SET awaited_by = $2, awaited_until = statement_timestamp() + interval '1 second'
         WHERE account_id = $1 AND ($3 OR awaited_by IS NULL OR awaited_by = $2 OR awaited_until <= statement_timestamp())",
        account_id,
        holder,
        ahead,
    )
    .execute(pool)
    .await?;
    Ok(false)
}

async fn renew(pool: &PgPool, account_id: i64, holder: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE gates SET held_until = statement_timestamp() + make_interval(secs => $3)
         WHERE account_id = $1 AND held_by = $2",
        account_id,
        holder,
        LEASE_SECONDS,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Lets others pass.
async fn open(pool: &PgPool, account_id: i64, holder: Uuid) -> Result<(), StoreError> {
    sqlx::query!("UPDATE gates SET held_by = NULL WHERE account_id = $1 AND held_by = $2", account_id, holder)
        .execute(pool)
        .await?;
    Ok(())
}

impl Drop for HeldGate {
    fn drop(&mut self) {
        if self.renewal.take().is_some() {
            let (pool, account_id, holder) = (self.pool.clone(), self.account_id, self.holder);
            give_back(async move { open(&pool, account_id, holder).await });
        }
    }
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
               shut_until = COALESCE($4, shut_until), reason = COALESCE($5, reason),
               held_by = NULLIF(held_by, $6)
             WHERE account_id = $1",
            self.account_id,
            i64::from(purpose == Purpose::TokenMint),
            i64::from(purpose == Purpose::Redelivery),
            until,
            reason,
            self.holder,
        )
        .execute(&self.pool)
        .await?;
        self.renewal = None;
        Ok(())
    }

    /// Leaves the gate after the request, with its changes.
    pub async fn leave(mut self, purpose: Purpose, update: &GateUpdate) -> Result<(), StoreError> {
        let (core, graphql) = (update.core, update.graphql);
        let (until, reason) = update.shut.clone().unzip();
        sqlx::query!(
            r#"UPDATE gates SET
                 shut_until = COALESCE($2, shut_until), reason = COALESCE($3, reason),
                 core_limit = COALESCE($4, core_limit), core_remaining = COALESCE($5, core_remaining),
                 core_resets_at = COALESCE($6, core_resets_at),
                 graphql_limit = COALESCE($7, graphql_limit), graphql_remaining = COALESCE($8, graphql_remaining),
                 graphql_resets_at = COALESCE($9, graphql_resets_at),
                 reads = reads + $10, paced_to = COALESCE($11, paced_to),
                 held_by = NULLIF(held_by, $12)
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
            self.holder,
        )
        .execute(&self.pool)
        .await?;
        self.renewal = None;
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

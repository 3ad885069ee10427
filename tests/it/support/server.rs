//! The server that `BUGSCRUB_TEST_DATABASE_URL` names, instead of one of our own: for tests and for the bench. On a
//! coordinator of Citus each database has the extension on every server, and its accounts are spread.

use bugscrub::store;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

/// The variable.
pub const VARIABLE: &str = "BUGSCRUB_TEST_DATABASE_URL";

/// A server that was there before, and a role on it that may do everything.
pub struct Named {
    /// Of a database that is left as it is.
    url: String,
    /// Where Citus is: the coordinator as the workers reach it, if it is told, and the workers.
    citus: Option<(Option<Node>, Vec<Node>)>,
    /// What it says of itself.
    pub version: String,
}

/// Host and port.
type Node = (String, i32);

impl Named {
    /// The server, if the variable is set.
    pub async fn open() -> Option<Self> {
        let url = std::env::var(VARIABLE).ok().filter(|url| !url.trim().is_empty())?.trim().to_owned();
        let mut admin = PgConnection::connect(&url).await.unwrap_or_else(|error| panic!("{VARIABLE}: {error}"));
        let there = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')";
        let mut version: String =
            sqlx::query_scalar("SELECT current_setting('server_version')").fetch_one(&mut admin).await.unwrap();
        let mut citus = None;
        if sqlx::query_scalar(there).fetch_one(&mut admin).await.unwrap() {
            let nodes = "SELECT groupid = 0, nodename, nodeport FROM pg_dist_node
                         WHERE isactive AND noderole = 'primary' ORDER BY groupid";
            let nodes = sqlx::query(nodes).fetch_all(&mut admin).await.unwrap();
            let (coordinator, workers): (Vec<_>, Vec<_>) = nodes.iter().partition(|node| node.get(0));
            let node = |row: &sqlx::postgres::PgRow| (row.get(1), row.get(2));
            let workers: Vec<Node> = workers.into_iter().map(node).collect();
            version += &format!(", with Citus and {} workers", workers.len());
            citus = Some((coordinator.into_iter().map(node).next(), workers));
        }
        Some(Self { url, citus, version })
    }

    pub fn has_citus(&self) -> bool {
        self.citus.is_some()
    }

    /// The database that is there anyway.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Creates a database, on every server; answers its URL. `how` is the end of CREATE DATABASE.
    pub async fn create(&self, name: &str, how: &str) -> Result<String, sqlx::Error> {
        let create = format!("CREATE DATABASE \"{name}\" {how}");
        let url = with_database(&self.url, name);
        // Another server may be slower than one that is only told to.
        run(&self.url, &create).await?;
        if let Some((coordinator, workers)) = &self.citus {
            for worker in workers {
                let there = at_node(&self.url, worker);
                // Citus may have created it there already.
                if let Err(error) = run(&there, &create).await
                    && error.as_database_error().and_then(|refusal| refusal.code()).as_deref() != Some("42P04")
                {
                    return Err(error);
                }
                run(&with_database(&there, name), "CREATE EXTENSION IF NOT EXISTS citus").await?;
            }
            run(&url, "CREATE EXTENSION IF NOT EXISTS citus").await?;
            if let Some((host, port)) = coordinator {
                run(&url, &format!("SELECT citus_set_coordinator_host('{host}', {port})")).await?;
            }
            for (host, port) in workers {
                run(&url, &format!("SELECT citus_add_node('{host}', {port})")).await?;
            }
        }
        Ok(url)
    }

    /// Brings a database's schema up to date, and spreads it where Citus is.
    pub async fn prepare(&self, url: &str) {
        let pool = store::pool(url, 1).unwrap();
        store::migrate(&pool).await.unwrap();
        if self.has_citus() {
            store::spread::spread(&pool).await.unwrap();
        }
        pool.close().await;
    }

    pub async fn drop(&self, name: &str) {
        let drop = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
        run(&self.url, &drop).await.unwrap();
        for worker in self.citus.iter().flat_map(|(_, workers)| workers) {
            run(&at_node(&self.url, worker), &drop).await.unwrap();
        }
    }
}

/// Runs one statement in a session of its own.
async fn run(url: &str, statement: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let done = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await;
    let _ = connection.close().await;
    done.map(drop)
}

/// A URL in its parts: what stands before the host, host and port, the database, and what follows it.
fn parts(url: &str) -> (String, &str, &str, &str) {
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let (rest, query) = rest.find('?').map_or((rest, ""), |at| rest.split_at(at));
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, host) = authority.rfind('@').map_or(("", authority), |at| authority.split_at(at + 1));
    (format!("{scheme}://{user}"), host, database, query)
}

/// The URL of another database of the same server.
pub fn with_database(url: &str, name: &str) -> String {
    let (before, host, _, query) = parts(url);
    format!("{before}{host}/{name}{query}")
}

/// The URL of the same database for another role.
pub fn with_role(url: &str, role: &str, password: &str) -> String {
    let (_, host, database, query) = parts(url);
    format!("postgres://{role}:{password}@{host}/{database}{query}")
}

/// The URL of the same database on another server.
fn at_node(url: &str, (host, port): &Node) -> String {
    let (before, _, database, query) = parts(url);
    format!("{before}{host}:{port}/{database}{query}")
}

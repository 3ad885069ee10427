//! Connecting to the database: what is wrong, in a sentence that names the place and the remedy.

use std::io::ErrorKind;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection, PgPool};
use tokio::net::lookup_host;
use tokio::time::timeout;

use super::error::{StoreError, sentence};
use super::pool::{ACQUIRE_TIMEOUT, SPREAD};
use super::spread;

/// When a process dies together with its machine, its connections are not closed. These settings let the server
/// notice within a minute and release the rows that were locked; the system's default is two hours.
const DEAD_PEERS: [(&str, &str); 3] =
    [("tcp_keepalives_idle", "30"), ("tcp_keepalives_interval", "10"), ("tcp_keepalives_count", "3")];

const TLS_FAILED: &str = "TLS failed: check sslmode and sslrootcert in the URL, and that the server's certificate is valid \
                          for this host";

/// Makes a connection as the pool does, outside of it.
///
/// # Errors
/// [`StoreError::Unreachable`], which says why; a pool would only say that it waited in vain.
pub async fn reach(pool: &PgPool) -> Result<PgConnection, StoreError> {
    let options = PgConnectOptions::clone(&pool.connect_options());
    let demanding = demanding(&options);
    match connect(&demanding).await {
        Ok(mut connection) => {
            pool.set_connect_options(match spread::is_there(&mut connection).await? {
                true => spreading(demanding),
                false => demanding,
            });
            Ok(connection)
        }
        // A pooler. It knows by itself whether its server is there.
        Err(error) if is_about_parameters(&error) => connect(&options).await,
        Err(error) => Err(error),
    }
}

/// The options with [`DEAD_PEERS`]. They come with the first message of a session, which a pooler keeps to itself
/// or refuses: a `SET` would stay for whoever gets the session next.
fn demanding(options: &PgConnectOptions) -> PgConnectOptions {
    match options.get_options() {
        Some(known) if known.contains(DEAD_PEERS[0].0) => options.clone(),
        _ => options.clone().options(DEAD_PEERS),
    }
}

/// The options with [`SPREAD`].
fn spreading(options: PgConnectOptions) -> PgConnectOptions {
    match options.get_options() {
        Some(known) if known.contains(SPREAD.0) => options,
        _ => options.options([SPREAD]),
    }
}

pub(super) fn place(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None if options.get_host().starts_with('/') => options.get_host().to_owned(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let connecting = timeout(ACQUIRE_TIMEOUT, PgConnection::connect_with(options)).await;
    match connecting.unwrap_or(Err(sqlx::Error::PoolTimedOut)) {
        Ok(connection) => Ok(connection),
        Err(source) => {
            let why = why(options, &source).await;
            Err(StoreError::Unreachable { place: place(options), why, source })
        }
    }
}

fn is_about_parameters(error: &StoreError) -> bool {
    let StoreError::Unreachable { source: sqlx::Error::Database(refusal), .. } = error else { return false };
    refusal.message().contains("startup parameter")
}

/// Why no connection was made, and what to do.
async fn why(options: &PgConnectOptions, error: &sqlx::Error) -> String {
    let (user, database) = (options.get_username(), options.get_database().unwrap_or(options.get_username()));
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut if !is_known(options).await => format!(
            "the name {} cannot be resolved: check the host in BUGSCRUB_DATABASE_URL, and DNS",
            options.get_host()
        ),
        sqlx::Error::Io(fault) if fault.kind() == ErrorKind::InvalidData => TLS_FAILED.to_owned(),
        sqlx::Error::Io(fault) => match fault.kind() {
            ErrorKind::ConnectionRefused => {
                "nothing listens there: check host and port, and that Postgres runs and listens on that address"
            }
            ErrorKind::NotFound => "there is no such socket or file: check the URL, and that Postgres runs",
            ErrorKind::PermissionDenied => "this process may not open it: check its user and the rights of the file",
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
                "the network has no way there: check routes and network policies"
            }
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
                "the connection was closed before a whole answer came: check that it is a Postgres that listens there, \
                 and that nothing in between cuts connections off"
            }
            _ => "the connection failed",
        }
        .to_owned(),
        sqlx::Error::PoolTimedOut => {
            "no answer came within 2 s: check firewalls and network policies in between; if it \
                                      is a pooler, its pool has no connection left"
                .to_owned()
        }
        sqlx::Error::Tls(fault) if fault.to_string().contains("does not support TLS") => {
            "it does not offer TLS, which the URL demands: turn TLS on in the server, or set another sslmode".to_owned()
        }
        sqlx::Error::Tls(_) => {
            "TLS failed: check sslmode and sslrootcert in the URL, and that the server's certificate \
                                is valid for this host"
                .to_owned()
        }
        sqlx::Error::Protocol(_) => "what answers there is no Postgres: check host and port".to_owned(),
        sqlx::Error::Database(refusal) => {
            let message = refusal.message();
            let says = |words: &[&str]| words.iter().any(|words| message.contains(words));
            match refusal.code().as_deref() {
                // PgBouncer has one code for everything.
                Some("3D000") => no_database(database),
                Some("08P01") if says(&["no such database"]) => no_database(database),
                Some("28P01") => wrong_password(user),
                Some("08P01") if says(&["authentication failed", "no such user"]) => wrong_password(user),
                Some("28000") => format!(
                    "it does not let {user} in: check that the role exists and may log in, and what pg_hba.conf says"
                ),
                Some("42501") => format!(
                    "{user} may not connect to the database {database}: run `GRANT CONNECT ON DATABASE \"{database}\" TO \
                     \"{user}\"`"
                ),
                Some("55000") => {
                    format!("the database {database} takes no connections: see `ALTER DATABASE ... ALLOW_CONNECTIONS`")
                }
                Some("08P01") if says(&["startup parameter"]) => {
                    "the pooler there refuses a setting of the connection: take `options` out of the URL, or add the \
                     setting to the pooler's ignore_startup_parameters"
                        .to_owned()
                }
                Some("08P01") if says(&["no more connections", "query_wait_timeout"]) => {
                    "the pooler there has no connection left: raise max_client_conn and the size of its pool".to_owned()
                }
                Some("08P01") => "the pooler there refused, or cannot reach its Postgres: see its log".to_owned(),
                _ => sentence(error).to_owned(),
            }
        }
        _ => sentence(error).to_owned(),
    }
}

fn no_database(database: &str) -> String {
    format!(
        "there is no database {database}: create it with `CREATE DATABASE \"{database}\" TEMPLATE template0 ENCODING \
         'UTF8'`, or correct the URL"
    )
}

fn wrong_password(user: &str) -> String {
    format!("it does not take the password of {user}: correct it in BUGSCRUB_DATABASE_URL or its file")
}

/// Whether the host's name has an address.
async fn is_known(options: &PgConnectOptions) -> bool {
    if options.get_socket().is_some() || options.get_host().starts_with('/') {
        return true;
    }
    matches!(timeout(ACQUIRE_TIMEOUT, lookup_host((options.get_host(), options.get_port()))).await, Ok(Ok(_)))
}

//! What the subcommands do; `main` only picks one.

/// `println!`, for those whose reader may stop reading: `bugscrub openapi | head`.
#[macro_export]
macro_rules! say {
    ($($words:tt)*) => { $crate::commands::write_line(format_args!($($words)*)) };
}

pub mod backfill;
pub mod github;
pub mod ping;
pub mod sheet;

use std::error::Error;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use comfy_table::{Table, presets};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::activity::Bots;
use crate::app::{AppError, Application, Clock, Database};
use crate::config::{DatabaseArgs, DeliverArgs, DemoArgs, MigrateArgs, RebuildArgs, ServeArgs, Settings};
use crate::deliver::{Pace, Target};
use crate::http::auth::{self, Scope};
use crate::http::serve::ServeLimits;
use crate::ingest::Accounts;
use crate::store::tokens::NewToken;
use crate::store::{accounts, rebuild as rebuilding, retention, tokens};
use crate::telemetry::Metrics;
use crate::webhook::Secrets;
use crate::{deliver as delivering, demo as demonstration, postgres, store};

/// Done, with the process's exit code, or a reason to print.
pub type Done = Result<ExitCode, Box<dyn Error>>;

/// A line to standard output. That nobody reads it any more is no reason not to finish.
///
/// # Panics
/// If it cannot be written for another reason, such as a full disk.
pub fn write_line(line: std::fmt::Arguments<'_>) {
    use std::io::{ErrorKind, Write};
    match writeln!(std::io::stdout().lock(), "{line}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => panic!("standard output cannot be written: {error}"),
        _ => {}
    }
}

pub(crate) fn system_clock() -> Clock {
    Arc::new(Utc::now)
}

/// `bugscrub serve`
pub async fn serve(args: ServeArgs) -> Done {
    let settings = args.settings()?;
    let mut shutdown = pin!(shutdown_signal()?);
    let database = Database::open(&args.database).await?;
    let building = Application::build(settings, database.pool.clone(), system_clock());
    let served = match until(&mut shutdown, building).await {
        Some(Ok(application)) => {
            database.while_running(application.run(ServeLimits::default(), shutdown)).await;
            Ok(ExitCode::SUCCESS)
        }
        Some(Err(error)) => Err(error.into()),
        None => Ok(ExitCode::SUCCESS),
    };
    database.close().await?;
    served
}

/// What `work` comes to; `None` if it was told to stop before.
async fn until<T>(shutdown: impl Future<Output = ()>, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        () = shutdown => None,
    }
}

/// Resolves at SIGTERM or SIGINT.
pub(crate) fn shutdown_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: finishing what was accepted"),
            _ = interrupt.recv() => tracing::info!("SIGINT: finishing what was accepted"),
        }
    })
}

/// `bugscrub demo`: everything at once on a generated organization, in a database of its own that
/// begins empty each time.
pub async fn demo(args: DemoArgs) -> Done {
    // The port first: two demos must not share a database, and its name comes from the port.
    let listen_error = |source| AppError::Listen { address: args.listen, source };
    let address =
        TcpListener::bind(args.listen).await.and_then(|listener| listener.local_addr()).map_err(listen_error)?;
    let shutdown = shutdown_signal()?;
    let data_dir = postgres::default_data_dir()?.join(format!("demo-{}", address.port()));
    eprintln!("Starting a private Postgres in {} ...", data_dir.display());
    let database = Database::open_private(data_dir).await?;
    let shown = database.while_running(demo_on(&database, &args, address, shutdown)).await;
    database.close().await?;
    shown
}

async fn demo_on(
    database: &Database,
    args: &DemoArgs,
    address: std::net::SocketAddr,
    shutdown: impl Future<Output = ()>,
) -> Done {
    store::reset(&database.pool).await?;
    // Nobody but this process needs to know it.
    let (secret, _) = auth::new_token();
    let settings = Settings {
        listen: address,
        secrets: Secrets::parse(&secret).ok_or("no secret")?,
        admin_token: None,
        zone: chrono_tz::UTC,
        accounts: Accounts::default(),
        bots: Bots::default(),
        cors_origins: Default::default(),
        rate_limit: 0,
        delivery_retention: std::time::Duration::from_secs(30 * 86_400),
        views: Default::default(),
        scrubs: args.scrubs.settings()?,
        github: None,
    };
    let application = Application::build(settings, database.pool.clone(), system_clock()).await?;
    let base_url = format!("http://{}", application.address());
    let (token, hash) = auth::new_token();
    let scopes = [Scope::Read, Scope::Private, Scope::Scrub].map(|scope| scope.name().to_owned());
    let new = NewToken { name: "demo", hash: &hash, scopes: &scopes, accounts: None, view: None, days: None };
    tokens::create(&database.pool, new).await?;

    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(application.run(ServeLimits::default(), async {
        // Either way the demo is over.
        let _ = stopped.await;
    }));
    let shown = tokio::select! {
        shown = demonstration::run(&base_url, &secret, &token, args.seed, args.once) => shown.map_err(Into::into),
        () = shutdown => Ok(()),
    };
    drop(stop);
    serving.await?;
    shown.map(|()| ExitCode::SUCCESS)
}

/// `bugscrub migrate`
pub async fn migrate(args: MigrateArgs) -> Done {
    // As the first process of a container it would not be stopped by a signal that it leaves alone.
    let shutdown = shutdown_signal()?;
    let database = Database::open(&args.database).await?;
    let patience = Duration::from_secs(args.wait);
    let migrated = until(shutdown, store::migrate_when_reached(&database.pool, patience)).await;
    database.close().await?;
    let Some(migrated) = migrated else {
        return Err("stopped before the schema was current; what was begun is taken back".into());
    };
    migrated?;
    say!("The schema is current.");
    Ok(ExitCode::SUCCESS)
}

/// `bugscrub rebuild [--check]`
pub async fn rebuild(args: RebuildArgs) -> Done {
    let database = Database::open(&args.database).await?;
    let done = rebuild_all(&database, &args).await;
    database.close().await?;
    done
}

async fn rebuild_all(database: &Database, args: &RebuildArgs) -> Done {
    let bots = args.bots.bots();
    store::migrate(&database.pool).await?;
    if args.from_deliveries {
        translate_again(database, &bots).await?;
    }
    let mut differences = 0;
    for account_id in accounts::all_ids(&database.pool).await? {
        let started = Instant::now();
        let rebuilt = if args.check {
            let (rebuilt, lines) = rebuilding::check(&database.pool, account_id, &bots).await?;
            lines.iter().for_each(|line| say!("account {account_id}: {line}"));
            differences += lines.len();
            rebuilt
        } else {
            rebuilding::rebuild(&database.pool, account_id, &bots).await?
        };
        let (seconds, verb) = (started.elapsed().as_secs_f64(), if args.check { "checked" } else { "rebuilt" });
        say!(
            "account {account_id}: {verb} {} items from {} events in {seconds:.2} s ({:.0} events/s)",
            rebuilt.items,
            rebuilt.events,
            rebuilt.events as f64 / seconds.max(1e-9),
        );
    }
    match differences {
        0 => Ok(ExitCode::SUCCESS),
        some => {
            say!("{some} differences; `bugscrub rebuild` makes the projections anew");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Deliveries translated at once.
const AGAIN_AT_ONCE: i64 = 500;

/// Translates what is still kept raw, adds what an earlier version did not understand, and corrects
/// what it understood otherwise.
async fn translate_again(database: &Database, bots: &Bots) -> Result<(), Box<dyn Error>> {
    let ingest = backfill::ingest(&database.pool, Accounts::default(), bots.clone(), &Metrics::new());
    for account_id in accounts::all_ids(&database.pool).await? {
        let (mut deliveries, mut missing, mut corrected) = (0, 0, 0);
        let mut after = (chrono::DateTime::UNIX_EPOCH, uuid::Uuid::nil());
        loop {
            let kept = retention::kept_after(&database.pool, account_id, after, AGAIN_AT_ONCE).await?;
            let Some(last) = kept.last() else { break };
            after = (last.received_at, last.guid);
            deliveries += kept.len();
            for kept in &kept {
                let (again, outcome) = ingest.translate_again(account_id, kept).await?;
                missing += again.missing;
                corrected += again.corrected;
                if outcome != kept.outcome {
                    retention::set_outcome(&database.pool, account_id, kept.guid, outcome).await?;
                }
            }
        }
        say!(
            "account {account_id}: {deliveries} deliveries translated anew, {missing} events were missing, {corrected} \
             were corrected"
        );
    }
    ingest.finish().await;
    Ok(())
}

/// `bugscrub deliver`
pub async fn deliver(args: DeliverArgs) -> Done {
    let target = Target::new(&args.url, &args.secret()?)?;
    let pace = Pace { concurrency: args.concurrency, rate: args.rate };
    let report = delivering::run(&args.file, &target, pace).await?;
    say!("{report}");
    Ok(if report.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `bugscrub token create`
pub async fn token_create(
    args: DatabaseArgs,
    name: &str,
    scopes: &[Scope],
    accounts: &[String],
    view: Option<&str>,
    days: Option<i32>,
) -> Done {
    let any = accounts.iter().map(|account| account.parse().unwrap_or_default()).collect::<Vec<i64>>();
    auth::check_token(scopes, (!any.is_empty()).then_some(&any), view).map_err(|(_, detail)| detail)?;
    let database = Database::open(&args).await?;
    let (token, hash) = auth::new_token();
    let scopes: Vec<String> = scopes.iter().map(|scope| scope.name().to_owned()).collect();
    let created = async {
        store::migrate(&database.pool).await?;
        let ids = account_ids(&database, accounts).await?;
        let accounts = (!ids.is_empty()).then_some(ids.as_slice());
        let new = NewToken { name, hash: &hash, scopes: &scopes, accounts, view, days };
        Ok::<_, Box<dyn Error>>(tokens::create(&database.pool, new).await?)
    }
    .await;
    database.close().await?;
    eprintln!("Token {} ({}); it is shown only now:", created?, scopes.join(", "));
    say!("{token}");
    Ok(ExitCode::SUCCESS)
}

/// Ids of accounts by what they are called: an id may be of one that is not here yet, a login not.
async fn account_ids(database: &Database, called: &[String]) -> Result<Vec<i64>, Box<dyn Error>> {
    if called.iter().all(|called| called.parse::<i64>().is_ok()) {
        return Ok(called.iter().filter_map(|called| called.parse().ok()).collect());
    }
    let here = accounts::visible(&database.pool).await?;
    let id = |called: &String| -> Result<i64, Box<dyn Error>> {
        if let Ok(id) = called.parse() {
            return Ok(id);
        }
        let login = called.to_lowercase();
        let had: Vec<i64> = here.iter().filter(|a| a.logins.contains(&login)).map(|a| a.account_id).collect();
        let logins = || here.iter().map(|account| account.login.as_str()).collect::<Vec<_>>().join(", ");
        match had.as_slice() {
            [id] => Ok(*id),
            [] => Err(format!("there is no account {called:?} here; those there are: {}", logins()).into()),
            several => {
                Err(format!("several accounts have had the login {called:?}; name one by its id: {several:?}").into())
            }
        }
    };
    called.iter().map(id).collect()
}

/// `bugscrub token list`
pub async fn token_list(args: DatabaseArgs) -> Done {
    let database = Database::open(&args).await?;
    let listed = async {
        store::migrate(&database.pool).await?;
        tokens::list(&database.pool).await
    }
    .await;
    database.close().await?;
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(["id", "name", "scopes", "accounts", "view", "created", "expires", "revoked"]);
    for row in listed? {
        let accounts =
            row.accounts.map_or("all".to_owned(), |ids| ids.iter().map(i64::to_string).collect::<Vec<_>>().join(","));
        let day = |at: chrono::DateTime<Utc>| at.format("%Y-%m-%d %H:%M").to_string();
        let expires = row.expires_at.map_or_else(|| "never".to_owned(), day);
        let revoked = row.revoked_at.map(day).unwrap_or_default();
        let scopes = row.scopes.join(",");
        let view = row.view.unwrap_or_default();
        table.add_row([
            row.token_id.to_string(),
            row.name,
            scopes,
            accounts,
            view,
            day(row.created_at),
            expires,
            revoked,
        ]);
    }
    say!("{table}");
    Ok(ExitCode::SUCCESS)
}

/// `bugscrub token revoke`
pub async fn token_revoke(args: DatabaseArgs, token_id: i64) -> Done {
    let database = Database::open(&args).await?;
    let revoked = async {
        store::migrate(&database.pool).await?;
        tokens::revoke(&database.pool, token_id).await
    }
    .await;
    database.close().await?;
    if revoked? {
        say!("Token {token_id} is revoked.");
        Ok(ExitCode::SUCCESS)
    } else {
        Err(format!("there is no token {token_id} in force").into())
    }
}

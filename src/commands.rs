//! The subcommands; `main` only picks one.

/// `println!` that survives a reader who stops reading, as in `bugscrub openapi | head`.
#[macro_export]
macro_rules! say {
    ($($words:tt)*) => { $crate::commands::write_line(format_args!($($words)*)) };
}

pub mod backfill;
pub mod github;
pub mod ping;
pub mod sheet;
pub mod tokens;

use std::error::Error;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::activity::Bots;
use crate::app::{AppError, Application, Clock, Database};
use crate::config::{DeliverArgs, DemoArgs, MigrateArgs, RebuildArgs, ServeArgs, Settings};
use crate::deliver::{Pace, WebhookTarget};
use crate::http::serve::ServeLimits;
use crate::ingest::Accounts;
use crate::service::tokens::{WantedToken, new_secret};
use crate::service::upkeep::Retranslation;
use crate::service::{Parts, Scope, Service, Viewer};
use crate::telemetry::Metrics;
use crate::webhook::Secrets;
use crate::{deliver as delivering, demo as demonstration, postgres, store, terminal};

/// The process's exit code, or an error to print.
pub type CommandResult = Result<ExitCode, Box<dyn Error>>;

/// Writes a line to standard output, without what a terminal would obey. If nobody reads it any more, the command still finishes.
///
/// # Panics
/// If it cannot be written for another reason, such as a full disk.
pub fn write_line(line: std::fmt::Arguments<'_>) {
    use std::io::{ErrorKind, Write};
    let text = terminal::lines(&line.to_string());
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => panic!("standard output cannot be written: {error}"),
        _ => {}
    }
}

pub(crate) fn system_clock() -> Clock {
    Arc::new(Utc::now)
}

/// `bugscrub serve`
pub async fn serve(args: ServeArgs) -> CommandResult {
    let settings = args.settings()?;
    let mut shutdown = pin!(shutdown_signal()?);
    let database = Database::open(&args.database).await?;
    let building = Application::of_database(settings, database.pool.clone());
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

/// The result of `work`; `None` if `shutdown` came first.
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
            _ = terminate.recv() => tracing::info!("SIGTERM: finishing everything accepted so far"),
            _ = interrupt.recv() => tracing::info!("SIGINT: finishing everything accepted so far"),
        }
    })
}

/// `bugscrub demo`: shows everything on a generated organization, in a database of its own that starts
/// empty each time.
pub async fn demo(args: DemoArgs) -> CommandResult {
    // Bind the port first: it names the database, and two demos must not share one.
    let listen_error = |source| AppError::Listen { address: args.listen, source };
    let address =
        TcpListener::bind(args.listen).await.and_then(|listener| listener.local_addr()).map_err(listen_error)?;
    let shutdown = shutdown_signal()?;
    let data_dir = postgres::default_data_dir()?.join(format!("demo-{}", address.port()));
    eprintln!("Starting a private Postgres in {}, which is emptied each time ...", data_dir.display());
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
) -> CommandResult {
    store::reset(&database.pool).await?;
    // Only this process needs to know it.
    let secret = new_secret();
    let settings = Settings {
        listen: address,
        metrics_listen: None,
        secrets: Secrets::parse(&secret).ok_or("no secret")?,
        admin_token: None,
        zone: chrono_tz::UTC,
        accounts: Accounts::default(),
        bots: Bots::default(),
        cors_origins: Default::default(),
        rate_limit: 0,
        public: Default::default(),
        delivery_retention: std::time::Duration::from_secs(30 * 86_400),
        views: Default::default(),
        scrubs: args.scrubs.settings(),
        people: Default::default(),
        github_address: Default::default(),
        chat: None,
        github: None,
    };
    let application = Application::of_database(settings, database.pool.clone()).await?;
    let base_url = format!("http://{}", application.address());
    // With it, everything in the documents can be tried.
    let scopes = vec![Scope::Read, Scope::Private, Scope::Scrub, Scope::Admin];
    let wanted = WantedToken { name: "demo".to_owned(), scopes, ..WantedToken::default() };
    let token = application.service().create_token(&Viewer::service(), wanted).await?.secret;

    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(application.run(ServeLimits::default(), async {
        // The demo is over, whether the sender sent or was dropped.
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
pub async fn migrate(args: MigrateArgs) -> CommandResult {
    // The first process of a container ignores signals that it does not handle itself.
    let shutdown = shutdown_signal()?;
    let database = Database::open(&args.database).await?;
    let patience = Duration::from_secs(args.wait);
    let migrated = until(shutdown, async {
        store::migrate_when_reached(&database.pool, patience).await?;
        if args.citus { store::spread::spread(&database.pool).await.map(Some) } else { Ok(None) }
    });
    let migrated = migrated.await;
    database.close().await?;
    let Some(migrated) = migrated else {
        return Err("stopped before the schema was up to date; the unfinished migration is rolled back".into());
    };
    let spread = migrated?;
    say!("The schema is up to date.");
    if let Some(spread) = spread {
        spread.iter().for_each(|line| say!("{line}"));
        say!("The accounts are spread over the servers of Citus.");
    }
    Ok(ExitCode::SUCCESS)
}

/// `bugscrub rebuild [--check]`
pub async fn rebuild(args: RebuildArgs) -> CommandResult {
    let database = Database::open(&args.database).await?;
    let done = rebuild_all(&database, &args).await;
    database.close().await?;
    done
}

async fn rebuild_all(database: &Database, args: &RebuildArgs) -> CommandResult {
    let bots = args.bots.bots();
    store::migrate(&database.pool).await?;
    let parts = Parts { bots: bots.clone(), ..Parts::over(database.pool.clone(), system_clock()) };
    let service = Service::new(parts);
    if args.from_deliveries {
        retranslate(database, &service, bots).await?;
    }
    let mut differences = 0;
    for account_id in service.logs().await? {
        let started = Instant::now();
        let rebuilt = if args.check {
            let (rebuilt, lines) = service.check_projections(account_id).await?;
            lines.iter().for_each(|line| say!("account {account_id}: {line}"));
            differences += lines.len();
            rebuilt
        } else {
            service.rebuild(account_id).await?
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

async fn retranslate(database: &Database, service: &Service, bots: Bots) -> Result<(), Box<dyn Error>> {
    let ingest = backfill::ingest(&database.pool, Accounts::default(), bots, &Metrics::new());
    for account_id in service.logs().await? {
        let Retranslation { deliveries, missing, corrected } = service.retranslate(&ingest, account_id).await?;
        say!(
            "account {account_id}: {deliveries} deliveries translated again, {missing} missing events added, {corrected} \
             corrected"
        );
    }
    ingest.finish().await;
    Ok(())
}

/// `bugscrub deliver`
pub async fn deliver(args: DeliverArgs) -> CommandResult {
    let target = WebhookTarget::new(&args.url, &args.secret()?)?;
    let pace = Pace { concurrency: args.concurrency, rate: args.rate };
    let report = delivering::run(&args.file, &target, pace).await?;
    say!("{report}");
    Ok(if report.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

//! The application: wires the rooms together, starts them, and stops them in order.
//!
//! An [`Application`] is a value. Tests build the real one on port 0, with a database of their own.

mod chat;
pub mod vitals;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::{ConfigError, DatabaseArgs, GitHubSettings, Settings};
use crate::github::{Client, GitHubError, Identity, JobContext, Workers};
use crate::http::limit::Limits;
use crate::http::public::PublicReading;
use crate::http::serve::{ServeLimits, serve};
use crate::http::shares::Shares;
use crate::http::strangers::Strangers;
use crate::http::{self, AppParts, AppState, router};
use crate::ingest::Ingest;
use crate::live::LiveRanking;
use crate::people::People;
use crate::postgres::{self, Cluster, PostgresError};
use crate::rank::Calendar;
use crate::service::{self, Service, tokens};
use crate::store::clock::DatabaseClock;
use crate::store::{self, StoreError};
use crate::telemetry::Metrics;

pub use crate::store::CONNECTIONS;
/// The most append transactions at once, over all accounts. The other connections are for readers.
const COMMITS: usize = 8;
/// Time between two searches for deliveries past their retention.
const PRUNE_EVERY: Duration = Duration::from_secs(3600);
/// Time between two searches for titles that an earlier version wrote.
const FOLD_EVERY: Duration = Duration::from_secs(3600);
/// Time between two searches for forgotten scrubs.
const CLOSE_EVERY: Duration = Duration::from_secs(60);
/// Time between two searches for texts that are to be forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(1);

/// Why the service could not start or stop.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    GitHub(#[from] GitHubError),
    #[error("no client of HTTP can be made: check this machine's certificates (SSL_CERT_FILE, SSL_CERT_DIR)")]
    Client(#[source] reqwest::Error),
    #[error("cannot listen on {address}")]
    Listen { address: SocketAddr, source: std::io::Error },
}

/// A database, and the private Postgres behind it if it is ours.
pub struct Database {
    pub pool: PgPool,
    cluster: Option<Cluster>,
}

impl Database {
    /// Opens the database that the settings name, or starts the private Postgres.
    pub async fn open(args: &DatabaseArgs) -> Result<Self, AppError> {
        match args.url()? {
            Some(url) => Ok(Self { pool: store::pool(&url, CONNECTIONS)?, cluster: None }),
            None => {
                let data_dir = args.data_dir.clone().map_or_else(postgres::default_data_dir, Ok)?;
                Self::open_private(data_dir).await
            }
        }
    }

    /// Starts the private Postgres of a data directory.
    pub async fn open_private(data_dir: PathBuf) -> Result<Self, AppError> {
        let cluster = Cluster::start(&data_dir, &[]).await?;
        Ok(Self { pool: store::pool(cluster.url(), CONNECTIONS)?, cluster: Some(cluster) })
    }

    /// Runs `work`, and keeps the private Postgres alive meanwhile.
    pub async fn while_running<T>(&self, work: impl Future<Output = T>) -> T {
        let Some(cluster) = &self.cluster else { return work.await };
        let mut work = std::pin::pin!(work);
        tokio::select! {
            done = &mut work => return done,
            () = cluster.supervise() => {}
        }
        work.await
    }

    pub async fn close(self) -> Result<(), AppError> {
        self.pool.close().await;
        match self.cluster {
            Some(cluster) => Ok(cluster.stop().await?),
            None => Ok(()),
        }
    }
}

pub use crate::github::Clock;

/// Listens on an address; answers with the one that the system chose, if its port was 0.
async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), AppError> {
    let listen_error = |source| AppError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(listen_error)?;
    let bound = listener.local_addr().map_err(listen_error)?;
    Ok((listener, bound))
}

/// The service, bound and ready to run.
pub struct Application {
    listener: TcpListener,
    address: SocketAddr,
    /// For metrics and probes alone.
    operations: Option<TcpListener>,
    state: AppState,
    live: LiveRanking,
    pool: PgPool,
    clock: Clock,
    settings: Settings,
    /// Tells endless answers, such as streams, to end.
    stop: watch::Sender<bool>,
}

impl Application {
    /// Brings the schema up to date and binds the address. All goes by the database's clock.
    pub async fn of_database(settings: Settings, pool: PgPool) -> Result<Self, AppError> {
        store::migrate(&pool).await?;
        let clock = DatabaseClock::start(&pool).await?;
        Self::build(settings, pool, Arc::new(move || clock.now())).await
    }

    /// The same with another clock, which is taken for the database's.
    pub async fn build(settings: Settings, pool: PgPool, clock: Clock) -> Result<Self, AppError> {
        store::migrate(&pool).await?;
        let (listener, address) = bind(settings.listen).await?;
        let operations = match settings.metrics_listen {
            Some(address) => Some(bind(address).await?.0),
            None => None,
        };
        let metrics = Metrics::new();
        let live = LiveRanking::new(pool.clone(), settings.zone, settings.bots.clone());
        let (accounts, bots) = (settings.accounts.clone(), settings.bots.clone());
        let ingest = Ingest::new(pool.clone(), accounts, bots, metrics.clone(), COMMITS, live.appended());
        let github = match &settings.github {
            Some(github) => Some(job_context(github, &pool, &ingest, &clock, &metrics)?),
            None => None,
        };
        let client = github.as_ref().map(|github| github.client.clone());
        let people = People::new(&settings.people, settings.public.on, client, pool.clone(), clock.clone())?;
        let stop = watch::Sender::new(false);
        let service = Service::new(service::Parts {
            pool: pool.clone(),
            live: live.clone(),
            views: settings.views.clone(),
            calendar: Calendar { zone: settings.zone },
            clock: clock.clone(),
            bots: settings.bots.clone(),
            first_scrub: settings.scrubs.first_number,
            schedule: settings.scrubs.schedule.clone(),
            github: github.clone(),
            people,
            chat: settings.chat.as_ref().map(|settings| chat::told(settings, &metrics)).transpose()?,
            admin_token_hash: settings.admin_token.as_deref().map(tokens::hash),
        });
        let state = AppState::from(AppParts {
            service,
            ingest,
            secrets: Arc::new(settings.secrets.clone()),
            body_budget: Default::default(),
            upload_budget: Default::default(),
            streams: Shares::streams(),
            spreadsheets: Shares::spreadsheets(),
            exports: Shares::exports(),
            limits: Limits::new(settings.rate_limit),
            public: PublicReading::new(&settings.public),
            strangers: Strangers::new(&settings.public),
            github,
            stopping: stop.subscribe(),
            page_images: settings.github_address.image_sources(),
            metrics,
        });
        Ok(Self { listener, address, operations, state, live, pool, clock, settings, stop })
    }

    /// The live ranking, for callers that must wait until it includes something.
    pub fn live(&self) -> LiveRanking {
        self.live.clone()
    }

    /// The use cases.
    pub fn service(&self) -> Service {
        self.state.service.clone()
    }

    /// The address of metrics and probes, if they have their own.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.operations.as_ref()?.local_addr().ok()
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown`, then finishes everything it has accepted.
    pub async fn run(self, limits: ServeLimits, shutdown: impl Future<Output = ()>) {
        let Self { listener, address, operations, state, live, pool, clock, settings, stop } = self;
        match &settings.github {
            Some(github) => {
                let (app, api) = (&github.app_id, &github.address);
                tracing::info!(%address, zone = %settings.zone, %app, github = %api, "serving, and asking GitHub");
            }
            None => tracing::info!(%address, zone = %settings.zone,
                "serving deliveries only: without BUGSCRUB_APP_ID nothing is fetched from GitHub that was there before"),
        }
        if settings.public.on {
            let (per_minute, proxies) = (settings.public.per_minute, &settings.public.proxies);
            tracing::info!(per_minute, %proxies, "anybody reads what is public on GitHub, notes on it included, \
                without a token (BUGSCRUB_PUBLIC)");
        }
        let workers = state.github.as_ref().map(Workers::start);
        let pruning = tokio::spawn(prune(state.service.clone(), settings.delivery_retention));
        let folding = tokio::spawn(fold_titles(state.service.clone()));
        let closing = tokio::spawn(close_forgotten(state.service.clone(), settings.scrubs.close_after));
        let telling = settings.chat.as_ref().map(|settings| chat::start(settings, state.service.clone()));
        let forgetting = tokio::spawn(forget_texts(state.service.clone()));
        let following = tokio::spawn(live.clone().follow(move || clock()));
        let measuring = tokio::spawn(vitals::measure(pool, live, state.metrics.clone()));
        let ingest = state.ingest.clone();
        let shutdown = async {
            shutdown.await;
            stop.send_replace(true);
        };
        // Probes are answered until everything else is.
        let watched = operations.map(|listener| {
            let router = http::health::operations(state.clone());
            tokio::spawn(serve(listener, router, limits, std::future::pending()))
        });
        serve(listener, router(state, &settings.cors_origins), limits, shutdown).await;
        // A page in flight is fetched again by the next worker.
        drop(workers);
        // A delivery whose client hung up may still be waiting for its commit.
        ingest.finish().await;
        pruning.abort();
        folding.abort();
        closing.abort();
        // A message in flight is awaited by nobody; whether it arrived is then not known.
        if let Some(telling) = telling {
            telling.abort();
        }
        forgetting.abort();
        following.abort();
        measuring.abort();
        if let Some(watched) = watched {
            watched.abort();
        }
        tracing::info!("stopped; everything accepted is stored");
    }
}

/// Makes the context of the jobs that ask GitHub.
pub fn job_context(
    settings: &GitHubSettings,
    pool: &PgPool,
    ingest: &Ingest,
    clock: &Clock,
    metrics: &Metrics,
) -> Result<JobContext, GitHubError> {
    let identity = Identity::new(settings.app_id.clone(), settings.private_key.clone(), clock.clone());
    let address = settings.address.clone();
    let client = Client::new(address, Some(identity), None, Some(pool.clone()), clock.clone(), metrics.clone())?;
    Ok(JobContext::new(client, pool.clone(), ingest.clone(), settings.rhythm, metrics.clone()))
}

/// Folds titles that an earlier version wrote: now, and every hour, since an upgrade may take a while.
async fn fold_titles(service: Service) {
    let mut every = tokio::time::interval(FOLD_EVERY);
    loop {
        every.tick().await;
        match service.fold_titles().await {
            Ok(0) => {}
            Ok(folded) => {
                tracing::info!(folded, "titles that an earlier version wrote are searched as fast as others now")
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "titles of an earlier version could not be folded"
                );
            }
        }
    }
}

/// Closes scrubs that have seen no activity for this long, again and again.
async fn close_forgotten(service: Service, after: Duration) {
    let mut every = tokio::time::interval(CLOSE_EVERY);
    loop {
        every.tick().await;
        if let Err(error) = service.close_forgotten_scrubs(after).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "forgotten scrubs could not be closed");
        }
    }
}

/// Forgets texts whose time is over, or of which GitHub has told something since.
async fn forget_texts(service: Service) {
    let mut every = tokio::time::interval(FORGET_EVERY);
    loop {
        every.tick().await;
        if let Err(error) = service.forget_texts().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "texts in memory could not be compared with the log"
            );
        }
    }
}

/// Deletes raw deliveries that are past their retention, and sessions that have expired, now and every hour.
async fn prune(service: Service, retention: Duration) {
    let mut every = tokio::time::interval(PRUNE_EVERY);
    loop {
        every.tick().await;
        if let Err(error) = service.prune_sessions().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "expired sessions could not be deleted");
        }
        match service.prune_deliveries(retention).await {
            Ok(0) => {}
            Ok(pruned) => tracing::info!(pruned, "raw deliveries past their retention were deleted"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "raw deliveries past their retention could not be deleted"
            ),
        }
    }
}

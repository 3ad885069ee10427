//! `bugscrub backfill` and `bugscrub try`: fetching while a person watches.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{CommandResult, shutdown_signal, system_clock};
use crate::activity::Bots;
use crate::app::{AppError, Application, Database, job_context};
use crate::config::{BackfillArgs, Settings, TryArgs};
use crate::demo::queue_table;
use crate::github::{
    ApiAddress, Client, GitHubError, JobContext, Requester, Rhythm, Workers, doctor, public, schedule,
};
use crate::http::serve::ServeLimits;
use crate::ingest::{Accounts, Ingest};
use crate::postgres;
use crate::service::fetching::{FailedQuestion, Fetching, Pause, SyncProgress};
use crate::service::tokens::{WantedToken, new_secret};
use crate::service::{Parts, Refusal, Scope, Service, Viewer};
use crate::store;
use crate::telemetry::Metrics;
use crate::webhook::Secrets;
use crate::webhook::values::Anything;

/// Time between two updates of the progress bar.
const LOOK: Duration = Duration::from_millis(250);
/// How long `bugscrub try` without a token waits until GitHub takes requests again.
const PATIENCE: chrono::Duration = chrono::Duration::seconds(30);

/// `bugscrub backfill`
pub async fn backfill(args: BackfillArgs) -> CommandResult {
    let Some(settings) = args.github.settings()? else { return Err(super::github::NO_APP.into()) };
    let database = Database::open(&args.database).await?;
    let filled = database.while_running(async {
        store::migrate(&database.pool).await?;
        let metrics = Metrics::new();
        let accounts = Accounts::new(args.accounts.iter().map(String::as_str));
        let ingest = ingest(&database.pool, accounts, args.bots.bots(), &metrics);
        let context = job_context(&settings, &database.pool, &ingest, &system_clock(), &metrics)?;
        // Wrong credentials would be tried for ever.
        let known =
            context.client.get(Requester::App, "/app").await.and_then(|answer| answer.json::<Anything>());
        if let Err(error) = known
            && !matches!(error, GitHubError::Shut { .. })
        {
            return Err(doctor::unknown_app(&context.client, &error).into());
        }
        let parts = Parts::over(database.pool.clone(), system_clock());
        let service = Service::new(Parts { github: Some(context.clone()), ..parts });
        for name in &args.repositories {
            let (owner, name) = halves(name)?;
            service.fetch_anew(owner, name).await?;
        }
        schedule::at_start(&context).await?;
        let workers = Workers::start_without_jobs(&context);
        let shutdown = shutdown_signal()?;
        let watched = tokio::select! {
            watched = watch(&service, None) => watched?,
            () = shutdown => return Err("stopped; everything fetched so far is stored, and the next run continues from there".into()),
        };
        drop(workers);
        ingest.finish().await;
        match watched {
            FetchEnd::Complete(progress) => {
                say!("All {} items of {} repositories are stored.", progress.items, progress.repositories);
                Ok::<_, Box<dyn std::error::Error>>(std::process::ExitCode::SUCCESS)
            }
            FetchEnd::Nowhere => Err("the App is not installed on any account, or on none that BUGSCRUB_ACCOUNTS names; \
                                     `bugscrub doctor` explains how to install it"
                .into()),
            FetchEnd::Stuck(words) => Err(words.into()),
            FetchEnd::Paused { .. } => Err("GitHub takes no more requests for now".into()),
        }
    });
    let filled = filled.await;
    database.close().await?;
    filled
}

pub(super) fn ingest(pool: &PgPool, accounts: Accounts, bots: Bots, metrics: &Metrics) -> Ingest {
    Ingest::new(pool.clone(), accounts, bots, metrics.clone(), 4, Arc::default())
}

fn halves(name: &str) -> Result<(&str, &str), String> {
    let halves =
        name.split_once('/').filter(|(owner, name)| !owner.is_empty() && !name.is_empty() && !name.contains('/'));
    halves.ok_or_else(|| format!("{name:?} is not a repository: write OWNER/REPO"))
}

/// How the fetching ended.
enum FetchEnd {
    Complete(SyncProgress),
    /// There is no account to fetch from.
    Nowhere,
    /// Every remaining job failed again and again. The text names the failures.
    Stuck(String),
    /// GitHub takes no requests for longer than `patience`.
    Paused {
        until: DateTime<Utc>,
        progress: SyncProgress,
    },
}

/// Shows a progress bar until everything is stored, or cannot be fetched.
async fn watch(service: &Service, patience: Option<chrono::Duration>) -> Result<FetchEnd, Refusal> {
    let bar = ProgressBar::new(0);
    let style = "{bar:40} {human_pos}/{human_len} items, {per_sec}, {eta} left {msg}";
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    // By the next look, whatever was in flight when GitHub took no more is stored.
    let mut paused = false;
    let mut told = None;
    loop {
        tokio::time::sleep(LOOK).await;
        let Fetching { accounts, progress, pause } = service.fetching().await?;
        bar.set_length(progress.items.unsigned_abs());
        bar.set_position(progress.fetched.unsigned_abs());
        bar.set_message(words(&progress, pause.as_ref()));
        // The bar is for terminals only.
        let long = pause.as_ref().filter(|pause| pause.wait > PATIENCE && progress.due == 0 && patience.is_none());
        // Each answer tells the end of the hour anew, by a second more or less.
        if let Some(pause) = long
            && told.is_none_or(|told: DateTime<Utc>| pause.until - told > PATIENCE)
        {
            told = Some(pause.until);
            bar.suspend(|| eprintln!("{}", waiting(&progress, pause)));
        }
        let ended = if progress.complete < progress.repositories || progress.conversations > 0 {
            let given_up = progress.due == 0 && progress.hopeful == 0 && progress.failing > 0;
            let pause =
                pause.filter(|pause| progress.due == 0 && patience.is_some_and(|patience| pause.wait > patience));
            let before = std::mem::replace(&mut paused, pause.is_some());
            match pause.filter(|_| before) {
                Some(pause) => Some(FetchEnd::Paused { until: pause.until, progress }),
                None if given_up => Some(FetchEnd::Stuck(failures(service, &accounts).await?)),
                None => None,
            }
        } else if progress.due > 0 {
            None
        } else {
            Some(if accounts.is_empty() { FetchEnd::Nowhere } else { FetchEnd::Complete(progress) })
        };
        if let Some(ended) = ended {
            bar.finish_and_clear();
            return Ok(ended);
        }
    }
}

fn words(progress: &SyncProgress, pause: Option<&Pause>) -> String {
    let pause = pause.map(|Pause { until, reason, .. }| {
        format!("(GitHub takes no requests until {} UTC: {reason})", until.format("%H:%M:%S"))
    });
    let failing = (progress.failing > 0).then(|| format!("({} jobs failed and are tried again)", progress.failing));
    pause.into_iter().chain(failing).collect::<Vec<_>>().join(" ")
}

fn waiting(progress: &SyncProgress, pause: &Pause) -> String {
    let SyncProgress { fetched, items, conversations, .. } = progress;
    let conversations = match conversations {
        0 => String::new(),
        1 => ", and the conversations of 1 repository are still to be fetched".to_owned(),
        count => format!(", and the conversations of {count} repositories are still to be fetched"),
    };
    format!(
        "GitHub: {}. What is left waits until {} UTC. {fetched} of {items} items are here so far{conversations}.",
        pause.reason,
        pause.until.format("%H:%M")
    )
}

async fn failures(service: &Service, accounts: &[i64]) -> Result<String, Refusal> {
    let mut lines = vec!["some jobs fail again and again; the service goes on trying once an hour:".to_owned()];
    for FailedQuestion { repository, kind, error } in service.failed_questions(accounts).await? {
        lines.push(format!("  {}, {kind}: {error}", repository.as_deref().unwrap_or("the account")));
    }
    Ok(lines.join("\n"))
}

/// `bugscrub try`: public repositories in a database of its own that starts empty each time.
pub async fn try_out(args: TryArgs) -> CommandResult {
    let address = args.github_api_url.clone();
    let listen_error = |source| AppError::Listen { address: args.listen, source };
    let listening =
        TcpListener::bind(args.listen).await.and_then(|listener| listener.local_addr()).map_err(listen_error)?;
    let data_dir = args.data_dir.clone().map_or_else(postgres::default_data_dir, Ok)?;
    let data_dir = data_dir.join(format!("try-{}", listening.port()));
    eprintln!("Starting a private Postgres in {}, which is emptied each time ...", data_dir.display());
    let database = Database::open_private(data_dir).await?;
    let tried = database.while_running(try_on(&database, &args, address, listening)).await;
    database.close().await?;
    tried
}

async fn try_on(
    database: &Database,
    args: &TryArgs,
    address: ApiAddress,
    listening: std::net::SocketAddr,
) -> CommandResult {
    // In many shells an empty variable is the way to say "not set".
    let personal = args.token.clone().filter(|token| !token.trim().is_empty());
    store::reset(&database.pool).await?;
    let secret = new_secret();
    let settings = Settings {
        listen: listening,
        metrics_listen: None,
        secrets: Secrets::parse(&secret).ok_or("no secret")?,
        admin_token: None,
        zone: chrono_tz::UTC,
        accounts: Accounts::default(),
        bots: Bots::default(),
        cors_origins: Default::default(),
        rate_limit: 0,
        public: Default::default(),
        delivery_retention: Duration::from_secs(30 * 86_400),
        views: Default::default(),
        scrubs: Default::default(),
        people: Default::default(),
        github_address: address.clone(),
        chat: None,
        github: None,
    };
    let application = Application::of_database(settings, database.pool.clone()).await?;
    let base_url = format!("http://{}", application.address());
    let scopes = vec![Scope::Read, Scope::Private];
    let wanted = WantedToken { name: "try".to_owned(), scopes, ..WantedToken::default() };
    let token = application.service().create_token(&Viewer::service(), wanted).await?.secret;

    let metrics = Metrics::new();
    let client =
        Client::new(address, None, personal.clone(), Some(database.pool.clone()), system_clock(), metrics.clone())?;
    let ingest = ingest(&database.pool, Accounts::default(), Bots::default(), &metrics);
    let context = JobContext::new(client, database.pool.clone(), ingest.clone(), Rhythm::default(), metrics);
    if personal.is_none() {
        eprintln!(
            "Without a token GitHub answers 60 requests an hour, and 48 of them are used here: for open issues and pull \
             requests only, some 4,700 at most. Without a token it does not tell who said what on them."
        );
    }
    let mut shown = vec![];
    for name in &args.repositories {
        let (owner, name) = halves(name)?;
        let begun = public::begin(&context, owner, name, personal.is_some()).await;
        shown.push(begun.map_err(|error| match error {
            GitHubError::Refused { status: 401, message } => {
                format!("GitHub does not take the token in GITHUB_TOKEN: {message}")
            }
            error => error.to_string(),
        })?);
    }
    shown.sort_unstable();
    shown.dedup();
    let parts = Parts::over(database.pool.clone(), system_clock());
    let service = Service::new(Parts { github: Some(context.clone()), ..parts });
    let fetching = async {
        let workers = Workers::start_without_jobs(&context);
        let watched = watch(&service, personal.is_none().then_some(PATIENCE)).await;
        drop(workers);
        watched
    };
    let shutdown = shutdown_signal()?;
    tokio::pin!(shutdown);
    let watched = tokio::select! {
        watched = fetching => watched?,
        () = &mut shutdown => return Err("stopped before everything was fetched".into()),
    };
    ingest.finish().await;
    match watched {
        FetchEnd::Paused { until, progress: SyncProgress { fetched, items, .. } } => eprintln!(
            "GitHub takes no requests until {} UTC: {fetched} of {items} items are here so far. With a personal token in \
             GITHUB_TOKEN, which needs no permission, all would be.",
            until.format("%H:%M")
        ),
        FetchEnd::Stuck(words) => eprintln!("Not everything could be fetched: {words}"),
        FetchEnd::Complete(_) | FetchEnd::Nowhere => {}
    }

    let live = application.live();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(application.run(ServeLimits::default(), async { drop(stopped.await) }));
    live.loaded().await;
    let client = crate::deliver::client(&reqwest::Url::parse(&base_url)?, 1)?;
    for account in shown {
        let url = format!("{base_url}/api/v1/queue?account={account}&limit=15");
        let page = client.get(&url).bearer_auth(&token).send().await?.text().await?;
        say!("{}\n", queue_table(&serde_json::from_str(&page)?));
    }
    if !args.once {
        say!(
            "Ask for yourself, until Ctrl-C:\n\ncurl -s -H 'Authorization: Bearer {token}' '{base_url}/api/v1/queue?limit=5'"
        );
        shutdown.await;
    }
    drop(stop);
    serving.await?;
    Ok(std::process::ExitCode::SUCCESS)
}

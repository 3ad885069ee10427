//! The subcommands that ask GitHub.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};

use super::{Done, shutdown_signal, system_clock};
use crate::activity::Bots;
use crate::app::{AppError, Application, Database, desk};
use crate::config::{BackfillArgs, DoctorArgs, Settings, SetupArgs, TryArgs};
use crate::demo::queue_table;
use crate::github::setup::Wanted;
use crate::github::{
    Address, Client, Desk, Identity, Rhythm, Workers, doctor as examining, public, setup as setting_up,
};
use crate::http::auth::{self, Scope};
use crate::http::serve::ServeLimits;
use crate::ingest::{Accounts, Ingest};
use crate::postgres;
use crate::store::sync::Progress;
use crate::store::tokens::{self, NewToken};
use crate::store::{self, accounts, gates, installations, sync};
use crate::telemetry::Metrics;
use crate::webhook::Secrets;

/// How often the bar moves.
const LOOK: Duration = Duration::from_millis(250);

/// `bugscrub setup`
pub async fn setup(args: SetupArgs) -> Done {
    let address = Address::new(&args.github_api_url)?;
    let name = args.name.unwrap_or_else(|| match &args.organization {
        Some(organization) => format!("Bug Scrub {organization}").chars().take(34).collect(),
        None => "Bug Scrub".to_owned(),
    });
    let wanted = Wanted { organization: args.organization, name, webhook_url: args.webhook_url, web: address.web() };
    wanted.check()?;
    if args.kubernetes_secret.is_none() && args.file.exists() {
        return Err(
            format!("{} is there already; nothing is overwritten: name another --file", args.file.display()).into()
        );
    }
    let client = Client::new(address.clone(), None, None, None, system_clock(), Metrics::new())?;
    let listen_error = |source| AppError::Listen { address: args.listen, source };
    let listener = TcpListener::bind(args.listen).await.map_err(listen_error)?;
    eprintln!("Open http://{} in a browser that is logged in to GitHub.", listener.local_addr()?);
    let shutdown = shutdown_signal()?;
    let credentials = tokio::select! {
        credentials = setting_up::run(&client, wanted, listener) => credentials?,
        () = shutdown => return Err("stopped before the App was made".into()),
    };
    match &args.kubernetes_secret {
        Some(name) => print!("{}", credentials.kubernetes_secret(name)),
        None => {
            let key = credentials.write(&args.file)?;
            eprintln!("Wrote {} and {}, for your eyes only.", args.file.display(), key.display());
        }
    }
    eprintln!("Now install the App on the organization: {}/installations/new", credentials.html_url);
    eprintln!("Checking what there is so far:");
    let identity = Identity::new(credentials.app_id, &credentials.private_key, system_clock())?;
    let client = Client::new(address, Some(identity), None, None, system_clock(), Metrics::new())?;
    for finding in examining::examine(&client).await {
        eprintln!("{} {}", finding.sign(), finding.text());
    }
    Ok(std::process::ExitCode::SUCCESS)
}

/// `bugscrub doctor`
pub async fn doctor(args: DoctorArgs) -> Done {
    let Some(settings) = args.github.settings()? else {
        return Err(
            "no App is named: set BUGSCRUB_APP_ID and BUGSCRUB_PRIVATE_KEY_FILE, or run `bugscrub setup`".into()
        );
    };
    let identity = match Identity::new(settings.app_id, &settings.private_key, system_clock()) {
        Ok(identity) => identity,
        Err(error) => {
            println!("BAD  {error}");
            return Ok(std::process::ExitCode::FAILURE);
        }
    };
    let client = Client::new(settings.address, Some(identity), None, None, system_clock(), Metrics::new())?;
    let findings = examining::examine(&client).await;
    for finding in &findings {
        println!("{} {}", finding.sign(), finding.text());
    }
    let ill = findings.iter().any(examining::Finding::is_bad);
    Ok(if ill { std::process::ExitCode::FAILURE } else { std::process::ExitCode::SUCCESS })
}

/// `bugscrub backfill`
pub async fn backfill(args: BackfillArgs) -> Done {
    let Some(settings) = args.github.settings()? else {
        return Err(
            "no App is named: set BUGSCRUB_APP_ID and BUGSCRUB_PRIVATE_KEY_FILE, or run `bugscrub setup`".into()
        );
    };
    let database = Database::open(&args.database).await?;
    let filled = database.while_running(async {
        store::migrate(&database.pool).await?;
        let metrics = Metrics::new();
        let accounts = Accounts::new(args.accounts.iter().map(String::as_str));
        let ingest = ingest(&database.pool, accounts, args.bots.bots(), &metrics);
        let desk = desk(&settings, &database.pool, &ingest, &system_clock(), &metrics)?;
        begin_anew(&desk, &args.repositories).await?;
        let workers = Workers::start(&desk);
        let shutdown = shutdown_signal()?;
        let progress = tokio::select! {
            progress = watch(&desk) => progress?,
            () = shutdown => return Err("stopped; what is done is done, and the rest goes on next time".into()),
        };
        drop(workers);
        ingest.finish().await;
        println!("{} items of {} repositories are here.", progress.items, progress.repositories);
        Ok::<_, Box<dyn std::error::Error>>(std::process::ExitCode::SUCCESS)
    });
    let filled = filled.await;
    database.close().await?;
    filled
}

pub(super) fn ingest(pool: &PgPool, accounts: Accounts, bots: Bots, metrics: &Metrics) -> Ingest {
    Ingest::new(pool.clone(), accounts, bots, metrics.clone(), 4, std::sync::Arc::new(Notify::new()))
}

/// Marks the named repositories as not fetched.
async fn begin_anew(desk: &Desk, named: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    for name in named {
        let (owner, name) = halves(name)?;
        let account =
            accounts::visible(&desk.pool).await?.into_iter().find(|found| found.logins.contains(&owner.to_lowercase()));
        let account =
            account.ok_or_else(|| format!("the App is not installed on {owner}, or nothing was fetched yet"))?;
        let known = sync::known(&desk.pool, account.account_id).await?;
        let found = known
            .iter()
            .find(|known| known.name.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name)) && !known.gone);
        let found = found.ok_or_else(|| format!("the App does not cover {owner}/{name}"))?;
        sync::begin_anew(&desk.pool, account.account_id, &[found.repo_id]).await?;
    }
    Ok(())
}

fn halves(name: &str) -> Result<(&str, &str), String> {
    let halves =
        name.split_once('/').filter(|(owner, name)| !owner.is_empty() && !name.is_empty() && !name.contains('/'));
    halves.ok_or_else(|| format!("{name:?} is no repository: write OWNER/REPO"))
}

/// Shows a bar until everything is here.
async fn watch(desk: &Desk) -> Result<Progress, Box<dyn std::error::Error>> {
    let bar = ProgressBar::new(0);
    let style = "{bar:40} {human_pos}/{human_len} items, {per_sec}, {eta} left {msg}";
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    loop {
        tokio::time::sleep(LOOK).await;
        let (mut sum, mut words) = (Progress::default(), String::new());
        let installed = installations::all(&desk.pool).await?;
        let mut ids: Vec<i64> = installed
            .iter()
            .filter(|found| found.gone_at.is_none() && !found.suspended)
            .map(|found| found.account_id)
            .collect();
        if desk.client.identity().is_none() {
            ids = accounts::all_ids(&desk.pool).await?;
        }
        for id in [&[0], ids.as_slice()].concat() {
            let found = sync::progress(&desk.pool, id).await?;
            sum.repositories += found.repositories;
            sum.complete += found.complete;
            sum.items += found.items;
            sum.fetched += found.fetched;
            sum.due += found.due;
            sum.failing += found.failing;
            if let Some(gate) = gates::look(&desk.pool, id).await?
                && let Some(until) = gate.shut_until.filter(|until| *until > gate.now)
            {
                words = format!(
                    "(GitHub takes no more until {}: {})",
                    until.format("%H:%M:%S"),
                    gate.reason.unwrap_or_default()
                );
            }
        }
        bar.set_length(sum.items.unsigned_abs());
        bar.set_position(sum.fetched.unsigned_abs());
        bar.set_message(if sum.failing > 0 {
            format!("{words} ({} questions fail and are tried again)", sum.failing)
        } else {
            words
        });
        let asked = sum.repositories > 0 || !ids.is_empty();
        if asked && sum.complete == sum.repositories && sum.due == 0 {
            bar.finish_and_clear();
            return Ok(sum);
        }
    }
}

/// `bugscrub try`: public repositories in a database of its own that begins empty each time.
pub async fn try_out(args: TryArgs) -> Done {
    let address = Address::new(&args.github_api_url)?;
    let listen_error = |source| AppError::Listen { address: args.listen, source };
    let listening =
        TcpListener::bind(args.listen).await.and_then(|listener| listener.local_addr()).map_err(listen_error)?;
    let data_dir = args.data_dir.clone().map_or_else(postgres::default_data_dir, Ok)?;
    let data_dir = data_dir.join(format!("try-{}", listening.port()));
    let database = Database::open_private(data_dir).await?;
    let tried = database.while_running(try_on(&database, &args, address, listening)).await;
    database.close().await?;
    tried
}

async fn try_on(database: &Database, args: &TryArgs, address: Address, listening: std::net::SocketAddr) -> Done {
    // An empty variable is how many a shell says "not set".
    let personal = args.token.clone().filter(|token| !token.trim().is_empty());
    store::reset(&database.pool).await?;
    let (secret, _) = auth::new_token();
    let settings = Settings {
        listen: listening,
        secrets: Secrets::parse(&secret).ok_or("no secret")?,
        admin_token: None,
        zone: chrono_tz::UTC,
        accounts: Accounts::default(),
        bots: Bots::default(),
        cors_origins: Default::default(),
        rate_limit: 0,
        delivery_retention: Duration::from_secs(30 * 86_400),
        views: Default::default(),
        scrubs: Default::default(),
        github: None,
    };
    let application = Application::build(settings, database.pool.clone(), system_clock()).await?;
    let base_url = format!("http://{}", application.address());
    let (token, hash) = auth::new_token();
    let scopes = [Scope::Read, Scope::Private].map(|scope| scope.name().to_owned());
    let new = NewToken { name: "try", hash: &hash, scopes: &scopes, accounts: None, view: None, days: None };
    tokens::create(&database.pool, new).await?;

    let metrics = Metrics::new();
    let client =
        Client::new(address, None, personal.clone(), Some(database.pool.clone()), system_clock(), metrics.clone())?;
    let ingest = ingest(&database.pool, Accounts::default(), Bots::default(), &metrics);
    let desk = Desk::new(client, database.pool.clone(), ingest.clone(), Rhythm::default(), metrics);
    if personal.is_none() {
        eprintln!(
            "Without a token GitHub answers 60 requests an hour: open issues and pull requests only, 6,000 at most."
        );
    }
    let mut shown = vec![];
    for name in &args.repositories {
        let (owner, name) = halves(name)?;
        shown.push(public::begin(&desk, owner, name, personal.is_some()).await?);
    }
    shown.dedup();
    let fetching = async {
        let workers = Workers::only(&desk);
        let progress = watch(&desk).await;
        drop(workers);
        progress
    };
    let shutdown = shutdown_signal()?;
    tokio::pin!(shutdown);
    tokio::select! {
        progress = fetching => { progress?; }
        () = &mut shutdown => return Err("stopped before everything was here".into()),
    }
    ingest.finish().await;

    let live = application.live();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(application.run(ServeLimits::default(), async { drop(stopped.await) }));
    live.loaded().await;
    let client = reqwest::Client::new();
    for account in shown {
        let url = format!("{base_url}/api/v1/queue?account={account}&limit=15");
        let page = client.get(&url).bearer_auth(&token).send().await?.text().await?;
        println!("{}\n", queue_table(&serde_json::from_str(&page)?));
    }
    if !args.once {
        println!(
            "Ask for yourself, until Ctrl-C:\n\ncurl -s -H 'Authorization: Bearer {token}' '{base_url}/api/v1/queue?limit=5'"
        );
        shutdown.await;
    }
    drop(stop);
    serving.await?;
    Ok(std::process::ExitCode::SUCCESS)
}

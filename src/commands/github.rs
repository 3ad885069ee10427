//! `bugscrub setup` and `bugscrub doctor`.

use tokio::net::TcpListener;

use super::{CommandResult, shutdown_signal, system_clock};
use crate::app::AppError;
use crate::config::{ConfigError, DoctorArgs, SetupArgs};
use crate::github::doctor::{Finding, Whose};
use crate::github::setup::{CredentialFiles, NewApp};
use crate::github::{Client, Identity, PrivateKey, doctor as examining, setup as setting_up};
use crate::http::public::PublicSettings;
use crate::people::doctor::{self as signing_in, whole};
use crate::store;
use crate::telemetry::Metrics;
use crate::terminal;

/// The error of a command that needs an App.
pub(super) const NO_APP: &str =
    "no App is configured: set BUGSCRUB_APP_ID and BUGSCRUB_PRIVATE_KEY_FILE, or run `bugscrub setup`";

const GITHUB: &str = "https://api.github.com";

/// `bugscrub setup`
pub async fn setup(args: SetupArgs) -> CommandResult {
    let address = args.github_api_url;
    let name = args.name.unwrap_or_else(|| match &args.organization {
        Some(organization) => format!("Bug Scrub {organization}").chars().take(34).collect(),
        None => "Bug Scrub".to_owned(),
    });
    let app = NewApp { organization: args.organization, name, webhook_url: args.webhook_url, web: address.web() };
    app.check()?;
    setting_up::check_listen(args.listen)?;
    if args.kubernetes_secret.is_none() && args.file.exists() {
        return Err(
            format!("{} exists already and is not overwritten: name another --file", args.file.display()).into()
        );
    }
    // GitHub hands out the credentials only once, so their files must be ready before.
    let files = match args.kubernetes_secret {
        Some(_) => None,
        None => Some(CredentialFiles::new(&args.file)?),
    };
    let elsewhere = address.to_string();
    let elsewhere = Some(elsewhere.as_str()).filter(|url| *url != GITHUB);
    let client = Client::new(address.clone(), None, None, None, system_clock(), Metrics::new())?;
    let listen_error = |source| AppError::Listen { address: args.listen, source };
    let listener = TcpListener::bind(args.listen).await.map_err(listen_error)?;
    eprintln!("Open http://{} in a browser that is logged in to GitHub.", listener.local_addr()?);
    let shutdown = shutdown_signal()?;
    let credentials = tokio::select! {
        credentials = setting_up::run(&client, app, listener) => credentials?,
        () = shutdown => return Err("stopped before the App was made".into()),
    };
    match files {
        Some(files) => {
            let (settings, key) = files.write(&credentials, elsewhere).inspect_err(|_| {
                eprintln!(
                    "The App is created, but its credentials could not be written: make a new private key and webhook \
                     secret in its settings, at {}",
                    credentials.html_url
                );
            })?;
            eprintln!("Wrote {} and {}, which only you can read.", settings.display(), key.display());
        }
        None => {
            let name = args.kubernetes_secret.as_deref().unwrap_or("bugscrub");
            say!("{}", credentials.kubernetes_secret(name, elsewhere).trim_end());
        }
    }
    eprintln!("Now install the App on the organization: {}/installations/new", credentials.html_url);
    eprintln!("Checking the App so far:");
    let identity = Identity::new(credentials.app_id, PrivateKey::parse(&credentials.private_key)?, system_clock());
    let client = Client::new(address, Some(identity), None, None, system_clock(), Metrics::new())?;
    for finding in examining::examine(&client, &Whose::Everybodys, "this machine").await {
        eprintln!("{} {}", finding.sign(), terminal::line(finding.text()));
    }
    Ok(std::process::ExitCode::SUCCESS)
}

/// What is open to whoever comes, and how often.
fn open_to_all(settings: &PublicSettings) -> Finding {
    let PublicSettings { on, per_minute, proxies } = settings;
    let open = match on {
        true => {
            "Anybody reads without a token what is public on GitHub, and with it your notes, marks, scrubs and who attended \
             (BUGSCRUB_PUBLIC)."
        }
        false => "Nobody reads without a token (BUGSCRUB_PUBLIC is off).",
    };
    let whom = if *on { "read or to sign in" } else { "sign in" };
    if *per_minute == 0 {
        return Finding::Warning(format!(
            "{open} An address may ask any number of times to {whom}: set BUGSCRUB_PUBLIC_RATE_LIMIT, which is 0."
        ));
    }
    if proxies.believe_anybody() {
        return Finding::Warning(format!(
            "{open} BUGSCRUB_TRUSTED_PROXIES ({proxies}) names every address there is, so anybody can say that they are \
             somebody else and no limit holds: name the networks of your proxies alone."
        ));
    }
    let whose = match proxies.is_empty() {
        true => "No proxy is believed: behind one, all share this (BUGSCRUB_TRUSTED_PROXIES).".to_owned(),
        false => format!("These proxies are believed to say who asks: {proxies}."),
    };
    Finding::Good(format!("{open} Each address may ask {per_minute} times a minute to {whom}. {whose}"))
}

/// `bugscrub doctor`
pub async fn doctor(args: DoctorArgs) -> CommandResult {
    let settings = match args.github.settings() {
        Ok(settings) => settings.ok_or(NO_APP)?,
        Err(error @ ConfigError::Key { .. }) => {
            say!("FAIL {}", whole(&error));
            return Ok(std::process::ExitCode::FAILURE);
        }
        Err(error) => return Err(error.into()),
    };
    let identity = Identity::new(settings.app_id, settings.private_key, system_clock());
    let client = Client::new(settings.address, Some(identity), None, None, system_clock(), Metrics::new())?;
    let mut findings = examining::examine(&client, &Whose::Everybodys, "this machine").await;
    match args.people.settings(&args.github) {
        Ok(people) => findings.extend(signing_in::examine(people.sign_in.map(|sign_in| sign_in.app), &client).await),
        Err(error) => findings.push(Finding::Bad(format!("{}.", whole(&error)))),
    }
    findings.push(match args.public.settings() {
        Ok(public) => open_to_all(&public),
        Err(error) => Finding::Bad(format!("{}.", whole(&error))),
    });
    // A private Postgres is not started for this.
    if let Some(url) = args.database.url()? {
        findings.extend(examining::examine_database(&store::pool(&url, 1)?).await);
    }
    for finding in &findings {
        say!("{} {}", finding.sign(), finding.text());
    }
    let bad = findings.iter().any(examining::Finding::is_bad);
    Ok(if bad { std::process::ExitCode::FAILURE } else { std::process::ExitCode::SUCCESS })
}

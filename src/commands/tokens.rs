//! `bugscrub token`.

use std::error::Error;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use comfy_table::{Table, presets};

use super::{CommandResult, system_clock};
use crate::app::Database;
use crate::config::{DatabaseArgs, TokenCommand};
use crate::service::tokens::{TokenRow, WantedToken};
use crate::service::{Parts, Refusal, Scope, Service, Viewer};
use crate::store;

/// `bugscrub token`
pub async fn token(command: TokenCommand) -> CommandResult {
    match command {
        TokenCommand::Create { database, name, scopes, accounts, view, days } => {
            let wanted = WantedToken { name, scopes, accounts: None, view, days };
            create(database, wanted, &accounts).await
        }
        TokenCommand::List { database } => list(database).await,
        TokenCommand::Revoke { database, token_id } => revoke(database, token_id).await,
    }
}

/// Runs `work` with the use cases over a database whose schema is current.
async fn with_service<T>(
    args: DatabaseArgs,
    work: impl AsyncFnOnce(Service) -> Result<T, Box<dyn Error>>,
) -> Result<T, Box<dyn Error>> {
    let database = Database::open(&args).await?;
    let done = match store::migrate(&database.pool).await {
        Ok(()) => work(Service::new(Parts::over(database.pool.clone(), system_clock()))).await,
        Err(error) => Err(error.into()),
    };
    database.close().await?;
    done
}

async fn create(args: DatabaseArgs, mut wanted: WantedToken, accounts: &[String]) -> CommandResult {
    // What cannot be made needs no database to say so; which ids they are does not matter for that.
    wanted.accounts = (!accounts.is_empty()).then(|| vec![0; accounts.len()]);
    wanted.check()?;
    let scopes: Vec<&str> = wanted.scopes.iter().copied().map(Scope::name).collect();
    let scopes = scopes.join(", ");
    let made = with_service(args, async |service| {
        let ids = account_ids(&service, accounts).await?;
        wanted.accounts = (!ids.is_empty()).then_some(ids);
        Ok(service.create_token(&Viewer::service(), wanted).await?)
    });
    let made = made.await?;
    eprintln!("Token {} ({scopes}); it is shown only now:", made.id);
    say!("{}", made.secret);
    Ok(ExitCode::SUCCESS)
}

/// Ids of accounts by what they are called: an id may be of one that is not here yet, a login not.
async fn account_ids(service: &Service, called: &[String]) -> Result<Vec<i64>, Box<dyn Error>> {
    if called.iter().all(|called| called.parse::<i64>().is_ok()) {
        return Ok(called.iter().filter_map(|called| called.parse().ok()).collect());
    }
    let here = service.list_accounts(&Viewer::service()).await?;
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

async fn list(args: DatabaseArgs) -> CommandResult {
    let listed = with_service(args, async |service| Ok(service.list_tokens(&Viewer::service()).await?)).await?;
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(["id", "name", "scopes", "accounts", "view", "created", "expires", "revoked"]);
    for TokenRow { token_id, name, scopes, accounts, view, person, created_at, expires_at, revoked_at } in listed {
        let accounts = match person {
            Some(github_id) => format!("of person {github_id}"),
            None => {
                accounts.map_or("all".to_owned(), |ids| ids.iter().map(i64::to_string).collect::<Vec<_>>().join(","))
            }
        };
        let day = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M").to_string();
        let expires = expires_at.map_or_else(|| "never".to_owned(), day);
        let revoked = revoked_at.map(day).unwrap_or_default();
        let (id, scopes, view) = (token_id.to_string(), scopes.join(","), view.unwrap_or_default());
        table.add_row([id, name, scopes, accounts, view, day(created_at), expires, revoked]);
    }
    say!("{table}");
    Ok(ExitCode::SUCCESS)
}

async fn revoke(args: DatabaseArgs, token_id: i64) -> CommandResult {
    let revoked = with_service(args, async |service| {
        service.revoke_token(&Viewer::service(), token_id).await.map_err(|refusal| match refusal {
            Refusal::NoTokenInForce => format!("there is no token {token_id} in force").into(),
            refusal => refusal.into(),
        })
    });
    revoked.await?;
    say!("Token {token_id} is revoked.");
    Ok(ExitCode::SUCCESS)
}

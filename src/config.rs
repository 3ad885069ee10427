//! The command line: every setting, beside its environment variable.
//!
//! A secret `BUGSCRUB_X` can also come from a file, as Kubernetes mounts it: `BUGSCRUB_X_FILE`. [`Cli::read`] takes the
//! variables as people write them.

mod bots;
mod chat;
mod database;
mod deliver;
mod demo;
mod environment;
mod error;
mod github;
mod people;
mod public;
mod scrubs;
mod secret;
mod serve;
mod sheets;
mod token;

use clap::{Args, Parser, Subcommand};

pub use self::bots::BotArgs;
pub use self::chat::ChatArgs;
pub use self::database::{DatabaseArgs, MigrateArgs, RebuildArgs};
pub use self::deliver::{DeliverArgs, PingArgs};
pub use self::demo::{DemoArgs, TryArgs};
pub use self::environment::{BadCommandLine, BadVariable};
pub use self::error::ConfigError;
pub use self::github::{BackfillArgs, DoctorArgs, GitHubArgs, GitHubSettings, SetupArgs};
pub use self::people::PeopleArgs;
pub use self::public::PublicArgs;
pub use self::scrubs::{ScrubArgs, ScrubSettings};
pub use self::serve::{ApiArgs, ServeArgs, Settings};
pub use self::sheets::{ServiceArgs, SheetCommand};
pub use self::token::TokenCommand;
use crate::telemetry::LogFormat;

/// An organization's whole backlog as one fair queue, kept current by GitHub's webhooks.
#[derive(Debug, Parser)]
#[command(name = "bugscrub", version, about)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub log: LogArgs,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Receive deliveries and serve the API
    Serve(Box<ServeArgs>),
    /// Show everything on a generated organization, until Ctrl-C
    Demo(DemoArgs),
    /// Bring the database's schema up to date
    Migrate(MigrateArgs),
    /// Rebuild the projections from the event log
    Rebuild(RebuildArgs),
    /// Post recorded deliveries, signed, and report rate and latencies
    Deliver(DeliverArgs),
    /// Check that a service is ready, and that it takes signed deliveries and no others
    Ping(PingArgs),
    /// Make, list and revoke API tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Create the GitHub App with the help of a local page, and write its credentials
    Setup(SetupArgs),
    /// Check the App's credentials, permissions, events and installations
    Doctor(DoctorArgs),
    /// Fetch what is still missing, or certain repositories again, and show the progress
    Backfill(BackfillArgs),
    /// Show the queue of public repositories, without an App
    Try(TryArgs),
    /// Export spreadsheets from a running service, and import them
    #[command(subcommand)]
    Sheet(SheetCommand),
    /// Print the OpenAPI description of the API
    Openapi,
}

#[derive(Debug, Args)]
pub struct LogArgs {
    /// The format of log lines
    #[arg(long, env = "BUGSCRUB_LOG_FORMAT", global = true, value_enum, default_value = "auto")]
    pub log_format: LogFormat,
    /// What is logged, as tracing filter directives
    #[arg(
        long,
        env = "BUGSCRUB_LOG",
        global = true,
        default_value = "info,sqlx::postgres::notice=warn,sqlx::query=error"
    )]
    pub log: String,
}

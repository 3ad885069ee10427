//! Arguments of `bugscrub sheet`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::error::ConfigError;
use super::secret::SecretSetting;

#[derive(Debug, Subcommand)]
pub enum SheetCommand {
    /// Write a scrub, or any queue, as a spreadsheet
    Export {
        #[command(flatten)]
        service: ServiceArgs,
        /// The scrub's number
        #[arg(long, conflicts_with = "queue")]
        scrub: Option<u32>,
        /// Filters of the queue, as in its URL: `view=bug-scrub&label=bug`
        #[arg(long)]
        queue: Option<String>,
        /// `public` leaves out what is in private repositories [default: all that the token sees]
        #[arg(long, value_parser = ["public", "all"])]
        visibility: Option<String>,
        /// CSV instead of XLSX
        #[arg(long)]
        csv: bool,
        /// The file to write; - for standard output [default: the name that the service gives it]
        #[arg(long, short)]
        output: Option<PathBuf>,
        /// Replace the file if there is one already
        #[arg(long)]
        force: bool,
    },
    /// Import the notes and readings of a spreadsheet: XLSX, ODS or CSV
    Import {
        #[command(flatten)]
        service: ServiceArgs,
        /// The spreadsheet
        file: PathBuf,
        /// The scrub of the file's only tab, for a file such as CSV in which the tab has no name
        #[arg(long)]
        scrub: Option<u32>,
        /// The encoding of a CSV file that is neither UTF-8 nor begins with a byte order mark, such as windows-1252
        #[arg(long)]
        charset: Option<String>,
        /// Change nothing; show for each row what would change
        #[arg(long)]
        dry_run: bool,
        /// Rows to leave out, as the table names them: 0051:12, or 0051:2-40,44 for several of a tab; may be repeated
        #[arg(long, value_name = "ROWS")]
        without: Vec<String>,
    },
}

/// The service to ask.
#[derive(Debug, Clone, Args)]
pub struct ServiceArgs {
    /// The service's address
    #[arg(long, env = "BUGSCRUB_URL", default_value = "http://127.0.0.1:8080")]
    pub url: String,
    /// An API token: `read` to export, `scrub` to import
    #[arg(long, env = "BUGSCRUB_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// A file that holds the token
    #[arg(long, env = "BUGSCRUB_TOKEN_FILE", conflicts_with = "token")]
    pub token_file: Option<PathBuf>,
    /// Login or id of the account; not needed if the token sees only one
    #[arg(long)]
    pub account: Option<String>,
}

impl ServiceArgs {
    /// # Errors
    /// If there is no token, or its file cannot be read.
    pub fn token(&self) -> Result<String, ConfigError> {
        let missing = ConfigError::Invalid(
            "no API token: give --token, BUGSCRUB_TOKEN or BUGSCRUB_TOKEN_FILE (`bugscrub token create` makes one)",
        );
        SecretSetting { name: "BUGSCRUB_TOKEN", value: &self.token, file: &self.token_file }.read()?.ok_or(missing)
    }
}

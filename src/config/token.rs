//! Arguments of `bugscrub token`.

use clap::Subcommand;

use super::database::DatabaseArgs;
use crate::service::Scope;

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it, once
    Create {
        #[command(flatten)]
        database: DatabaseArgs,
        /// What the token is for
        #[arg(long)]
        name: String,
        /// What it allows; repeatable
        #[arg(long = "scope", value_enum, required = true)]
        scopes: Vec<Scope>,
        /// Logins or ids of the accounts that it is limited to; repeatable [default: all]
        #[arg(long = "account")]
        accounts: Vec<String>,
        /// With the scope embed: the view that it shows
        #[arg(long)]
        view: Option<String>,
        /// Days until it expires [default: never]
        #[arg(long, value_parser = clap::value_parser!(i32).range(1..=3650))]
        days: Option<i32>,
    },
    /// List tokens, without their secrets
    List {
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Revoke a token at once
    Revoke {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The token's id, as `list` shows it
        token_id: i64,
    },
}

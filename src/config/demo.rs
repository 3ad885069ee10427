//! Settings of the subcommands that show Bug Scrub to a newcomer.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::scrubs::ScrubArgs;
use crate::github::ApiAddress;

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The address to listen on
    #[arg(long, env = "BUGSCRUB_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The seed of the generated organization: the same seed and day give the same data
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Print the queue and stop, without new activity
    #[arg(long)]
    pub once: bool,
    #[command(flatten)]
    pub scrubs: ScrubArgs,
}

#[derive(Debug, Args)]
pub struct TryArgs {
    /// Public repositories, as OWNER/REPO
    #[arg(required = true)]
    pub repositories: Vec<String>,
    /// A personal token, which needs no permission: with it, closed items and discussions come too
    #[arg(long, env = "GITHUB_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// The address to listen on
    #[arg(long, env = "BUGSCRUB_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Print the queue and stop
    #[arg(long)]
    pub once: bool,
    /// The data directory of the private Postgres [default: the platform's data directory]
    #[arg(long, env = "BUGSCRUB_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// The address of GitHub's API; an Enterprise server's is https://HOST/api/v3
    #[arg(long, env = "BUGSCRUB_GITHUB_API_URL", default_value = "https://api.github.com")]
    pub github_api_url: ApiAddress,
}

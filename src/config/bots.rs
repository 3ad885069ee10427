//! Which logins count as bots.

use clap::Args;

use crate::activity::Bots;

#[derive(Debug, Clone, Args)]
pub struct BotArgs {
    /// More logins that count as bots; after a change run `bugscrub rebuild`
    #[arg(long = "bots", env = "BUGSCRUB_BOTS", value_delimiter = ',')]
    pub bots: Vec<String>,
}

impl BotArgs {
    pub fn bots(&self) -> Bots {
        Bots::new(self.bots.iter().map(String::as_str))
    }
}

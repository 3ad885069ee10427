//! Settings of reading without a token.

use clap::{ArgAction, Args};

use super::error::ConfigError;
use crate::http::public::{PublicSettings, TrustedProxies};

#[derive(Debug, Clone, Args)]
pub struct PublicArgs {
    /// Whether anybody reads without a token what is public on GitHub: on or off
    #[arg(
        long, env = "BUGSCRUB_PUBLIC", default_value = "off", value_parser = switch, action = ArgAction::Set,
        num_args = 0..=1, default_missing_value = "on"
    )]
    pub public: bool,
    /// Requests that each address may make a minute without a token; 0 for no limit
    #[arg(long, env = "BUGSCRUB_PUBLIC_RATE_LIMIT", default_value_t = 300)]
    pub public_rate_limit: u32,
    /// Networks of the proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8 [default: none]
    #[arg(long, env = "BUGSCRUB_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<String>,
}

impl PublicArgs {
    /// # Errors
    /// If a proxy's network is none.
    pub fn settings(&self) -> Result<PublicSettings, ConfigError> {
        let proxies = TrustedProxies::new(&self.trusted_proxies)?;
        Ok(PublicSettings { on: self.public, per_minute: self.public_rate_limit, proxies })
    }
}

/// `on` or `off`.
pub(super) fn switch(text: &str) -> Result<bool, &'static str> {
    match text.trim().to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Ok(true),
        "off" | "false" | "no" | "0" => Ok(false),
        _ => Err("write on or off"),
    }
}

//! Which service a command talks to, and with which key.

use anyhow::{Context, Result};

use crate::client::Client;

/// The service and the key, for every command that talks to one.
#[derive(clap::Args)]
pub struct Service {
    /// The service
    #[arg(
        long,
        env = "ASSENT_URL",
        value_name = "URL",
        default_value = "http://127.0.0.1:3000"
    )]
    pub url: String,

    /// An API key; POST /v1/keys makes one
    #[arg(long, env = "ASSENT_KEY", value_name = "KEY", hide_env_values = true)]
    pub key: Option<String>,
}

impl Service {
    /// A client with the key, which needs this scope.
    pub fn client(&self, scope: &str) -> Result<Client> {
        let key = self.key.as_deref().with_context(|| {
            format!("no API key. Give --key or ASSENT_KEY (scope {scope}; POST /v1/keys makes one)")
        })?;
        Client::new(&self.url, key)
    }
}

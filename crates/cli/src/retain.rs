//! `assent retain`: has taken away what is kept no longer, where nothing else asks for it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::StatusCode;
use serde::Deserialize;

use crate::client;
use crate::output::{note, say};

/// One request makes a bounded number of statements.
const TIMEOUT: Duration = Duration::from_secs(120);
/// `assent up` asks first when what comes right after a start is done, and then so often.
const FIRST: Duration = Duration::from_secs(300);
const EVERY: Duration = Duration::from_secs(3600);
/// How often it may be answered that a store is away, one after the other, a second between.
const AWAY: u32 = 60;
/// Between two requests, so that others' decisions come in between.
const PAUSE: Duration = Duration::from_millis(100);

/// Have taken away what is kept no longer, and end when nothing is left today
///
/// What goes is what each organisation's setting `retention` says. For cron and other schedulers, once a day; `assent up`
/// does it for itself. It needs no key.
#[derive(clap::Args)]
pub struct Arguments {
    /// Where the service is
    #[arg(
        long,
        env = "ASSENT_URL",
        value_name = "URL",
        default_value = "http://127.0.0.1:3000"
    )]
    url: String,
}

#[derive(Deserialize)]
struct Retained {
    more: bool,
}

/// Asks until nothing is left.
pub fn run(arguments: &Arguments) -> Result<()> {
    assent_host::runtime()?.block_on(async {
        let requests = all(&client::http(TIMEOUT)?, &arguments.url).await?;
        say(format_args!(
            "nothing is left for today, after {requests} requests"
        ));
        Ok(())
    })
}

/// Asks every hour, beside a service of this process.
pub async fn keep_asking(http: &reqwest::Client, base: &str) {
    tokio::time::sleep(FIRST).await;
    loop {
        if let Err(error) = all(http, base).await {
            note(format_args!(
                "what is kept no longer cannot be taken away: {error:#}"
            ));
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn all(http: &reqwest::Client, base: &str) -> Result<u64> {
    let address = format!("{}/v1/retain", base.trim_end_matches('/'));
    let mut away = 0_u32;
    for number in 1_u64.. {
        let answer = http
            .post(&address)
            .timeout(TIMEOUT)
            .send()
            .await
            .map_err(reqwest::Error::without_url)
            .with_context(|| format!("{address} cannot be reached"))?;
        match answer.status() {
            StatusCode::OK => away = 0,
            StatusCode::SERVICE_UNAVAILABLE if away < AWAY => {
                away = away.saturating_add(1);
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
            status => bail!("{address} answers {status}"),
        }
        let retained: Retained = answer.json().await.map_err(reqwest::Error::without_url)?;
        if !retained.more {
            return Ok(number);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(u64::MAX)
}

//! `assent deliver`: has webhooks sent, where nothing else asks for it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use assent_host::stop_signal;
use reqwest::StatusCode;

use crate::output::{note, say};
use crate::{arguments, client};

/// A service sends each receiver one delivery after the other, each for 30 s at most.
const TIMEOUT: Duration = Duration::from_secs(900);
/// How long to wait while the service cannot be reached.
const PAUSE: Duration = Duration::from_secs(5);

/// Have webhooks sent as long as this runs
///
/// A component cannot wake up by itself, so somebody has to ask for what is due. `assent up` does that for itself;
/// beside Spin this does, once for all machines. It needs no key.
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

    /// How often to ask
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = arguments::duration)]
    every: Duration,

    /// Ask once, and end when what is due was tried: for cron and other schedulers
    #[arg(long, conflicts_with = "every")]
    once: bool,
}

/// Runs until Ctrl-C or SIGTERM, or once.
pub fn run(arguments: Arguments) -> Result<()> {
    let Arguments { url, every, once } = arguments;
    assent_host::runtime()?.block_on(async {
        let http = client::http(TIMEOUT)?;
        if once {
            return ask(&http, &url).await;
        }
        ask(&http, &url).await?;
        say(format_args!(
            "asking {url} for webhooks that are due, every {every:?}; Ctrl-C stops"
        ));
        tokio::select! {
            () = keep_asking(&http, &url, every) => {}
            () = stop_signal() => {}
        }
        Ok(())
    })
}

/// Asks for ever, and says when it stops working and when it works again.
pub async fn keep_asking(http: &reqwest::Client, base: &str, every: Duration) {
    let mut well = true;
    loop {
        match ask(http, base).await {
            Ok(()) if !well => {
                note(format_args!("webhooks are sent again"));
                well = true;
            }
            Ok(()) => {}
            Err(error) => {
                if well {
                    note(format_args!("webhooks cannot be sent: {error:#}"));
                }
                well = false;
                tokio::time::sleep(PAUSE).await;
            }
        }
        tokio::time::sleep(every).await;
    }
}

async fn ask(http: &reqwest::Client, base: &str) -> Result<()> {
    let address = format!("{}/v1/webhooks/deliver", base.trim_end_matches('/'));
    let answer = http
        .post(&address)
        .send()
        .await
        .map_err(reqwest::Error::without_url)
        .with_context(|| format!("{address} cannot be reached"))?;
    match answer.status() {
        StatusCode::NO_CONTENT => Ok(()),
        status => bail!("{address} answers {status}"),
    }
}

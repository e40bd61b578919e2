//! `assent report`: the results of a mail as a file.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::client::Client;
use crate::output;
use crate::service::Service;

/// Write the results of a mail as a page, a table or JSON
///
/// The page holds everything that it shows, so it can be opened, printed or sent on as it is. It has the contacts who
/// acted and allow to be named: treat it as what it is.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The message, as `assent rewrite` named it
    message: String,

    #[command(flatten)]
    service: Service,

    /// What to write
    #[arg(long, value_enum, default_value_t = Format::Html)]
    format: Format,

    /// Where to write it; standard output if left out
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  assent report $MESSAGE -o spring.html              a page for everybody who reads results
  assent report $MESSAGE --format csv -o spring.csv  totals, links and hours as a table
  assent report $MESSAGE --format contacts           who acted, as a table
  assent report $MESSAGE --format svg -o spring.svg  the chart alone";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Html,
    Csv,
    Json,
    Svg,
    /// Who acted, as a table.
    Contacts,
}

impl Format {
    /// The end of the address and what is accepted there.
    const fn asked(self) -> (&'static str, &'static str) {
        match self {
            Self::Html => ("report", "text/html"),
            Self::Csv => ("stats", "text/csv"),
            Self::Json => ("stats", "application/json"),
            Self::Svg => ("chart.svg", "image/svg+xml"),
            Self::Contacts => ("contacts", "text/csv"),
        }
    }
}

/// Contacts in one page of the list.
const PAGE: &str = "1000";

/// Fetches and writes it.
pub fn run(arguments: &Arguments) -> Result<()> {
    let key = arguments.service.key.as_deref().context(
        "no API key. Give --key or ASSENT_KEY (scope reports:read; POST /v1/keys makes one)",
    )?;
    let client = Client::new(&arguments.service.url, key)?;
    let text = assent_host::runtime()?.block_on(fetch(&client, arguments))?;
    output::write(arguments.output.as_deref(), &text)
}

async fn fetch(client: &Client, arguments: &Arguments) -> Result<String> {
    let (tail, accept) = arguments.format.asked();
    let path = format!("/v1/messages/{}/{tail}", arguments.message);
    if arguments.format != Format::Contacts {
        let answer = client.get(&path, &[], accept).await?;
        return answer
            .text()
            .await
            .map_err(reqwest::Error::without_url)
            .context("the answer broke off");
    }
    let (mut all, mut after) = (String::new(), "0".to_owned());
    loop {
        let query = [("after", after.as_str()), ("limit", PAGE)];
        let answer = client.get(&path, &query, accept).await?;
        let next = answer
            .headers()
            .get("link")
            .and_then(|link| next(link.to_str().ok()?));
        let page = answer.text().await.map_err(reqwest::Error::without_url)?;
        let rows = if all.is_empty() {
            page.as_str()
        } else {
            page.split_once('\n').map_or("", |(_, rows)| rows)
        };
        all.push_str(rows);
        match next {
            Some(place) => after = place,
            None => return Ok(all),
        }
    }
}

/// The place in `<?after=7&limit=1000>; rel="next"`.
fn next(link: &str) -> Option<String> {
    let (_, rest) = link.split_once("<?after=")?;
    let (place, _) = rest.split_once(['&', '>'])?;
    Some(place.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found() {
        assert_eq!(
            next("<?after=7&limit=1000>; rel=\"next\"").as_deref(),
            Some("7")
        );
        assert_eq!(next("<?after=7>; rel=\"next\"").as_deref(), Some("7"));
        assert_eq!(next("</elsewhere>; rel=\"next\""), None);
    }
}

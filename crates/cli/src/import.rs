//! `assent import`: files of decisions, from a folder as the Salesforce DMP lays it out, or one by one.

mod file;
mod lzo;
mod send;
mod table;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};

use crate::client::Client;
use crate::output::{note, say};
use crate::service::Service;
use file::{Source, sources};
use send::{Imported, send};

/// Import decisions from files
///
/// Consent records of the Salesforce DMP (one a line), CSV and Excel; plain, gzip (.gz) or lzop (.lzo). The same file
/// again changes nothing, and one that was interrupted goes on where it stopped.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Files, or folders such as consent-data with a folder YYYY-MM-DD for each day; s3://bucket/folder, too
    #[arg(required = true)]
    paths: Vec<PathBuf>,

    /// For tables: which of their columns is which of ours, such as Key=contact,Optin=hasTrackingConsent
    #[arg(
        long,
        value_name = "THEIRS=OURS,…",
        default_value = "",
        hide_default_value = true
    )]
    columns: String,

    /// When lines without a time were decided [default: the day of the folder, or when the file was last changed]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,

    /// Write the lines that cannot be used, with the reason, to this file (NDJSON)
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// Go on looking for new files
    #[arg(long)]
    watch: bool,

    /// How often to look
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = crate::arguments::duration)]
    every: Duration,

    #[command(flatten)]
    service: Service,
}

const EXAMPLES: &str = "\
Examples:
  assent import consent-data/                                 every day's files, those only that are new
  assent import consent-data/ --watch                         and those that will come
  assent import optout.csv --columns Key=contact,Optin=hasTrackingConsent --report errors.ndjson
  assent import contacts.xlsx
  assent import s3://bucket/consent-data/ --watch

Columns that need no mapping: subject, contact, email, email_sha256, device:<type>, bk:<name>, dc, al, tg, cd, sh, re,
hasTrackingConsent, dtTrackingConsent, at, regime, attribute:<name>.

Buckets: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION as for other tools, and AWS_ENDPOINT_URL
for stores that are compatible with S3.

Exit codes: 0 everything is in force, 3 except for lines that cannot be used, 1 something failed: run it again.";

/// Lines were left out; everything else is in force.
#[derive(Debug, thiserror::Error)]
#[error("{0} lines cannot be used and were left out")]
pub struct LeftOut(u64);

/// How a file was when it was imported.
type Seen = (Option<SystemTime>, u64);

/// Does it once, or on and on.
pub fn run(arguments: &Arguments) -> Result<()> {
    let client = arguments.service.client("consent:write")?;
    let mut report = arguments
        .report
        .as_deref()
        .map(Report::create)
        .transpose()?;
    let mut done = BTreeMap::new();
    assent_host::runtime()?.block_on(async {
        loop {
            let rejected = import_new(arguments, &client, &mut report, &mut done).await?;
            if arguments.watch {
                tokio::time::sleep(arguments.every).await;
                continue;
            }
            return match rejected {
                0 => Ok(()),
                rejected => Err(LeftOut(rejected).into()),
            };
        }
    })
}

/// Imports what is new since the last time. Gives how many lines were left out.
async fn import_new(
    arguments: &Arguments,
    client: &Client,
    report: &mut Option<Report>,
    done: &mut BTreeMap<PathBuf, Seen>,
) -> Result<u64> {
    let mut sources = match sources(&arguments.paths).await {
        Ok(sources) => sources,
        // A place may be away for a while.
        Err(error) if arguments.watch => {
            note(format_args!("error: {error:#}"));
            return Ok(0);
        }
        Err(error) => return Err(error),
    };
    if sources.is_empty() && !arguments.watch {
        bail!("there is no file to import");
    }
    // What is still being written is left to the next look.
    let settled = SystemTime::now().checked_sub(arguments.every);
    sources
        .retain(|source| !arguments.watch || source.changed.is_none() || source.changed <= settled);
    let mut rejected: u64 = 0;
    for source in sources {
        let seen = (source.changed, source.size);
        if done.get(&source.path) == Some(&seen) {
            continue;
        }
        match import_one(arguments, client, &source, report).await {
            Ok(imported) => {
                rejected = rejected.saturating_add(imported.rejected);
                done.insert(source.path, seen);
            }
            // The next look tries it again.
            Err(error) if arguments.watch => note(format_args!("error: {error:#}")),
            Err(error) => return Err(error),
        }
    }
    Ok(rejected)
}

async fn import_one(
    arguments: &Arguments,
    client: &Client,
    source: &Source,
    report: &mut Option<Report>,
) -> Result<Imported> {
    let name = source.path.display();
    let at = arguments.at.clone().unwrap_or_else(|| source.date());
    let mut left_out = |line: &str| {
        report
            .as_mut()
            .map_or(Ok(()), |report| report.line(&source.path, line))
    };
    let imported = send(client, source, &arguments.columns, &at, &mut left_out)
        .await
        .with_context(|| {
            format!("{name} is not complete. Run it again: it goes on where it stopped")
        })?;
    let Imported {
        accepted,
        void,
        rejected,
        ..
    } = imported;
    let already = if imported.already {
        ", imported before"
    } else {
        ""
    };
    say(format_args!(
        "{name}: {accepted} lines accepted, {void} void, {rejected} rejected{already}"
    ));
    Ok(imported)
}

/// The lines that cannot be used.
struct Report(BufWriter<File>);

impl Report {
    fn create(path: &Path) -> Result<Self> {
        let file =
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self(BufWriter::new(file)))
    }

    /// The line of the answer, and which file it is about.
    fn line(&mut self, file: &Path, line: &str) -> Result<()> {
        let file = serde_json::to_string(&file.display().to_string())?;
        let rest = line.trim_end().strip_prefix('{').unwrap_or(line);
        writeln!(self.0, "{{\"file\":{file},{rest}")
            .and_then(|()| self.0.flush())
            .context("cannot write the report")
    }
}

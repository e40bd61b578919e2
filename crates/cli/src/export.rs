//! `assent export`: audit logs, dissent lists and what is in force in the Salesforce DMP's folders, and the report on
//! everybody.

mod target;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Subcommand, ValueEnum};
use domain::{Flag, Timestamp};
use serde_json::Value;

use crate::client::Client;
use crate::output::{note, say};
use crate::service::Service;
use target::Target;

/// Write audit logs, dissent lists, what is in force, and reports
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Audit(Audit),
    Dissent(Dissent),
    Consent(Consent),
    Report(Report),
}

/// Write the log of a day: DIR/consent-audit-logs/YYYY-MM-DD/{set,portability,rtbf}/
#[derive(clap::Args)]
struct Audit {
    /// The day (UTC) [default: yesterday]
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<String>,

    #[command(flatten)]
    output: Output,
}

/// Write who has refused what until now: DIR/dissent-data/YYYY-MM-DD/{dc,al,tg,cd,sh,re}/
#[derive(clap::Args)]
struct Dissent {
    #[command(flatten)]
    output: Output,
}

/// Write what is in force of everybody: DIR/consent-data/YYYY-MM-DD/, which `assent import` reads
#[derive(clap::Args)]
struct Consent {
    #[command(flatten)]
    output: Output,
}

/// Show how many have said what about each flag, under which regime
#[derive(clap::Args)]
struct Report {
    /// Print the service's answer
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    service: Service,
}

#[derive(clap::Args)]
struct Output {
    /// The folder to write under, s3://bucket/folder too
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,

    /// How the files are written
    #[arg(long, value_enum, default_value_t = Format::Dmp)]
    format: Format,

    #[command(flatten)]
    service: Service,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// The DMP's lines, fields separated by ^
    Dmp,
    Csv,
    Ndjson,
}

impl Format {
    const fn accept(self) -> &'static str {
        match self {
            Self::Dmp => "text/plain",
            Self::Csv => "text/csv",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Dmp => "",
            Self::Csv => ".csv",
            Self::Ndjson => ".ndjson",
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  assent export audit -o exports                    yesterday's log
  assent export audit --day 2026-11-21 -o exports --format csv
  assent export dissent -o exports
  assent export consent -o s3://bucket/exports
  assent export report

Buckets: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION as for other tools, and AWS_ENDPOINT_URL
for stores that are compatible with S3.";

/// Actions of the log, and their folders.
const FOLDERS: [(&str, &str); 3] = [
    ("set", "set"),
    ("portability", "portability"),
    ("remove", "rtbf"),
];

const DAY_MICROS: i64 = 86_400_000_000;

/// Does it once.
pub fn run(arguments: &Arguments) -> Result<()> {
    let done = async {
        match &arguments.command {
            Command::Audit(audit) => run_audit(audit).await,
            Command::Dissent(dissent) => run_dissent(dissent).await,
            Command::Consent(consent) => run_consent(consent).await,
            Command::Report(report) => run_report(report).await,
        }
    };
    assent_host::runtime()?.block_on(done)
}

async fn run_audit(audit: &Audit) -> Result<()> {
    let client = audit.output.service.client("consent:read")?;
    let from = match &audit.day {
        Some(day) => Timestamp::parse_rfc3339(&format!("{day}T00:00:00Z"))
            .with_context(|| format!("--day {day}: write a day such as 2026-11-21"))?,
        None => today()?.saturating_add_micros(DAY_MICROS.saturating_neg()),
    };
    let to = from.saturating_add_micros(DAY_MICROS);
    let (from, to) = (from.to_rfc3339(), to.to_rfc3339());
    let target = Target::open(&audit.output.output)?;
    for (action, name) in FOLDERS {
        let query = [("action", action), ("from", &from), ("to", &to)];
        let folder = format!("consent-audit-logs/{}/{name}", day_of(&from));
        let format = audit.output.format;
        write(
            &client,
            "/v1/exports/audit",
            &query,
            format,
            &target,
            &folder,
        )
        .await?;
    }
    Ok(())
}

async fn run_dissent(dissent: &Dissent) -> Result<()> {
    let client = dissent.output.service.client("consent:read")?;
    let today = today()?.to_rfc3339();
    let (target, format) = (Target::open(&dissent.output.output)?, dissent.output.format);
    for flag in Flag::ALL {
        let query = [("flag", flag.code())];
        let folder = format!("dissent-data/{}/{}", day_of(&today), flag.code());
        write(
            &client,
            "/v1/exports/dissent",
            &query,
            format,
            &target,
            &folder,
        )
        .await?;
    }
    Ok(())
}

async fn run_consent(consent: &Consent) -> Result<()> {
    let client = consent.output.service.client("consent:read")?;
    let target = Target::open(&consent.output.output)?;
    let folder = format!("consent-data/{}", day_of(&today()?.to_rfc3339()));
    let format = consent.output.format;
    write(
        &client,
        "/v1/exports/consent",
        &[],
        format,
        &target,
        &folder,
    )
    .await
}

async fn run_report(report: &Report) -> Result<()> {
    let client = report.service.client("reports:read")?;
    let answer = client
        .get("/v1/reports/consent", &[], "application/json")
        .await?;
    let answer: Value = answer.json().await.context("the answer cannot be read")?;
    if report.json {
        say(format_args!("{}", serde_json::to_string_pretty(&answer)?));
        return Ok(());
    }
    let count = |of: &Value| {
        of.get("subjects")
            .and_then(Value::as_u64)
            .unwrap_or_default()
    };
    say(format_args!("{} subjects", count(&answer)));
    let text = |row: &Value, field: &str| {
        let found = row.get(field).and_then(Value::as_str);
        found.unwrap_or("-").to_owned()
    };
    for row in answer
        .get("rows")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        say(format_args!(
            "  {}  {:<8} {:<7} {:>12}",
            text(row, "flag"),
            text(row, "value"),
            text(row, "regime"),
            count(row)
        ));
    }
    Ok(())
}

/// The beginning of today (UTC).
fn today() -> Result<Timestamp> {
    let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH)?;
    let micros = i64::try_from(since.as_micros())?;
    let begun = micros.div_euclid(DAY_MICROS).checked_mul(DAY_MICROS);
    Ok(Timestamp::from_micros(begun.context("the clock is wrong")?))
}

fn day_of(time: &str) -> &str {
    time.get(..10).unwrap_or_default()
}

/// Writes what a route answers into a file of the folder.
async fn write(
    client: &Client,
    path: &str,
    query: &[(&str, &str)],
    format: Format,
    target: &Target,
    folder: &str,
) -> Result<()> {
    let mut answer = client.get(path, query, format.accept()).await?;
    let mut file = target.file(&format!("{folder}/part-00000{}", format.ending()))?;
    let place = file.to_string();
    let cannot = || format!("cannot write {place}");
    let mut lines: usize = 0;
    loop {
        let piece = answer.chunk().await;
        let written = match &piece {
            Ok(Some(piece)) => file.write(piece).await.with_context(cannot),
            Ok(None) => break,
            Err(_) => Err(anyhow::anyhow!("the service broke off. Run it again")),
        };
        if let Err(error) = written {
            file.give_up().await;
            return Err(error);
        }
        let ends = piece.ok().flatten().unwrap_or_default();
        let ends = ends.iter().filter(|byte| **byte == b'\n').count();
        lines = lines.saturating_add(ends);
    }
    file.end().await.with_context(cannot)?;
    note(format_args!("{place}: {lines} lines"));
    Ok(())
}

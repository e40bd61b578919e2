//! `assent rewrite`: a mail in, the mail to send out.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use domain::{MailPlan, plan_html, plan_text};
use serde::Deserialize;
use serde_json::json;

use crate::client::Client;
use crate::line_column::line_column;
use crate::output::{note, write};
use crate::service::Service;

/// Replace a mail's links by counted ones
///
/// Registers the web links of a mail at an Assent service and writes the mail that your mailing system
/// should send. Everything that is not replaced stays as it is, byte for byte. In the addresses stand two
/// merge tags; for each recipient your mailing system fills in what
/// `POST /v1/messages/{id}/tokens` gives.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The mail in UTF-8; `-` reads it from stdin
    file: PathBuf,

    #[command(flatten)]
    service: Service,

    /// What the mail is called in reports [default: the file's name]
    #[arg(long)]
    name: Option<String>,

    /// What your mailing system replaces by a recipient's click token
    #[arg(long, value_name = "TAG", default_value = "*|CLICK|*")]
    click_tag: String,

    /// What your mailing system replaces by a recipient's preferences token
    #[arg(long, value_name = "TAG", default_value = "*|PREFERENCES|*")]
    preferences_tag: String,

    /// Where recipients reach the service [default: as --url]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// The mail is plain text, not HTML
    #[arg(long)]
    text: bool,

    /// Only list what would be replaced and what not; needs no service and no key
    #[arg(long)]
    dry_run: bool,

    /// Write the mail to this file, not to stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  assent rewrite mail.html --dry-run
  ASSENT_KEY=… assent rewrite mail.html --url https://t.example.org -o ready.html
  ASSENT_KEY=… assent rewrite mail.txt --text --click-tag '{{click}}' --preferences-tag '{{prefs}}'

Links inside an element marked data-no-track stay as they are; so do links that hold a merge tag.";

#[derive(Deserialize)]
struct Message {
    id: String,
    content: String,
    links: Vec<Link>,
    #[serde(default)]
    skipped: Vec<Skipped>,
    #[serde(default)]
    warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Link {
    kind: String,
}

#[derive(Deserialize)]
struct Skipped {
    offset: usize,
    reason: String,
}

/// Does it once.
pub fn run(arguments: Arguments) -> Result<()> {
    let mail = read(&arguments.file)?;
    if arguments.dry_run {
        return dry_run(&arguments, &mail);
    }
    let key = arguments.service.key.as_deref().context(
        "no API key. Give --key or ASSENT_KEY (scope messages:write; POST /v1/keys makes one), or try --dry-run",
    )?;
    let client = Client::new(&arguments.service.url, key)?;
    let body = json!({
        "name": arguments.name.clone().unwrap_or_else(|| file_name(&arguments.file)),
        "format": if arguments.text { "text" } else { "html" },
        "content": mail,
        "click_tag": arguments.click_tag,
        "preferences_tag": arguments.preferences_tag,
        "base_url": arguments.base_url.as_deref().unwrap_or(&arguments.service.url),
    });
    let message: Message =
        assent_host::runtime()?.block_on(client.post("/v1/messages", None, &body))?;
    summarise(&mail, &message);
    write(arguments.output.as_deref(), &message.content)
}

fn summarise(mail: &str, message: &Message) {
    let clicks = message
        .links
        .iter()
        .filter(|link| link.kind == "click")
        .count();
    note(format_args!("message {}: {clicks} links", message.id));
    for skipped in &message.skipped {
        let (line, column) = line_column(mail, skipped.offset);
        note(format_args!(
            "  {line}:{column}: left as it is: {}",
            skipped.reason
        ));
    }
    for warning in &message.warnings {
        note(format_args!("  warning: {warning}"));
    }
}

fn dry_run(arguments: &Arguments, mail: &str) -> Result<()> {
    let base = arguments
        .base_url
        .as_deref()
        .unwrap_or(&arguments.service.url)
        .trim_end_matches('/');
    let own = format!("{base}/l/");
    let plan = if arguments.text {
        plan_text(mail, &own)
    } else {
        plan_html(mail, &own)?
    };
    write(arguments.output.as_deref(), &listed(mail, &plan))?;
    note(format_args!(
        "{} links would be replaced, {} left as they are",
        plan.links().len(),
        plan.skipped().len()
    ));
    Ok(())
}

/// One line for each link, in the order of the mail.
fn listed(mail: &str, plan: &MailPlan) -> String {
    let replaced = plan
        .links()
        .iter()
        .map(|link| (link.value.start, link.destination.clone()));
    let skipped = plan.skipped().iter().map(|skipped| {
        let text = mail.get(skipped.value.clone()).unwrap_or_default();
        (
            skipped.value.start,
            format!("{text}  left as it is: {}", skipped.reason),
        )
    });
    let mut all: Vec<(usize, String)> = replaced.chain(skipped).collect();
    all.sort();
    all.iter()
        .map(|(offset, text)| {
            let (line, column) = line_column(mail, *offset);
            format!("{line}:{column}: {text}\n")
        })
        .collect()
}

fn read(file: &Path) -> Result<String> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    let bytes = bytes.with_context(|| format!("cannot read {}", file.display()))?;
    String::from_utf8(bytes).map_err(|_| {
        let file = file.display();
        anyhow!("{file} is not in UTF-8. Convert it, for example: iconv -f latin1 -t utf-8 {file}")
    })
}

fn file_name(file: &Path) -> String {
    match file.file_name() {
        Some(name) if file != Path::new("-") => name.to_string_lossy().into_owned(),
        _ => "stdin".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dry_run_lists_links_with_their_places() {
        let mail = "<p>\n<a href=\"https://a.example/?x=1&amp;y=2\">a</a>\n<a href=\"https://b.example/*|ID|*\">b</a>";
        let plan = plan_html(mail, "").unwrap();
        assert_eq!(
            listed(mail, &plan),
            "2:10: https://a.example/?x=1&y=2\n3:10: https://b.example/*|ID|*  left as it is: holds a merge tag\n"
        );
    }
}

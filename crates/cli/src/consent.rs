//! `assent consent`: what somebody has decided, read and written by hand.

use anyhow::{Result, bail};
use clap::Subcommand;
use serde_json::{Map, Value, json};

use crate::output::say;
use crate::service::Service;

/// Read and record what a person has decided
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Get(Get),
    Set(Set),
}

/// Show what is in force
#[derive(clap::Args)]
struct Get {
    /// contact:KEY, device:TYPE:VALUE or bk:NAME:VALUE
    subject: String,

    /// Read it under this regime, if it is stricter
    #[arg(long)]
    regime: Option<String>,

    /// Read it as in this region (ISO 3166: FR, CA-QC), if that is stricter
    #[arg(long)]
    region: Option<String>,

    /// Print the service's answer
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    service: Service,
}

/// Record a decision
#[derive(clap::Args)]
struct Set {
    /// contact:KEY, device:TYPE:VALUE or bk:NAME:VALUE
    subject: String,

    /// What was decided about a flag (dc, al, tg, cd, sh or re), such as dc=yes or tg=no
    #[arg(long = "flag", value_name = "FLAG=yes|no", required = true, value_parser = decided)]
    flags: Vec<(String, bool)>,

    /// The regime under which it was decided [default: the organisation's]
    #[arg(long)]
    regime: Option<String>,

    /// Where the person is (ISO 3166: FR, CA-QC)
    #[arg(long)]
    region: Option<String>,

    /// When it was decided, such as 2026-11-21T08:30:00Z [default: now]
    #[arg(long)]
    at: Option<String>,

    /// The id under which this may be repeated without being stored twice [default: a new one]
    #[arg(long)]
    id: Option<String>,

    /// Print the service's answer
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    service: Service,
}

const EXAMPLES: &str = "\
Examples:
  ASSENT_KEY=… assent consent get contact:4711
  ASSENT_KEY=… assent consent get bk:email:ada@example.org --region CA-QC
  ASSENT_KEY=… assent consent set contact:4711 --flag dc=yes --flag al=yes
  ASSENT_KEY=… assent consent set contact:4711 --flag tg=no --json

The flags: dc data collection, al analytics, tg targeting, cd cross-device, sh sharing, re re-identification.";

/// Does it once.
pub fn run(arguments: Arguments) -> Result<()> {
    match arguments.command {
        Command::Get(get) => run_get(&get),
        Command::Set(set) => run_set(&set),
    }
}

fn run_get(get: &Get) -> Result<()> {
    let client = get.service.client("consent:read")?;
    // In the body, so that no log of addresses has it.
    let body = json!({ "subject": get.subject, "regime": get.regime, "region": get.region });
    let consent = client.post("/v1/consent/query", None, &body);
    show(&assent_host::runtime()?.block_on(consent)?, get.json)
}

fn run_set(set: &Set) -> Result<()> {
    let mut flags = Map::new();
    for (flag, granted) in &set.flags {
        if flags.insert(flag.clone(), Value::Bool(*granted)).is_some() {
            bail!("--flag {flag} is given twice; say yes or no once");
        }
    }
    let client = set.service.client("consent:write")?;
    let body = json!({
        "subject": set.subject,
        "flags": flags,
        "regime": set.regime,
        "region": set.region,
        "at": set.at,
    });
    let recorded = client.post("/v1/consent", set.id.as_deref(), &body);
    let recorded: Value = assent_host::runtime()?.block_on(recorded)?;
    if set.json {
        return show(&recorded, true);
    }
    say(format_args!(
        "{} at {}",
        text(&recorded, "/status"),
        text(&recorded, "/at")
    ));
    show(recorded.get("consent").unwrap_or(&Value::Null), false)
}

fn show(answer: &Value, as_json: bool) -> Result<()> {
    if as_json {
        say(format_args!("{}", serde_json::to_string_pretty(answer)?));
    } else {
        say(format_args!("{}", described(answer)));
    }
    Ok(())
}

/// The answer in lines that a person reads.
fn described(consent: &Value) -> String {
    let mut lines = vec![
        text(consent, "/subject").to_owned(),
        format!("  regime    {}", text(consent, "/regime")),
        format!("  tracking  {}", text(consent, "/tracking_status")),
    ];
    for code in ["dc", "al", "tg", "cd", "sh", "re"] {
        let of = |field: &str| consent.pointer(&format!("/flags/{code}/{field}"));
        let choice = of("choice").and_then(Value::as_str).unwrap_or("unset");
        let effect = if of("effective") == Some(&Value::Bool(true)) {
            "allowed"
        } else {
            "not allowed"
        };
        let mut line = format!("  {code}        {choice:<8} {effect:<12}");
        if let (Some(source), Some(at)) = (of("source"), of("decided_at")) {
            line.push_str(&format!(" {} {}", text(source, ""), text(at, "")));
        }
        lines.push(line.trim_end().to_owned());
    }
    let gates = |open: bool| -> String {
        let gates = consent.get("gates").and_then(Value::as_object);
        let gates = gates.into_iter().flatten();
        let names: Vec<&str> = gates
            .filter(|(_, found)| **found == open)
            .map(|(name, _)| name.as_str())
            .collect();
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(" ")
        }
    };
    lines.push(format!("  open      {}", gates(true)));
    lines.push(format!("  closed    {}", gates(false)));
    lines.join("\n")
}

/// The text at this place (RFC 6901).
fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or("unknown")
}

fn decided(text: &str) -> Result<(String, bool), String> {
    const USAGE: &str = "write a flag and yes or no, for example dc=yes";
    let (flag, answer) = text.split_once('=').ok_or(USAGE)?;
    let flag = domain::Flag::parse(flag).map_err(|error| error.to_string())?;
    let granted = match answer {
        "yes" => true,
        "no" => false,
        _ => return Err(USAGE.to_owned()),
    };
    Ok((flag.code().to_owned(), granted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_a_flag_with_yes_or_no() {
        assert_eq!(decided("dc=yes"), Ok(("dc".to_owned(), true)));
        assert_eq!(decided("tg=no"), Ok(("tg".to_owned(), false)));
        for wrong in ["dc", "dc=", "dc=true", "zz=yes", "=yes", ""] {
            assert!(decided(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_in_force_is_told_in_words() {
        let consent = json!({
            "subject": "contact:1", "regime": "gdpr", "tracking_status": "unanswered",
            "flags": {
                "dc": { "choice": "granted", "effective": true, "source": "api", "decided_at": "2026-11-21T08:30:00.000000Z" },
                "al": { "choice": null, "effective": false },
            },
            "gates": { "collect": true, "track": false },
        });
        let text = described(&consent);
        assert!(text.starts_with("contact:1\n  regime    gdpr\n  tracking  unanswered\n"));
        assert!(text.contains("  dc        granted  allowed      api 2026-11-21"));
        assert!(text.contains("  al        unset    not allowed\n"));
        assert!(text.ends_with("  open      collect\n  closed    track"));
    }
}

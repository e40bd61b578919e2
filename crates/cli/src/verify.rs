//! `assent verify`: checks receipts, heads and entries of the transparency log, without asking anybody.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use domain::log::checkpoint::Checkpoint;
use domain::log::hash::LogHash;
use domain::log::keys::LogPublicKeys;
use domain::log::leaf::Leaf;
use domain::log::receipt::Receipt;
use domain::log::tree::Frontier;
use domain::log::verify::is_consistent;
use serde::Deserialize;

use crate::output::say;

/// Check receipts and the log, without asking anybody
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,

    /// The public keys, as /.well-known/jwks.json gave them
    #[arg(long, global = true, value_name = "FILE", default_value = "jwks.json")]
    keys: PathBuf,
}

#[derive(Subcommand)]
enum What {
    /// A receipt: that it is signed, about this person, and in the log
    Receipt {
        /// The receipt
        file: PathBuf,
    },
    /// Two heads: that the newer log begins with the older one
    Checkpoints {
        /// The older head
        old: PathBuf,
        /// The newer head
        new: PathBuf,
        /// What GET /v1/log/consistency gave for their sizes; not needed for equal ones
        #[arg(long, value_name = "FILE")]
        proof: Option<PathBuf>,
    },
    /// All entries: that they are exactly what a head stands for
    Entries {
        /// What GET /v1/log/entries gave, all pages in one file
        file: PathBuf,
        /// The head
        #[arg(long, value_name = "FILE")]
        checkpoint: PathBuf,
    },
}

const EXAMPLES: &str = "\
Examples:
  assent verify receipt receipt.jws
  assent verify checkpoints march.txt april.txt --proof consistency.json
  assent verify entries entries.ndjson --checkpoint april.txt --keys jwks.json

Exit codes: 0 everything holds, 4 something does not hold, 1 something could not be read.
The keys decide what is believed: take them from the organisation over HTTPS, once, and keep them.";

/// What was checked does not hold.
#[derive(Debug, thiserror::Error)]
#[error("NOT VALID: {0}")]
pub struct Rejected(String);

/// The answer of `GET /v1/log/consistency`.
#[derive(Deserialize)]
struct Consistency {
    from: u64,
    to: u64,
    path: Vec<LogHash>,
}

/// Does it once.
pub fn run(arguments: &Arguments) -> Result<()> {
    let keys: LogPublicKeys = serde_json::from_str(&read(&arguments.keys)?)
        .with_context(|| format!("{} is no JWK set", arguments.keys.display()))?;
    match &arguments.what {
        What::Receipt { file } => receipt(file, &keys),
        What::Checkpoints { old, new, proof } => checkpoints(old, new, proof.as_deref(), &keys),
        What::Entries { file, checkpoint } => entries(file, checkpoint, &keys),
    }
}

fn receipt(file: &Path, keys: &LogPublicKeys) -> Result<()> {
    let text = read(file)?;
    let (receipt, head) = Receipt::verified(text.trim(), keys).map_err(rejected)?;
    let record = &receipt.record;
    say(format_args!("VALID receipt"));
    say(format_args!("  who      {}", record.pii_principal_id));
    say(format_args!(
        "  asked by {}",
        record.pii_controller.party_id
    ));
    say(format_args!(
        "  when     {}",
        record.event_time.to_rfc3339()
    ));
    for answer in &record.purposes {
        let said = match answer.answer {
            domain::Choice::Granted => "granted",
            domain::Choice::Refused => "refused",
        };
        say(format_args!(
            "  {said}  {} ({})",
            answer.purpose, answer.flag
        ));
    }
    say(format_args!(
        "Proved: signed by a known key; the leaf is about this person and says the same; it is number {} of the {} in {}.",
        receipt.proof.index, head.size, head.origin
    ));
    say(format_args!(
        "Not proved: that nothing was decided later, and that others are shown the same log. Compare heads for that: \
         `assent verify checkpoints`."
    ));
    Ok(())
}

fn checkpoints(old: &Path, new: &Path, proof: Option<&Path>, keys: &LogPublicKeys) -> Result<()> {
    let (old, new) = (head(old, keys)?, head(new, keys)?);
    if old.origin != new.origin {
        return Err(rejected("these are heads of two different logs"));
    }
    let proof = match proof {
        Some(file) => serde_json::from_str(&read(file)?)
            .with_context(|| format!("{} is no consistency proof", file.display()))?,
        None if old.size == new.size || old.size == 0 => Consistency {
            from: old.size,
            to: new.size,
            path: Vec::new(),
        },
        None => bail!(
            "give --proof with the answer of GET /v1/log/consistency?from={}&to={}",
            old.size,
            new.size
        ),
    };
    if (proof.from, proof.to) != (old.size, new.size) {
        return Err(rejected("the proof is about other sizes"));
    }
    if !is_consistent((old.size, old.root), (new.size, new.root), &proof.path) {
        return Err(rejected(
            "the newer log does not begin with the older one: it was rewritten, or the proof is wrong. Keep both heads: \
             they are signed",
        ));
    }
    say(format_args!("VALID heads of {}", new.origin));
    say(format_args!(
        "Proved: the first {} of the {} leaves are as they were.",
        old.size, new.size
    ));
    say(format_args!(
        "Not proved: what the leaves say; check receipts or entries for that."
    ));
    Ok(())
}

fn entries(file: &Path, checkpoint: &Path, keys: &LogPublicKeys) -> Result<()> {
    let head = head(checkpoint, keys)?;
    let text = read(file)?;
    let mut tree = Frontier::default();
    for line in text.lines() {
        if tree.size() == head.size {
            break;
        }
        let leaf = Leaf::parse(line);
        let leaf = leaf.filter(|leaf| Checkpoint::origin_of(leaf.org) == head.origin);
        if leaf.is_none() {
            let number = tree.size().saturating_add(1);
            return Err(rejected(format_args!(
                "line {number} is no leaf of this log"
            )));
        }
        tree.add(LogHash::leaf(line.as_bytes()), |_, _| {});
    }
    if (tree.size(), tree.root()) != (head.size, head.root) {
        return Err(rejected(
            "these entries are not what the head stands for: some are missing, or were altered",
        ));
    }
    say(format_args!("VALID entries of {}", head.origin));
    say(format_args!(
        "Proved: these {} leaves, in this order and no others, are what was signed.",
        head.size
    ));
    say(format_args!(
        "Not proved: whom each is about. That shows a receipt, which opens its own leaf."
    ));
    Ok(())
}

fn head(file: &Path, keys: &LogPublicKeys) -> Result<Checkpoint> {
    Checkpoint::verified(&read(file)?, keys)
        .map_err(|error| rejected(format_args!("{}: {error}", file.display())))
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn rejected(why: impl std::fmt::Display) -> anyhow::Error {
    Rejected(why.to_string()).into()
}

//! `assent verify`: checks receipts, heads and entries of the transparency log, without asking anybody.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use domain::CommunicationType;
use domain::log::checkpoint::Checkpoint;
use domain::log::keys::LogPublicKeys;
use domain::log::leaf::Leaf;
use domain::log::receipt::Receipt;
use domain::log::verify::{Consistency, check_heads};

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
    /// An export: that its rows are in the log
    Export {
        /// An audit log as lines, CSV or NDJSON, or everything about a person as JSON or CSV
        file: PathBuf,
        /// What GET /v1/log/entries gave, all pages in one file
        #[arg(long, value_name = "FILE")]
        entries: PathBuf,
        /// The head
        #[arg(long, value_name = "FILE")]
        checkpoint: PathBuf,
        /// A receipt of a decision in the export, which shows whom its row is about; several times for several
        #[arg(long = "receipt", value_name = "FILE")]
        receipts: Vec<PathBuf>,
        /// The export is of everything of its kind: no leaf may be without a row
        #[arg(long)]
        whole: bool,
    },
}

const EXAMPLES: &str = "\
Examples:
  assent verify receipt receipt.jws
  assent verify checkpoints march.txt april.txt --proof consistency.json
  assent verify entries entries.ndjson --checkpoint april.txt --keys jwks.json
  assent verify export audit.csv --entries entries.ndjson --checkpoint april.txt --receipt receipt.jws

Exit codes: 0 everything holds, 4 something does not hold, 1 something could not be read.
The keys decide what is believed: take them from the organisation over HTTPS, once, and keep them.";

/// What was checked does not hold.
#[derive(Debug, thiserror::Error)]
#[error("NOT VALID: {0}")]
pub struct Rejected(String);

impl Rejected {
    /// For this reason.
    pub const fn because(why: String) -> Self {
        Self(why)
    }
}

/// Does it once.
pub fn run(arguments: &Arguments) -> Result<()> {
    let keys: LogPublicKeys = serde_json::from_str(&read(&arguments.keys)?)
        .with_context(|| format!("{} is no JWK set", arguments.keys.display()))?;
    match &arguments.what {
        What::Receipt { file } => receipt(file, &keys),
        What::Checkpoints { old, new, proof } => checkpoints(old, new, proof.as_deref(), &keys),
        What::Entries { file, checkpoint } => {
            let (head, _) = entries(file, checkpoint, &keys)?;
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
        What::Export {
            file,
            entries: of,
            checkpoint,
            receipts,
            whole,
        } => {
            let (head, leaves) = entries(of, checkpoint, &keys)?;
            let receipts = receipts.iter().map(|file| {
                let receipt = Receipt::verified(read(file)?.trim(), &keys);
                let (receipt, _) = receipt
                    .map_err(|error| rejected(format_args!("{}: {error}", file.display())))?;
                Ok(receipt)
            });
            let receipts = receipts.collect::<Result<Vec<_>>>()?;
            export(file, &head, &leaves, &receipts, *whole)
        }
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
        let of_type = answer.communication_type.as_ref();
        let of_type = of_type.map(CommunicationType::as_str);
        let about = answer.flag.as_deref().or(of_type).unwrap_or_default();
        say(format_args!("  {said}  {} ({about})", answer.purpose));
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
    check_heads(&old, &new, &proof).map_err(rejected)?;
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

/// The head and its leaves.
fn entries(
    file: &Path,
    checkpoint: &Path,
    keys: &LogPublicKeys,
) -> Result<(Checkpoint, Vec<Leaf>)> {
    let head = head(checkpoint, keys)?;
    let leaves = domain::log::verify::entries(&read(file)?, &head).map_err(rejected)?;
    Ok((head, leaves))
}

fn export(
    file: &Path,
    head: &Checkpoint,
    leaves: &[Leaf],
    receipts: &[Receipt],
    whole: bool,
) -> Result<()> {
    let rows = domain::log::export::read(&read(file)?).map_err(rejected)?;
    let found = domain::log::export::check(&rows, leaves, receipts).map_err(rejected)?;
    if whole && found.left_out > 0 {
        let left_out = found.left_out;
        return Err(rejected(format_args!(
            "{left_out} leaves of the same kind are not in the export"
        )));
    }
    say(format_args!("VALID export of {}", head.origin));
    say(format_args!(
        "Proved: each of the {} rows is a leaf of its own among the {} that were signed: what, when, and through what it came in.",
        found.rows, head.size
    ));
    say(format_args!(
        "Proved by receipts: of {} rows also who, the request, and what was shown, as far as the export says so.",
        found.opened
    ));
    say(format_args!(
        "Not proved: who the other {} are about. {} leaves of the same kinds are not in the export{}.",
        found.rows.saturating_sub(found.opened),
        found.left_out,
        if found.left_out == 0 {
            ""
        } else {
            ": right for a part of the log; --whole makes it an error"
        }
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

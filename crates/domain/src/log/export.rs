//! Exports, held against the log: the audit log in its three formats (`docs/formats.md`), and everything about a person as
//! JSON and as CSV.
//!
//! A row has no place in the log in it, so it is looked for by what it says. What only opens with the key of a leaf (who,
//! the request, the network, what was shown, the strings) is checked where a receipt brings that key.

mod person;
mod read;

use std::collections::HashMap;

use super::leaf::{Leaf, LeafKey, LeafKind};
use super::receipt::{PurposeAnswer, Receipt};
use crate::{CommunicationType, Flags, OrganisationId, Shown, Source, Tier, Timestamp};
use thiserror::Error;

pub use person::PERSON_COLUMNS;
pub use read::read;

/// What a row of an export says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its line; of everything about a person, the number of the signal.
    pub number: usize,
    /// Whose log, where it says so.
    pub organisation: Option<OrganisationId>,
    /// Who, as far as it says.
    pub who: Who,
    /// What happened.
    pub kind: LeafKind,
    /// When it was decided.
    pub at: Timestamp,
    /// What was said about flags.
    pub flags: Option<Flags>,
    /// What was said about a type of communication, and whether she wants those.
    pub communication: Option<(CommunicationType, bool)>,
    /// Where it came in.
    pub source: Source,
    /// The request.
    pub request: String,
    /// Its item, where the export has it.
    pub item: Option<u32>,
    /// The rest of the leaf, where the export has it.
    pub rest: Rest,
}

/// Who a row is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Nobody any more: she was erased.
    Erased,
    /// This subject.
    Subject(String),
    /// A device of which only the value is given.
    Device(String),
}

/// What only some formats have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rest {
    /// When it was stored.
    pub received_at: Option<Timestamp>,
    /// When its grants count from, if not from when it was decided.
    pub grants_at: Option<Option<Timestamp>>,
    /// The policy regime, and how it was chosen.
    pub regime: Option<(String, String)>,
    /// How close to the person.
    pub tier: Option<Tier>,
    /// Who sent it.
    pub actor: Option<Option<String>>,
    /// Whether it came over a link.
    pub linked: Option<bool>,
    /// The network.
    pub network: Option<Option<String>>,
    /// What was shown.
    pub shown: Option<Option<Shown>>,
    /// The strings it was made of, as they are stored.
    pub evidence: Option<Option<String>>,
}

/// Why an export is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExportError {
    /// It cannot be read.
    #[error("row {0} is none of an export")]
    Malformed(usize),
    /// It is none of these.
    #[error(
        "this is no export: an audit log as lines, CSV or NDJSON, or everything about a person as JSON or CSV"
    )]
    Unknown,
    /// Of another log.
    #[error("row {0} is of another log")]
    OtherLog(usize),
    /// There is no such leaf, or fewer than rows.
    #[error("row {0} is not in the log: it was altered or added, or it is newer than the head")]
    NotInLog(usize),
    /// What the key of its leaf opens is something else.
    #[error("row {0} says something else than its leaf and its receipt: {1}")]
    Differs(usize, &'static str),
    /// A decision that somebody has a receipt of is not in it.
    #[error(
        "the decision of a receipt, leaf {0}, is not in the export: it was altered or left out"
    )]
    Missing(u64),
}

/// What was found about an export that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// Rows, each with a leaf of its own.
    pub rows: usize,
    /// Those of them for which a receipt shows who they are about.
    pub opened: usize,
    /// Leaves of the same kinds that no row is for.
    pub left_out: usize,
}

/// Holds the rows of an export against all leaves of a log, and against receipts that were verified.
///
/// # Errors
/// [`ExportError`]: what is wrong first.
pub fn check(rows: &[Row], leaves: &[Leaf], receipts: &[Receipt]) -> Result<Checked, ExportError> {
    let mut waiting: HashMap<_, Vec<usize>> = HashMap::new();
    for (index, leaf) in leaves.iter().enumerate().rev() {
        waiting.entry(key_of_leaf(leaf)).or_default().push(index);
    }
    // Rows that a receipt opens have their leaf; the others take of what is left.
    let mut found = vec![None; rows.len()];
    for receipt in receipts {
        let index = receipt.proof.index;
        let missing = ExportError::Missing(index);
        let row = rows.iter().position(|row| is_of(row, receipt));
        let place = usize::try_from(index).ok();
        let leaf = place.and_then(|place| leaves.get(place));
        let ((row, place), leaf) = row.zip(place).zip(leaf).ok_or(missing.clone())?;
        let (Some(row), Some(taken)) = (rows.get(row).map(|said| (row, said)), found.get_mut(row))
        else {
            return Err(missing);
        };
        let (_, said) = row;
        agrees(said, leaf)?;
        opens(said, leaf, &receipt.proof.leaf_key)?;
        if let Some(same) = waiting.get_mut(&key_of_leaf(leaf)) {
            same.retain(|waiting| *waiting != place);
        }
        *taken = Some(place);
    }
    let opened = found.iter().flatten().count();
    for (row, found) in rows.iter().zip(&mut found) {
        if found.is_some() {
            continue;
        }
        let same = waiting.get_mut(&key_of_row(row));
        let same = same.ok_or(ExportError::NotInLog(row.number))?;
        let place = same.iter().rposition(|place| {
            let leaf = leaves.get(*place);
            leaf.is_some_and(|leaf| agrees(row, leaf).is_ok())
        });
        let place = place.ok_or(ExportError::NotInLog(row.number))?;
        *found = Some(same.remove(place));
    }
    let kinds = |kind: LeafKind| rows.iter().any(|row| row.kind == kind);
    let left_out = waiting.values().flatten();
    let left_out =
        left_out.filter(|place| leaves.get(**place).is_some_and(|leaf| kinds(leaf.kind)));
    Ok(Checked {
        rows: rows.len(),
        opened,
        left_out: left_out.count(),
    })
}

type Key = (
    LeafKind,
    Timestamp,
    Option<(u8, u8)>,
    Option<(CommunicationType, bool)>,
    Option<Source>,
);

fn masks(flags: Option<Flags>) -> Option<(u8, u8)> {
    flags.map(|flags| (flags.granted_mask(), flags.refused_mask()))
}

fn key_of_leaf(leaf: &Leaf) -> Key {
    let communication = leaf.communication_type.clone().zip(leaf.opted_in);
    (
        leaf.kind,
        leaf.at,
        masks(leaf.flags),
        communication,
        leaf.source,
    )
}

fn key_of_row(row: &Row) -> Key {
    let communication = row.communication.clone();
    (
        row.kind,
        row.at,
        masks(row.flags),
        communication,
        Some(row.source),
    )
}

/// Whether a row is the decision of a receipt.
fn is_of(row: &Row, receipt: &Receipt) -> bool {
    let record = &receipt.record;
    let request = record.record_id.rsplit_once('/');
    let same_request = request.is_some_and(|(request, item)| {
        row.request == request && row.item.is_none_or(|own| own.to_string() == item)
    });
    let who = match &row.who {
        Who::Erased => false,
        Who::Subject(subject) => *subject == record.pii_principal_id,
        Who::Device(value) => {
            let rest = record.pii_principal_id.strip_prefix("device:");
            rest.and_then(|rest| rest.split_once(':'))
                .is_some_and(|(_, own)| own == value)
        }
    };
    let communications = |answer: &PurposeAnswer| answer.communication_type.is_some();
    let same_kind = row.communication.is_some() == record.purposes.iter().any(communications);
    same_request && same_kind && who && row.at == record.event_time
}

/// Whether a leaf says the same, as far as a row says it in the clear.
fn agrees(row: &Row, leaf: &Leaf) -> Result<(), ExportError> {
    if row
        .organisation
        .is_some_and(|organisation| organisation != leaf.org)
    {
        return Err(ExportError::OtherLog(row.number));
    }
    let rest = &row.rest;
    let regime = rest.regime.as_ref().is_none_or(|(regime, source)| {
        leaf.regime.is_some_and(|own| own.code() == regime)
            && leaf.regime_source.as_ref() == Some(source)
    });
    let same = [
        ("what", key_of_row(row) == key_of_leaf(leaf)),
        ("regime", regime),
        (
            "when it came in",
            rest.received_at
                .is_none_or(|at| leaf.received_at == Some(at)),
        ),
        (
            "when grants begin",
            rest.grants_at.is_none_or(|at| leaf.grants_at == at),
        ),
        ("tier", rest.tier.is_none_or(|tier| leaf.tier == Some(tier))),
        (
            "who sent it",
            rest.actor.as_ref().is_none_or(|actor| leaf.actor == *actor),
        ),
        (
            "link",
            rest.linked.is_none_or(|linked| leaf.linked == linked),
        ),
    ];
    differs(row, &same)
}

/// Whether what the leaf commits to is what the row says.
fn opens(row: &Row, leaf: &Leaf, key: &LeafKey) -> Result<(), ExportError> {
    let rest = &row.rest;
    let network =
        |own: &Option<String>| leaf.network == own.as_ref().and_then(|own| key.network(own));
    let shown = |own: &Option<Shown>| leaf.shown == own.as_ref().and_then(|own| key.shown(own));
    let evidence =
        |own: &Option<String>| leaf.evidence == own.as_ref().and_then(|own| key.evidence(own));
    let same = [
        ("network", rest.network.as_ref().is_none_or(network)),
        ("what was shown", rest.shown.as_ref().is_none_or(shown)),
        ("strings", rest.evidence.as_ref().is_none_or(evidence)),
    ];
    differs(row, &same)
}

fn differs(row: &Row, same: &[(&'static str, bool)]) -> Result<(), ExportError> {
    match same.iter().find(|(_, same)| !same) {
        Some((what, _)) => Err(ExportError::Differs(row.number, what)),
        None => Ok(()),
    }
}

//! What a person keeps of a decision: a record after ISO/IEC TS 27560, the leaf it became, what opens that leaf, and the
//! proof that a signed head has it. Written as a JWS; see `docs/proof.md`.

use super::checkpoint::{Checkpoint, CheckpointError};
use super::hash::LogHash;
use super::jws::{self, JwsError};
use super::keys::{LogKeys, LogPublicKeys};
use super::leaf::{Leaf, LeafKey, LeafKind};
use super::verify::root_of_inclusion;
use crate::{
    Choice, CommunicationType, Flag, OrganisationId, Regime, Settings, Shown, Source, Timestamp,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// `typ` of the JWS.
const TYPE: &str = "assent-receipt+jwt";

/// A consent receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The format: `assent-receipt-1`, after ISO/IEC TS 27560.
    pub schema_version: String,
    /// The hash of the leaf: each leaf has one receipt.
    pub receipt_id: LogHash,
    /// When it was written.
    pub issued_at: Timestamp,
    /// What was decided.
    pub record: ConsentRecord,
    /// What proves it.
    pub proof: ReceiptProof,
}

/// The decision (ISO/IEC TS 27560 §6: header, processing, parties, event).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentRecord {
    /// The request id and item.
    pub record_id: String,
    /// Who decided.
    pub pii_principal_id: String,
    /// Who asked.
    pub pii_controller: Controller,
    /// The policy regime of a decision about tracking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<Regime>,
    /// On what ground anything is done.
    pub lawful_basis: String,
    /// Each purpose with the answer.
    pub purposes: Vec<PurposeAnswer>,
    /// What was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Shown>,
    /// Where the answer came in.
    pub collection_method: Source,
    /// When she decided.
    pub event_time: Timestamp,
    /// How long a grant counts, in months; not set where it does not run out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validity_months: Option<u32>,
    /// How to take it back.
    pub withdrawal_method: String,
    /// How long it is kept.
    pub retention_period: String,
}

/// Who asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Controller {
    /// Its id here.
    pub party_id: OrganisationId,
    /// Its name, where it says one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party_name: Option<String>,
    /// Where it says what it does with data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_notice: Option<String>,
}

/// One purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurposeAnswer {
    /// The code of the flag, where it is about tracking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
    /// The type, where it is about communications.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub communication_type: Option<CommunicationType>,
    /// In words.
    pub purpose: String,
    /// The answer.
    pub answer: Choice,
}

/// Everything needed to check the record without asking anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptProof {
    /// The leaf, as it was hashed.
    pub leaf: String,
    /// Opens this leaf and no other.
    pub leaf_key: LeafKey,
    /// Its place.
    pub index: u64,
    /// From the leaf to the root (RFC 9162 §2.1.3).
    pub path: Vec<LogHash>,
    /// The signed head.
    pub checkpoint: String,
}

/// What a receipt is made of.
pub struct ReceiptParts<'a> {
    /// Who decided.
    pub subject: &'a str,
    /// The request.
    pub request_id: &'a str,
    /// Its item.
    pub item: u32,
    /// What was shown.
    pub shown: Option<Shown>,
    /// Whom she decided for.
    pub settings: &'a Settings,
    /// What proves it.
    pub proof: ReceiptProof,
}

/// Why a receipt is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReceiptError {
    /// Its signature.
    #[error(transparent)]
    Signature(#[from] JwsError),
    /// Its head.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Not the format.
    #[error("what was signed is no receipt of this format (assent-receipt-1)")]
    Malformed,
    /// The record and the leaf differ.
    #[error("the record and the leaf in the log do not say the same: {0}")]
    Differs(&'static str),
    /// Not in the tree.
    #[error("the leaf is not in the tree that the head stands for")]
    NotIncluded,
}

impl Receipt {
    /// The receipt of a decision about flags or about communications; nothing if the leaf is none of one.
    #[must_use]
    pub fn new(parts: ReceiptParts<'_>, issued_at: Timestamp) -> Option<Self> {
        let leaf = Leaf::parse(&parts.proof.leaf)?;
        let purposes = purposes(&leaf)?;
        let record = ConsentRecord {
            record_id: record_id(parts.request_id, parts.item),
            pii_principal_id: parts.subject.to_owned(),
            pii_controller: Controller {
                party_id: leaf.org,
                party_name: parts.settings.display_name.clone(),
                privacy_notice: parts.settings.privacy_notice_url.clone(),
            },
            jurisdiction: leaf.regime,
            lawful_basis: "consent (GDPR Article 6(1)(a)), as far as it was given".to_owned(),
            purposes,
            notice: parts.shown,
            collection_method: leaf.source?,
            event_time: leaf.at,
            validity_months: leaf.regime.and_then(Regime::grant_lapses_after_months),
            withdrawal_method:
                "at any time, by the link in every mail or the privacy settings of the site; \
                it works at once and changes nothing about what was lawful before"
                    .to_owned(),
            retention_period: "until the person is erased; the log keeps only hashes after that"
                .to_owned(),
        };
        Some(Self {
            schema_version: "assent-receipt-1".to_owned(),
            receipt_id: LogHash::leaf(parts.proof.leaf.as_bytes()),
            issued_at,
            record,
            proof: parts.proof,
        })
    }

    /// As it is handed out. Nothing if there is no key.
    #[must_use]
    pub fn signed(&self, keys: &LogKeys) -> Option<String> {
        jws::sign(TYPE, &super::canonical(self)?, keys)
    }

    /// Reads a receipt and checks all that it says about itself: the signature, that the leaf is about this person and
    /// says the same, that the head is signed and of this organisation's log, and that the leaf is in its tree. Gives
    /// the head, too.
    ///
    /// # Errors
    /// [`ReceiptError`]: what is wrong first.
    pub fn verified(
        receipt: &str,
        keys: &LogPublicKeys,
    ) -> Result<(Self, Checkpoint), ReceiptError> {
        let text = jws::verified(TYPE, receipt, keys)?;
        let receipt: Self = serde_json::from_str(&text).map_err(|_| ReceiptError::Malformed)?;
        if super::canonical(&receipt).as_deref() != Some(&text)
            || receipt.schema_version != "assent-receipt-1"
        {
            return Err(ReceiptError::Malformed);
        }
        let leaf = Leaf::parse(&receipt.proof.leaf).ok_or(ReceiptError::Malformed)?;
        receipt.check_leaf(&leaf)?;
        let head = Checkpoint::verified(&receipt.proof.checkpoint, keys)?;
        if head.origin != Checkpoint::origin_of(leaf.org) {
            return Err(ReceiptError::Differs("organisation"));
        }
        let hash = LogHash::leaf(receipt.proof.leaf.as_bytes());
        let proof = &receipt.proof;
        let root = root_of_inclusion(hash, proof.index, head.size, &proof.path);
        if root != Some(head.root) || receipt.receipt_id != hash {
            return Err(ReceiptError::NotIncluded);
        }
        Ok((receipt, head))
    }

    fn check_leaf(&self, leaf: &Leaf) -> Result<(), ReceiptError> {
        let (record, key) = (&self.record, &self.proof.leaf_key);
        let shown = record.notice.as_ref().and_then(|shown| key.shown(shown));
        let same = [
            (
                "person",
                leaf.subject.is_some() && leaf.subject == key.subject(&record.pii_principal_id),
            ),
            ("what was shown", leaf.shown == shown),
            ("organisation", leaf.org == record.pii_controller.party_id),
            ("answers", purposes(leaf).as_ref() == Some(&record.purposes)),
            ("regime", leaf.regime == record.jurisdiction),
            ("source", leaf.source == Some(record.collection_method)),
            ("time", leaf.at == record.event_time),
        ];
        match same.into_iter().find(|(_, same)| !same) {
            Some((what, _)) => Err(ReceiptError::Differs(what)),
            None => Ok(()),
        }
    }
}

fn record_id(request_id: &str, item: u32) -> String {
    format!("{request_id}/{item}")
}

/// What a leaf says about flags or a type of communication; nothing if it is about neither.
fn purposes(leaf: &Leaf) -> Option<Vec<PurposeAnswer>> {
    match (leaf.kind, leaf.flags, &leaf.communication_type) {
        (LeafKind::Set, Some(flags), None) => {
            let answers = flags.iter().map(|(flag, answer)| PurposeAnswer {
                flag: Some(flag.code().to_owned()),
                communication_type: None,
                purpose: in_words(flag).to_owned(),
                answer,
            });
            Some(answers.collect())
        }
        (LeafKind::Communication, None, Some(communication_type)) => Some(vec![PurposeAnswer {
            flag: None,
            communication_type: Some(communication_type.clone()),
            purpose: "communications of this type".to_owned(),
            answer: if leaf.opted_in? {
                Choice::Granted
            } else {
                Choice::Refused
            },
        }]),
        _ => None,
    }
}

/// Salesforce DMP glossary, "Consent Flags".
const fn in_words(flag: Flag) -> &'static str {
    match flag {
        Flag::Dc => "data collection",
        Flag::Al => "analytics",
        Flag::Tg => "targeting",
        Flag::Cd => "cross-device use",
        Flag::Sh => "sharing",
        Flag::Re => "re-identification",
    }
}

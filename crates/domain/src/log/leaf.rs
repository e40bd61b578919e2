//! What a leaf says. It names nobody: who, on which form and from where are commitments under a key that is deleted with
//! the person.

use super::hash::LogHash;
use crate::{
    CommunicationType, Flags, IndustrySource, OrganisationId, Regime, Shown, Source, Tier,
    Timestamp,
};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A decision, an erasure, a request for everything stored, a change of settings, or an industry opt-out. What is hashed is its RFC 8785
/// JSON; a field that has no value is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// The version of this format: 1.
    pub v: u8,
    /// What happened.
    pub kind: LeafKind,
    /// In whose log.
    pub org: OrganisationId,
    /// When it was decided.
    pub at: Timestamp,
    /// When it was stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// When grants count from, if not from `at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grants_at: Option<Timestamp>,
    /// What was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flags: Option<Flags>,
    /// About which type of communication something was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub communication_type: Option<CommunicationType>,
    /// Whether the person wants those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opted_in: Option<bool>,
    /// How close to the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// Where it came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Through what an industry opt-out came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<IndustrySource>,
    /// The policy regime.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regime: Option<Regime>,
    /// How that was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regime_source: Option<String>,
    /// Who sent it: the id of an API key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Whether it reached the subject over a link from another.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub linked: bool,
    /// About whom: [`LeafKey::subject`]. Left out where she was erased before the leaf was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<LogHash>,
    /// What she was shown: [`LeafKey::shown`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<LogHash>,
    /// From which network: [`LeafKey::network`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<LogHash>,
    /// The strings that it was made of: [`LeafKey::evidence`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<LogHash>,
    /// The version of the settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// The settings: [`settings_hash`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<LogHash>,
}

/// What a leaf is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeafKind {
    /// Somebody said something about flags.
    Set,
    /// Somebody said whether she wants a type of communication.
    Communication,
    /// Somebody was erased.
    Remove,
    /// Somebody asked for everything that is stored.
    Portability,
    /// The organisation changed its settings.
    Settings,
    /// A device opted out of everything in every organisation: only in the log of the service.
    OptOut,
    /// It took that back.
    OptIn,
}

impl Leaf {
    /// A leaf that says nothing yet but this.
    #[must_use]
    pub const fn new(kind: LeafKind, org: OrganisationId, at: Timestamp) -> Self {
        Self {
            v: 1,
            kind,
            org,
            at,
            received_at: None,
            grants_at: None,
            flags: None,
            communication_type: None,
            opted_in: None,
            tier: None,
            source: None,
            list: None,
            regime: None,
            regime_source: None,
            actor: None,
            linked: false,
            subject: None,
            shown: None,
            network: None,
            evidence: None,
            version: None,
            settings: None,
        }
    }

    /// Reads a leaf that is written as it was hashed; nothing if it is anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let leaf: Self = serde_json::from_str(text).ok()?;
        (super::canonical(&leaf)? == text).then_some(leaf)
    }
}

/// Opens what one leaf commits to, and no other leaf: `HMAC-SHA256(salt of the subject, RFC 8785 JSON of
/// [request id, item])`, the salt being its 32 digits as text. Who has a receipt has the key of its leaf.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LeafKey(LogHash);

impl LeafKey {
    /// The key of the leaf that this item of this request became, for a subject with this salt.
    #[must_use]
    pub fn derive(salt: &str, request_id: &str, item: u32) -> Option<Self> {
        let text = super::canonical(&(request_id, item))?;
        keyed(salt.as_bytes(), &[text.as_bytes()]).map(Self)
    }

    /// The same for an item of a request about communications, which may have the id of one about flags: of
    /// `communication/` and the request id.
    #[must_use]
    pub fn derive_for_communication(salt: &str, request_id: &str, item: u32) -> Option<Self> {
        Self::derive(salt, &format!("communication/{request_id}"), item)
    }

    /// `HMAC-SHA256(key, "subject\n" ‖ subject)`.
    #[must_use]
    pub fn subject(&self, subject: &str) -> Option<LogHash> {
        self.commitment(b"subject\n", subject)
    }

    /// `HMAC-SHA256(key, "shown\n" ‖ RFC 8785 JSON of {form, language, version})`.
    #[must_use]
    pub fn shown(&self, shown: &Shown) -> Option<LogHash> {
        self.commitment(b"shown\n", &super::canonical(shown)?)
    }

    /// `HMAC-SHA256(key, "network\n" ‖ network)`.
    #[must_use]
    pub fn network(&self, network: &str) -> Option<LogHash> {
        self.commitment(b"network\n", network)
    }

    /// `HMAC(key, "evidence\n" ‖ the strings as they are stored)`.
    #[must_use]
    pub fn evidence(&self, evidence: &str) -> Option<LogHash> {
        self.commitment(b"evidence\n", evidence)
    }

    fn commitment(&self, what: &[u8], content: &str) -> Option<LogHash> {
        keyed(self.0.as_bytes(), &[what, content.as_bytes()])
    }
}

impl std::fmt::Debug for LeafKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LeafKey(…)")
    }
}

/// `SHA-256(RFC 8785 JSON of the settings)`. Nothing if the text is no JSON.
#[must_use]
pub fn settings_hash(settings: &str) -> Option<LogHash> {
    let value: serde_json::Value = serde_json::from_str(settings).ok()?;
    let hash = Sha256::digest(super::canonical(&value)?);
    Some(LogHash::from_bytes(hash.into()))
}

/// Always something: HMAC takes keys of any length.
fn keyed(key: &[u8], parts: &[&[u8]]) -> Option<LogHash> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    for part in parts {
        mac.update(part);
    }
    Some(LogHash::from_bytes(mac.finalize().into_bytes().into()))
}

//! Where things are kept: the history in SQLite, which is the truth, and a projection of it in the
//! key-value store, which the hot path reads. Nothing else knows a key, a table or a statement.
//!
//! Every call is bounded in time (ADR 7): a store that hangs counts as away.
#![deny(
    clippy::print_stderr,
    reason = "`eprintln!` panics when the log cannot be written: a full disk would trap"
)]

mod acted;
mod api_key;
mod audience;
mod bounded;
mod ceiling;
mod checked;
mod consent;
mod contact;
mod demo;
mod export;
mod feed;
mod form;
mod health;
mod import_run;
mod industry;
mod interaction;
mod interaction_export;
mod interception;
mod kv;
mod last_open;
mod link;
mod link_record;
mod log_export;
mod message;
mod migrate;
mod organisation;
mod projection;
mod retention;
mod rule;
mod seal;
mod settings_version;
mod sql;
mod subject_link;
mod transparency;
mod webhook;

pub use acted::{Acted, ActedPage, Person};
pub use api_key::{ApiKey, KeyRecord, Scope};
pub use audience::{AUDIENCE_GATES, Audience, AudienceSlice, Facts, UnknownName};
pub use ceiling::CeilingVersion;
pub use consent::{
    Action, Actor, CaughtUp, CommunicationEntry, CurrentConsent, FileLine, ForRecording,
    HistoryEntry, Imported, NewAction, NewCommunication, NewSignal, Outcome, Recorded,
    RecordedCommunication, Requested, Seen,
};
pub use contact::{Contact, ContactChange, ContactMessage, ContactSlice, RequestOnce};
pub use demo::{demo_outbox, put_demo_outbox};
pub use export::{Everything, StoredInteraction};
pub use feed::{Change, ChangeKind, ConsentChange};
pub use form::{OwnForm, OwnForms, OwnTexts, ShownText};
pub use health::alive;
pub use import_run::{ImportError, ImportRun, NewImport, Progress};
pub use industry::{IndustryChange, IndustryRecorded};
pub use interaction::{AtVersion, Occurrences, Stats, Stranger};
pub use interaction_export::{ExportPlace, IdentifiedInteraction};
pub use interception::{AnonymousPeople, Asking};
pub use last_open::LastOpen;
pub use link_record::LinkRecord;
pub use log_export::{Dissent, InForce, LogEntry, LogPart, Population};
pub use message::{Message, MessageSummary, Mint, MintProgress, NewMessage};
pub use organisation::Organisation;
pub use rule::Rule;
pub use settings_version::SettingsVersion;
pub use subject_link::Linked;
pub use transparency::{LogHead, SealedSignal, WhichDecision};
pub use webhook::{Delivered, Delivery, WebhookRecord};

use domain::{HashSecret, KeyedHash, OrganisationId, Subject};

/// Why a store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Away, locked or too slow. Safe to repeat with the same request id.
    #[error("the store is away: {0}")]
    Away(String),
    /// The same request id came before with other content.
    #[error("this request id was used before with other content")]
    Conflict,
    /// The database was written by a newer version of this software.
    #[error(
        "the database has schema version {found}, this software knows {known}: deploy the newer version"
    )]
    NewerSchema {
        /// What the database says.
        found: i64,
        /// The newest migration that this software has.
        known: i64,
    },
    /// What is stored does not have the shape that this version writes.
    #[error("unreadable data in {0}")]
    Corrupt(&'static str),
}

/// Access to the stores for the length of one request.
#[derive(Clone)]
pub struct Store {
    hash_secret: HashSecret,
}

impl Store {
    /// `hash_secret` keys the hashes of subjects; it is never rotated.
    pub const fn new(hash_secret: HashSecret) -> Self {
        Self { hash_secret }
    }

    pub(crate) fn hash(&self, organisation: OrganisationId, subject: &Subject) -> KeyedHash {
        subject.keyed_hash(&self.hash_secret, organisation)
    }

    /// What tells one request's content from another's. It is stored, and content names people: a plain digest
    /// could be tried out on guesses, also after they were erased.
    pub fn fingerprint(&self, content: &str) -> String {
        self.hash_secret.fingerprint(content)
    }
}

/// SHA-256 as 64 lower-case hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    use sha2::Digest;
    use std::fmt::Write;
    let mut text = String::with_capacity(64);
    for byte in sha2::Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

//! Reads the transparency log.

use std::collections::HashMap;

use domain::log::hash::LogHash;
use domain::log::leaf::LeafKey;
use domain::log::proof::ProofPlan;
use domain::log::tree::{Frontier, NodePlace};
use domain::{CommunicationType, OrganisationId, Shown, Subject};
use spin_sdk::sqlite::Value;

use crate::sql::{integer, parsed, read, read_many, text};
use crate::{Store, StoreError};

const NODE: &str = "log_node";

const NODES: &str = "SELECT node.level, node.idx, lower(hex(node.hash)) FROM log_head head \
  CROSS JOIN json_each(?2) wanted CROSS JOIN log_node node ON node.log_id = head.id \
  AND node.level = wanted.value ->> 0 AND node.idx = wanted.value ->> 1 WHERE head.org_id = ?1";

const LEAVES: &str = "SELECT leaf.leaf FROM log_head head CROSS JOIN log_leaf leaf ON leaf.log_id = head.id \
  WHERE head.org_id = ?1 AND leaf.idx >= ?2 AND leaf.idx < ?3 ORDER BY leaf.idx";

/// The newest signal about flags, or the one with this place in the log of signals.
const OF_SUBJECT: &str = "SELECT g.request_id, g.item, s.salt, g.form, g.form_version, g.language, leaf.idx, leaf.leaf \
  FROM subject s JOIN signal g ON g.subject_id = s.id LEFT JOIN log_leaf leaf ON leaf.signal_seq = g.seq \
  WHERE s.org_id = ?1 AND s.keyed_hash = ?2 AND g.action = 'set' AND (?3 IS NULL OR g.seq = ?3) \
  ORDER BY g.seq DESC LIMIT 1";

/// The same about communications, of one type or of any.
const OF_CONTACT: &str = "SELECT c.request_id, c.item, s.salt, c.form, c.form_version, c.language, leaf.idx, leaf.leaf \
  FROM subject s JOIN communication_signal c ON c.subject_id = s.id LEFT JOIN log_leaf leaf ON leaf.signal_seq = c.seq \
  WHERE s.org_id = ?1 AND s.keyed_hash = ?2 AND (?3 IS NULL OR c.seq = ?3) \
  AND (?4 IS NULL OR c.communication_type = ?4) ORDER BY c.seq DESC LIMIT 1";

/// Which decision of somebody.
#[derive(Debug, Clone, Copy)]
pub enum WhichDecision<'a> {
    /// One about flags.
    Tracking,
    /// One about communications, of this type or of any.
    Communication(Option<&'a CommunicationType>),
}

/// The newest state of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogHead {
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: LogHash,
}

impl LogHead {
    pub(crate) fn of(frontier: &Frontier) -> Self {
        Self {
            size: frontier.size(),
            root: frontier.root(),
        }
    }
}

/// A signal with its leaf, and what opens it.
#[derive(Clone)]
pub struct SealedSignal {
    /// The request.
    pub request_id: String,
    /// Its item.
    pub item: u32,
    /// Opens the leaf.
    pub leaf_key: LeafKey,
    /// What she was shown.
    pub shown: Option<Shown>,
    /// The place of the leaf.
    pub index: u64,
    /// The leaf as it was hashed.
    pub leaf: String,
}

impl Store {
    /// The hashes of a proof; nothing if the log does not have them all.
    pub async fn log_proof(
        &self,
        organisation: OrganisationId,
        plan: &ProofPlan,
    ) -> Result<Option<Vec<LogHash>>, StoreError> {
        let places: Vec<(u8, u64)> = plan
            .places()
            .map(|place| (place.level, place.index))
            .collect();
        let wanted = serde_json::to_string(&places).map_err(|_| StoreError::Corrupt(NODE))?;
        let parameters = vec![Value::from(organisation.to_string()), Value::from(wanted)];
        let mut found = HashMap::new();
        for row in &read(NODES, parameters).await? {
            let level = row.get::<u8>(0).ok_or(StoreError::Corrupt(NODE))?;
            let index = integer(row, 1, NODE)?;
            let index = u64::try_from(index).map_err(|_| StoreError::Corrupt(NODE))?;
            let hash = parsed(row, 2, NODE, LogHash::parse)?;
            found.insert(NodePlace { level, index }, hash);
        }
        Ok(plan.hashes(|place| found.get(&place).copied()))
    }

    /// The leaves from `start` up to before `end`, as they were hashed.
    pub async fn log_leaves(
        &self,
        organisation: OrganisationId,
        start: u64,
        end: u64,
    ) -> Result<Vec<String>, StoreError> {
        const TABLE: &str = "log_leaf";
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(number(start)),
            Value::from(number(end)),
        ];
        let items = usize::try_from(end.saturating_sub(start)).unwrap_or(usize::MAX);
        let rows = read_many(LEAVES, parameters, items).await?;
        let leaves = rows
            .iter()
            .map(|row| text(row, 0, TABLE).map(str::to_owned));
        leaves.collect()
    }

    /// The newest decision of a subject, or the one with this `seq`.
    ///
    /// # Errors
    /// [`StoreError::Away`] also where so much waits that it is not sealed yet.
    pub async fn sealed_signal(
        &self,
        organisation: OrganisationId,
        subject: &Subject,
        which: WhichDecision<'_>,
        seq: Option<i64>,
    ) -> Result<Option<SealedSignal>, StoreError> {
        const TABLE: &str = "log_leaf";
        let mut parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(self.hash(organisation, subject).to_string()),
            Value::from(seq),
        ];
        // The person's salt opens all her leaves, so it goes no further than this.
        let (rows, derive): (_, fn(&str, &str, u32) -> _) = match which {
            WhichDecision::Tracking => (read(OF_SUBJECT, parameters).await?, LeafKey::derive),
            WhichDecision::Communication(communication_type) => {
                parameters.push(Value::from(
                    communication_type.map(CommunicationType::as_str),
                ));
                let rows = read(OF_CONTACT, parameters).await?;
                (rows, LeafKey::derive_for_communication)
            }
        };
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let Some(index) = row.get::<i64>(6) else {
            return Err(StoreError::Away("it is not sealed yet".to_owned()));
        };
        let owned = |index| row.get::<&str>(index).map(str::to_owned);
        let shown = match (owned(3), owned(4), owned(5)) {
            (Some(form), Some(version), Some(language)) => Some(Shown {
                form,
                version,
                language,
            }),
            _ => None,
        };
        let request_id = text(row, 0, TABLE)?;
        let item = row.get::<u32>(1).ok_or(StoreError::Corrupt(TABLE))?;
        let leaf_key = derive(text(row, 2, TABLE)?, request_id, item);
        Ok(Some(SealedSignal {
            request_id: request_id.to_owned(),
            item,
            leaf_key: leaf_key.ok_or(StoreError::Corrupt(TABLE))?,
            shown,
            index: u64::try_from(index).map_err(|_| StoreError::Corrupt(TABLE))?,
            leaf: text(row, 7, TABLE)?.to_owned(),
        }))
    }
}

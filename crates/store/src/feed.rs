//! What changed, in the order of the log.

use domain::{CommunicationType, Flags, OrganisationId, Regime, Source, Tier, Timestamp};
use spin_sdk::sqlite::{RowResult, Value};

use crate::sql::{integer, parsed, read_many, text};
use crate::{Store, StoreError};

/// What happened to somebody's consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// Something was refused, perhaps beside what was granted.
    Refused,
    /// Something was granted and nothing refused.
    Granted,
    /// All that was stored was erased.
    Erased,
    /// A contact wants a type of communication.
    OptedIn,
    /// She does not.
    OptedOut,
}

/// One change.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its place in the log.
    pub seq: i64,
    /// What happened.
    pub kind: ChangeKind,
    /// Whom it is about; nothing once she was erased.
    pub subject: Option<String>,
    /// The same in all changes of one subject, also after an erasure.
    pub subject_ref: i64,
    /// What was said about flags; nothing where it is about communications.
    pub consent: Option<ConsentChange>,
    /// Of what she opted in or out.
    pub communication_type: Option<CommunicationType>,
    /// Where it came in.
    pub source: Source,
    /// When the person decided.
    pub at: Timestamp,
    /// When it was stored.
    pub received_at: Timestamp,
    /// The request that brought it.
    pub request_id: String,
    /// Its place in that request.
    pub item: u32,
}

/// What was said about flags.
#[derive(Debug, Clone)]
pub struct ConsentChange {
    /// The flags.
    pub flags: Flags,
    /// How near the person.
    pub tier: Tier,
    /// The policy regime.
    pub regime: Regime,
}

const CHANGES: &str = "SELECT g.seq, g.action, s.identifier, g.subject_id, g.granted, g.refused, g.tier, g.source, \
  g.regime, g.decided_at, g.received_at, g.request_id, g.item, NULL FROM signal g JOIN subject s ON s.id = g.subject_id \
  WHERE g.org_id = ?1 AND g.seq > ?2 AND g.seq <= ?3 AND g.action <> 'portability' \
  UNION ALL SELECT c.seq, 'communication', s.identifier, c.subject_id, c.opted_in, 0, 1, c.source, '', c.decided_at, \
  c.received_at, c.request_id, c.item, c.communication_type FROM communication_signal c \
  JOIN subject s ON s.id = c.subject_id WHERE c.org_id = ?1 AND c.seq > ?2 AND c.seq <= ?3 ORDER BY 1 LIMIT ?4";

impl Store {
    /// At most `limit` changes of an organisation, those after the place `after` and up to `to`.
    pub async fn changes(
        &self,
        organisation: OrganisationId,
        after: i64,
        to: i64,
        limit: u32,
    ) -> Result<Vec<Change>, StoreError> {
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(after),
            Value::from(to),
            Value::from(limit),
        ];
        let items = usize::try_from(limit).unwrap_or(usize::MAX);
        let rows = read_many(CHANGES, parameters, items).await?;
        rows.iter().map(change).collect()
    }
}

fn change(row: &RowResult) -> Result<Change, StoreError> {
    const TABLE: &str = "signal";
    let mask = |index| row.get::<u8>(index).ok_or(StoreError::Corrupt(TABLE));
    let (granted, refused) = (mask(4)?, mask(5)?);
    let kind = match text(row, 1, TABLE)? {
        "set" if refused != 0 => ChangeKind::Refused,
        "set" => ChangeKind::Granted,
        "remove" => ChangeKind::Erased,
        "communication" if granted != 0 => ChangeKind::OptedIn,
        "communication" => ChangeKind::OptedOut,
        _ => return Err(StoreError::Corrupt(TABLE)),
    };
    let communication_type = row
        .get::<&str>(13)
        .map(CommunicationType::parse)
        .transpose()
        .map_err(|_| StoreError::Corrupt(TABLE))?;
    Ok(Change {
        seq: integer(row, 0, TABLE)?,
        kind,
        subject: row.get::<&str>(2).map(str::to_owned),
        subject_ref: integer(row, 3, TABLE)?,
        consent: communication_type
            .is_none()
            .then(|| consent(row, granted, refused))
            .transpose()?,
        communication_type,
        source: parsed(row, 7, TABLE, Source::parse)?,
        at: Timestamp::from_micros(integer(row, 9, TABLE)?),
        received_at: Timestamp::from_micros(integer(row, 10, TABLE)?),
        request_id: text(row, 11, TABLE)?.to_owned(),
        item: row.get::<u32>(12).ok_or(StoreError::Corrupt(TABLE))?,
    })
}

fn consent(row: &RowResult, granted: u8, refused: u8) -> Result<ConsentChange, StoreError> {
    const TABLE: &str = "signal";
    Ok(ConsentChange {
        flags: Flags::from_masks(granted, refused).map_err(|_| StoreError::Corrupt(TABLE))?,
        tier: row
            .get::<u8>(6)
            .and_then(|number| Tier::from_number(number).ok())
            .ok_or(StoreError::Corrupt(TABLE))?,
        regime: parsed(row, 8, TABLE, Regime::parse)?,
    })
}

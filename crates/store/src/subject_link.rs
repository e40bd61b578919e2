//! Which devices belong to a contact or a bridge key.

use std::collections::BTreeMap;

use domain::{KeyedHash, OrganisationId, Subject, Timestamp};
use spin_sdk::sqlite::Value;

use crate::consent::states_parameters;
use crate::sql::{integer, parsed, read_many, write};
use crate::{AtVersion, Store, StoreError};

/// A link is kept only where both still are as they were when it was found to be allowed.
const LINK: &str = "INSERT INTO subject_link (subject_id, device_id, linked_at) \
  SELECT s.id, d.id, ?5 FROM subject s CROSS JOIN subject d \
  WHERE s.id = ?1 AND s.version = ?2 AND d.id = ?3 AND d.version = ?4 AND d.org_id = s.org_id \
  AND s.identifier IS NOT NULL AND d.identifier IS NOT NULL \
  ON CONFLICT (subject_id, device_id) DO UPDATE SET linked_at = linked_at RETURNING linked_at";

const UNLINK: &str = "DELETE FROM subject_link WHERE \
  subject_id = (SELECT id FROM subject WHERE org_id = ?1 AND keyed_hash = ?2) AND \
  device_id = (SELECT id FROM subject WHERE org_id = ?1 AND keyed_hash = ?3) RETURNING linked_at";

const LINKS: &str = "SELECT s.keyed_hash, o.identifier, l.linked_at FROM subject s \
  JOIN subject_link l ON l.subject_id = s.id JOIN subject o ON o.id = l.device_id \
  WHERE s.org_id = ?1 AND s.keyed_hash IN (SELECT value FROM json_each(?2)) AND o.identifier IS NOT NULL \
  UNION ALL SELECT s.keyed_hash, o.identifier, l.linked_at FROM subject s \
  JOIN subject_link l ON l.device_id = s.id JOIN subject o ON o.id = l.subject_id \
  WHERE s.org_id = ?1 AND s.keyed_hash IN (SELECT value FROM json_each(?2)) AND o.identifier IS NOT NULL \
  ORDER BY 3, 2";

/// The other end of a link.
#[derive(Debug, Clone)]
pub struct Linked {
    /// Who.
    pub subject: Subject,
    /// Since when.
    pub at: Timestamp,
}

impl Store {
    /// Links a contact or bridge key and a device, on whose states `subject` and `device` it was found that they
    /// may be. Gives since when they are linked; nothing if one of them has changed since.
    pub async fn link_subjects(
        &self,
        subject: AtVersion,
        device: AtVersion,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let parameters = vec![
            Value::from(subject.subject_id),
            Value::from(subject.version),
            Value::from(device.subject_id),
            Value::from(device.version),
            Value::from(now.micros()),
        ];
        let rows = write(LINK, parameters, 1).await?;
        rows.first()
            .map(|row| integer(row, 0, "subject_link").map(Timestamp::from_micros))
            .transpose()
    }

    /// Takes a link away; whether there was one.
    pub async fn unlink_subjects(
        &self,
        organisation: OrganisationId,
        subject: &Subject,
        device: &Subject,
    ) -> Result<bool, StoreError> {
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(self.hash(organisation, subject).to_string()),
            Value::from(self.hash(organisation, device).to_string()),
        ];
        Ok(!write(UNLINK, parameters, 1).await?.is_empty())
    }

    /// To whom each subject is linked, oldest link first: a contact or bridge key to devices, a device to those.
    pub async fn links_of(
        &self,
        organisation: OrganisationId,
        subjects: &[Subject],
    ) -> Result<Vec<Vec<Linked>>, StoreError> {
        const TABLE: &str = "subject_link";
        let hashes: Vec<KeyedHash> = subjects
            .iter()
            .map(|subject| self.hash(organisation, subject))
            .collect();
        let parameters = states_parameters(organisation, &hashes)?;
        let mut found: BTreeMap<KeyedHash, Vec<Linked>> = BTreeMap::new();
        for row in &read_many(LINKS, parameters, hashes.len()).await? {
            let hash = parsed(row, 0, TABLE, KeyedHash::parse)?;
            found.entry(hash).or_default().push(Linked {
                subject: parsed(row, 1, TABLE, Subject::parse)?,
                at: Timestamp::from_micros(integer(row, 2, TABLE)?),
            });
        }
        let links = hashes.iter().map(|hash| found.get(hash).cloned());
        Ok(links.map(Option::unwrap_or_default).collect())
    }
}

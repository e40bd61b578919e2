//! Identified interactions one by one, slice by slice: no statement of an export keeps anybody waiting.

use domain::{Kind, LinkId, MessageId, OrganisationId, Subject, Timestamp};
use spin_sdk::sqlite::Value;

use crate::consent::{subject_line, subject_of};
use crate::sql::{integer, parsed, read_many, text};
use crate::{CurrentConsent, Store, StoreError};

/// Rows that one statement gives.
const SLICE: u32 = 1000;

/// A click or an open with its contact, allowed then.
#[derive(Debug, Clone)]
pub struct IdentifiedInteraction {
    /// With which link.
    pub link: LinkId,
    /// What.
    pub kind: Kind,
    /// When.
    pub at: Timestamp,
    /// Who; nothing once that was erased.
    pub subject: Option<Subject>,
    /// What the person has decided by now.
    pub current: CurrentConsent,
}

/// Where a slice ended.
#[derive(Debug, Clone, Default)]
pub struct ExportPlace {
    subject: i64,
    at: i64,
    link: String,
    id: i64,
}

/// In the order of the index.
const ROWS: &str = concat!(
    "SELECT i.subject_id, i.at, i.link_id, i.id, l.kind, s.identifier, ",
    subject_line!(),
    " FROM interaction i CROSS JOIN link l ON l.id = i.link_id CROSS JOIN subject s ON s.id = i.subject_id \
     WHERE i.message_id = ?1 AND (i.subject_id, i.at, i.link_id, i.id) > (?3, ?4, ?5, ?6) AND s.org_id = ?2 \
     ORDER BY i.subject_id, i.at, i.link_id, i.id LIMIT ?7"
);

impl Store {
    /// The next identified interactions of a mail, with what their people have decided by now: the caller leaves out
    /// those for whom the gate is closed today. And where to go on; nothing after the last.
    pub async fn identified_slice(
        &self,
        organisation: OrganisationId,
        message: MessageId,
        after: &ExportPlace,
    ) -> Result<(Vec<IdentifiedInteraction>, Option<ExportPlace>), StoreError> {
        const TABLE: &str = "interaction";
        let parameters = vec![
            Value::from(message.to_string()),
            Value::from(organisation.to_string()),
            Value::from(after.subject),
            Value::from(after.at),
            Value::from(after.link.as_str()),
            Value::from(after.id),
            Value::from(SLICE),
        ];
        let rows = read_many(ROWS, parameters, 1000).await?;
        let full = u32::try_from(rows.len()).is_ok_and(|found| found == SLICE);
        let last = rows.last().filter(|_| full).map(|row| {
            Ok::<_, StoreError>(ExportPlace {
                subject: integer(row, 0, TABLE)?,
                at: integer(row, 1, TABLE)?,
                link: text(row, 2, TABLE)?.to_owned(),
                id: integer(row, 3, TABLE)?,
            })
        });
        let found = rows.iter().map(|row| {
            let subject = row.get::<&str>(5).map(Subject::parse).transpose();
            Ok(IdentifiedInteraction {
                link: parsed(row, 2, TABLE, LinkId::parse)?,
                kind: parsed(row, 4, TABLE, Kind::parse)?,
                at: Timestamp::from_micros(integer(row, 1, TABLE)?),
                subject: subject.map_err(|_| StoreError::Corrupt("subject"))?,
                current: subject_of(text(row, 6, "subject")?)?,
            })
        });
        let found = found.collect::<Result<_, StoreError>>()?;
        Ok((found, last.transpose()?))
    }
}

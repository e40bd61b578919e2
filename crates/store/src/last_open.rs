//! Deliverability only: the day of somebody's last open, each in the place of the one before.

use domain::{OrganisationId, Subject, Timestamp};
use spin_sdk::sqlite::Value;

use crate::consent::{subject_line, subject_of};
use crate::sql::{Lane, execute, integer, read_many, text};
use crate::{AtVersion, CurrentConsent, Store, StoreError};

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Somebody with the day of her last open.
#[derive(Debug, Clone)]
pub struct LastOpen {
    /// The place in the list.
    pub place: i64,
    /// Who; nothing once that was erased.
    pub subject: Option<Subject>,
    /// When that day began (UTC).
    pub day: Timestamp,
    /// What the person has decided by now.
    pub current: CurrentConsent,
}

const INSERT: &str = "INSERT INTO last_open_intake (org_id, people) VALUES (?1, ?2)";

const LIST: &str = concat!(
    "SELECT o.subject_id, s.identifier, o.day, ",
    subject_line!(),
    " FROM last_open o CROSS JOIN subject s ON s.id = o.subject_id WHERE o.org_id = ?1 AND o.subject_id > ?2 \
     AND o.day < ?3 ORDER BY o.subject_id LIMIT ?4"
);

impl Store {
    /// Keeps the day of an open for each of these people, who are still at this version.
    pub async fn record_last_opens(
        &self,
        organisation: OrganisationId,
        people: &[(AtVersion, Timestamp)],
    ) -> Result<(), StoreError> {
        let people: Vec<String> = people
            .iter()
            .map(|(person, at)| {
                let AtVersion {
                    subject_id,
                    version,
                } = person;
                let day = at.micros().div_euclid(MICROS_PER_DAY);
                format!("{subject_id:019}{version:019}{day:019}")
            })
            .collect();
        let people =
            serde_json::to_string(&people).map_err(|_| StoreError::Corrupt("last_open"))?;
        let parameters = vec![Value::from(organisation.to_string()), Value::from(people)];
        execute(Lane::Record, INSERT, parameters).await?;
        Ok(())
    }

    /// People whose last open was before a moment, after a place in the list: the caller leaves out those who have
    /// refused.
    pub async fn last_opens(
        &self,
        organisation: OrganisationId,
        before: Timestamp,
        after: i64,
        limit: u32,
    ) -> Result<Vec<LastOpen>, StoreError> {
        const TABLE: &str = "last_open";
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(after),
            Value::from(before.micros().div_euclid(MICROS_PER_DAY)),
            Value::from(limit),
        ];
        let rows = read_many(LIST, parameters, 1000).await?;
        rows.iter()
            .map(|row| {
                let subject = row.get::<&str>(1).map(Subject::parse).transpose();
                Ok(LastOpen {
                    place: integer(row, 0, TABLE)?,
                    subject: subject.map_err(|_| StoreError::Corrupt("subject"))?,
                    day: Timestamp::from_micros(
                        integer(row, 2, TABLE)?.saturating_mul(MICROS_PER_DAY),
                    ),
                    current: subject_of(text(row, 3, "subject")?)?,
                })
            })
            .collect()
    }
}

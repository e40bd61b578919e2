//! What people did with a mail: recorded after the answer, in batches, and reported.

use domain::report::Count;
use domain::{KeyedHash, Kind, LinkId, MessageId, OrganisationId, Subject, Timestamp, Verdict};
use serde::Serialize;
use spin_sdk::sqlite::{RowResult, Value};

use crate::consent::salt;
use crate::sql::{Lane, execute, integer, parsed, read_many, text};
use crate::{CurrentConsent, Mint, Store, StoreError};

/// One interaction, or several alike where nobody is named.
#[derive(Debug, Clone)]
pub struct Occurrence {
    /// In which mail.
    pub message: MessageId,
    /// With which link.
    pub link: LinkId,
    /// A click or an open.
    pub kind: Kind,
    /// When.
    pub at: Timestamp,
    /// How it counts.
    pub verdict: Verdict,
    /// How many.
    pub n: u32,
    /// For an identified one: the person, at the version on which that was decided.
    pub person: Option<AtVersion>,
}

/// A person as she was when it was decided to name her.
#[derive(Debug, Clone)]
pub struct AtVersion {
    organisation: OrganisationId,
    keyed_hash: KeyedHash,
    version: i64,
    /// Who, for somebody whom SQLite does not know yet.
    new: Option<Subject>,
}

/// A contact who did something, allowed then and allowed now.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who.
    pub subject: Subject,
    /// How often clicked.
    pub clicks: u64,
    /// How often opened.
    pub opens: u64,
    /// The last time.
    pub last_at: Timestamp,
    /// What the person has decided by now.
    pub current: CurrentConsent,
}

/// Counters of a mail.
#[derive(Debug, Clone)]
pub struct Stats {
    /// What was handed out.
    pub mint: Mint,
    /// One per link, kind, hour and verdict, by hour.
    pub counts: Vec<Count>,
}

#[derive(Serialize)]
struct IntakeRow {
    message: String,
    link: String,
    kind: &'static str,
    hour: i64,
    verdict: &'static str,
    n: u32,
    org: Option<String>,
    keyed_hash: Option<String>,
    identifier: Option<String>,
    salt: Option<String>,
    version: Option<i64>,
    at: i64,
}

const INSERT: &str = "INSERT INTO interaction_intake (message_id, link_id, kind, hour, verdict, n, org_id, \
  keyed_hash, identifier, salt, version, at) SELECT value ->> 'message', value ->> 'link', value ->> 'kind', \
  value ->> 'hour', value ->> 'verdict', value ->> 'n', value ->> 'org', value ->> 'keyed_hash', \
  value ->> 'identifier', value ->> 'salt', value ->> 'version', value ->> 'at' FROM json_each(?1)";

impl Store {
    /// What naming a person is tied to: the state on which that was decided.
    pub fn at_version(
        &self,
        organisation: OrganisationId,
        subject: &Subject,
        current: &CurrentConsent,
    ) -> AtVersion {
        AtVersion {
            organisation,
            keyed_hash: current
                .keyed_hash
                .unwrap_or_else(|| self.hash(organisation, subject)),
            version: current.version,
            new: current.subject_id.is_none().then(|| subject.clone()),
        }
    }

    /// Records a batch in one statement. A contact is kept only where SQLite still has the version that was
    /// decided on; otherwise the interaction counts as anonymous.
    pub async fn record(&self, batch: &[Occurrence]) -> Result<(), StoreError> {
        let rows: Vec<IntakeRow> = batch.iter().map(intake_row).collect();
        let rows = serde_json::to_string(&rows).map_err(|_| StoreError::Corrupt("interaction"))?;
        execute(Lane::Record, INSERT, vec![Value::from(rows)]).await?;
        Ok(())
    }

    /// The counters of a mail.
    pub async fn stats(&self, message: MessageId) -> Result<Stats, StoreError> {
        const TABLE: &str = "interaction_count";
        let id = Value::from(message.to_string());
        let minted = read_many(
            "SELECT coalesce(sum(sent), 0), coalesce(sum(untracked), 0) FROM mint WHERE message_id = ?1",
            vec![id.clone()],
            1,
        )
        .await?;
        let mint = minted.first().map_or(Ok(Mint::default()), |row| {
            Ok::<_, StoreError>(Mint {
                sent: unsigned(integer(row, 0, "mint")?),
                untracked: unsigned(integer(row, 1, "mint")?),
            })
        })?;
        let rows = read_many(
            "SELECT link_id, kind, hour, verdict, n FROM interaction_count WHERE message_id = ?1 ORDER BY hour",
            vec![id],
            1000,
        )
        .await?;
        let counts = rows
            .iter()
            .map(|row| {
                Ok(Count {
                    link: parsed(row, 0, TABLE, LinkId::parse)?,
                    kind: parsed(row, 1, TABLE, Kind::parse)?,
                    hour: integer(row, 2, TABLE)?,
                    verdict: verdict(row, 3)?,
                    n: unsigned(integer(row, 4, TABLE)?),
                })
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(Stats { mint, counts })
    }

    /// The contacts who were identified in a mail, most recent first, with what they have decided by now:
    /// the caller leaves out those for whom the gate is closed today.
    pub async fn people(
        &self,
        organisation: OrganisationId,
        message: MessageId,
        limit: u32,
    ) -> Result<Vec<Person>, StoreError> {
        const TABLE: &str = "interaction";
        let rows = read_many(
            "SELECT s.identifier, sum(i.kind = 'click'), sum(i.kind = 'open'), max(i.at) \
             FROM interaction i JOIN subject s ON s.id = i.subject_id \
             WHERE i.message_id = ?1 AND s.org_id = ?2 AND s.identifier IS NOT NULL \
             GROUP BY i.subject_id ORDER BY max(i.at) DESC LIMIT ?3",
            vec![
                Value::from(message.to_string()),
                Value::from(organisation.to_string()),
                Value::from(limit),
            ],
            1000,
        )
        .await?;
        let mut subjects = Vec::with_capacity(rows.len());
        for row in &rows {
            subjects.push(
                Subject::parse(text(row, 0, TABLE)?).map_err(|_| StoreError::Corrupt("subject"))?,
            );
        }
        let states = self.current(organisation, &subjects).await?;
        rows.iter()
            .zip(subjects)
            .zip(states)
            .map(|((row, subject), current)| {
                Ok(Person {
                    subject,
                    clicks: unsigned(integer(row, 1, TABLE)?),
                    opens: unsigned(integer(row, 2, TABLE)?),
                    last_at: Timestamp::from_micros(integer(row, 3, TABLE)?),
                    current,
                })
            })
            .collect()
    }
}

fn intake_row(occurrence: &Occurrence) -> IntakeRow {
    let person = occurrence.person.as_ref();
    let new = person.and_then(|person| person.new.as_ref());
    IntakeRow {
        message: occurrence.message.to_string(),
        link: occurrence.link.to_string(),
        kind: occurrence.kind.code(),
        hour: occurrence.at.hour(),
        verdict: occurrence.verdict.code(),
        n: occurrence.n,
        org: person.map(|person| person.organisation.to_string()),
        keyed_hash: person.map(|person| person.keyed_hash.to_string()),
        identifier: new.map(ToString::to_string),
        salt: new.map(|_| salt()),
        version: person.map(|person| person.version),
        at: occurrence.at.micros(),
    }
}

fn verdict(row: &RowResult, index: usize) -> Result<Verdict, StoreError> {
    let code = text(row, index, "interaction_count")?;
    let known = [Verdict::Identified, Verdict::Anonymous, Verdict::Scanner];
    known
        .into_iter()
        .find(|verdict| verdict.code() == code)
        .ok_or(StoreError::Corrupt("interaction_count"))
}

fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

//! Everything that is stored about somebody.

use std::collections::BTreeMap;

use domain::{
    Communications, KeyedHash, Kind, LinkId, MessageId, OrganisationId, Subject, Timestamp,
};
use spin_sdk::sqlite::{RowResult, Value};

use crate::consent::{
    COMMUNICATION_SIGNALS, communication_entry, history_entry, states_parameters,
};
use crate::sql::{integer, parsed, read_many, text};
use crate::{CommunicationEntry, CurrentConsent, HistoryEntry, Linked, Store, StoreError};

const INTERACTIONS: &str = "SELECT acted.keyed_hash, i.message_id, m.name, i.link_id, l.kind, l.destination, i.at \
  FROM (SELECT DISTINCT s.id, s.keyed_hash, n.message_id FROM subject s CROSS JOIN activity_day d ON d.org_id = s.org_id \
    CROSS JOIN activity a ON a.day_id = d.id AND a.subject_id = s.id \
    CROSS JOIN message_number n ON n.number = a.message_number \
    WHERE s.org_id = ?1 AND s.keyed_hash IN (SELECT value FROM json_each(?2))) acted \
  CROSS JOIN interaction i ON i.message_id = acted.message_id AND i.subject_id = acted.id \
  JOIN link l ON l.id = i.link_id JOIN message m ON m.id = i.message_id ORDER BY i.at, i.id";

const SIGNALS: &str = concat!(
    crate::consent::history_columns!(),
    ", s.keyed_hash FROM signal g JOIN subject s ON s.id = g.subject_id LEFT JOIN subject v ON v.id = g.via \
     WHERE s.org_id = ?1 AND s.keyed_hash IN (SELECT value FROM json_each(?2)) ORDER BY g.seq"
);

const LATER: &str = "SELECT s.keyed_hash, a.at FROM subject s JOIN asked a ON a.subject_id = s.id \
  WHERE s.org_id = ?1 AND s.keyed_hash IN (SELECT value FROM json_each(?2))";

const LAST_OPENS: &str = "SELECT s.keyed_hash, o.day * 86400000000 FROM subject s \
  JOIN last_open o ON o.org_id = s.org_id AND o.subject_id = s.id \
  WHERE s.org_id = ?1 AND s.keyed_hash IN (SELECT value FROM json_each(?2))";

/// Subjects in one statement.
const SLICE: usize = 100;

/// Something that somebody did with a mail and that is stored with her.
#[derive(Debug, Clone)]
pub struct StoredInteraction {
    /// The mail.
    pub message: MessageId,
    /// Its name.
    pub message_name: String,
    /// The link.
    pub link: LinkId,
    /// A click or an open.
    pub kind: Kind,
    /// Where the link leads; empty for the open pixel.
    pub destination: String,
    /// When.
    pub at: Timestamp,
}

/// What there is about one subject.
#[derive(Debug, Clone)]
pub struct Everything {
    /// Who.
    pub subject: Subject,
    /// What is in force.
    pub current: CurrentConsent,
    /// Every signal and request, oldest first.
    pub history: Vec<HistoryEntry>,
    /// What is in force about communications.
    pub communications: Communications,
    /// Every signal about communications, oldest first.
    pub communication_history: Vec<CommunicationEntry>,
    /// To whom the subject is linked.
    pub links: Vec<Linked>,
    /// Identified interactions, oldest first.
    pub interactions: Vec<StoredInteraction>,
    /// When the person last wanted to be asked later.
    pub asked_later: Option<Timestamp>,
    /// The day of her last open, where only that is kept.
    pub last_open: Option<Timestamp>,
    /// What the organisation keeps about a contact, by name.
    pub attributes: BTreeMap<String, serde_json::Value>,
}

impl Store {
    /// Everything about these subjects, in their order.
    pub async fn everything(
        &self,
        organisation: OrganisationId,
        subjects: &[Subject],
    ) -> Result<Vec<Everything>, StoreError> {
        let mut all = Vec::with_capacity(subjects.len());
        for slice in subjects.chunks(SLICE) {
            all.extend(self.everything_of(organisation, slice).await?);
        }
        Ok(all)
    }

    async fn everything_of(
        &self,
        organisation: OrganisationId,
        subjects: &[Subject],
    ) -> Result<Vec<Everything>, StoreError> {
        let hashes: Vec<KeyedHash> = subjects
            .iter()
            .map(|subject| self.hash(organisation, subject))
            .collect();
        let parameters = states_parameters(organisation, &hashes)?;
        let current = self.current(organisation, subjects).await?;
        let links = self.links_of(organisation, subjects).await?;
        let contacts = self.contacts(organisation, subjects).await?;
        let communications = self.communications(organisation, subjects).await?;
        let mut communicated = by_subject(
            COMMUNICATION_SIGNALS,
            &parameters,
            hashes.len(),
            12,
            communication_entry,
        )
        .await?;
        let mut history = by_subject(SIGNALS, &parameters, hashes.len(), 19, |row| {
            history_entry(row)
        })
        .await?;
        let mut later = by_subject(LATER, &parameters, hashes.len(), 0, |row| {
            integer(row, 1, "asked").map(Timestamp::from_micros)
        })
        .await?;
        let mut interactions = by_subject(
            INTERACTIONS,
            &parameters,
            hashes.len(),
            0,
            stored_interaction,
        )
        .await?;
        let mut opened = by_subject(LAST_OPENS, &parameters, hashes.len(), 0, |row| {
            integer(row, 1, "last_open").map(Timestamp::from_micros)
        })
        .await?;
        Ok(subjects
            .iter()
            .zip(&hashes)
            .zip(current)
            .zip(links)
            .zip(contacts)
            .zip(communications)
            .map(
                |(((((subject, hash), current), links), contact), communications)| Everything {
                    subject: subject.clone(),
                    current,
                    history: history.remove(hash).unwrap_or_default(),
                    communications,
                    communication_history: communicated.remove(hash).unwrap_or_default(),
                    links,
                    interactions: interactions.remove(hash).unwrap_or_default(),
                    asked_later: later.remove(hash).and_then(|mut times| times.pop()),
                    last_open: opened.remove(hash).and_then(|mut days| days.pop()),
                    attributes: contact
                        .map(|contact| contact.attributes)
                        .unwrap_or_default(),
                },
            )
            .collect())
    }
}

/// Rows by the subject whose keyed hash stands in column `place`.
async fn by_subject<T>(
    statement: &'static str,
    parameters: &[Value],
    items: usize,
    place: usize,
    read: impl Fn(&RowResult) -> Result<T, StoreError>,
) -> Result<BTreeMap<KeyedHash, Vec<T>>, StoreError> {
    let mut found: BTreeMap<KeyedHash, Vec<T>> = BTreeMap::new();
    for row in &read_many(statement, parameters.to_vec(), items.saturating_mul(10)).await? {
        let hash = parsed(row, place, "subject", KeyedHash::parse)?;
        found.entry(hash).or_default().push(read(row)?);
    }
    Ok(found)
}

fn stored_interaction(row: &RowResult) -> Result<StoredInteraction, StoreError> {
    const TABLE: &str = "interaction";
    Ok(StoredInteraction {
        message: parsed(row, 1, TABLE, MessageId::parse)?,
        message_name: text(row, 2, TABLE)?.to_owned(),
        link: parsed(row, 3, TABLE, LinkId::parse)?,
        kind: parsed(row, 4, TABLE, Kind::parse)?,
        destination: text(row, 5, TABLE)?.to_owned(),
        at: Timestamp::from_micros(integer(row, 6, TABLE)?),
    })
}

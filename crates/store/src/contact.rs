//! Contacts: what the organisation keeps about them, beside what they have decided.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    AttributeName, AttributeValue, KeyedHash, MessageId, OrganisationId, Subject, Timestamp,
};
use serde::Serialize;
use spin_sdk::sqlite::{RowResult, Value};

use crate::consent::{salt, states_parameters, subject_line, subject_of};
use crate::sql::{integer, parsed, read, read_many, text, write};
use crate::{CurrentConsent, Outcome, Requested, Store, StoreError};

/// A contact with what is stored of it.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Its place in the list of contacts.
    pub place: i64,
    /// Who.
    pub subject: Subject,
    /// By name, also what is no longer defined; see [`domain::Attributes::shown`].
    pub attributes: BTreeMap<String, serde_json::Value>,
    /// What the person has decided.
    pub current: CurrentConsent,
}

/// What is said about a contact.
#[derive(Debug, Clone)]
pub struct ContactChange {
    /// Who; a contact.
    pub subject: Subject,
    /// The values; nothing takes one away.
    pub attributes: BTreeMap<AttributeName, Option<AttributeValue>>,
    /// Whether everything goes that is not said again.
    pub replaces: bool,
}

/// A request that may come again and then changes nothing more.
#[derive(Debug, Clone, Copy)]
pub struct RequestOnce<'a> {
    /// Its `Idempotency-Key`.
    pub id: &'a str,
    /// What was sent.
    pub content: &'a str,
}

/// What a contact was identified in.
#[derive(Debug, Clone)]
pub struct ContactMessage {
    /// The mail.
    pub message: MessageId,
    /// Its name.
    pub name: String,
    /// How often clicked.
    pub clicks: i64,
    /// How often opened.
    pub opens: i64,
    /// The last time.
    pub last_at: Timestamp,
}

/// Contacts of one part of the list.
#[derive(Debug, Clone)]
pub struct ContactSlice {
    /// Those who were wanted.
    pub contacts: Vec<Contact>,
    /// The place of the last one that was looked at; nothing where the list ends before it is full.
    pub next: Option<i64>,
}

#[derive(Serialize)]
struct IntakeRow<'a> {
    item: usize,
    keyed_hash: String,
    identifier: &'a str,
    salt: String,
    attributes: BTreeMap<&'a str, Option<serde_json::Value>>,
    replaces: bool,
}

const CHANGE: &str = "INSERT INTO contact_intake (org_id, keyed_hash, identifier, salt, attributes, replaces, live, at, \
  received_at, request_id, item, content) SELECT ?1, value ->> 'keyed_hash', value ->> 'identifier', value ->> 'salt', \
  value ->> 'attributes', value ->> 'replaces', ?2, ?3, ?4, ?6, value ->> 'item', ?7 FROM json_each(?5)";

/// Whether this request came before with another content.
const OTHERWISE: &str =
    "SELECT 1 FROM contact_request WHERE org_id = ?1 AND request_id = ?2 AND content <> ?3 LIMIT 1";

/// Of whom everything was erased later than this was said; as in the trigger.
const VOID: &str = "SELECT keyed_hash FROM subject WHERE org_id = ?1 AND keyed_hash IN (SELECT value FROM json_each(?2)) \
  AND ?3 <= CASE WHEN ?4 THEN min(erased_at, first_seen) ELSE erased_at END";

macro_rules! columns {
    () => {
        concat!(
            "SELECT s.id, s.identifier, ",
            subject_line!(),
            ", (SELECT json_group_object(a.name, v.value) FROM attribute a CROSS JOIN contact_attribute v \
             ON v.attribute_id = a.id AND v.subject_id = s.id WHERE a.org_id = ?1 AND v.value IS NOT NULL) "
        )
    };
}

const THESE: &str = concat!(
    columns!(),
    "FROM subject s WHERE s.org_id = ?1 AND s.keyed_hash IN (SELECT value FROM json_each(?2)) \
     AND s.identifier IS NOT NULL"
);

/// With a name only those who have that value.
const SLICE_OF_LIST: &str = concat!(
    columns!(),
    "FROM contact c CROSS JOIN subject s ON s.id = c.subject_id \
     WHERE c.org_id = ?1 AND c.subject_id > ?2 AND c.subject_id <= ?3 AND (?4 IS NULL OR EXISTS ( \
       SELECT 1 FROM attribute a CROSS JOIN contact_attribute v ON v.attribute_id = a.id \
       WHERE a.org_id = ?1 AND a.name = ?4 AND v.subject_id = c.subject_id AND v.value = ?5)) ORDER BY c.subject_id"
);

const END_OF_SLICE: &str = "SELECT max(subject_id), count(*) FROM (SELECT subject_id FROM contact \
  WHERE org_id = ?1 AND subject_id > ?2 ORDER BY subject_id LIMIT ?3)";

const MESSAGES: &str = "SELECT i.message_id, m.name, sum(l.kind = 'click'), sum(l.kind = 'open'), max(i.at) \
  FROM (SELECT DISTINCT s.id, n.message_id FROM subject s CROSS JOIN activity_day d ON d.org_id = s.org_id \
    CROSS JOIN activity a ON a.day_id = d.id AND a.subject_id = s.id \
    CROSS JOIN message_number n ON n.number = a.message_number WHERE s.org_id = ?1 AND s.keyed_hash = ?2) acted \
  CROSS JOIN interaction i ON i.message_id = acted.message_id AND i.subject_id = acted.id \
  JOIN link l ON l.id = i.link_id JOIN message m ON m.id = i.message_id \
  GROUP BY i.message_id ORDER BY max(i.at) DESC LIMIT 100";

/// Changes in one statement, so that a long list does not keep decisions waiting.
const SLICE: usize = 500;
/// Days on which a person is looked for, of clicks and of opens: more than a year and a half.
const DAYS: usize = 1000;

impl Store {
    /// Stores what is said about contacts, in this order, and makes those known that are not. What was said later
    /// stays; the same request again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Away`]: safe to repeat. [`StoreError::Conflict`] when the request came before with another content.
    pub async fn change_contacts(
        &self,
        organisation: OrganisationId,
        changes: &[ContactChange],
        at: Requested,
        once: Option<RequestOnce<'_>>,
        now: Timestamp,
    ) -> Result<Vec<Outcome>, StoreError> {
        let once = once.map(|once| (once.id, self.fingerprint(once.content)));
        let (live, at) = match at {
            Requested::Live => (true, now),
            Requested::At(at) => (false, at),
        };
        let mut outcomes = Vec::with_capacity(changes.len());
        let numbered: Vec<(usize, &ContactChange)> = changes.iter().enumerate().collect();
        for slice in numbered.chunks(SLICE) {
            let hashes: Vec<KeyedHash> = slice
                .iter()
                .map(|(_, change)| self.hash(organisation, &change.subject))
                .collect();
            let rows: Vec<IntakeRow<'_>> = slice
                .iter()
                .zip(&hashes)
                .map(|((item, change), hash)| intake_row(*item, change, *hash))
                .collect();
            let rows = serde_json::to_string(&rows).map_err(|_| StoreError::Corrupt("contact"))?;
            let parameters = vec![
                Value::from(organisation.to_string()),
                Value::from(i64::from(live)),
                Value::from(at.micros()),
                Value::from(now.micros()),
                Value::from(rows),
                Value::from(once.as_ref().map(|(id, _)| (*id).to_owned())),
                Value::from(once.as_ref().map(|(_, content)| content.clone())),
            ];
            write(CHANGE, parameters, slice.len()).await?;
            if let Some((id, content)) = &once {
                let parameters = vec![
                    Value::from(organisation.to_string()),
                    Value::from(*id),
                    Value::from(content.as_str()),
                ];
                if !read(OTHERWISE, parameters).await?.is_empty() {
                    return Err(StoreError::Conflict);
                }
            }
            let mut parameters = states_parameters(organisation, &hashes)?;
            parameters.push(Value::from(at.micros()));
            parameters.push(Value::from(i64::from(live)));
            let void = read_many(VOID, parameters, slice.len()).await?;
            let void: BTreeSet<KeyedHash> = void
                .iter()
                .map(|row| parsed(row, 0, "subject", KeyedHash::parse))
                .collect::<Result<_, _>>()?;
            outcomes.extend(hashes.iter().map(|hash| match void.contains(hash) {
                true => Outcome::Void,
                false => Outcome::Stored,
            }));
        }
        Ok(outcomes)
    }

    /// These contacts, in the order asked; nothing for those that nobody knows.
    pub async fn contacts(
        &self,
        organisation: OrganisationId,
        subjects: &[Subject],
    ) -> Result<Vec<Option<Contact>>, StoreError> {
        let mut found = BTreeMap::new();
        let hashes: Vec<KeyedHash> = subjects
            .iter()
            .map(|subject| self.hash(organisation, subject))
            .collect();
        for slice in hashes.chunks(SLICE) {
            let parameters = states_parameters(organisation, slice)?;
            for row in &read_many(THESE, parameters, slice.len()).await? {
                let contact = contact_of(row)?;
                found.insert(contact.current.keyed_hash, contact);
            }
        }
        Ok(hashes.iter().map(|hash| found.get(hash).cloned()).collect())
    }

    /// The next `limit` contacts of the list after a place; with an attribute only those of them that have this value.
    pub async fn contact_slice(
        &self,
        organisation: OrganisationId,
        after: i64,
        limit: u32,
        having: Option<(&AttributeName, &AttributeValue)>,
    ) -> Result<ContactSlice, StoreError> {
        let items = usize::try_from(limit).unwrap_or(usize::MAX);
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(after),
            Value::from(limit),
        ];
        let ends = read_many(END_OF_SLICE, parameters, items).await?;
        let end = ends.first().and_then(|row| row.get::<i64>(0));
        let Some(end) = end else {
            return Ok(ContactSlice {
                contacts: Vec::new(),
                next: None,
            });
        };
        let count = ends.first().and_then(|row| row.get::<u32>(1));
        let (name, value) = having.unzip();
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(after),
            Value::from(end),
            Value::from(name.map(|name| name.to_string())),
            value.map_or(Value::Null, stored),
        ];
        let rows = read_many(SLICE_OF_LIST, parameters, items).await?;
        Ok(ContactSlice {
            contacts: rows.iter().map(contact_of).collect::<Result<_, _>>()?,
            next: count.filter(|count| *count >= limit).map(|_| end),
        })
    }

    /// In which mails a contact was identified, the last first; at most 100. Not for showing where the gate `track` is
    /// closed now.
    pub async fn contact_messages(
        &self,
        organisation: OrganisationId,
        subject: &Subject,
    ) -> Result<Vec<ContactMessage>, StoreError> {
        const TABLE: &str = "interaction";
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(self.hash(organisation, subject).to_string()),
        ];
        let rows = read_many(MESSAGES, parameters, DAYS).await?;
        rows.iter()
            .map(|row| {
                Ok(ContactMessage {
                    message: parsed(row, 0, TABLE, MessageId::parse)?,
                    name: text(row, 1, "message")?.to_owned(),
                    clicks: integer(row, 2, TABLE)?,
                    opens: integer(row, 3, TABLE)?,
                    last_at: Timestamp::from_micros(integer(row, 4, TABLE)?),
                })
            })
            .collect()
    }
}

/// A value as a parameter of a statement, of the same type as what is stored.
pub(crate) fn stored(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::Text(text) => Value::from(text.as_str()),
        AttributeValue::Number(number) => Value::Real(*number),
        AttributeValue::Boolean(yes) => Value::from(i64::from(*yes)),
        AttributeValue::Date(day) => Value::from(day.to_string()),
    }
}

fn intake_row(item: usize, change: &ContactChange, hash: KeyedHash) -> IntakeRow<'_> {
    let said = change.attributes.iter().map(|(name, value)| {
        let value = value.as_ref().map(AttributeValue::to_stored);
        (name.as_str(), value)
    });
    IntakeRow {
        item,
        keyed_hash: hash.to_string(),
        identifier: change.subject.as_str(),
        salt: salt(),
        attributes: said.collect(),
        replaces: change.replaces,
    }
}

fn contact_of(row: &RowResult) -> Result<Contact, StoreError> {
    let attributes = match row.get::<&str>(3) {
        Some(json) => {
            serde_json::from_str(json).map_err(|_| StoreError::Corrupt("contact_attribute"))?
        }
        None => BTreeMap::new(),
    };
    Ok(Contact {
        place: integer(row, 0, "subject")?,
        subject: parsed(row, 1, "subject", Subject::parse)?,
        attributes,
        current: subject_of(text(row, 2, "subject")?)?,
    })
}

//! Mails: the rewritten text with its links, and how many tokens were handed out.

use domain::{Ceilings, CommunicationType, Kind, LinkId, MessageId, OrganisationId, Timestamp};
use serde::Serialize;
use spin_sdk::sqlite::{RowResult, Value};

use crate::sql::{ceiling, integer, parsed, read, read_many, text, write};
use crate::{Store, StoreError};

/// A mail to be registered with its links.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Its id, random.
    pub id: MessageId,
    /// The request that registers it.
    pub request_id: String,
    /// Digest of that request.
    pub request_hash: String,
    /// What the sender calls it.
    pub name: String,
    /// `html` or `text`.
    pub format: String,
    /// What may be recorded.
    pub ceilings: Ceilings,
    /// The type of communication that it is.
    pub communication_type: Option<CommunicationType>,
    /// The rewritten mail.
    pub content: String,
    /// Links in their order, the open pixel last.
    pub links: Vec<(LinkId, Kind, String)>,
}

/// A registered mail.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// What the sender calls it.
    pub name: String,
    /// `html` or `text`.
    pub format: String,
    /// What may be recorded.
    pub ceiling: Ceilings,
    /// The type of communication that it is: what one-click unsubscribing is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub communication_type: Option<CommunicationType>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// The rewritten mail.
    pub content: String,
    #[serde(skip)]
    pub(crate) organisation: OrganisationId,
    #[serde(skip)]
    pub(crate) request_hash: String,
}

/// A registered mail as lists show it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MessageSummary {
    /// Its id.
    pub id: MessageId,
    /// What the sender calls it.
    pub name: String,
    /// `html` or `text`.
    pub format: String,
    /// What may be recorded.
    pub ceiling: Ceilings,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// How many people a mail was made for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Mint {
    /// Tokens handed out.
    pub sent: u64,
    /// Of these, made for people who could not be linked to what they do with this mail at that moment.
    pub untracked: u64,
}

/// How far a request for tokens has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MintProgress {
    /// The tokens so far.
    pub mint: Mint,
    /// Digest of what was sent so far.
    pub content: String,
}

#[derive(Serialize)]
struct LinkRow<'a> {
    id: String,
    kind: &'static str,
    ordinal: usize,
    destination: &'a str,
    ceiling: &'static str,
}

const BY_ID: &str = "SELECT id, name, format, clicks, opens, created_at, content, org_id, request_hash, communication_type \
  FROM message WHERE id = ?1";

/// The newest first, before one of them.
const LIST: &str = "SELECT id, name, format, clicks, opens, created_at FROM message WHERE org_id = ?1 \
  AND (?2 IS NULL OR (created_at, id) < (SELECT created_at, id FROM message WHERE id = ?2 AND org_id = ?1)) \
  ORDER BY created_at DESC, id DESC LIMIT ?3";

/// Goes on where the request had come to, or counts the same again.
const COUNT_MINT: &str = "INSERT INTO mint (message_id, request_id, content, sent, untracked, at) \
  VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (message_id, request_id) DO UPDATE SET \
  content = iif((sent = ?4 AND content = ?3) OR (sent = ?7 AND content = ?8), excluded.content, content), \
  sent = iif((sent = ?4 AND content = ?3) OR (sent = ?7 AND content = ?8), excluded.sent, sent), \
  untracked = iif((sent = ?4 AND content = ?3) OR (sent = ?7 AND content = ?8), excluded.untracked, untracked) \
  RETURNING sent, content";

/// Apart from the intake: until this is there nothing is acknowledged, and a repetition completes it.
const NAME_TYPE: &str = "UPDATE message SET communication_type = ?4 WHERE org_id = ?1 AND request_id = ?2 \
  AND request_hash = ?3 AND communication_type IS NULL";

const BY_REQUEST: &str = "SELECT id, name, format, clicks, opens, created_at, content, org_id, request_hash, communication_type \
  FROM message WHERE org_id = ?1 AND request_id = ?2";

impl Store {
    /// Registers a mail and its links together. The same request again gives the mail that it made.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the request id came before with other content.
    pub async fn create_message(
        &self,
        organisation: OrganisationId,
        message: &NewMessage,
        now: Timestamp,
    ) -> Result<Message, StoreError> {
        let links: Vec<LinkRow<'_>> = message
            .links
            .iter()
            .enumerate()
            .map(|(ordinal, (id, kind, destination))| LinkRow {
                id: id.to_string(),
                kind: kind.code(),
                ordinal,
                destination,
                ceiling: kind.ceiling(message.ceilings).code(),
            })
            .collect();
        let items = links.len();
        let links = serde_json::to_string(&links).map_err(|_| StoreError::Corrupt("link"))?;
        let parameters = vec![
            Value::from(message.id.to_string()),
            Value::from(organisation.to_string()),
            Value::from(message.request_id.as_str()),
            Value::from(message.request_hash.as_str()),
            Value::from(message.name.as_str()),
            Value::from(message.format.as_str()),
            Value::from(message.ceilings.clicks.code()),
            Value::from(message.ceilings.opens.code()),
            Value::from(message.content.as_str()),
            Value::from(now.micros()),
            Value::from(links),
        ];
        write(
            "INSERT INTO message_intake (id, org_id, request_id, request_hash, name, format, clicks, opens, content, \
             created_at, links) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            parameters,
            items,
        )
        .await?;
        if let Some(communication_type) = &message.communication_type {
            let parameters = vec![
                Value::from(organisation.to_string()),
                Value::from(message.request_id.as_str()),
                Value::from(message.request_hash.as_str()),
                Value::from(communication_type.as_str()),
            ];
            write(NAME_TYPE, parameters, 1).await?;
        }
        let rows = read(
            BY_REQUEST,
            vec![
                Value::from(organisation.to_string()),
                Value::from(message.request_id.as_str()),
            ],
        )
        .await?;
        let stored = rows
            .first()
            .map(message_of)
            .transpose()?
            .ok_or(StoreError::Corrupt("message"))?;
        if stored.request_hash == message.request_hash {
            Ok(stored)
        } else {
            Err(StoreError::Conflict)
        }
    }

    /// A mail of this organisation.
    pub async fn message(
        &self,
        organisation: OrganisationId,
        id: MessageId,
    ) -> Result<Option<Message>, StoreError> {
        let rows = read(BY_ID, vec![Value::from(id.to_string())]).await?;
        let message = rows.first().map(message_of).transpose()?;
        Ok(message.filter(|message| message.organisation == organisation))
    }

    /// What the sender calls a mail of this organisation.
    pub async fn message_name(
        &self,
        organisation: OrganisationId,
        id: MessageId,
    ) -> Result<Option<String>, StoreError> {
        let rows = read(
            "SELECT name FROM message WHERE id = ?1 AND org_id = ?2",
            vec![
                Value::from(id.to_string()),
                Value::from(organisation.to_string()),
            ],
        )
        .await?;
        rows.first()
            .map(|row| text(row, 0, "message").map(str::to_owned))
            .transpose()
    }

    /// A mail of this organisation as lists show it.
    pub async fn message_summary(
        &self,
        organisation: OrganisationId,
        id: MessageId,
    ) -> Result<Option<MessageSummary>, StoreError> {
        let parameters = vec![
            Value::from(id.to_string()),
            Value::from(organisation.to_string()),
        ];
        let rows = read(
            "SELECT id, name, format, clicks, opens, created_at FROM message WHERE id = ?1 AND org_id = ?2",
            parameters,
        )
        .await?;
        rows.first().map(summary_of).transpose()
    }

    /// The mails of an organisation, the newest first: those registered before `before`, if that is given.
    pub async fn messages(
        &self,
        organisation: OrganisationId,
        before: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<MessageSummary>, StoreError> {
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(before.map(|id| id.to_string())),
            Value::from(limit),
        ];
        let rows = read_many(LIST, parameters, 100).await?;
        rows.iter().map(summary_of).collect()
    }

    /// The links of a mail in their order.
    pub async fn links(
        &self,
        message: MessageId,
    ) -> Result<Vec<(LinkId, Kind, String)>, StoreError> {
        const TABLE: &str = "link";
        let rows = read(
            "SELECT id, kind, destination FROM link WHERE message_id = ?1 ORDER BY ordinal",
            vec![Value::from(message.to_string())],
        )
        .await?;
        rows.iter()
            .map(|row| {
                Ok((
                    parsed(row, 0, TABLE, LinkId::parse)?,
                    parsed(row, 1, TABLE, Kind::parse)?,
                    text(row, 2, TABLE)?.to_owned(),
                ))
            })
            .collect()
    }

    /// Counts the tokens of one request once, however often it is repeated: what is counted is how far the
    /// request has come, and a repetition that is not as far yet changes nothing. `before` is how far it had
    /// come when this was counted last, and `complete` says that no more follow.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the request id came before with other content.
    pub async fn count_mint(
        &self,
        message: MessageId,
        request_id: &str,
        before: Option<&MintProgress>,
        progress: &MintProgress,
        complete: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const TABLE: &str = "mint";
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let sent = number(progress.mint.sent);
        let progressed = self.fingerprint(&progress.content);
        let parameters = vec![
            Value::from(message.to_string()),
            Value::from(request_id),
            Value::from(progressed.as_str()),
            Value::from(sent),
            Value::from(number(progress.mint.untracked)),
            Value::from(now.micros()),
            Value::from(before.map(|before| number(before.mint.sent))),
            Value::from(before.map(|before| self.fingerprint(&before.content))),
        ];
        let rows = write(COUNT_MINT, parameters, 1).await?;
        let row = rows.first().ok_or(StoreError::Corrupt(TABLE))?;
        let (found, content) = (integer(row, 0, TABLE)?, text(row, 1, TABLE)?);
        let counted = found == sent && content == progressed;
        // An earlier try had come farther than this one until now.
        let behind = found > sent && !complete;
        if counted || behind {
            Ok(())
        } else {
            Err(StoreError::Conflict)
        }
    }
}

fn summary_of(row: &RowResult) -> Result<MessageSummary, StoreError> {
    const TABLE: &str = "message";
    Ok(MessageSummary {
        id: parsed(row, 0, TABLE, MessageId::parse)?,
        name: text(row, 1, TABLE)?.to_owned(),
        format: text(row, 2, TABLE)?.to_owned(),
        ceiling: Ceilings {
            clicks: ceiling(row, 3)?,
            opens: ceiling(row, 4)?,
        },
        created_at: Timestamp::from_micros(integer(row, 5, TABLE)?),
    })
}

fn message_of(row: &RowResult) -> Result<Message, StoreError> {
    const TABLE: &str = "message";
    Ok(Message {
        id: parsed(row, 0, TABLE, MessageId::parse)?,
        name: text(row, 1, TABLE)?.to_owned(),
        format: text(row, 2, TABLE)?.to_owned(),
        ceiling: Ceilings {
            clicks: ceiling(row, 3)?,
            opens: ceiling(row, 4)?,
        },
        created_at: Timestamp::from_micros(integer(row, 5, TABLE)?),
        content: text(row, 6, TABLE)?.to_owned(),
        organisation: parsed(row, 7, TABLE, OrganisationId::parse)?,
        request_hash: text(row, 8, TABLE)?.to_owned(),
        communication_type: row
            .get::<&str>(9)
            .map(CommunicationType::parse)
            .transpose()
            .map_err(|_| StoreError::Corrupt(TABLE))?,
    })
}

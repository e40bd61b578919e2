//! The ceilings of a mail, which can change after it was sent, and of a contact. SQLite holds to them whatever a copy says: see
//! `interaction_intake_stores` in migration 21, and [`Store::record`].

use domain::{Ceilings, MessageId, OrganisationId, Subject, Timestamp};
use serde::Serialize;
use spin_sdk::sqlite::Value;

use crate::link::link_of;
use crate::sql::{ceiling, integer, read, read_many, text, write};
use crate::{Store, StoreError, kv};

/// A change of a mail's ceilings.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CeilingVersion {
    /// Counts the changes; 1 is what the mail was registered with.
    pub version: i64,
    /// What has held since.
    pub ceiling: Ceilings,
    /// The API key that changed it; `registered` for the first.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

const CHANGE: &str = "INSERT INTO message_ceiling_intake (message_id, clicks, opens, actor, at) VALUES (?1, ?2, ?3, ?4, ?5)";

const LINKS: &str =
    "SELECT org_id, message_id, kind, ceiling, destination, id FROM link WHERE message_id = ?1";

const HISTORY: &str = "SELECT clicks, opens, version, actor, at FROM message_ceiling WHERE message_id = ?1 \
  ORDER BY version DESC LIMIT 100";

const OF_CONTACT: &str = "UPDATE subject SET clicks = ?3, opens = ?4 \
  WHERE org_id = ?1 AND keyed_hash = ?2 AND identifier IS NOT NULL RETURNING 1";

impl Store {
    /// Changes the ceilings of a contact; in force when this returns. `false` where the organisation knows no such one.
    pub async fn change_contact_ceiling(
        &self,
        organisation: OrganisationId,
        contact: &Subject,
        ceilings: Ceilings,
    ) -> Result<bool, StoreError> {
        let own = (ceilings != Ceilings::default()).then_some(ceilings);
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(self.hash(organisation, contact).to_string()),
            Value::from(own.map(|own| own.clicks.code().to_owned())),
            Value::from(own.map(|own| own.opens.code().to_owned())),
        ];
        Ok(!write(OF_CONTACT, parameters, 1).await?.is_empty())
    }

    /// Changes the ceilings of a mail; in force when this returns, for copies in instances within a second.
    pub async fn change_ceiling(
        &self,
        message: MessageId,
        ceilings: Ceilings,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let parameters = vec![
            Value::from(message.to_string()),
            Value::from(ceilings.clicks.code()),
            Value::from(ceilings.opens.code()),
            Value::from(actor),
            Value::from(now.micros()),
        ];
        write(CHANGE, parameters, 1).await?;
        // Copies that say less than SQLite would be obeyed, too: also what is as it was is written again.
        let rows = read_many(LINKS, vec![Value::from(message.to_string())], 1000).await?;
        for row in &rows {
            let value = link_of(row)?.encode();
            let key = format!("l:{}", text(row, 5, "link")?);
            let written = kv::set(key, value).await;
            written.map_err(|_| StoreError::Away("the key-value store".to_owned()))?;
        }
        Ok(())
    }

    /// What holds for a mail, and how that came, the newest first.
    pub async fn ceilings(
        &self,
        message: MessageId,
    ) -> Result<Option<(Ceilings, Vec<CeilingVersion>)>, StoreError> {
        const TABLE: &str = "message_ceiling";
        let id = Value::from(message.to_string());
        let now = "SELECT clicks, opens FROM message WHERE id = ?1";
        let rows = read(now, vec![id.clone()]).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let of = |row: &_| {
            Ok::<_, StoreError>(Ceilings {
                clicks: ceiling(row, 0)?,
                opens: ceiling(row, 1)?,
            })
        };
        let history = read(HISTORY, vec![id]).await?;
        let history = history.iter().map(|row| {
            Ok(CeilingVersion {
                version: integer(row, 2, TABLE)?,
                ceiling: of(row)?,
                actor: text(row, 3, TABLE)?.to_owned(),
                at: Timestamp::from_micros(integer(row, 4, TABLE)?),
            })
        });
        Ok(Some((
            of(row)?,
            history.collect::<Result<_, StoreError>>()?,
        )))
    }
}

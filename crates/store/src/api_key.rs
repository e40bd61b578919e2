//! API keys: stored as digests, kept in the instance for at most a second, so that a revoked key stops
//! within that time.

use std::cell::RefCell;
use std::time::Instant;

use domain::{KeyId, OrganisationId, Timestamp};
use serde::{Deserialize, Serialize};
use spin_sdk::sqlite::{RowResult, Value};

use crate::organisation::{KEEP, KEEP_AT_MOST};
use crate::sql::{integer, parsed, read, text, write};
use crate::{Store, StoreError, digest};

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Scope {
    /// Read consent and its history.
    #[serde(rename = "consent:read")]
    ConsentRead,
    /// Record decisions.
    #[serde(rename = "consent:write")]
    ConsentWrite,
    /// Register mails and make tokens.
    #[serde(rename = "messages:write")]
    MessagesWrite,
    /// Read reports.
    #[serde(rename = "reports:read")]
    ReportsRead,
    /// Change the organisation's settings and keys.
    #[serde(rename = "admin")]
    Admin,
}

impl Scope {
    /// As it is written in requests and answers.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ConsentRead => "consent:read",
            Self::ConsentWrite => "consent:write",
            Self::MessagesWrite => "messages:write",
            Self::ReportsRead => "reports:read",
            Self::Admin => "admin",
        }
    }
}

/// Whose key a request carries.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// Names the key in histories and lists.
    pub id: KeyId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// What it may do.
    pub scopes: Vec<Scope>,
}

/// A key as it is listed; the secret itself is stored nowhere.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ApiKey"))]
pub struct KeyRecord {
    /// Names the key.
    pub id: KeyId,
    /// What the operator called it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

thread_local! {
    static KEPT: RefCell<Vec<(Instant, String, ApiKey)>> = const { RefCell::new(Vec::new()) };
}

impl Store {
    /// Stores a key by its digest.
    pub async fn create_key(
        &self,
        organisation: OrganisationId,
        secret: &str,
        record: &KeyRecord,
    ) -> Result<(), StoreError> {
        let scopes =
            serde_json::to_string(&record.scopes).map_err(|_| StoreError::Corrupt("api_key"))?;
        let parameters = vec![
            Value::from(digest(secret.as_bytes())),
            Value::from(record.id.to_string()),
            Value::from(organisation.to_string()),
            Value::from(record.name.as_str()),
            Value::from(scopes),
            Value::from(record.created_at.micros()),
        ];
        write(
            "INSERT INTO api_key (hash, id, org_id, name, scopes, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            parameters,
            1,
        )
        .await?;
        Ok(())
    }

    /// The keys of an organisation, oldest first.
    pub async fn keys(&self, organisation: OrganisationId) -> Result<Vec<KeyRecord>, StoreError> {
        const TABLE: &str = "api_key";
        let rows = read(
            "SELECT id, name, scopes, created_at, revoked_at FROM api_key WHERE org_id = ?1 ORDER BY created_at LIMIT 1000",
            vec![Value::from(organisation.to_string())],
        )
        .await?;
        rows.iter()
            .map(|row| {
                Ok(KeyRecord {
                    id: parsed(row, 0, TABLE, KeyId::parse)?,
                    name: text(row, 1, TABLE)?.to_owned(),
                    scopes: scopes_of(row, 2)?,
                    created_at: Timestamp::from_micros(integer(row, 3, TABLE)?),
                    revoked_at: row.get::<i64>(4).map(Timestamp::from_micros),
                })
            })
            .collect()
    }

    /// Revokes a key; `false` when the organisation has none of that id.
    pub async fn revoke_key(
        &self,
        organisation: OrganisationId,
        id: KeyId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(id.to_string()),
            Value::from(now.micros()),
        ];
        let rows = write(
            "UPDATE api_key SET revoked_at = coalesce(revoked_at, ?3) WHERE org_id = ?1 AND id = ?2 RETURNING id",
            parameters,
            1,
        )
        .await?;
        KEPT.with_borrow_mut(|kept| kept.retain(|(_, _, key)| key.id != id));
        Ok(!rows.is_empty())
    }

    /// Whose key this is; nothing for an unknown or revoked one.
    pub async fn key(&self, secret: &str) -> Result<Option<ApiKey>, StoreError> {
        const TABLE: &str = "api_key";
        let hash = digest(secret.as_bytes());
        let kept = KEPT.with_borrow(|kept| {
            kept.iter()
                .find(|(at, kept, _)| *kept == hash && at.elapsed() < KEEP)
                .map(|(_, _, key)| key.clone())
        });
        if kept.is_some() {
            return Ok(kept);
        }
        let rows = read(
            "SELECT id, org_id, scopes FROM api_key WHERE hash = ?1 AND revoked_at IS NULL",
            vec![Value::from(hash.as_str())],
        )
        .await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let key = ApiKey {
            id: parsed(row, 0, TABLE, KeyId::parse)?,
            organisation: parsed(row, 1, TABLE, OrganisationId::parse)?,
            scopes: scopes_of(row, 2)?,
        };
        KEPT.with_borrow_mut(|kept| {
            kept.retain(|(at, _, _)| at.elapsed() < KEEP);
            if kept.len() < KEEP_AT_MOST {
                kept.push((Instant::now(), hash, key.clone()));
            }
        });
        Ok(Some(key))
    }
}

fn scopes_of(row: &RowResult, index: usize) -> Result<Vec<Scope>, StoreError> {
    serde_json::from_str(text(row, index, "api_key")?).map_err(|_| StoreError::Corrupt("api_key"))
}

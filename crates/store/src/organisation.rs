//! Organisations and their settings: SQLite, with a copy in the key-value store for the redirect, kept in
//! the instance for at most a second.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use domain::{OrganisationId, Settings, Timestamp};
use serde::{Deserialize, Serialize};
use spin_sdk::sqlite::{RowResult, Value};

use crate::kv;
use crate::sql::{integer, parsed, read, text, write};
use crate::{Store, StoreError};

/// How long settings and links are kept in an instance: a kill switch works within this time.
pub(crate) const KEEP: Duration = Duration::from_secs(1);
/// More than this many at once is not a cache any more.
pub(crate) const KEEP_AT_MOST: usize = 1024;

const FORMAT: u8 = 1;

/// A tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Organisation {
    /// `orgUuid`.
    pub id: OrganisationId,
    /// Counts the changes of the settings.
    pub version: i64,
    /// How it wants to be served.
    pub settings: Settings,
}

thread_local! {
    static KEPT: RefCell<Vec<(Instant, Rc<Organisation>)>> = const { RefCell::new(Vec::new()) };
}

const SELECT: &str = "SELECT id, version, settings FROM organisation WHERE id = ?1";

fn key(id: OrganisationId) -> String {
    format!("o:{id}")
}

impl Store {
    /// Creates an organisation; nothing when the id is taken by one with the same settings.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the id is taken.
    pub async fn create_organisation(
        &self,
        id: OrganisationId,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Organisation, StoreError> {
        let parameters = vec![
            Value::from(id.to_string()),
            Value::from(to_json(settings)?),
            Value::from(now.micros()),
        ];
        let rows = write(
            "INSERT INTO organisation (id, settings, version, created_at) VALUES (?1, ?2, 1, ?3) \
             ON CONFLICT (id) DO NOTHING RETURNING id, version, settings",
            parameters,
            1,
        )
        .await?;
        match rows.first() {
            Some(row) => organisation_of(row),
            None => match self.stored_organisation(id).await? {
                Some(found) if found.settings == *settings => Ok(found),
                _ => Err(StoreError::Conflict),
            },
        }
    }

    /// Replaces the settings; nothing when there is no such organisation.
    ///
    /// # Errors
    /// [`StoreError::Away`] also when only the key-value store is away, where redirects read settings:
    /// repeat it.
    pub async fn change_settings(
        &self,
        id: OrganisationId,
        settings: &Settings,
        actor: &str,
        now: Timestamp,
    ) -> Result<Option<Organisation>, StoreError> {
        let parameters = vec![
            Value::from(id.to_string()),
            Value::from(to_json(settings)?),
            Value::from(actor),
            Value::from(now.micros()),
        ];
        write(
            "INSERT INTO settings_intake (org_id, settings, actor, at) VALUES (?1, ?2, ?3, ?4)",
            parameters,
            1,
        )
        .await?;
        let Some(organisation) = self.stored_organisation(id).await? else {
            return Ok(None);
        };
        KEPT.with_borrow_mut(|kept| kept.retain(|(_, kept)| kept.id != id));
        match self.put(&organisation).await {
            Ok(()) => Ok(Some(organisation)),
            Err(kv::KvAway) => Err(StoreError::Away("the key-value store is away".to_owned())),
        }
    }

    /// All organisations, oldest first.
    pub async fn organisations(&self) -> Result<Vec<Organisation>, StoreError> {
        read(
            "SELECT id, version, settings FROM organisation ORDER BY created_at LIMIT 1000",
            Vec::new(),
        )
        .await?
        .iter()
        .map(organisation_of)
        .collect()
    }

    /// An organisation as it was at most a second ago.
    pub async fn organisation(
        &self,
        id: OrganisationId,
    ) -> Result<Option<Rc<Organisation>>, StoreError> {
        let kept = KEPT.with_borrow(|kept| kept.iter().find(|(_, kept)| kept.id == id).cloned());
        if let Some((at, organisation)) = &kept
            && at.elapsed() < KEEP
        {
            return Ok(Some(organisation.clone()));
        }
        match self.fetch(id).await {
            Ok(None) => Ok(None),
            Ok(Some(organisation)) => {
                let organisation = Rc::new(organisation);
                KEPT.with_borrow_mut(|kept| {
                    kept.retain(|(_, kept)| kept.id != id);
                    if kept.len() >= KEEP_AT_MOST {
                        kept.clear();
                    }
                    kept.push((Instant::now(), organisation.clone()));
                });
                Ok(Some(organisation))
            }
            // Both stores are away: what was true a moment ago still lets links redirect.
            Err(error) => kept
                .map(|(_, organisation)| Some(organisation))
                .ok_or(error),
        }
    }

    async fn fetch(&self, id: OrganisationId) -> Result<Option<Organisation>, StoreError> {
        if let Ok(Some(value)) = kv::get(key(id)).await
            && let Some((&FORMAT, json)) = value.split_first()
            && let Ok(organisation) = serde_json::from_slice(json)
        {
            return Ok(Some(organisation));
        }
        let Some(mut organisation) = self.stored_organisation(id).await? else {
            return Ok(None);
        };
        // Somebody may change the settings between our read and our write of the copy.
        for _ in 0..3 {
            if self.put(&organisation).await.is_err() {
                break;
            }
            let Some(again) = self.stored_organisation(id).await? else {
                break;
            };
            if again.version == organisation.version {
                break;
            }
            organisation = again;
        }
        Ok(Some(organisation))
    }

    async fn stored_organisation(
        &self,
        id: OrganisationId,
    ) -> Result<Option<Organisation>, StoreError> {
        let rows = read(SELECT, vec![Value::from(id.to_string())]).await?;
        rows.first().map(organisation_of).transpose()
    }

    async fn put(&self, organisation: &Organisation) -> Result<(), kv::KvAway> {
        let mut value = vec![FORMAT];
        value.extend(serde_json::to_vec(organisation).map_err(|_| kv::KvAway)?);
        kv::set(key(organisation.id), value).await
    }
}

fn to_json(settings: &Settings) -> Result<String, StoreError> {
    serde_json::to_string(settings).map_err(|_| StoreError::Corrupt("settings"))
}

fn organisation_of(row: &RowResult) -> Result<Organisation, StoreError> {
    const TABLE: &str = "organisation";
    Ok(Organisation {
        id: parsed(row, 0, TABLE, OrganisationId::parse)?,
        version: integer(row, 1, TABLE)?,
        settings: serde_json::from_str(text(row, 2, TABLE)?)
            .map_err(|_| StoreError::Corrupt(TABLE))?,
    })
}

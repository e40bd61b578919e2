//! Organisations and their settings: in SQLite, kept in the instance for at most a second. The redirect needs
//! none of them, and who is named is decided on what SQLite says at that moment.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use domain::{Backfill, Flags, OrganisationId, Origin, Settings, Timestamp};
use serde::{Deserialize, Serialize};
use spin_sdk::sqlite::{RowResult, Value};

use crate::sql::{Lane, execute, integer, parsed, read, text, write};
use crate::{Store, StoreError};

/// How long settings and links are kept in an instance: a kill switch works within this time.
pub(crate) const KEEP: Duration = Duration::from_secs(1);
/// More than this many at once is not a cache any more.
pub(crate) const KEEP_AT_MOST: usize = 1024;

/// A tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Those that the recorder has seen; each batch asks SQLite whether they still are as they were.
    static RECORDED: RefCell<Vec<Rc<Organisation>>> = const { RefCell::new(Vec::new()) };
}

const SELECT: &str = "SELECT id, version, settings FROM organisation WHERE id = ?1";

const CHANGE: &str = "UPDATE organisation SET settings = ?2, version = version + 1, changed_by = ?3, changed_at = ?4 \
  WHERE id = ?1 AND version = ?5 RETURNING id, version, settings";

const LISTS_ORIGIN: &str = "SELECT 1 FROM organisation o JOIN json_each(o.settings, '$.origins') j ON j.value = ?1 LIMIT 1";

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
            "INSERT INTO organisation (id, settings, version, created_at, changed_at, changed_by) \
             VALUES (?1, ?2, 1, ?3, ?3, 'admin') \
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
    pub async fn change_settings(
        &self,
        id: OrganisationId,
        settings: &Settings,
        actor: &str,
        now: Timestamp,
    ) -> Result<Option<Organisation>, StoreError> {
        let Some(previous) = self.stored_organisation(id).await? else {
            return Ok(None);
        };
        let settings = settings.clone().succeeding(&previous.settings);
        replace(&previous, &settings, actor, now).await.map(Some)
    }

    /// Has the organisation read anew, in this instance.
    #[allow(clippy::unused_self, reason = "what is kept belongs to the store")]
    pub(crate) fn forget_organisation(&self, id: OrganisationId) {
        KEPT.with_borrow_mut(|kept| kept.retain(|(_, kept)| kept.id != id));
    }

    /// Sets the backfill, once and for ever; nothing when there is no such organisation.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it has been set, whatever to, or if the settings change at the same moment.
    pub async fn set_backfill(
        &self,
        id: OrganisationId,
        flags: Flags,
        actor: &str,
        now: Timestamp,
    ) -> Result<Option<Organisation>, StoreError> {
        let Some(previous) = self.stored_organisation(id).await? else {
            return Ok(None);
        };
        if previous.settings.backfill.is_some() {
            return Err(StoreError::Conflict);
        }
        let settings = Settings {
            backfill: Some(Backfill { flags, at: now }),
            ..previous.settings.clone()
        };
        replace(&previous, &settings, actor, now).await.map(Some)
    }

    /// Whether some organisation has this among the origins of its sites.
    pub async fn lists_origin(&self, origin: &Origin) -> Result<bool, StoreError> {
        let rows = read(LISTS_ORIGIN, vec![Value::from(origin.as_str())]).await?;
        Ok(!rows.is_empty())
    }

    /// An organisation for the recorder: as this instance last saw it at `version`, else as SQLite has it now.
    pub async fn organisation_for_recording(
        &self,
        id: OrganisationId,
        version: Option<i64>,
    ) -> Result<Option<Rc<Organisation>>, StoreError> {
        let kept = RECORDED.with_borrow(|kept| kept.iter().find(|kept| kept.id == id).cloned());
        if kept.is_some()
            && version
                .is_none_or(|version| kept.as_ref().is_some_and(|kept| kept.version == version))
        {
            return Ok(kept);
        }
        let rows = execute(Lane::Record, SELECT, vec![Value::from(id.to_string())]).await?;
        let Some(organisation) = rows.first().map(organisation_of).transpose()?.map(Rc::new) else {
            return Ok(None);
        };
        RECORDED.with_borrow_mut(|kept| {
            kept.retain(|kept| kept.id != id);
            if kept.len() >= KEEP_AT_MOST {
                kept.clear();
            }
            kept.push(organisation.clone());
        });
        Ok(Some(organisation))
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
        if let Some((at, organisation)) = kept
            && at.elapsed() < KEEP
        {
            return Ok(Some(organisation));
        }
        let Some(organisation) = self.stored_organisation(id).await?.map(Rc::new) else {
            return Ok(None);
        };
        KEPT.with_borrow_mut(|kept| {
            kept.retain(|(_, kept)| kept.id != id);
            if kept.len() >= KEEP_AT_MOST {
                kept.clear();
            }
            kept.push((Instant::now(), organisation.clone()));
        });
        Ok(Some(organisation))
    }

    /// The organisations that get what is said to this one: those that name each other as linked with it, as they
    /// were at most a second ago.
    pub(crate) async fn linked_with(
        &self,
        own: OrganisationId,
    ) -> Result<Vec<OrganisationId>, StoreError> {
        let Some(own) = self.organisation(own).await? else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for id in &own.settings.linked_organisations {
            found.extend(self.linked(&own, *id).await?.map(|linked| linked.id));
        }
        Ok(found)
    }

    /// The organisation with this id, if it and `own` name each other as linked. Both as they were at most a
    /// second ago.
    pub async fn linked(
        &self,
        own: &Organisation,
        id: OrganisationId,
    ) -> Result<Option<Rc<Organisation>>, StoreError> {
        if !own.settings.linked_organisations.contains(&id) || id == own.id {
            return Ok(None);
        }
        let other = self.organisation(id).await?;
        Ok(other.filter(|other| other.settings.linked_organisations.contains(&own.id)))
    }

    /// An organisation as SQLite has it now.
    pub async fn stored_organisation(
        &self,
        id: OrganisationId,
    ) -> Result<Option<Organisation>, StoreError> {
        let rows = read(SELECT, vec![Value::from(id.to_string())]).await?;
        rows.first().map(organisation_of).transpose()
    }
}

async fn replace(
    previous: &Organisation,
    settings: &Settings,
    actor: &str,
    now: Timestamp,
) -> Result<Organisation, StoreError> {
    let parameters = vec![
        Value::from(previous.id.to_string()),
        Value::from(to_json(settings)?),
        Value::from(actor),
        Value::from(now.micros()),
        Value::from(previous.version),
    ];
    let rows = write(CHANGE, parameters, 1).await?;
    KEPT.with_borrow_mut(|kept| kept.retain(|(_, kept)| kept.id != previous.id));
    // Somebody else changed them meanwhile: what follows from the ones before would be lost.
    let replaced = rows.first().map(organisation_of).transpose()?;
    replaced.ok_or(StoreError::Conflict)
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

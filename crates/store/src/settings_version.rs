//! What the settings of an organisation were: every version since it was created.

use domain::{OrganisationId, Timestamp};
use serde::Serialize;
use spin_sdk::sqlite::{RowResult, Value};

use crate::sql::{integer, read_many, text};
use crate::{Store, StoreError};

const TABLE: &str = "settings_version";

const VERSIONS: &str = "SELECT version, at, actor, settings FROM settings_version \
  WHERE org_id = ?1 AND (?2 IS NULL OR version < ?2) ORDER BY version DESC LIMIT ?3";

/// Settings as they once were set. Each version is a leaf of the transparency log, too.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SettingsVersion {
    /// Counts the changes.
    pub version: i64,
    /// Since when they were in force.
    pub at: Timestamp,
    /// Who set them: the id of an API key, or `admin` for the operator.
    pub actor: String,
    /// The settings as they were stored; the leaf has the SHA-256 of their RFC 8785 JSON.
    pub settings: serde_json::Value,
}

impl Store {
    /// The versions of an organisation's settings, newest first, from before `before` on.
    pub async fn settings_versions(
        &self,
        organisation: OrganisationId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<SettingsVersion>, StoreError> {
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(before),
            Value::from(limit),
        ];
        let items = usize::try_from(limit).unwrap_or(usize::MAX);
        let rows = read_many(VERSIONS, parameters, items).await?;
        rows.iter().map(version_of).collect()
    }
}

fn version_of(row: &RowResult) -> Result<SettingsVersion, StoreError> {
    Ok(SettingsVersion {
        version: integer(row, 0, TABLE)?,
        at: Timestamp::from_micros(integer(row, 1, TABLE)?),
        actor: text(row, 2, TABLE)?.to_owned(),
        settings: serde_json::from_str(text(row, 3, TABLE)?)
            .map_err(|_| StoreError::Corrupt(TABLE))?,
    })
}

//! Rules of an organisation.

use domain::condition::Clause;
use domain::{OrganisationId, RuleId, Timestamp};
use serde::Serialize;
use spin_sdk::sqlite::{RowResult, Value};

use crate::sql::{integer, parsed, read, read_many, text, write};
use crate::{Store, StoreError};

const TABLE: &str = "rule";

/// Rules of one organisation at most.
const MOST: u32 = 1000;

/// A rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Rule"))]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// What the organisation calls it.
    pub name: String,
    /// Whether it is kept from contacts who may not be tracked.
    pub only_tracked: bool,
    /// Of whom it holds; of everybody where there is none.
    pub when: Option<Clause>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

const PUT: &str = "INSERT INTO rule (id, org_id, name, only_tracked, condition, created_at, changed_at, changed_by) \
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7 WHERE (SELECT count(*) FROM rule WHERE org_id = ?2) < ?8 \
  RETURNING id";

const CHANGE: &str = "UPDATE rule SET name = ?3, only_tracked = ?4, condition = ?5, changed_at = ?6, changed_by = ?7 \
  WHERE id = ?1 AND org_id = ?2 RETURNING id";

const DELETE: &str = "DELETE FROM rule WHERE id = ?1 AND org_id = ?2 RETURNING id";

const LIST: &str = "SELECT id, name, only_tracked, condition, created_at, changed_at FROM rule \
  WHERE org_id = ?1 AND (?2 IS NULL OR id = ?2) ORDER BY created_at, id";

impl Store {
    /// Makes a rule; `false` where the organisation has a thousand already.
    pub async fn create_rule(
        &self,
        organisation: OrganisationId,
        rule: &Rule,
        by: &str,
    ) -> Result<bool, StoreError> {
        let mut parameters = parameters(organisation, rule, by)?;
        parameters.push(Value::from(MOST));
        Ok(!write(PUT, parameters, 1).await?.is_empty())
    }

    /// Replaces a rule; `false` where there is none.
    pub async fn change_rule(
        &self,
        organisation: OrganisationId,
        rule: &Rule,
        by: &str,
    ) -> Result<bool, StoreError> {
        let parameters = parameters(organisation, rule, by)?;
        Ok(!write(CHANGE, parameters, 1).await?.is_empty())
    }

    /// Deletes a rule; `false` where there is none.
    pub async fn delete_rule(
        &self,
        organisation: OrganisationId,
        id: RuleId,
    ) -> Result<bool, StoreError> {
        let parameters = vec![
            Value::from(id.to_string()),
            Value::from(organisation.to_string()),
        ];
        Ok(!write(DELETE, parameters, 1).await?.is_empty())
    }

    /// All rules, the oldest first.
    pub async fn rules(&self, organisation: OrganisationId) -> Result<Vec<Rule>, StoreError> {
        let parameters = vec![Value::from(organisation.to_string()), Value::Null];
        let rows = read_many(LIST, parameters, 1000).await?;
        rows.iter().map(rule_of).collect()
    }

    /// One rule.
    pub async fn rule(
        &self,
        organisation: OrganisationId,
        id: RuleId,
    ) -> Result<Option<Rule>, StoreError> {
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(id.to_string()),
        ];
        read(LIST, parameters)
            .await?
            .first()
            .map(rule_of)
            .transpose()
    }
}

fn parameters(
    organisation: OrganisationId,
    rule: &Rule,
    by: &str,
) -> Result<Vec<Value>, StoreError> {
    let when = rule.when.as_ref().map(serde_json::to_string).transpose();
    Ok(vec![
        Value::from(rule.id.to_string()),
        Value::from(organisation.to_string()),
        Value::from(rule.name.as_str()),
        Value::from(i64::from(rule.only_tracked)),
        Value::from(when.map_err(|_| StoreError::Corrupt(TABLE))?),
        Value::from(rule.changed_at.micros()),
        Value::from(by),
    ])
}

fn rule_of(row: &RowResult) -> Result<Rule, StoreError> {
    let when = row.get::<&str>(3).map(serde_json::from_str).transpose();
    Ok(Rule {
        id: parsed(row, 0, TABLE, RuleId::parse)?,
        name: text(row, 1, TABLE)?.to_owned(),
        only_tracked: integer(row, 2, TABLE)? != 0,
        when: when.map_err(|_| StoreError::Corrupt(TABLE))?,
        created_at: Timestamp::from_micros(integer(row, 4, TABLE)?),
        changed_at: Timestamp::from_micros(integer(row, 5, TABLE)?),
    })
}

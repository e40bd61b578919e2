//! Where organisations are told of changes, and how far they have been told.

use std::time::Duration;

use domain::{OrganisationId, Timestamp, WebhookId, retry_after};
use serde::Serialize;
use spin_sdk::sqlite::{RowResult, Value};

use crate::sql::{integer, parsed, read, text, write};
use crate::{Store, StoreError};

/// Changes in one delivery.
pub const CHANGES_IN_DELIVERY: u32 = 100;

/// A webhook as it is listed.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Webhook"))]
pub struct WebhookRecord {
    /// Names it.
    pub id: WebhookId,
    /// Where changes are sent.
    pub url: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Everything up to this place in the log has arrived.
    pub delivered: i64,
    /// When something last arrived.
    pub delivered_at: Option<Timestamp>,
    /// What the receiver answered last; 0 if nothing.
    pub last_status: Option<u16>,
    /// Failures since something last arrived.
    pub failures: u32,
    /// When it is tried again, after a failure.
    pub next_at: Option<Timestamp>,
    /// When the receiver said that it is gone for good; nothing is sent any more.
    pub gone_at: Option<Timestamp>,
}

/// A delivery that nobody else makes.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Of which webhook.
    pub webhook: WebhookId,
    /// Whose.
    pub organisation: OrganisationId,
    /// Where to.
    pub url: String,
    /// The changes after this place in the log …
    pub after: i64,
    /// … up to this one.
    pub to: i64,
    failures: u32,
    claim: String,
}

/// How a delivery went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// The receiver has it.
    Arrived(u16),
    /// It does not, and may be asked again. The status, 0 if there was none.
    Failed(u16),
    /// It wants nothing any more.
    Gone,
}

const LIST: &str = "SELECT id, url, created_at, delivered, delivered_at, last_status, failures, next_at, gone_at \
  FROM webhook WHERE org_id = ?1 AND (?2 IS NULL OR id = ?2) ORDER BY created_at, id LIMIT 1000";

const DUE: &str = "SELECT id FROM webhook WHERE gone_at IS NULL AND next_at <= ?1 AND claimed_until <= ?1 \
  AND EXISTS (SELECT 1 FROM log_place WHERE org_id = webhook.org_id AND seq > webhook.delivered) ORDER BY next_at LIMIT 16";

const CLAIM: &str = "UPDATE webhook SET claimed_until = ?3, claimed_by = ?4, sending = coalesce(sending, (SELECT max(seq) FROM \
  (SELECT seq FROM log_place WHERE org_id = webhook.org_id AND seq > webhook.delivered ORDER BY seq LIMIT ?5))) \
  WHERE id = ?1 AND gone_at IS NULL AND next_at <= ?2 AND claimed_until <= ?2 \
  AND EXISTS (SELECT 1 FROM log_place WHERE org_id = webhook.org_id AND seq > webhook.delivered) \
  RETURNING org_id, url, delivered, sending, failures";

impl Store {
    /// Registers a receiver of all changes from now on.
    pub async fn create_webhook(
        &self,
        organisation: OrganisationId,
        id: WebhookId,
        url: &str,
        by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let parameters = vec![
            Value::from(id.to_string()),
            Value::from(organisation.to_string()),
            Value::from(url),
            Value::from(now.micros()),
            Value::from(by),
        ];
        write(
            "INSERT INTO webhook (id, org_id, url, created_at, created_by, delivered) \
             SELECT ?1, ?2, ?3, ?4, ?5, coalesce((SELECT seq FROM log_place WHERE org_id = ?2 ORDER BY seq DESC LIMIT 1), 0)",
            parameters,
            1,
        )
        .await?;
        Ok(())
    }

    /// The webhooks of an organisation, or the one of this id.
    pub async fn webhooks(
        &self,
        organisation: OrganisationId,
        id: Option<WebhookId>,
    ) -> Result<Vec<WebhookRecord>, StoreError> {
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(id.map(|id| id.to_string())),
        ];
        read(LIST, parameters).await?.iter().map(record).collect()
    }

    /// Ends a webhook; `false` when the organisation has none of that id.
    pub async fn delete_webhook(
        &self,
        organisation: OrganisationId,
        id: WebhookId,
    ) -> Result<bool, StoreError> {
        let rows = write(
            "DELETE FROM webhook WHERE org_id = ?1 AND id = ?2 RETURNING id",
            own(organisation, id),
            1,
        )
        .await?;
        Ok(!rows.is_empty())
    }

    /// Has the next delivery made at once, also to a receiver that was gone; `false` when the organisation
    /// has no such webhook.
    pub async fn resume_webhook(
        &self,
        organisation: OrganisationId,
        id: WebhookId,
    ) -> Result<bool, StoreError> {
        let rows = write(
            "UPDATE webhook SET next_at = 0, gone_at = NULL WHERE org_id = ?1 AND id = ?2 RETURNING id",
            own(organisation, id),
            1,
        )
        .await?;
        Ok(!rows.is_empty())
    }

    /// Webhooks that have something to deliver now.
    pub async fn due_webhooks(&self, now: Timestamp) -> Result<Vec<WebhookId>, StoreError> {
        let rows = read(DUE, vec![Value::from(now.micros())]).await?;
        rows.iter()
            .map(|row| parsed(row, 0, "webhook", WebhookId::parse))
            .collect()
    }

    /// Takes the next delivery of a webhook for as long as `lease`; nothing if somebody else has it, or nothing
    /// is due. `claim` is random.
    pub async fn claim_delivery(
        &self,
        id: WebhookId,
        claim: String,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Option<Delivery>, StoreError> {
        const TABLE: &str = "webhook";
        let parameters = vec![
            Value::from(id.to_string()),
            Value::from(now.micros()),
            Value::from(later(now, lease)),
            Value::from(claim.as_str()),
            Value::from(CHANGES_IN_DELIVERY),
        ];
        let rows = write(CLAIM, parameters, 1).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        Ok(Some(Delivery {
            webhook: id,
            organisation: parsed(row, 0, TABLE, OrganisationId::parse)?,
            url: text(row, 1, TABLE)?.to_owned(),
            after: integer(row, 2, TABLE)?,
            to: integer(row, 3, TABLE)?,
            failures: row.get::<u32>(4).ok_or(StoreError::Corrupt(TABLE))?,
            claim,
        }))
    }

    /// Writes down how a delivery went, and gives it free. Changes nothing where the claim had ended and
    /// somebody else has made the same delivery since.
    pub async fn settle_delivery(
        &self,
        delivery: &Delivery,
        outcome: Delivered,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let claim = vec![
            Value::from(delivery.webhook.to_string()),
            Value::from(delivery.claim.as_str()),
        ];
        let at = Value::from(now.micros());
        match outcome {
            Delivered::Arrived(status) => {
                let parameters = [claim, vec![Value::from(status), at]].concat();
                write(
                    "UPDATE webhook SET delivered = sending, sending = NULL, failures = 0, next_at = 0, claimed_until = 0, \
                     claimed_by = NULL, last_status = ?3, delivered_at = ?4 WHERE id = ?1 AND claimed_by = ?2",
                    parameters,
                    1,
                )
                .await?;
            }
            Delivered::Gone => {
                write(
                    "UPDATE webhook SET gone_at = ?3, last_status = 410, failures = failures + 1, claimed_until = 0, \
                     claimed_by = NULL WHERE id = ?1 AND claimed_by = ?2",
                    [claim, vec![at]].concat(),
                    1,
                )
                .await?;
            }
            Delivered::Failed(status) => {
                let pause = retry_after(delivery.failures.saturating_add(1));
                let next = Value::from(later(now, pause));
                write(
                    "UPDATE webhook SET failures = failures + 1, last_status = ?3, next_at = ?4, claimed_until = 0, \
                     claimed_by = NULL WHERE id = ?1 AND claimed_by = ?2",
                    [claim, vec![Value::from(status), next]].concat(),
                    1,
                )
                .await?;
            }
        }
        Ok(())
    }
}

fn later(now: Timestamp, by: Duration) -> i64 {
    now.micros()
        .saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX))
}

fn own(organisation: OrganisationId, id: WebhookId) -> Vec<Value> {
    vec![
        Value::from(organisation.to_string()),
        Value::from(id.to_string()),
    ]
}

fn record(row: &RowResult) -> Result<WebhookRecord, StoreError> {
    const TABLE: &str = "webhook";
    let time = |index| row.get::<i64>(index).map(Timestamp::from_micros);
    Ok(WebhookRecord {
        id: parsed(row, 0, TABLE, WebhookId::parse)?,
        url: text(row, 1, TABLE)?.to_owned(),
        created_at: Timestamp::from_micros(integer(row, 2, TABLE)?),
        delivered: integer(row, 3, TABLE)?,
        delivered_at: time(4),
        last_status: row.get::<u16>(5),
        failures: row.get::<u32>(6).ok_or(StoreError::Corrupt(TABLE))?,
        next_at: time(7).filter(|at| at.micros() > 0),
        gone_at: time(8),
    })
}

//! When a request first came in, if it was answered that nothing is promised: its repetition is no newer.

use std::time::Duration;

use domain::{OrganisationId, Timestamp};
use spin_sdk::sqlite::Value;
use spin_sdk::time::sleep;
use spin_sdk::wasip3;

use crate::digest;
use crate::kv::{self, KvAway};
use crate::sql::{Lane, execute};

const REMEMBER: &str = "INSERT INTO attempt (org_id, request_id, received_at) VALUES (?1, ?2, ?3) \
  ON CONFLICT (org_id, request_id) DO NOTHING";

/// How often both stores are tried while neither takes it, and how long between.
const ATTEMPTS: u32 = 15;
const PAUSE: Duration = Duration::from_secs(1);

fn key(organisation: OrganisationId, request_id: &str) -> String {
    format!("t:{organisation}:{}", digest(request_id.as_bytes()))
}

/// When the request first came in, if the key-value store has been told. The intake's trigger asks SQLite.
pub(super) async fn first_came_in(
    organisation: OrganisationId,
    request_id: &str,
) -> Result<Option<Timestamp>, KvAway> {
    let first = kv::get(key(organisation, request_id)).await?;
    let first = first.and_then(|bytes| bytes.try_into().ok());
    Ok(first.map(|bytes| Timestamp::from_micros(i64::from_le_bytes(bytes))))
}

/// After a 503: remembers when the request came in, in whichever store is there, or is there again soon.
pub(super) fn remember(organisation: OrganisationId, request_id: &str, now: Timestamp) {
    let key = key(organisation, request_id);
    let parameters = vec![
        Value::from(organisation.to_string()),
        Value::from(request_id),
        Value::from(now.micros()),
    ];
    wasip3::spawn(async move {
        for _ in 0..ATTEMPTS {
            let kept = match kv::get(key.clone()).await {
                Ok(Some(_)) => true,
                Ok(None) => {
                    let at = now.micros().to_le_bytes().to_vec();
                    kv::set(key.clone(), at).await.is_ok()
                }
                Err(KvAway) => false,
            };
            let stored = execute(Lane::Record, REMEMBER, parameters.clone()).await;
            if kept || stored.is_ok() {
                return;
            }
            sleep(PAUSE).await;
        }
    });
}

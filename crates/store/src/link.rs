//! Tracked links: SQLite, with a copy in the key-value store, kept in the instance for at most a second.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use domain::{Kind, LinkId, MessageId, OrganisationId, Timestamp};
use spin_sdk::sqlite::{RowResult, Value};

use crate::kv;
use crate::link_record::LinkRecord;
use crate::organisation::{KEEP, KEEP_AT_MOST};
use crate::sql::{ceiling, parsed, read, text};
use crate::{Store, StoreError};

thread_local! {
    static KEPT: RefCell<HashMap<LinkId, (Timestamp, Rc<LinkRecord>)>> = RefCell::new(HashMap::new());
}

impl Store {
    /// A link as it was at most a second before `now`; nothing for one that nobody registered.
    pub async fn link(
        &self,
        id: LinkId,
        now: Timestamp,
    ) -> Result<Option<Rc<LinkRecord>>, StoreError> {
        let kept = KEPT.with_borrow(|kept| kept.get(&id).cloned());
        if let Some((at, link)) = &kept
            && is_fresh(*at, now)
        {
            return Ok(Some(link.clone()));
        }
        match fetch(id).await {
            Ok(None) => Ok(None),
            Ok(Some(link)) => {
                let link = Rc::new(link);
                KEPT.with_borrow_mut(|kept| {
                    if kept.len() >= KEEP_AT_MOST {
                        kept.clear();
                    }
                    kept.insert(id, (now, link.clone()));
                });
                Ok(Some(link))
            }
            // Both stores are away: what was registered a moment ago still redirects.
            Err(error) => kept.map(|(_, link)| Some(link)).ok_or(error),
        }
    }
}

/// Whether what was kept at `at` may be used at `now`. A clock that was set back makes it stale at once.
fn is_fresh(at: Timestamp, now: Timestamp) -> bool {
    u128::from(now.micros().abs_diff(at.micros())) < KEEP.as_micros()
}

async fn fetch(id: LinkId) -> Result<Option<LinkRecord>, StoreError> {
    let key = format!("l:{id}");
    if let Ok(Some(value)) = kv::get(key.clone()).await
        && let Some(link) = LinkRecord::decode(&value)
    {
        return Ok(Some(link));
    }
    let rows = read(
        "SELECT org_id, message_id, kind, ceiling, destination FROM link WHERE id = ?1",
        vec![Value::from(id.to_string())],
    )
    .await?;
    let Some(link) = rows.first().map(link_of).transpose()? else {
        return Ok(None);
    };
    // Away: the next one asks SQLite again.
    let _ = kv::set(key, link.encode()).await;
    Ok(Some(link))
}

pub(crate) fn link_of(row: &RowResult) -> Result<LinkRecord, StoreError> {
    const TABLE: &str = "link";
    Ok(LinkRecord {
        organisation: parsed(row, 0, TABLE, OrganisationId::parse)?,
        message: parsed(row, 1, TABLE, MessageId::parse)?,
        kind: parsed(row, 2, TABLE, Kind::parse)?,
        ceiling: ceiling(row, 3)?,
        destination: text(row, 4, TABLE)?.to_owned(),
    })
}

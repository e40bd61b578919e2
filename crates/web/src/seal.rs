//! Seals the transparency log after answers, so that nobody waits for it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use domain::OrganisationId;
use spin_sdk::wasip3;
use store::Store;

use crate::now;

/// How often one instance looks for what is new in one log.
const EVERY: Duration = Duration::from_secs(1);
/// Logs that an instance remembers at most.
const KEEP_AT_MOST: usize = 64;

thread_local! {
    static LAST: RefCell<BTreeMap<OrganisationId, Instant>> = const { RefCell::new(BTreeMap::new()) };
}

/// After the answer to a decision: seals what is new in the log, at most once a second per instance; whoever reads the
/// log seals the rest. It takes no key: only heads are signed.
pub fn seal_soon(store: &Store, organisation: OrganisationId) {
    let is_due = LAST.with_borrow_mut(|last| {
        let recent = last.get(&organisation);
        if recent.is_some_and(|last| last.elapsed() < EVERY) {
            return false;
        }
        if last.len() >= KEEP_AT_MOST {
            last.clear();
        }
        last.insert(organisation, Instant::now());
        true
    });
    if !is_due {
        return;
    }
    let store = store.clone();
    wasip3::spawn(async move {
        // Away now means: left to whoever comes next.
        let _ = store.seal_if_due(organisation, now()).await;
    });
}

/// The same after the answer to an import, which may have brought much.
pub fn seal_import_soon(store: &Store, organisation: OrganisationId) {
    let store = store.clone();
    wasip3::spawn(async move {
        let _ = store.seal_import(organisation, now()).await;
    });
}

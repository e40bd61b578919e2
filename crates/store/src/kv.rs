//! The key-value store. Values are compact and versioned; keys hold no personal data in the clear.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use spin_sdk::{key_value, wasip3};

use crate::bounded::{PROJECT, READ, bounded};

/// How long the key-value store is left alone after it did not answer, so that a dead one costs one
/// request its patience and not every request.
const REST: Duration = Duration::from_secs(1);

thread_local! {
    static OPEN: RefCell<Option<Rc<key_value::Store>>> = const { RefCell::new(None) };
    static AWAY_SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// The key-value store is away. Readers ask SQLite instead; a projection is left to the repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KvAway;

async fn open() -> Result<Rc<key_value::Store>, KvAway> {
    if let Some(store) = OPEN.with_borrow(Clone::clone) {
        return Ok(store);
    }
    let store = Rc::new(key_value::Store::open_default().await.map_err(|_| KvAway)?);
    OPEN.with_borrow_mut(|kept| *kept = Some(store.clone()));
    Ok(store)
}

async fn guarded<T: 'static>(
    limit: Duration,
    call: impl Future<Output = Result<T, KvAway>> + 'static,
) -> Result<T, KvAway> {
    if AWAY_SINCE.get().is_some_and(|since| since.elapsed() < REST) {
        return Err(KvAway);
    }
    match bounded(limit, call).await {
        Some(Ok(value)) => {
            AWAY_SINCE.set(None);
            Ok(value)
        }
        Some(Err(KvAway)) | None => {
            OPEN.with_borrow_mut(|kept| *kept = None);
            AWAY_SINCE.set(Some(Instant::now()));
            Err(KvAway)
        }
    }
}

/// The value of a key; `Ok(None)` means unknown, never "no".
pub async fn get(key: String) -> Result<Option<Vec<u8>>, KvAway> {
    guarded(READ, async move {
        open().await?.get(key).await.map_err(|_| KvAway)
    })
    .await
}

/// Sets a key; durable when it returns.
pub async fn set(key: String, value: Vec<u8>) -> Result<(), KvAway> {
    set_or_else(key, value, async {}).await
}

/// Sets a key, and does `late` if that came through only after its time was up, or failed and may come through
/// still: by then something newer may have been there.
pub async fn set_or_else(
    key: String,
    value: Vec<u8>,
    late: impl Future<Output = ()> + 'static,
) -> Result<(), KvAway> {
    let started = Instant::now();
    guarded(PROJECT, async move {
        let written = match open().await {
            Ok(store) => store.set(key, value).await.map_err(|_| KvAway),
            Err(KvAway) => return Err(KvAway),
        };
        if written.is_err() || started.elapsed() >= PROJECT {
            wasip3::spawn(late);
        }
        written
    })
    .await
}

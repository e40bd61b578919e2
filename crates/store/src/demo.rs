//! What the demo's mailing system has sent: one value in the key-value store, in demo mode only.

use crate::StoreError;
use crate::kv;

const KEY: &str = "demo:outbox";

/// The demo's outbox as the command line put it there; nothing before it did.
pub async fn demo_outbox() -> Result<Option<String>, StoreError> {
    let value = kv::get(KEY.to_owned())
        .await
        .map_err(|_| StoreError::Away("the key-value store is away".to_owned()))?;
    value
        .map(|value| String::from_utf8(value).map_err(|_| StoreError::Corrupt("demo")))
        .transpose()
}

/// Replaces the demo's outbox.
pub async fn put_demo_outbox(outbox: String) -> Result<(), StoreError> {
    kv::set(KEY.to_owned(), outbox.into_bytes())
        .await
        .map_err(|_| StoreError::Away("the key-value store is away".to_owned()))
}

//! Whether the stores answer.

use crate::sql::read;
use crate::{StoreError, kv};

/// That both stores answer a cheap read in time.
///
/// # Errors
/// [`StoreError::Away`] names the one that does not.
pub async fn alive() -> Result<(), StoreError> {
    kv::get("health".to_owned())
        .await
        .map_err(|_| StoreError::Away("the key-value store is away".to_owned()))?;
    read("SELECT 1", Vec::new()).await.map(drop)
}

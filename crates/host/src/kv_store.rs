//! Where the values of a key-value store are: a file, or Redis.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};

use crate::kv_file::KvFile;
use crate::kv_redis::KvRedis;

/// What the runtime configuration says about a store.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KvPlace {
    File(PathBuf),
    /// An address, which may hold a password.
    Redis(String),
}

/// An open store.
#[derive(Clone)]
pub(crate) enum KvStore {
    File(Arc<KvFile>),
    Redis(Arc<KvRedis>),
}

impl KvStore {
    /// Creates a file that is not there; Redis is asked only by the first call.
    pub fn open(place: &KvPlace) -> Result<Self> {
        match place {
            KvPlace::File(path) => KvFile::open(path)
                .map(|file| Self::File(Arc::new(file)))
                .with_context(|| format!("cannot open the store {}", path.display())),
            KvPlace::Redis(url) => Ok(Self::Redis(Arc::new(KvRedis::new(url)?))),
        }
    }

    /// The value of a key.
    pub async fn get(&self, label: &str, key: &str) -> Result<Option<Vec<u8>>, String> {
        match self {
            Self::File(file) => file.get(label, key),
            Self::Redis(redis) => redis.get(key).await,
        }
    }

    /// Whether a key has a value.
    pub async fn exists(&self, label: &str, key: &str) -> Result<bool, String> {
        match self {
            Self::File(file) => file.exists(label, key),
            Self::Redis(redis) => redis.exists(key).await,
        }
    }

    /// All keys. Not for the hot path: it takes as long as the store is large.
    pub async fn keys(&self, label: Arc<str>) -> Result<Vec<String>, String> {
        match self {
            Self::File(file) => {
                let file = file.clone();
                // Not on a thread that answers requests.
                let listed = tokio::task::spawn_blocking(move || file.keys(&label));
                listed.await.unwrap_or_else(|error| Err(error.to_string()))
            }
            Self::Redis(redis) => redis.keys().await,
        }
    }

    /// Sets a key, or deletes it without a value.
    pub async fn write(
        &self,
        label: Arc<str>,
        key: String,
        value: Option<Vec<u8>>,
    ) -> Result<(), String> {
        match self {
            Self::File(file) => file.write(label, key, value).await,
            Self::Redis(redis) => redis.write(key, value).await,
        }
    }
}

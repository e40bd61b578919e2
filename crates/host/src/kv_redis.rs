//! A key-value store in Redis, or in what speaks its protocol (Spin: `crates/key-value-redis/src/store.rs`).
//! As there, a key stands in the database as it is, whatever the label of its store.
//!
//! One connection carries everybody's calls. Spin's wait as long as Redis is silent; here a call has
//! [`LIMIT`]. After any failure the next call connects anew, and what the old connection had not sent yet
//! is thrown away, so that it cannot come through when the network does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::io::tcp::TcpSettings;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, IntoConnectionInfo, RedisError};
use tokio::time::timeout;

/// How long a call may take, connecting included.
const LIMIT: Duration = Duration::from_secs(1);

/// A Redis database.
pub(crate) struct KvRedis {
    client: Client,
    /// The connection in use, with its number.
    current: Mutex<(u64, Option<MultiplexedConnection>)>,
    /// Held by the one who connects; the others wait for it.
    connecting: tokio::sync::Mutex<()>,
    /// Whether the last call failed, so that the log tells it once.
    away: AtomicBool,
}

impl KvRedis {
    /// Only looks at the address; the first call connects, as in Spin.
    ///
    /// # Errors
    /// An address that is none, or asks for TLS. The message does not repeat it: it can hold a password.
    pub fn new(url: &str) -> anyhow::Result<Self> {
        anyhow::ensure!(
            !url.starts_with("rediss:"),
            "this host has no TLS for Redis: use redis:// on a private network or through a TLS proxy"
        );
        let settings = TcpSettings::default()
            .set_nodelay(true)
            .set_linger_time(Duration::ZERO);
        let info = url
            .into_connection_info()
            .map_err(|error| anyhow::anyhow!("url is not redis://host:port: {error}"))?;
        Ok(Self {
            client: Client::open(info.set_tcp_settings(settings))?,
            current: Mutex::default(),
            connecting: tokio::sync::Mutex::default(),
            away: AtomicBool::new(false),
        })
    }

    /// The value of a key.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        self.call(Cmd::get(key)).await
    }

    /// Whether a key has a value.
    pub async fn exists(&self, key: &str) -> Result<bool, String> {
        self.call(Cmd::exists(key)).await
    }

    /// All keys of the database.
    pub async fn keys(&self) -> Result<Vec<String>, String> {
        self.call(Cmd::keys("*")).await
    }

    /// Sets a key, or deletes it without a value. After an error the change may still happen.
    pub async fn write(&self, key: String, value: Option<Vec<u8>>) -> Result<(), String> {
        let command = match value {
            Some(value) => Cmd::set(key, value),
            None => Cmd::del(key),
        };
        self.call(command).await
    }

    async fn call<T: FromRedisValue>(&self, command: Cmd) -> Result<T, String> {
        let mut used = None;
        let answer = timeout(LIMIT, async {
            let (number, mut connection) = self.connected().await?;
            used = Some(number);
            command.query_async(&mut connection).await
        })
        .await;
        let error = match answer {
            Ok(Ok(value)) => {
                if self.away.swap(false, Ordering::Relaxed) {
                    tracing::warn!("Redis answers again");
                }
                return Ok(value);
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("Redis did not answer within {LIMIT:?}"),
        };
        if let Some(number) = used {
            self.give_up(number);
        }
        if !self.away.swap(true, Ordering::Relaxed) {
            tracing::warn!(error, "Redis is away");
        }
        Err(error)
    }

    async fn connected(&self) -> Result<(u64, MultiplexedConnection), RedisError> {
        if let (number, Some(connection)) = &*self.lock() {
            return Ok((*number, connection.clone()));
        }
        let _alone = self.connecting.lock().await;
        if let (number, Some(connection)) = &*self.lock() {
            return Ok((*number, connection.clone()));
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(None);
        let connection = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        let mut current = self.lock();
        *current = (current.0.wrapping_add(1), Some(connection.clone()));
        Ok((current.0, connection))
    }

    /// Leaves a connection to those who still wait for it; with the last of them it is closed.
    fn give_up(&self, number: u64) {
        let mut current = self.lock();
        if current.0 == number {
            current.1 = None;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (u64, Option<MultiplexedConnection>)> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

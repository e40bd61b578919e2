//! A key-value store in a SQLite file, with Spin's table (`crates/key-value-spin/src/store.rs`), so
//! that either host can go on with the other's file.
//!
//! Reading takes microseconds from a WAL database, less than handing the question to another thread
//! would; so it is done where it is asked. Writing waits for the disk, so one thread does it for
//! everybody: what queued up meanwhile is committed at once, and each write is answered only when
//! it is durable. Other processes may use the file at the same time.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use tokio::sync::oneshot;

/// How long a reader waits for a lock, which readers of a WAL database need only after a crash.
const READ_WAIT: Duration = Duration::from_millis(250);
/// How long the writer waits for the writer of another process, as in Spin.
const WRITE_WAIT: Duration = Duration::from_secs(5);
/// The most writes in one commit, so that the first of them does not wait too long.
const BATCH: usize = 256;

/// The file of one or more store labels.
pub(crate) struct KvFile {
    path: PathBuf,
    /// Connections that nobody reads from just now; there are never more than threads.
    readers: Mutex<Vec<Connection>>,
    writer: OnceLock<Sender<Write>>,
}

/// What is asked of the writing thread.
struct Write {
    label: Arc<str>,
    key: String,
    /// The new value; none deletes.
    value: Option<Vec<u8>>,
    done: oneshot::Sender<Result<(), String>>,
}

impl KvFile {
    /// Creates the file and its table if they are not there.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        open_writer(path)?;
        Ok(Self {
            path: path.to_owned(),
            readers: Mutex::default(),
            writer: OnceLock::new(),
        })
    }

    /// The value of a key.
    pub fn get(&self, label: &str, key: &str) -> Result<Option<Vec<u8>>, String> {
        self.read(|reader| {
            reader
                .prepare_cached("SELECT value FROM spin_key_value WHERE store=?1 AND key=?2")?
                .query_row([label, key], |row| row.get(0))
                .optional()
        })
    }

    /// Whether a key has a value.
    pub fn exists(&self, label: &str, key: &str) -> Result<bool, String> {
        self.read(|reader| {
            reader
                .prepare_cached("SELECT 1 FROM spin_key_value WHERE store=?1 AND key=?2")?
                .exists([label, key])
        })
    }

    /// All keys. Not for the hot path: it takes as long as the store is large.
    pub fn keys(&self, label: &str) -> Result<Vec<String>, String> {
        self.read(|reader| {
            reader
                .prepare_cached("SELECT key FROM spin_key_value WHERE store=?1")?
                .query_map([label], |row| row.get(0))?
                .collect()
        })
    }

    fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, String> {
        let readers = || self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let free = readers().pop();
        let reader = match free {
            Some(reader) => reader,
            None => open_reader(&self.path).map_err(|error| error.to_string())?,
        };
        let answer = query(&reader).map_err(|error| error.to_string());
        // A connection that failed may be broken; the next reader opens another.
        if answer.is_ok() {
            readers().push(reader);
        }
        answer
    }

    /// Sets a key, or deletes it without a value. When this is answered the change is on the disk.
    pub async fn write(
        &self,
        label: Arc<str>,
        key: String,
        value: Option<Vec<u8>>,
    ) -> Result<(), String> {
        let (done, answer) = oneshot::channel();
        let write = Write {
            label,
            key,
            value,
            done,
        };
        let gone = || "the thread that writes has ended".to_owned();
        self.writer
            .get_or_init(|| start_writer(self.path.clone()))
            .send(write)
            .map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }
}

fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    // Not read-only: such a connection could not repair what a crash left behind.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(path, flags)?;
    reader.busy_timeout(READ_WAIT)?;
    Ok(reader)
}

fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    let writer = Connection::open(path)?;
    writer.busy_timeout(WRITE_WAIT)?;
    // Readers of a WAL database wait for nobody; FULL syncs it at every commit.
    writer.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    writer.pragma_update(None, "synchronous", "FULL")?;
    writer.pragma_update_and_check(None, "secure_delete", "ON", |_| Ok(()))?;
    writer.execute_batch(
        "CREATE TABLE IF NOT EXISTS spin_key_value (
           store TEXT NOT NULL,
           key   TEXT NOT NULL,
           value BLOB NOT NULL,
           PRIMARY KEY (store, key)
         )",
    )?;
    Ok(writer)
}

fn start_writer(path: PathBuf) -> Sender<Write> {
    let (sender, receiver) = channel();
    let thread = std::thread::Builder::new().name("kv-writer".to_owned());
    // Without a thread the receiver is dropped, and every write says so.
    if let Err(error) = thread.spawn(move || write_all(&path, &receiver)) {
        tracing::error!(%error, "cannot start the thread that writes to the key-value store");
    }
    sender
}

/// Commits what has queued up, until nobody can ask any more.
fn write_all(path: &Path, receiver: &Receiver<Write>) {
    let mut writer = None;
    while let Ok(first) = receiver.recv() {
        let mut batch = vec![first];
        batch.extend(receiver.try_iter().take(BATCH));
        let connection = match writer.take() {
            Some(connection) => Ok(connection),
            None => open_writer(path),
        };
        let answers = connection.and_then(|mut connection| {
            let answers = commit(&mut connection, &batch)?;
            // What was opened while the file was read-only stays so: its transactions begin and end well.
            if answers.iter().all(Result::is_ok) {
                writer = Some(connection);
            }
            Ok(answers)
        });
        match answers {
            Ok(answers) => {
                for (write, answer) in batch.into_iter().zip(answers) {
                    // Who asked may have gone; the change stays.
                    let _ = write.done.send(answer);
                }
            }
            Err(error) => {
                for write in batch {
                    let _ = write.done.send(Err(error.to_string()));
                }
            }
        }
    }
}

/// One transaction. A write that fails alone (say, too large) does not spoil the others.
fn commit(
    connection: &mut Connection,
    batch: &[Write],
) -> rusqlite::Result<Vec<Result<(), String>>> {
    let behavior = rusqlite::TransactionBehavior::Immediate;
    let transaction = connection.transaction_with_behavior(behavior)?;
    let mut answers = Vec::with_capacity(batch.len());
    for write in batch {
        let answer = match &write.value {
            Some(value) => transaction
                .prepare_cached(
                    "INSERT INTO spin_key_value (store, key, value) VALUES (?1, ?2, ?3)
                     ON CONFLICT (store, key) DO UPDATE SET value=excluded.value",
                )?
                .execute(params![&*write.label, write.key, value]),
            None => transaction
                .prepare_cached("DELETE FROM spin_key_value WHERE store=?1 AND key=?2")?
                .execute([&*write.label, write.key.as_str()]),
        };
        answers.push(answer.map(drop).map_err(|error| error.to_string()));
    }
    transaction.commit()?;
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn set(file: &KvFile, key: &str, value: &[u8]) {
        let value = Some(value.to_vec());
        file.write("a".into(), key.into(), value).await.unwrap();
    }

    #[tokio::test]
    async fn what_was_written_is_read_also_through_another_handle() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/kv.db");
        let (one, two) = (KvFile::open(&path).unwrap(), KvFile::open(&path).unwrap());
        assert_eq!(two.get("a", "k").unwrap(), None);
        set(&one, "k", b"1").await;
        set(&two, "k", b"2").await;
        assert_eq!(one.get("a", "k").unwrap().as_deref(), Some(&b"2"[..]));
        assert_eq!(one.get("b", "k").unwrap(), None);
        assert!(two.exists("a", "k").unwrap());
        assert_eq!(two.keys("a").unwrap(), ["k"]);
        one.write("a".into(), "k".into(), None).await.unwrap();
        assert!(!two.exists("a", "k").unwrap());
    }

    #[tokio::test]
    async fn writes_again_when_the_file_can_be_written_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kv.db");
        let file = KvFile::open(&path).unwrap();
        set(&file, "k", b"1").await;
        let chattr = |change| {
            let files = [path.clone(), dir.path().join("kv.db-wal")];
            let changed = std::process::Command::new("chattr")
                .arg(change)
                .args(files)
                .output();
            changed.is_ok_and(|output| output.status.success())
        };
        if !chattr("+i") {
            eprintln!("skipped: needs the right to `chattr +i`");
            return;
        }
        // The first ends the writer's connection, the others use one that was opened meanwhile.
        let mut failed = Vec::new();
        for _ in 0..3 {
            let value = Some(b"2".to_vec());
            failed.push(file.write("a".into(), "k".into(), value).await.is_err());
        }
        assert!(chattr("-i"));
        assert_eq!(failed, [true; 3]);
        set(&file, "k", b"3").await;
        assert_eq!(file.get("a", "k").unwrap().as_deref(), Some(&b"3"[..]));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn many_at_once_are_all_kept() {
        let dir = tempfile::tempdir().unwrap();
        let file = std::sync::Arc::new(KvFile::open(&dir.path().join("kv.db")).unwrap());
        let mut writes = tokio::task::JoinSet::new();
        for number in 0..500 {
            let file = file.clone();
            writes.spawn(async move { set(&file, &format!("{number}"), b"x").await });
        }
        writes.join_all().await;
        assert_eq!(file.keys("a").unwrap().len(), 500);
    }
}

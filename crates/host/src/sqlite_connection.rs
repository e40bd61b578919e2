//! A connection as a component has it: without one of SQLite's as long as every statement stands for
//! itself ([`crate::sqlite_database`]), with one of its own from the first that does not.
//!
//! As in Spin errors of running a statement come after the columns, and the next statement waits until
//! the rows of this one were taken or dropped. A text with two statements is an error, where Spin silently
//! runs only the first.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::bindings::spin::sqlite::sqlite::{Error, Value};
use crate::calls::Counters;
use crate::fault::{self, Faults};
use crate::sqlite_database::{Class, Database};
use crate::sqlite_own::Own;
use crate::sqlite_rows::{Answer, Ready, WAITING};
use crate::sqlite_writer::{FULL, Job};

/// The component's end of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Handle(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    database: Arc<Database>,
    faults: Faults,
    calls: Arc<Counters>,
    seen: Mutex<Seen>,
    /// Results of more rows than may wait that were not yet taken.
    undrained: watch::Sender<usize>,
}

/// What the connection would remember.
#[derive(Debug)]
struct Seen {
    synchronous: u8,
    changes: u64,
    last_insert_rowid: i64,
    own: Option<Own>,
}

/// Keeps the next statement waiting until it is dropped.
#[derive(Debug)]
pub(crate) struct Undrained(Arc<Inner>);

impl Undrained {
    fn new(inner: &Arc<Inner>) -> Self {
        inner
            .undrained
            .send_modify(|count| *count = count.saturating_add(1));
        Self(inner.clone())
    }
}

impl Drop for Undrained {
    fn drop(&mut self) {
        self.0
            .undrained
            .send_modify(|count| *count = count.saturating_sub(1));
    }
}

impl Handle {
    pub fn new(database: Arc<Database>, faults: Faults, calls: Arc<Counters>) -> Self {
        Self(Arc::new(Inner {
            database,
            faults,
            calls,
            seen: Mutex::new(Seen {
                synchronous: FULL,
                changes: 0,
                last_insert_rowid: 0,
                own: None,
            }),
            undrained: watch::Sender::new(0),
        }))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub async fn execute(&self, text: String, parameters: Vec<Value>) -> Result<Answer, Error> {
        self.0.calls.sqlite.count();
        if *self.0.undrained.borrow() > 0 {
            // The sender lives as long as this, so waiting cannot fail.
            let _ = self.0.undrained.subscribe().wait_for(|n| *n == 0).await;
        }
        let own = self.seen().own.clone();
        let class = match (self.0.database.class(&text).await, &own) {
            (Ok(class), _) => class,
            // It may name what only its own connection knows.
            (Err(_), Some(_)) => Class {
                plain: false,
                writes: true,
            },
            (Err(error), None) => return Ok(Answer::Ready(Ready::failed(error), None)),
        };
        if let Some(fault) = self.0.faults.next_statement(&text, class.writes).await {
            tokio::time::sleep(fault.delay).await;
            if fault.fails {
                let error = Error::Io(fault::MESSAGE.to_owned());
                return Ok(Answer::Ready(Ready::failed(error), None));
            }
        }
        match own {
            Some(own) => own.execute(text, parameters).await,
            None if class.plain && class.writes => self.write(text, parameters).await,
            None if class.plain => self.read(text, parameters).await,
            // On already, on every connection.
            None if setting(&text, "secure_delete").as_deref() == Some("on") => {
                Ok(Answer::Ready(Ready::new(Vec::new()), None))
            }
            None => match synchronous(&text) {
                Some(level) => {
                    self.seen().synchronous = level;
                    Ok(Answer::Ready(Ready::new(Vec::new()), None))
                }
                None => self.open_own()?.execute(text, parameters).await,
            },
        }
    }

    /// What asks for less durability works behind the answers: it reads where it writes, which has the pages at hand, as
    /// long as that keeps no other writer waiting.
    async fn read(&self, text: String, parameters: Vec<Value>) -> Result<Answer, Error> {
        let synchronous = self.seen().synchronous;
        let ready = if synchronous < FULL {
            let job = Job {
                text: text.clone(),
                parameters: parameters.clone(),
                writes: false,
                synchronous,
            };
            let read = self.0.database.write(job).await.map(|read| read.ready);
            read.unwrap_or_else(|error| Some(Ready::failed(error)))
        } else {
            self.0.database.read_now(&text, &parameters)
        };
        match ready {
            Some(ready) => Ok(self.answer(ready)),
            None => self.0.database.read_later(text, parameters).await,
        }
    }

    async fn write(&self, text: String, parameters: Vec<Value>) -> Result<Answer, Error> {
        let job = Job {
            text,
            parameters,
            writes: true,
            synchronous: self.seen().synchronous,
        };
        let written = match self.0.database.write(job).await {
            Ok(written) => written,
            Err(error) => return Ok(Answer::Ready(Ready::failed(error), None)),
        };
        let mut seen = self.seen();
        seen.changes = written.changes;
        seen.last_insert_rowid = written.last_insert_rowid;
        drop(seen);
        Ok(self.answer(written.ready.unwrap_or_else(|| Ready::new(Vec::new()))))
    }

    fn answer(&self, ready: Ready) -> Answer {
        let undrained = (ready.rows.len() > WAITING).then(|| Undrained::new(&self.0));
        Answer::Ready(ready, undrained)
    }

    fn open_own(&self) -> Result<Own, Error> {
        let mut seen = self.seen();
        if let Some(own) = &seen.own {
            return Ok(own.clone());
        }
        let own = Own::open(self.0.database.clone(), seen.synchronous)?;
        Ok(seen.own.insert(own).clone())
    }

    pub async fn changes(&self) -> Result<u64, Error> {
        let (own, changes) = {
            let seen = self.seen();
            (seen.own.clone(), seen.changes)
        };
        match own {
            Some(own) => own.changes().await,
            None => Ok(changes),
        }
    }

    pub async fn last_insert_rowid(&self) -> Result<i64, Error> {
        let (own, rowid) = {
            let seen = self.seen();
            (seen.own.clone(), seen.last_insert_rowid)
        };
        match own {
            Some(own) => own.last_insert_rowid().await,
            None => Ok(rowid),
        }
    }
}

/// What `PRAGMA name=…` sets.
fn setting(text: &str, name: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(';').to_ascii_lowercase();
    let (found, value) = text.strip_prefix("pragma ")?.split_once('=')?;
    (found.trim() == name).then(|| value.trim().to_owned())
}

/// What `PRAGMA synchronous=…` sets, the one setting that is kept without a connection of its own.
fn synchronous(text: &str) -> Option<u8> {
    match setting(text, "synchronous")?.as_str() {
        "off" | "0" => Some(0),
        "normal" | "1" => Some(1),
        "full" | "2" => Some(FULL),
        "extra" | "3" => Some(3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_setting_of_synchronous_is_one() {
        assert_eq!(synchronous("PRAGMA synchronous=NORMAL"), Some(1));
        assert_eq!(synchronous(" pragma synchronous = 2 ; "), Some(2));
        assert_eq!(synchronous("PRAGMA synchronous"), None);
        assert_eq!(synchronous("PRAGMA synchronous=7"), None);
        assert_eq!(synchronous("PRAGMA foreign_keys=0"), None);
        let secure_delete = |text| setting(text, "secure_delete");
        assert_eq!(
            secure_delete("PRAGMA secure_delete=ON").as_deref(),
            Some("on")
        );
        assert_eq!(secure_delete("PRAGMA secure_delete"), None);
        assert_eq!(secure_delete("PRAGMA synchronous=NORMAL"), None);
    }
}

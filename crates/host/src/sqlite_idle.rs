//! Connections that an ended instance has left, for the next one: opening one means reading the whole
//! schema and compiling every statement again, more than an instance's statements themselves.
//!
//! To a component it is a new connection. So only one on which nothing but rows was read and written is
//! kept: no schema was changed, nothing temporary made, nothing attached, no setting touched except
//! `synchronous`, which is set back, and nobody asked for what SQLite counts per connection.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

/// As long as an instance without work is kept. Then they are closed, so that SQLite can fold its journal
/// back into the file as it does when nobody has it open.
const KEEP: Duration = Duration::from_secs(1);
/// More than so many instances do not end at once.
const MOST: usize = 16;
/// Functions that tell what happened on the connection before.
const COUNTERS: [&str; 3] = ["changes", "total_changes", "last_insert_rowid"];

/// The idle connections of one database.
#[derive(Debug, Default)]
pub(crate) struct Idle {
    connections: Mutex<Vec<(Instant, Plain)>>,
    closed: AtomicBool,
    /// Whether a thread waits to close what nobody takes.
    watched: AtomicBool,
}

/// A connection, and whether all its statements were plain so far.
#[derive(Debug)]
pub(crate) struct Plain {
    pub connection: Connection,
    plain: Arc<AtomicBool>,
}

impl Idle {
    /// One that was left.
    pub fn take(&self) -> Option<Plain> {
        self.lock().pop().map(|(_, left)| left)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Instant, Plain)>> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes those that are there and keeps no more, so that a host that has stopped leaves its databases
    /// as SQLite leaves them: without a journal next to the file.
    pub fn close(&self) {
        let mut idle = self.lock();
        self.closed.store(true, Ordering::Relaxed);
        let last = std::mem::take(&mut *idle);
        drop(idle);
        drop(last);
    }

    /// Keeps a connection for a while, if nobody can tell it from a new one. One thread waits here
    /// until none is left; the others return at once.
    pub fn give(&self, left: Plain) {
        if !left.is_plain() || !left.connection.is_autocommit() {
            return;
        }
        if left
            .connection
            .pragma_update(None, "synchronous", "FULL")
            .is_err()
        {
            return;
        }
        let mut idle = self.lock();
        if idle.len() < MOST && !self.closed.load(Ordering::Relaxed) {
            idle.push((Instant::now(), left));
        }
        let watched = self.watched.swap(true, Ordering::Relaxed);
        drop(idle);
        if !watched {
            self.close_old();
        }
    }

    /// Closes what nobody has taken in time, until nothing is left.
    fn close_old(&self) {
        loop {
            std::thread::sleep(KEEP);
            let mut idle = self.lock();
            let old: Vec<_> = idle
                .extract_if(.., |(since, _)| since.elapsed() >= KEEP)
                .collect();
            let none = idle.is_empty();
            if none {
                self.watched.store(false, Ordering::Relaxed);
            }
            drop(idle);
            drop(old);
            if none {
                break;
            }
        }
    }
}

impl Plain {
    /// Watches the statements of a new connection.
    pub fn new(mut connection: Connection, allow_attach: bool) -> rusqlite::Result<Self> {
        let plain = Arc::new(AtomicBool::new(true));
        let watched = plain.clone();
        connection.authorizer(Some(move |context: AuthContext<'_>| {
            if !is_plain(&context) {
                watched.store(false, Ordering::Relaxed);
            }
            match context.action {
                AuthAction::Attach { filename }
                    if !allow_attach && !matches!(filename, "" | ":memory:") =>
                {
                    Authorization::Deny
                }
                _ => Authorization::Allow,
            }
        }))?;
        Ok(Self { connection, plain })
    }

    /// Whether nothing was prepared that could leave a trace.
    pub fn is_plain(&self) -> bool {
        self.plain.load(Ordering::Relaxed)
    }
}

fn is_plain(context: &AuthContext<'_>) -> bool {
    match context.action {
        AuthAction::Select
        | AuthAction::Read { .. }
        | AuthAction::Insert { .. }
        | AuthAction::Update { .. }
        | AuthAction::Delete { .. }
        | AuthAction::Recursive => true,
        // In a trigger they tell of the trigger's own statements.
        AuthAction::Function { function_name } => {
            context.accessor.is_some()
                || !COUNTERS
                    .iter()
                    .any(|name| function_name.eq_ignore_ascii_case(name))
        }
        AuthAction::Pragma { pragma_name, .. } => pragma_name.eq_ignore_ascii_case("synchronous"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept_after(statements: &[&str]) -> Option<Plain> {
        let idle = Arc::new(Idle::default());
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (a)").unwrap();
        let plain = Plain::new(connection, false).unwrap();
        for statement in statements {
            let _ = plain.connection.execute_batch(statement);
        }
        let giver = idle.clone();
        std::thread::spawn(move || giver.give(plain));
        std::thread::sleep(Duration::from_millis(200));
        idle.take()
    }

    #[test]
    fn only_a_connection_like_a_new_one_is_kept() {
        let kept = kept_after(&[
            "PRAGMA synchronous=OFF",
            "INSERT INTO t VALUES (1)",
            "SELECT * FROM t",
        ]);
        let synchronous = kept
            .unwrap()
            .connection
            .pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0));
        assert_eq!(synchronous.unwrap(), 2);
        for trace in [
            "PRAGMA foreign_keys=0",
            "CREATE TEMP TABLE x (a)",
            "CREATE TABLE x (a)",
            "ATTACH ':memory:' AS x",
            "SELECT last_insert_rowid()",
            "SELECT Changes()",
            "BEGIN; INSERT INTO t VALUES (1)",
        ] {
            assert!(kept_after(&[trace]).is_none(), "{trace}");
        }
    }
}

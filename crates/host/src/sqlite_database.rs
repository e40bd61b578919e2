//! A SQLite database of this machine, and what its connections share.
//!
//! Most statements stand for themselves: they read or write rows, in no transaction, and leave no trace on
//! the connection. Nobody can tell on which connection such a statement runs, so a component's connection
//! needs none of its own for them: they are read in place on one of a few that stay open
//! ([`Database::read_now`]), and written together by one ([`crate::sqlite_writer`]). That saves opening
//! files, reading schemas, compiling statements and waking threads for every instance, which lives for
//! 128 requests only. Everything else gets a connection of its own ([`crate::sqlite_own`]).

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use crate::bindings::spin::sqlite::sqlite::{Error, Value};
use crate::sqlite_rows::{Answer, Columns, Parameter, Ready, Rows, WAITING, gone, io, read_row};
use crate::sqlite_writer::{Job, Writer, Written};
use crate::turn::Turn;

/// Statements that a connection does not parse again.
const STATEMENTS: usize = 256;
/// Statements whose class is remembered. Components have few; whoever makes up texts gains nothing.
const CLASSES: usize = 1024;
/// Connections for reading that stay open.
const READERS: usize = 8;
/// Pages a connection keeps, in KiB. SQLite's default is 2,000, less than the report of one mail reads from a
/// large database.
const CACHE_KIB: i64 = 8_000;
/// As long as a connection waits for SQLite's locks (rusqlite's default, which Spin leaves).
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a statement may hold up the thread that answers requests, and how many rows and bytes it may
/// give. What needs more is run again, from its beginning, by a thread that may wait.
const IN_PLACE: Duration = Duration::from_millis(1);
const IN_PLACE_ROWS: usize = 1024;
const IN_PLACE_BYTES: usize = 1 << 20;
/// So many steps of SQLite's machine pass between two looks at the clock. Each may read a page from the disk.
const STEPS: std::ffi::c_int = 100;
/// Functions that tell what happened on the connection before.
const COUNTERS: [&str; 3] = ["changes", "total_changes", "last_insert_rowid"];

/// A SQLite database of this machine.
#[derive(Debug)]
pub(crate) struct Database {
    pub path: PathBuf,
    /// Whether statements may `ATTACH` other files.
    pub allow_attach: bool,
    /// Shared by all who write to it.
    pub turn: Arc<Turn>,
    classes: Mutex<HashMap<String, Class>>,
    readers: Mutex<Vec<Reader>>,
    writer: Mutex<Option<Writer>>,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class {
    /// It reads or writes rows and leaves no other trace.
    pub plain: bool,
    pub writes: bool,
}

/// A connection for statements that stand for themselves.
#[derive(Debug)]
struct Reader {
    connection: Connection,
    plain: Arc<AtomicBool>,
    deadline: Deadline,
}

/// Until when a statement may run on a connection.
#[derive(Debug)]
pub(crate) struct Deadline(Arc<Mutex<Option<Instant>>>);

impl Deadline {
    pub fn of(connection: &mut Connection) -> rusqlite::Result<Self> {
        let deadline: Arc<Mutex<Option<Instant>>> = Arc::default();
        let until = deadline.clone();
        connection.progress_handler(
            STEPS,
            Some(move || lock(&until).is_some_and(|until| Instant::now() >= until)),
        )?;
        Ok(Self(deadline))
    }

    fn set(&self, until: Option<Instant>) {
        *lock(&self.0) = until;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether SQLite could not do it now but might, were it to wait.
pub(crate) fn is_locked(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// Whether the connection that gave this error is as good as before.
pub(crate) fn leaves_connection_sound(error: &rusqlite::Error) -> bool {
    match error.sqlite_error_code() {
        None => true,
        Some(code) => matches!(
            code,
            ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::ConstraintViolation
                | ErrorCode::TypeMismatch
                | ErrorCode::TooBig
                | ErrorCode::OperationInterrupted
                | ErrorCode::Unknown
        ),
    }
}

impl Database {
    pub fn new(path: PathBuf, allow_attach: bool) -> Arc<Self> {
        Arc::new(Self {
            path,
            allow_attach,
            turn: Arc::default(),
            classes: Mutex::default(),
            readers: Mutex::default(),
            writer: Mutex::default(),
        })
    }

    /// A new connection, and a flag that is cleared when something is prepared on it that is not plain.
    pub fn connect(&self) -> rusqlite::Result<(Connection, Arc<AtomicBool>)> {
        let mut connection = Connection::open(&self.path)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        // A plan that depends on the values bound to it is made anew whenever they change, and here also whenever they
        // are cleared: that costs more than any such statement of a component gains.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        // Components write rows, not pages.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        // What is deleted is overwritten: an erased person must not be left in free pages (`scrub`, too).
        connection.pragma_update_and_check(None, "secure_delete", "ON", |_| Ok(()))?;
        let plain = Arc::new(AtomicBool::new(true));
        let (seen, allow_attach) = (plain.clone(), self.allow_attach);
        connection.authorizer(Some(move |context: AuthContext<'_>| {
            if !is_plain(&context) {
                seen.store(false, Ordering::Relaxed);
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
        Ok((connection, plain))
    }

    /// What a statement does, as long as its text alone tells.
    pub async fn class(self: &Arc<Self>, text: &str) -> Result<Class, Error> {
        if let Some(class) = lock(&self.classes).get(text) {
            return Ok(*class);
        }
        match self.prepare(text, Duration::ZERO) {
            Err(error) if is_locked(&error) => {
                let (database, text) = (self.clone(), text.to_owned());
                tokio::task::spawn_blocking(move || database.prepare(&text, PATIENCE))
                    .await
                    .map_err(|_| gone())?
                    .map_err(io)
            }
            class => class.map_err(io),
        }
    }

    fn prepare(&self, text: &str, patience: Duration) -> rusqlite::Result<Class> {
        self.with_reader(patience, |reader| {
            reader.plain.store(true, Ordering::Relaxed);
            let writes = !reader.connection.prepare(text)?.readonly();
            let plain = reader.plain.load(Ordering::Relaxed);
            let class = Class { plain, writes };
            let mut classes = lock(&self.classes);
            if classes.len() < CLASSES {
                classes.insert(text.to_owned(), class);
            }
            Ok(class)
        })
    }

    /// Runs a plain statement that only reads, here and now. Nothing if that takes too long: then
    /// [`read_later`](Self::read_later) does it.
    pub fn read_now(&self, text: &str, parameters: &[Value]) -> Option<Ready> {
        let read = self.with_reader(Duration::ZERO, |reader| {
            read_in_place(&reader.connection, &reader.deadline, text, parameters)
        });
        match read {
            Ok(ready) => ready,
            Err(error) if is_locked(&error) => None,
            Err(error) => Some(Ready::failed(io(error))),
        }
    }

    /// Runs a plain statement that only reads on a thread that may wait. The columns come when the first
    /// rows are known.
    pub async fn read_later(
        self: &Arc<Self>,
        text: String,
        parameters: Vec<Value>,
    ) -> Result<Answer, Error> {
        let (columns, columns_answer) = oneshot::channel();
        let (rows, rows_answer) = mpsc::channel(WAITING);
        let (end, end_answer) = oneshot::channel();
        let database = self.clone();
        tokio::task::spawn_blocking(move || {
            let mut columns = Columns::new(columns);
            let mut ended = Ok(());
            let ran = database.with_reader(PATIENCE, |reader| {
                let mut statement = reader.connection.prepare_cached(&text)?;
                let (error, result) = run(&mut statement, &parameters, &mut columns, &rows);
                ended = result;
                error.map_or(Ok(()), Err)
            });
            columns.send();
            drop(rows);
            let _ = end.send(ran.map_err(io).and(ended));
        });
        Ok(Answer::Streamed {
            columns: columns_answer.await.unwrap_or_else(|_| Err(gone()))?,
            rows: rows_answer,
            end: end_answer,
        })
    }

    /// Lends a connection for reading.
    fn with_reader<T>(
        &self,
        patience: Duration,
        work: impl FnOnce(&Reader) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let kept = lock(&self.readers).pop();
        let reader = kept.map_or_else(|| Reader::new(self), Ok)?;
        reader.connection.busy_timeout(patience)?;
        let result = work(&reader);
        if result.as_ref().err().is_none_or(leaves_connection_sound) {
            let mut readers = lock(&self.readers);
            if readers.len() < READERS {
                readers.push(reader);
            }
        }
        result
    }

    /// Has a plain statement written, together with what others write. It is as durable as its
    /// `synchronous` says when this returns.
    pub async fn write(self: &Arc<Self>, job: Job) -> Result<Written, Error> {
        let (answer, written) = oneshot::channel();
        lock(&self.writer)
            .get_or_insert_with(|| Writer::start(Arc::downgrade(self)))
            .hand(job, answer);
        written.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Closes what is kept open, so that a host that has stopped leaves its databases as SQLite leaves
    /// them: without a journal next to the file.
    pub fn close(&self) {
        let writer = lock(&self.writer).take();
        drop(writer);
        lock(&self.readers).clear();
    }
}

/// Runs a statement that only reads, as long as a thread may be held up. Nothing if it takes longer or gives more.
pub(crate) fn read_in_place(
    connection: &Connection,
    deadline: &Deadline,
    text: &str,
    parameters: &[Value],
) -> rusqlite::Result<Option<Ready>> {
    deadline.set(Instant::now().checked_add(IN_PLACE));
    let read = collect(connection, text, parameters);
    deadline.set(None);
    match read {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
            Ok(None)
        }
        read => read,
    }
}

fn collect(
    connection: &Connection,
    text: &str,
    parameters: &[Value],
) -> rusqlite::Result<Option<Ready>> {
    let mut statement = connection.prepare_cached(text)?;
    let columns: Vec<_> = statement.column_names().map(str::to_owned).collect();
    let mut ready = Ready::new(columns);
    let mut bytes = 0_usize;
    let mut found =
        statement.query(rusqlite::params_from_iter(parameters.iter().map(Parameter)))?;
    while let Some(row) = found.next()? {
        match read_row(row, ready.columns.len()) {
            Ok((row, size)) => {
                bytes = bytes.saturating_add(size);
                ready.rows.push(row);
            }
            Err(error) => {
                ready.end = Err(error);
                break;
            }
        }
        if ready.rows.len() > IN_PLACE_ROWS || bytes > IN_PLACE_BYTES {
            return Ok(None);
        }
    }
    Ok(Some(ready))
}

/// Runs a statement whose rows go out as they come. Gives SQLite's error, and what else ended it.
pub(crate) fn run(
    statement: &mut rusqlite::Statement<'_>,
    parameters: &[Value],
    columns: &mut Columns,
    sender: &mpsc::Sender<Vec<crate::bindings::spin::sqlite::sqlite::RowResult>>,
) -> (Option<rusqlite::Error>, Result<(), Error>) {
    let mut sink = Rows::new(sender);
    let names: Vec<_> = statement.column_names().map(str::to_owned).collect();
    let width = names.len();
    columns.set(names);
    let parameters = rusqlite::params_from_iter(parameters.iter().map(Parameter));
    let mut rows = match statement.query(parameters) {
        Ok(rows) => rows,
        Err(error) => return (Some(error), Ok(())),
    };
    let end = loop {
        let (row, bytes) = match rows.next() {
            Ok(Some(row)) => match read_row(row, width) {
                Ok(read) => read,
                Err(error) => break (None, Err(error)),
            },
            Ok(None) => break (None, Ok(())),
            Err(error) => break (Some(error), Ok(())),
        };
        if !sink.push(row, bytes, columns) {
            // Whoever asked has dropped the rows, so nobody hears this; as in Spin.
            let text = "the rows are no longer wanted".to_owned();
            break (None, Err(Error::Io(text)));
        }
    };
    // The statement has ended, so nothing of it is locked while its last rows are taken.
    drop(rows);
    sink.finish(columns);
    end
}

impl Reader {
    fn new(database: &Database) -> rusqlite::Result<Self> {
        let (mut connection, plain) = database.connect()?;
        let deadline = Deadline::of(&mut connection)?;
        Ok(Self {
            connection,
            plain,
            deadline,
        })
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
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_reads_and_writes_rows_is_plain() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::new(folder.path().join("x.db"), false);
        let (connection, _) = database.connect().unwrap();
        connection.execute_batch("CREATE TABLE t (a)").unwrap();
        let class = |text| database.prepare(text, PATIENCE).unwrap();
        let plain = |writes| Class {
            plain: true,
            writes,
        };
        assert_eq!(class("SELECT count(*) FROM t"), plain(false));
        assert_eq!(class("INSERT INTO t VALUES (1)"), plain(true));
        assert_eq!(class("DELETE FROM t RETURNING a"), plain(true));
        for text in [
            "PRAGMA foreign_keys=0",
            "PRAGMA synchronous",
            "CREATE TEMP TABLE x (a)",
            "CREATE TABLE x (a)",
            "ATTACH ':memory:' AS x",
            "SELECT last_insert_rowid()",
            "SELECT Changes()",
            "BEGIN",
        ] {
            assert!(!class(text).plain, "{text}");
        }
    }

    #[test]
    fn a_long_statement_is_left_to_a_thread() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::new(folder.path().join("x.db"), false);
        let numbers = |n: u64| {
            format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<{n}) SELECT count(*) FROM n"
            )
        };
        assert!(database.read_now(&numbers(10), &[]).is_some());
        assert!(database.read_now(&numbers(100_000_000), &[]).is_none());
        assert_eq!(lock(&database.readers).len(), 1);
    }
}

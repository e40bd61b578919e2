//! Statements. One statement a call, constants with bound parameters, every result drained: that is
//! where errors come (Spin's `crates/sqlite-inproc`).

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use domain::Ceiling;
use spin_sdk::sqlite::{Connection, RowResult, Value};

use crate::bounded::{READ, WRITE, bounded};
use crate::{StoreError, migrate};

/// Which kept connection a statement uses: reads never queue behind a writer's disk, and what is recorded
/// after an answer never delays a decision.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    Read,
    Decide,
    Project,
    Record,
    Seal,
}

/// How long work after the answer waits for a database to say its version.
const PATIENT: Duration = Duration::from_secs(10);

thread_local! {
    static KEPT: RefCell<Vec<(Lane, Rc<Connection>)>> = const { RefCell::new(Vec::new()) };
}

async fn connection(lane: Lane) -> Result<Rc<Connection>, StoreError> {
    let kept = KEPT.with_borrow(|kept| {
        kept.iter()
            .find(|(name, _)| *name == lane)
            .map(|(_, found)| found.clone())
    });
    if let Some(connection) = kept {
        return Ok(connection);
    }
    let connection = Connection::open_default()
        .await
        .map_err(|error| away(&error))?;
    // Optimisations of local SQLite: a server that refuses them loses nothing.
    match lane {
        Lane::Read => {}
        Lane::Decide => {
            let _ = run(&connection, "PRAGMA synchronous=FULL", Vec::new()).await;
            // What is erased is overwritten in a local file, too; what a server does with its files is its own matter.
            let _ = run(&connection, "PRAGMA secure_delete=ON", Vec::new()).await;
        }
        // A head that was shown to somebody must never be lost.
        Lane::Seal => {
            let _ = run(&connection, "PRAGMA synchronous=FULL", Vec::new()).await;
        }
        // They delete nothing but marks.
        Lane::Project | Lane::Record => {
            let _ = run(&connection, "PRAGMA synchronous=NORMAL", Vec::new()).await;
        }
    }
    let connection = Rc::new(connection);
    KEPT.with_borrow_mut(|kept| kept.push((lane, connection.clone())));
    Ok(connection)
}

fn forget_connections() {
    KEPT.with_borrow_mut(Vec::clear);
}

fn away(error: &spin_sdk::sqlite::Error) -> StoreError {
    // Only the kind: SQLite's texts can quote values.
    let kind = match error {
        spin_sdk::sqlite::Error::Io(text) if text.contains("locked") || text.contains("busy") => {
            "SQLite is busy"
        }
        spin_sdk::sqlite::Error::Io(text) if text.contains("readonly") => "SQLite is read-only",
        spin_sdk::sqlite::Error::Io(text) if text.contains("full") => "the disk is full",
        spin_sdk::sqlite::Error::Io(_) => "SQLite failed",
        spin_sdk::sqlite::Error::AccessDenied => {
            "access denied; grant sqlite_databases in the manifest"
        }
        spin_sdk::sqlite::Error::NoSuchDatabase => "no such database",
        spin_sdk::sqlite::Error::DatabaseFull => "the database is full",
        spin_sdk::sqlite::Error::InvalidConnection => "the connection is gone",
    };
    StoreError::Away(kind.to_owned())
}

/// One statement on a given connection.
pub async fn run(
    connection: &Connection,
    statement: &'static str,
    parameters: Vec<Value>,
) -> Result<Vec<RowResult>, StoreError> {
    let result = connection
        .execute(statement, parameters)
        .await
        .map_err(|error| away(&error))?;
    result.collect().await.map_err(|error| away(&error))
}

/// One statement on a lane, however long it takes: for work after the answer.
pub async fn execute(
    lane: Lane,
    statement: &'static str,
    parameters: Vec<Value>,
) -> Result<Vec<RowResult>, StoreError> {
    migrate::ensure(PATIENT).await?;
    let connection = connection(lane).await?;
    let rows = run(&connection, statement, parameters).await;
    if rows.is_err() {
        forget_connections();
    }
    rows
}

async fn within(
    limit: Duration,
    lane: Lane,
    statement: &'static str,
    parameters: Vec<Value>,
) -> Result<Vec<RowResult>, StoreError> {
    migrate::ensure(limit).await?;
    match bounded(limit, execute(lane, statement, parameters)).await {
        Some(rows) => rows,
        None => {
            forget_connections();
            Err(StoreError::Away("SQLite did not answer in time".to_owned()))
        }
    }
}

/// A read on the request path.
pub async fn read(
    statement: &'static str,
    parameters: Vec<Value>,
) -> Result<Vec<RowResult>, StoreError> {
    within(READ, Lane::Read, statement, parameters).await
}

/// A read that may be long because it covers `items` subjects or days of counters.
pub async fn read_many(
    statement: &'static str,
    parameters: Vec<Value>,
    items: usize,
) -> Result<Vec<RowResult>, StoreError> {
    within(scaled(READ, items), Lane::Read, statement, parameters).await
}

/// A write that is durable when it returns.
pub async fn write(
    statement: &'static str,
    parameters: Vec<Value>,
    items: usize,
) -> Result<Vec<RowResult>, StoreError> {
    within(scaled(WRITE, items), Lane::Decide, statement, parameters).await
}

/// A write that an answer waits for and that may be lost with the machine: it is made again.
pub async fn clear(
    statement: &'static str,
    parameters: Vec<Value>,
    items: usize,
) -> Result<Vec<RowResult>, StoreError> {
    within(scaled(WRITE, items), Lane::Project, statement, parameters).await
}

/// A write to the transparency log, apart from decisions.
pub async fn seal(
    statement: &'static str,
    parameters: Vec<Value>,
    items: usize,
) -> Result<Vec<RowResult>, StoreError> {
    within(scaled(WRITE, items), Lane::Seal, statement, parameters).await
}

fn scaled(base: Duration, items: usize) -> Duration {
    let extra = u64::try_from(items).unwrap_or(u64::MAX);
    base.saturating_add(Duration::from_millis(extra))
}

/// Column `index` of a row as text.
pub fn text<'a>(
    row: &'a RowResult,
    index: usize,
    table: &'static str,
) -> Result<&'a str, StoreError> {
    row.get::<&str>(index).ok_or(StoreError::Corrupt(table))
}

/// Column `index` of a row as a number.
pub fn integer(row: &RowResult, index: usize, table: &'static str) -> Result<i64, StoreError> {
    row.get::<i64>(index).ok_or(StoreError::Corrupt(table))
}

/// Column `index` of a row as something of the domain that stands there as text.
pub fn parsed<T, E>(
    row: &RowResult,
    index: usize,
    table: &'static str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, StoreError> {
    parse(text(row, index, table)?).map_err(|_| StoreError::Corrupt(table))
}

/// Column `index` of a row as a ceiling.
pub fn ceiling(row: &RowResult, index: usize) -> Result<Ceiling, StoreError> {
    let code = text(row, index, "ceiling")?;
    Ceiling::ALL
        .into_iter()
        .find(|ceiling| ceiling.code() == code)
        .ok_or(StoreError::Corrupt("ceiling"))
}

//! One SQLite connection on a thread of its own, from `open` until the component drops it
//! (Spin: `crates/sqlite-inproc/src/lib.rs`, which hands each statement to a pool of threads).
//!
//! As in Spin a connection is private to who opened it, the file is opened by the first statement,
//! errors of running a statement come after the columns, and the next statement waits until the
//! rows of this one were taken or dropped. A text with two statements is an error, where Spin
//! silently runs only the first.

use std::sync::mpsc::{Receiver, Sender, channel};

use rusqlite::hooks::{AuthAction, Authorization};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql};
use tokio::sync::{mpsc, oneshot};

use crate::bindings::spin::sqlite::sqlite::{Error, RowResult, Value};
use crate::fault::{self, Faults, Target};
use crate::runtime_config::Database;

/// The most bytes of one row (Spin: `MAX_HOST_BUFFERED_BYTES`).
const MAX_ROW: usize = 128 << 20;
/// Rows that may wait for a component that does not take them. As in Spin, so that what would hang
/// there hangs here.
const WAITING: usize = 4;
/// After that many rows they travel in batches, of so many rows or bytes.
const BATCH_ROWS: usize = 64;
const BATCH_BYTES: usize = 256 << 10;
/// Statements that a kept connection does not parse again.
const STATEMENTS: usize = 64;
/// SQLite needs little; there may be many of these threads.
const STACK: usize = 1 << 20;

/// The component's end of a connection. Dropping it rolls back and closes.
#[derive(Clone)]
pub(crate) struct Handle(Sender<Command>);

/// What a statement answers, piece by piece.
pub(crate) struct Answer {
    pub columns: Vec<String>,
    pub rows: mpsc::Receiver<Vec<RowResult>>,
    pub end: oneshot::Receiver<Result<(), Error>>,
}

enum Command {
    Execute(Execute),
    Changes(oneshot::Sender<u64>),
    LastInsertRowid(oneshot::Sender<i64>),
}

struct Execute {
    statement: String,
    parameters: Vec<Value>,
    columns: oneshot::Sender<Result<Vec<String>, Error>>,
    rows: mpsc::Sender<Vec<RowResult>>,
    end: oneshot::Sender<Result<(), Error>>,
}

impl Handle {
    pub fn open(database: Database, faults: Faults) -> Result<Self, Error> {
        let (sender, receiver) = channel();
        std::thread::Builder::new()
            .name("sqlite".to_owned())
            .stack_size(STACK)
            .spawn(move || serve(&database, &faults, &receiver))
            .map_err(|error| Error::Io(error.to_string()))?;
        Ok(Self(sender))
    }

    pub async fn execute(
        &self,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<Answer, Error> {
        let (columns, columns_answer) = oneshot::channel();
        let (rows, rows_answer) = mpsc::channel(WAITING);
        let (end, end_answer) = oneshot::channel();
        self.send(Command::Execute(Execute {
            statement,
            parameters,
            columns,
            rows,
            end,
        }))?;
        Ok(Answer {
            columns: columns_answer.await.unwrap_or_else(|_| Err(gone()))?,
            rows: rows_answer,
            end: end_answer,
        })
    }

    pub async fn changes(&self) -> Result<u64, Error> {
        let (sender, answer) = oneshot::channel();
        self.send(Command::Changes(sender))?;
        answer.await.map_err(|_| gone())
    }

    pub async fn last_insert_rowid(&self) -> Result<i64, Error> {
        let (sender, answer) = oneshot::channel();
        self.send(Command::LastInsertRowid(sender))?;
        answer.await.map_err(|_| gone())
    }

    fn send(&self, command: Command) -> Result<(), Error> {
        self.0.send(command).map_err(|_| gone())
    }
}

pub(crate) fn gone() -> Error {
    Error::Io("the thread of this connection has ended".to_owned())
}

fn io(error: rusqlite::Error) -> Error {
    Error::Io(error.to_string())
}

/// Does what is asked until the component has dropped its end.
fn serve(database: &Database, faults: &Faults, commands: &Receiver<Command>) {
    let mut open = None;
    while let Ok(command) = commands.recv() {
        match command {
            Command::Execute(execute) => {
                let connection = match open.take() {
                    Some(connection) => Ok(connection),
                    None => connect(database),
                };
                match connection {
                    Ok(connection) => run(open.insert(connection), faults, execute),
                    Err(error) => {
                        let _ = execute.columns.send(Err(io(error)));
                    }
                }
            }
            Command::Changes(answer) => {
                let _ = answer.send(open.as_ref().map_or(0, Connection::changes));
            }
            Command::LastInsertRowid(answer) => {
                let _ = answer.send(open.as_ref().map_or(0, Connection::last_insert_rowid));
            }
        }
    }
}

fn connect(database: &Database) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open(&database.path)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    if !database.allow_attach {
        connection.authorizer(Some(|context: rusqlite::hooks::AuthContext<'_>| {
            match context.action {
                AuthAction::Attach { filename } if !matches!(filename, "" | ":memory:") => {
                    Authorization::Deny
                }
                _ => Authorization::Allow,
            }
        }))?;
    }
    Ok(connection)
}

/// Runs a statement. The columns go out when the first rows are known, or when the component has
/// to take rows before more can follow: so a short answer wakes the component once.
fn run(connection: &Connection, faults: &Faults, execute: Execute) {
    let mut columns = Columns(Some(execute.columns), Vec::new());
    let rows = Rows {
        sender: &execute.rows,
        batch: Vec::new(),
        bytes: 0,
        total: 0,
    };
    let end = step(
        connection,
        faults,
        &execute.statement,
        &execute.parameters,
        &mut columns,
        rows,
    );
    columns.send();
    // Closed before the end is told, so that who waits for both wakes up to both.
    drop(execute.rows);
    let _ = execute.end.send(end);
}

fn step(
    connection: &Connection,
    faults: &Faults,
    statement: &str,
    parameters: &[Value],
    columns: &mut Columns,
    mut sink: Rows<'_>,
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(statement).map_err(io)?;
    if let Some(fault) = faults.next(Target::Sqlite, !statement.readonly()) {
        std::thread::sleep(fault.delay);
        if fault.fails {
            return Err(Error::Io(fault::MESSAGE.to_owned()));
        }
    }
    columns.1 = statement.column_names().map(str::to_owned).collect();
    let width = columns.1.len();
    let parameters = rusqlite::params_from_iter(parameters.iter().map(Parameter));
    let mut rows = statement.query(parameters).map_err(io)?;
    while let Some(row) = rows.next().map_err(io)? {
        let (row, bytes) = read_row(row, width)?;
        if sink.is_full() {
            columns.send();
        }
        if !sink.push(row, bytes) {
            // Whoever asked has dropped the rows, so nobody hears this; as in Spin.
            return Err(Error::Io("the rows are no longer wanted".to_owned()));
        }
    }
    columns_before_waiting(columns, &sink);
    sink.finish();
    Ok(())
}

fn columns_before_waiting(columns: &mut Columns, sink: &Rows<'_>) {
    if sink.total > WAITING {
        columns.send();
    }
}

/// The column names and who waits for them.
struct Columns(
    Option<oneshot::Sender<Result<Vec<String>, Error>>>,
    Vec<String>,
);

impl Columns {
    fn send(&mut self) {
        if let Some(sender) = self.0.take() {
            let _ = sender.send(Ok(std::mem::take(&mut self.1)));
        }
    }
}

/// Where the rows go: the first ones singly, later ones in batches.
struct Rows<'a> {
    sender: &'a mpsc::Sender<Vec<RowResult>>,
    batch: Vec<RowResult>,
    bytes: usize,
    total: usize,
}

impl Rows<'_> {
    /// Whether the next row would wait for the component.
    fn is_full(&self) -> bool {
        self.sender.capacity() == 0
    }

    /// Whether somebody still wants rows.
    fn push(&mut self, row: RowResult, bytes: usize) -> bool {
        self.batch.push(row);
        self.bytes = self.bytes.saturating_add(bytes);
        self.total = self.total.saturating_add(1);
        let single = self.total <= WAITING;
        if single || self.batch.len() >= BATCH_ROWS || self.bytes >= BATCH_BYTES {
            self.bytes = 0;
            return self.sender.blocking_send(std::mem::take(&mut self.batch)).is_ok();
        }
        true
    }

    /// Sends the rest. Of more rows than may wait, all must have been taken before the next
    /// statement; only so do batches behave as Spin's single rows.
    fn finish(self) {
        if !self.batch.is_empty() && self.sender.blocking_send(self.batch).is_err() {
            return;
        }
        if self.total > WAITING {
            // An error means that the rows were dropped, which is as good.
            let _ = futures::executor::block_on(self.sender.reserve_many(WAITING));
        }
    }
}

fn read_row(row: &rusqlite::Row<'_>, width: usize) -> Result<(RowResult, usize), Error> {
    let mut values = Vec::with_capacity(width);
    let mut bytes = 0_usize;
    for column in 0..width {
        let value = match row.get_ref(column).map_err(io)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Integer(number),
            ValueRef::Real(number) => Value::Real(number),
            // Spin's host panics on a text that is not UTF-8; a question mark is kinder.
            ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(blob) => Value::Blob(blob.to_vec()),
        };
        let size = match &value {
            Value::Text(text) => text.len(),
            Value::Blob(blob) => blob.len(),
            _ => 0,
        };
        bytes = bytes.saturating_add(size).saturating_add(size_of::<Value>());
        values.push(value);
    }
    if bytes > MAX_ROW {
        return Err(Error::Io(format!("query result exceeds limit of {MAX_ROW} bytes")));
    }
    Ok((RowResult { values }, bytes))
}

/// A value as SQLite takes it, without copying it.
struct Parameter<'a>(&'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Real(number) => ValueRef::Real(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(blob) => ValueRef::Blob(blob),
        }))
    }
}

//! One SQLite connection on a thread of its own, from `open` until the component drops it
//! (Spin: `crates/sqlite-inproc/src/lib.rs`, which hands each statement to a pool of threads).
//!
//! As in Spin a connection is private to who opened it, the file is opened by the first statement,
//! errors of running a statement come after the columns, and the next statement waits until the
//! rows of this one were taken or dropped. A text with two statements is an error, where Spin
//! silently runs only the first.

use std::sync::mpsc::{Receiver, Sender, channel};

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, Authorization};
use tokio::sync::{mpsc, oneshot};

use crate::bindings::spin::sqlite::sqlite::{Error, RowResult, Value};
use crate::fault::{self, Faults, Target};
use crate::runtime_config::Database;
use crate::sqlite_rows::{Columns, Parameter, Rows, WAITING, io, read_row};

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
        connection.authorizer(Some(
            |context: rusqlite::hooks::AuthContext<'_>| match context.action {
                AuthAction::Attach { filename } if !matches!(filename, "" | ":memory:") => {
                    Authorization::Deny
                }
                _ => Authorization::Allow,
            },
        ))?;
    }
    Ok(connection)
}

/// Runs a statement. The columns go out when the first rows are known, or when the component has
/// to take rows before more can follow: so a short answer wakes the component once.
fn run(connection: &Connection, faults: &Faults, execute: Execute) {
    let mut columns = Columns::new(execute.columns);
    let rows = Rows::new(&execute.rows);
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
    let names: Vec<_> = statement.column_names().map(str::to_owned).collect();
    let width = names.len();
    columns.set(names);
    let parameters = rusqlite::params_from_iter(parameters.iter().map(Parameter));
    let mut rows = statement.query(parameters).map_err(io)?;
    let end = loop {
        let (row, bytes) = match rows.next() {
            Ok(Some(row)) => read_row(row, width)?,
            Ok(None) => break Ok(()),
            Err(error) => break Err(io(error)),
        };
        if !sink.push(row, bytes, columns) {
            // Whoever asked has dropped the rows, so nobody hears this; as in Spin.
            break Err(Error::Io("the rows are no longer wanted".to_owned()));
        }
    };
    sink.finish(columns);
    end
}

//! One SQLite connection on a thread of its own, from `open` until the component drops it
//! (Spin: `crates/sqlite-inproc/src/lib.rs`, which hands each statement to a pool of threads).
//!
//! As in Spin a connection is private to who opened it, the file is opened by the first statement,
//! errors of running a statement come after the columns, and the next statement waits until the
//! rows of this one were taken or dropped. A text with two statements is an error, where Spin
//! silently runs only the first.

use std::sync::mpsc::{Receiver, Sender, channel};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::bindings::spin::sqlite::sqlite::{Error, RowResult, Value};
use crate::fault::{self, Faults};
use crate::runtime_config::Database;
use crate::sqlite_idle::Plain;
use crate::sqlite_rows::{Columns, Parameter, Rows, WAITING, io, read_row};
use crate::turn::Held;

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
    let mut session = None;
    while let Ok(command) = commands.recv() {
        match command {
            Command::Execute(execute) => {
                let opened = match session.take() {
                    Some(session) => Ok(session),
                    None => Session::open(database, faults),
                };
                match opened {
                    Ok(opened) => session.insert(opened).run(execute),
                    Err(error) => {
                        let _ = execute.columns.send(Err(io(error)));
                    }
                }
            }
            Command::Changes(answer) => {
                let wrote = session.as_ref().filter(|open| open.wrote);
                let _ = answer.send(wrote.map_or(0, |open| open.plain.connection.changes()));
            }
            Command::LastInsertRowid(answer) => {
                let wrote = session.as_ref().filter(|open| open.wrote);
                let rowid = wrote.map_or(0, |open| open.plain.connection.last_insert_rowid());
                let _ = answer.send(rowid);
            }
        }
    }
    if let Some(Session { plain, held, .. }) = session {
        drop(held);
        database.idle.give(plain);
    }
}

/// A connection after its first statement.
struct Session<'a> {
    plain: Plain,
    database: &'a Database,
    /// Whether another instance has used the connection before.
    reused: bool,
    /// Whether this one has written: then SQLite counts for it.
    wrote: bool,
    /// Kept over statements while a transaction writes.
    held: Option<Held>,
    faults: &'a Faults,
}

fn connect(database: &Database) -> rusqlite::Result<Plain> {
    let connection = Connection::open(&database.path)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Plain::new(connection, database.allow_attach)
}

impl<'a> Session<'a> {
    fn open(database: &'a Database, faults: &'a Faults) -> rusqlite::Result<Self> {
        let left = database.idle.take();
        let reused = left.is_some();
        Ok(Self {
            plain: left.map_or_else(|| connect(database), Ok)?,
            database,
            reused,
            wrote: false,
            held: None,
            faults,
        })
    }

    /// Runs a statement. The columns go out when the first rows are known, or when the component
    /// has to take rows before more can follow: so a short answer wakes the component once.
    fn run(&mut self, execute: Execute) {
        let mut columns = Columns::new(execute.columns);
        let rows = Rows::new(&execute.rows);
        let end = self.step(&execute.statement, &execute.parameters, &mut columns, rows);
        self.pass_on();
        columns.send();
        // Closed before the end is told, so that who waits for both wakes up to both.
        drop(execute.rows);
        let _ = execute.end.send(end);
    }

    /// Lets the next connection write, unless a transaction is open.
    fn pass_on(&mut self) {
        if self.plain.connection.is_autocommit() {
            self.held = None;
        }
    }

    /// A statement that could tell a connection from a new one gets a new one, as long as this instance
    /// has written nothing.
    fn make_new_if_told_apart(&mut self, text: &str) -> rusqlite::Result<()> {
        if !self.reused || self.wrote || !self.plain.connection.is_autocommit() {
            return Ok(());
        }
        // Fails again, with its error, where it is run.
        let _ = self.plain.connection.prepare_cached(text);
        if !self.plain.is_plain() {
            self.plain = connect(self.database)?;
            self.reused = false;
        }
        Ok(())
    }

    fn step(
        &mut self,
        text: &str,
        parameters: &[Value],
        columns: &mut Columns,
        mut sink: Rows<'_>,
    ) -> Result<(), Error> {
        self.make_new_if_told_apart(text).map_err(io)?;
        let mut statement = self.plain.connection.prepare_cached(text).map_err(io)?;
        let writes = !statement.readonly();
        if let Some(fault) = self.faults.next_statement(text, writes) {
            std::thread::sleep(fault.delay);
            if fault.fails {
                return Err(Error::Io(fault::MESSAGE.to_owned()));
            }
        }
        let names: Vec<_> = statement.column_names().map(str::to_owned).collect();
        let width = names.len();
        columns.set(names);
        self.wrote |= writes;
        if writes && self.held.is_none() {
            self.held = self.database.turn.take();
        }
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
        // The statement has ended, so nothing of it is locked while its last rows are taken.
        drop(rows);
        drop(statement);
        self.pass_on();
        sink.finish(columns);
        end
    }
}

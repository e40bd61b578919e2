//! A SQLite connection on a thread of its own, for a component that does more than single statements
//! (Spin: `crates/sqlite-inproc/src/lib.rs`, which hands each statement to a pool of threads).
//!
//! As in Spin the next statement waits until the rows of this one were taken or dropped.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::bindings::spin::sqlite::sqlite::{Error, RowResult, Value};
use crate::sqlite_database::{Database, run};
use crate::sqlite_rows::{Answer, Columns, WAITING, gone, io};
use crate::turn::Held;

/// SQLite needs little; there may be many of these threads.
const STACK: usize = 1 << 20;

/// Our end of the connection. Dropping it rolls back and closes.
#[derive(Clone, Debug)]
pub(crate) struct Own(Sender<Command>);

#[derive(Debug)]
enum Command {
    Execute(Execute),
    Changes(oneshot::Sender<u64>),
    LastInsertRowid(oneshot::Sender<i64>),
}

#[derive(Debug)]
struct Execute {
    statement: String,
    parameters: Vec<Value>,
    columns: oneshot::Sender<Result<Vec<String>, Error>>,
    rows: mpsc::Sender<Vec<RowResult>>,
    end: oneshot::Sender<Result<(), Error>>,
}

impl Own {
    /// Opens it; `synchronous` is what the component has set so far.
    pub fn open(database: Arc<Database>, synchronous: u8) -> Result<Self, Error> {
        let (sender, receiver) = channel();
        std::thread::Builder::new()
            .name("sqlite".to_owned())
            .stack_size(STACK)
            .spawn(move || serve(&database, synchronous, &receiver))
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
        Ok(Answer::Streamed {
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

/// Does what is asked until the component has dropped its end.
fn serve(database: &Database, synchronous: u8, commands: &Receiver<Command>) {
    let mut session = None;
    while let Ok(command) = commands.recv() {
        match command {
            Command::Execute(execute) => {
                let opened = match session.take() {
                    Some(session) => Ok(session),
                    None => Session::open(database, synchronous),
                };
                match opened {
                    Ok(opened) => session.insert(opened).run(execute),
                    Err(error) => {
                        let _ = execute.columns.send(Err(io(error)));
                    }
                }
            }
            Command::Changes(answer) => {
                let changes = session.as_ref().map_or(0, |open| open.connection.changes());
                let _ = answer.send(changes);
            }
            Command::LastInsertRowid(answer) => {
                let rowid = session
                    .as_ref()
                    .map_or(0, |open| open.connection.last_insert_rowid());
                let _ = answer.send(rowid);
            }
        }
    }
}

/// A connection after its first statement.
struct Session<'a> {
    connection: Connection,
    database: &'a Database,
    /// Kept over statements while a transaction writes.
    held: Option<Held>,
}

impl<'a> Session<'a> {
    fn open(database: &'a Database, synchronous: u8) -> rusqlite::Result<Self> {
        let (connection, _) = database.connect()?;
        connection.pragma_update(None, "synchronous", synchronous.to_string())?;
        Ok(Self {
            connection,
            database,
            held: None,
        })
    }

    /// Runs a statement. The columns go out when the first rows are known, or when the component
    /// has to take rows before more can follow: so a short answer wakes the component once.
    fn run(&mut self, execute: Execute) {
        let mut columns = Columns::new(execute.columns);
        let end = self.step(
            &execute.statement,
            &execute.parameters,
            &mut columns,
            &execute.rows,
        );
        // Lets the next connection write, unless a transaction is open.
        if self.connection.is_autocommit() {
            self.held = None;
        }
        columns.send();
        // Closed before the end is told, so that who waits for both wakes up to both.
        drop(execute.rows);
        let _ = execute.end.send(end);
    }

    fn step(
        &mut self,
        text: &str,
        parameters: &[Value],
        columns: &mut Columns,
        rows: &mpsc::Sender<Vec<RowResult>>,
    ) -> Result<(), Error> {
        let mut statement = self.connection.prepare_cached(text).map_err(io)?;
        if !statement.readonly() && self.held.is_none() {
            self.held = self.database.turn.take();
        }
        let (error, end) = run(&mut statement, parameters, columns, rows);
        error.map_or(end, |error| Err(io(error)))
    }
}

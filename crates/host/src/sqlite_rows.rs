//! How rows and values get from SQLite to a component and back.

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};
use tokio::sync::{mpsc, oneshot};

use crate::bindings::spin::sqlite::sqlite::{Error, RowResult, Value};
use crate::sqlite_connection::Undrained;

/// The most bytes of one row (Spin: `MAX_HOST_BUFFERED_BYTES`).
const MAX_ROW: usize = 128 << 20;
/// Rows that may wait for a component that does not take them. As in Spin, so that what would hang
/// there hangs here.
pub(crate) const WAITING: usize = 4;
/// After that many rows they travel in batches, of so many rows or bytes.
const BATCH_ROWS: usize = 64;
const BATCH_BYTES: usize = 256 << 10;

/// What a statement answers.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Everything at once, and what keeps the next statement waiting while it is taken.
    Ready(Ready, Option<Undrained>),
    /// Piece by piece.
    Streamed {
        columns: Vec<String>,
        rows: mpsc::Receiver<Vec<RowResult>>,
        end: oneshot::Receiver<Result<(), Error>>,
    },
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Ready {
    pub columns: Vec<String>,
    pub rows: Vec<RowResult>,
    pub end: Result<(), Error>,
}

impl Ready {
    pub const fn new(columns: Vec<String>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
            end: Ok(()),
        }
    }

    pub const fn failed(error: Error) -> Self {
        Self {
            columns: Vec::new(),
            rows: Vec::new(),
            end: Err(error),
        }
    }
}

pub(crate) fn gone() -> Error {
    Error::Io("the thread of this connection has ended".to_owned())
}

/// The column names and who waits for them.
pub(crate) struct Columns {
    waiting: Option<oneshot::Sender<Result<Vec<String>, Error>>>,
    names: Vec<String>,
}

impl Columns {
    pub fn new(waiting: oneshot::Sender<Result<Vec<String>, Error>>) -> Self {
        Self {
            waiting: Some(waiting),
            names: Vec::new(),
        }
    }

    pub fn set(&mut self, names: Vec<String>) {
        self.names = names;
    }

    /// Sends them, if they have not been sent.
    pub fn send(&mut self) {
        if let Some(waiting) = self.waiting.take() {
            // Whoever asked may have gone.
            let _ = waiting.send(Ok(std::mem::take(&mut self.names)));
        }
    }
}

/// Where the rows go: the first ones singly, later ones in batches.
pub(crate) struct Rows<'a> {
    sender: &'a mpsc::Sender<Vec<RowResult>>,
    batch: Vec<RowResult>,
    bytes: usize,
    total: usize,
}

impl<'a> Rows<'a> {
    pub fn new(sender: &'a mpsc::Sender<Vec<RowResult>>) -> Self {
        Self {
            sender,
            batch: Vec::new(),
            bytes: 0,
            total: 0,
        }
    }

    /// Takes a row. False if nobody wants rows any more.
    pub fn push(&mut self, row: RowResult, bytes: usize, columns: &mut Columns) -> bool {
        self.batch.push(row);
        self.bytes = self.bytes.saturating_add(bytes);
        self.total = self.total.saturating_add(1);
        let single = self.total <= WAITING;
        if single || self.batch.len() >= BATCH_ROWS || self.bytes >= BATCH_BYTES {
            return self.send(columns);
        }
        true
    }

    fn send(&mut self, columns: &mut Columns) -> bool {
        if self.sender.capacity() == 0 {
            // The component takes rows only when it knows the columns.
            columns.send();
        }
        self.bytes = 0;
        self.sender
            .blocking_send(std::mem::take(&mut self.batch))
            .is_ok()
    }

    /// Sends the rest. Of more rows than may wait, all must have been taken before the next
    /// statement; only so do batches behave as Spin's single rows.
    pub fn finish(mut self, columns: &mut Columns) {
        if !self.batch.is_empty() && !self.send(columns) {
            return;
        }
        columns.send();
        if self.total > WAITING {
            // An error means that the rows were dropped, which is as good.
            let _ = futures::executor::block_on(self.sender.reserve_many(WAITING));
        }
    }
}

pub(crate) fn io(error: rusqlite::Error) -> Error {
    Error::Io(error.to_string())
}

/// A row of so many columns, and about how many bytes it is.
pub(crate) fn read_row(row: &rusqlite::Row<'_>, width: usize) -> Result<(RowResult, usize), Error> {
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
        bytes = bytes
            .saturating_add(size)
            .saturating_add(size_of::<Value>());
        values.push(value);
    }
    if bytes > MAX_ROW {
        return Err(Error::Io(format!(
            "query result exceeds limit of {MAX_ROW} bytes"
        )));
    }
    Ok((RowResult { values }, bytes))
}

/// A value as SQLite takes it, without copying it.
pub(crate) struct Parameter<'a>(pub &'a Value);

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

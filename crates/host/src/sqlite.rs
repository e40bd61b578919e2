//! `spin:sqlite` as components see it (Spin: `crates/factor-sqlite/src/host.rs`).
//!
//! SDK 7 uses the asynchronous functions only; the older ones of the same interface answer the
//! same.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::mpsc;
use wasmtime::StoreContextMut;
use wasmtime::component::{
    Accessor, Destination, FutureReader, Resource, StreamProducer, StreamReader, StreamResult,
};

use crate::bindings::spin::sqlite::sqlite::{
    Connection, Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
};
use crate::sqlite_connection::{Handle, Undrained};
use crate::sqlite_rows::{Answer, Ready, gone};
use crate::state::{SpinHost, State};

/// Connections that an instance may have open at once, as in Spin.
const MAX_OPEN: usize = 256;

/// A connection that a component has opened.
pub struct OpenConnection(Handle);

type Streamed = (
    Vec<String>,
    StreamReader<RowResult>,
    FutureReader<Result<(), Error>>,
);

impl Host for State {}
impl State {
    fn open_connection(
        &mut self,
        label: &str,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        let Some(database) = self.component.sqlite.get(label) else {
            return Ok(Err(Error::AccessDenied));
        };
        if self.open_connections >= MAX_OPEN {
            let text = "too many connections opened".to_owned();
            return Ok(Err(Error::Io(text)));
        }
        let handle = Handle::new(
            database.clone(),
            self.component.faults.clone(),
            self.component.calls.clone(),
        );
        self.open_connections = self.open_connections.saturating_add(1);
        Ok(Ok(self.table.push(OpenConnection(handle))?))
    }

    fn handle(&self, connection: &Resource<Connection>) -> wasmtime::Result<Handle> {
        Ok(self.table.get(connection)?.0.clone())
    }
}

impl HostConnection for State {
    async fn open(
        &mut self,
        label: String,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        self.open_connection(&label)
    }

    async fn execute(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<Result<QueryResult, Error>> {
        let handle = self.handle(&connection)?;
        let ready = match handle.execute(statement, parameters).await {
            Ok(Answer::Ready(ready, _)) => ready,
            Ok(Answer::Streamed {
                columns,
                rows: mut batches,
                end,
            }) => {
                let mut ready = Ready::new(columns);
                while let Some(batch) = batches.recv().await {
                    ready.rows.extend(batch);
                }
                ready.end = end.await.unwrap_or_else(|_| Err(gone()));
                ready
            }
            Err(error) => return Ok(Err(error)),
        };
        let (columns, rows) = (ready.columns, ready.rows);
        Ok(ready.end.map(|()| QueryResult { columns, rows }))
    }

    async fn changes(&mut self, connection: Resource<Connection>) -> wasmtime::Result<u64> {
        Ok(self.handle(&connection)?.changes().await?)
    }

    async fn last_insert_rowid(
        &mut self,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        Ok(self.handle(&connection)?.last_insert_rowid().await?)
    }

    async fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.open_connections = self.open_connections.saturating_sub(1);
        self.table.delete(connection)?;
        Ok(())
    }
}

fn handle<T>(
    accessor: &Accessor<T, SpinHost>,
    connection: &Resource<OpenConnection>,
) -> wasmtime::Result<Handle> {
    accessor.with(|mut access| access.get().handle(connection))
}

impl<T: Send + 'static> HostConnectionWithStore<T> for SpinHost {
    async fn open_async(
        accessor: &Accessor<T, Self>,
        label: String,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        accessor.with(|mut access| access.get().open_connection(&label))
    }

    async fn execute_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<Result<Streamed, Error>> {
        let handle = handle(accessor, &connection)?;
        let answer = match handle.execute(statement, parameters).await {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(error)),
        };
        accessor.with(|mut access| {
            let (columns, rows, end) = match answer {
                Answer::Ready(Ready { columns, rows, end }, undrained) => (
                    columns,
                    StreamReader::new(&mut access, Taken(rows, undrained))?,
                    FutureReader::new(&mut access, async { wasmtime::error::Ok(end) })?,
                ),
                Answer::Streamed { columns, rows, end } => (
                    columns,
                    StreamReader::new(&mut access, Rows(rows))?,
                    FutureReader::new(&mut access, async {
                        wasmtime::error::Ok(end.await.unwrap_or_else(|_| Err(gone())))
                    })?,
                ),
            };
            Ok(Ok((columns, rows, end)))
        })
    }

    async fn changes_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<u64> {
        Ok(handle(accessor, &connection)?.changes().await?)
    }

    async fn last_insert_rowid_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        Ok(handle(accessor, &connection)?.last_insert_rowid().await?)
    }
}

/// The rows of a whole answer.
struct Taken(Vec<RowResult>, Option<Undrained>);

impl<D> StreamProducer<D> for Taken {
    type Item = RowResult;
    type Buffer = wasmtime::component::VecBuffer<RowResult>;

    fn poll_produce<'a>(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        store: StoreContextMut<'a, D>,
        mut destination: Destination<'a, Self::Item, Self::Buffer>,
        _: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        if destination.remaining(store) == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        let Self(rows, undrained) = self.get_mut();
        if rows.is_empty() {
            return Poll::Ready(Ok(StreamResult::Dropped));
        }
        destination.set_buffer(std::mem::take(rows).into());
        // Somebody waits for the last row to be taken, or nobody does.
        Poll::Ready(Ok(match undrained {
            Some(_) => StreamResult::Completed,
            None => StreamResult::Dropped,
        }))
    }
}

/// The rows of an answer, as they come from the connection's thread.
struct Rows(mpsc::Receiver<Vec<RowResult>>);

impl<D> StreamProducer<D> for Rows {
    type Item = RowResult;
    type Buffer = wasmtime::component::VecBuffer<RowResult>;

    fn poll_produce<'a>(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        store: StoreContextMut<'a, D>,
        mut destination: Destination<'a, Self::Item, Self::Buffer>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        // The component only asks whether there is something; what is taken could be lost.
        if destination.remaining(store) == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        match self.get_mut().0.poll_recv(context) {
            Poll::Ready(Some(rows)) => {
                destination.set_buffer(rows.into());
                Poll::Ready(Ok(StreamResult::Completed))
            }
            Poll::Ready(None) => Poll::Ready(Ok(StreamResult::Dropped)),
            Poll::Pending if finish => Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => Poll::Pending,
        }
    }
}

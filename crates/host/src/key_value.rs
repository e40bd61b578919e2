//! `spin:key-value`, `spin:variables` as components see them
//! (Spin: `crates/factor-key-value/src/host.rs`, `crates/factor-variables/src/host.rs`).

use std::sync::Arc;

use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

use crate::bindings::spin::key_value::key_value::{
    Error, Host, HostStore, HostStoreWithStore, Store,
};
use crate::bindings::spin::variables::variables;
use crate::calls::Counters;
use crate::fault::{self, Faults, Target};
use crate::kv_store::KvStore;
use crate::state::{SpinHost, State};
use crate::variables::is_lower_snake;

/// Stores that an instance may have open at once, as in Spin.
const MAX_OPEN: usize = 256;

/// A store that a component has opened.
#[derive(Clone)]
pub struct OpenStore {
    pub(crate) values: KvStore,
    pub(crate) label: Arc<str>,
    pub(crate) faults: Faults,
    pub(crate) calls: Arc<Counters>,
}

impl OpenStore {
    /// Counts a call, and delays or fails it if a test wants that.
    async fn begin(&self, writes: bool) -> Result<(), Error> {
        self.calls.key_value.count();
        let Some(fault) = self.faults.next(Target::KeyValue, writes) else {
            return Ok(());
        };
        tokio::time::sleep(fault.delay).await;
        if fault.fails {
            return Err(Error::Other(fault::MESSAGE.to_owned()));
        }
        Ok(())
    }

    async fn write(self, key: String, value: Option<Vec<u8>>) -> Result<(), Error> {
        self.begin(true).await?;
        let written = self.values.write(self.label, key, value).await;
        written.map_err(Error::Other)
    }
}

fn open_store<T>(
    accessor: &Accessor<T, SpinHost>,
    store: &Resource<OpenStore>,
) -> wasmtime::Result<OpenStore> {
    accessor.with(|mut access| Ok(access.get().table.get(store)?.clone()))
}

impl Host for State {}

impl HostStore for State {
    async fn drop(&mut self, store: Resource<Store>) -> wasmtime::Result<()> {
        self.open_stores = self.open_stores.saturating_sub(1);
        self.table.delete(store)?;
        Ok(())
    }
}

impl<T: Send + 'static> HostStoreWithStore<T> for SpinHost {
    async fn open(
        accessor: &Accessor<T, Self>,
        label: String,
    ) -> wasmtime::Result<Result<Resource<Store>, Error>> {
        accessor.with(|mut access| {
            let state = access.get();
            let Some(store) = state.component.key_value.get(&label) else {
                return Ok(Err(Error::AccessDenied));
            };
            if state.open_stores >= MAX_OPEN {
                return Ok(Err(Error::StoreTableFull));
            }
            state.open_stores = state.open_stores.saturating_add(1);
            Ok(Ok(state.table.push(store.clone())?))
        })
    }

    async fn get(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        let store = open_store(accessor, &store)?;
        if let Err(error) = store.begin(false).await {
            return Ok(Err(error));
        }
        let value = store.values.get(&store.label, &key).await;
        Ok(value.map_err(Error::Other))
    }

    async fn set(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(open_store(accessor, &store)?.write(key, Some(value)).await)
    }

    async fn delete(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(open_store(accessor, &store)?.write(key, None).await)
    }

    async fn exists(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<bool, Error>> {
        let store = open_store(accessor, &store)?;
        if let Err(error) = store.begin(false).await {
            return Ok(Err(error));
        }
        let exists = store.values.exists(&store.label, &key).await;
        Ok(exists.map_err(Error::Other))
    }

    async fn get_keys(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
    ) -> wasmtime::Result<(StreamReader<String>, FutureReader<Result<(), Error>>)> {
        let store = open_store(accessor, &store)?;
        let listed = match store.begin(false).await {
            Ok(()) => store.values.keys(store.label).await.map_err(Error::Other),
            Err(error) => Err(error),
        };
        let (keys, end) = match listed {
            Ok(keys) => (keys, Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        };
        accessor.with(|mut access| {
            let end = async move { wasmtime::error::Ok(end) };
            Ok((
                StreamReader::new(&mut access, keys)?,
                FutureReader::new(&mut access, end)?,
            ))
        })
    }
}

impl variables::Host for State {}

impl<T: Send + 'static> variables::HostWithStore<T> for SpinHost {
    async fn get(
        accessor: &Accessor<T, Self>,
        name: String,
    ) -> wasmtime::Result<Result<String, variables::Error>> {
        if !is_lower_snake(&name) {
            return Ok(Err(variables::Error::InvalidName(name)));
        }
        Ok(accessor.with(|mut access| {
            let value = access.get().component.variables.get(&name).cloned();
            value.ok_or(variables::Error::Undefined(name))
        }))
    }
}

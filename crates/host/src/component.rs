//! One component: its code, what the manifest lets it use, and how its instances are made.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use wasmtime::component::{InstancePre, Linker, ResourceTable};
use wasmtime::{Engine, Store, StoreLimitsBuilder};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi_http::handler::{HandlerState, Instance, Proxy, ProxyHandler, TrapOrPanicError};
use wasmtime_wasi_http::p3::bindings::ServicePre;
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpView};

use crate::calls::Counters;
use crate::fault::Faults;
use crate::files::Files;
use crate::key_value::OpenStore;
use crate::logs::Log;
use crate::outbound::{AllowedHosts, Outbound};
use crate::reuse::{Acceptance, Expiration, Instances, Limits};
use crate::sqlite_database::Database;
use crate::state::State;

/// What a component may use, and where its output goes.
pub(crate) struct Component {
    pub id: String,
    pub key_value: BTreeMap<String, OpenStore>,
    pub sqlite: BTreeMap<String, Arc<Database>>,
    pub variables: BTreeMap<String, String>,
    pub environment: Vec<(String, String)>,
    pub files: Files,
    pub allowed_hosts: Arc<AllowedHosts>,
    pub faults: Faults,
    pub calls: Arc<Counters>,
    pub stdout: Log,
    pub stderr: Log,
    pub max_memory: usize,
}

impl Component {
    /// Tells of a failure in the component's own log. What it says may be about a request, so it
    /// does not belong in the host's.
    pub fn failed(&self, error: &wasmtime::Error) {
        // Only says that there was another failure, which was told already.
        if error.is::<TrapOrPanicError>() {
            return;
        }
        tracing::error!(component = self.id, "an instance failed; its log says why");
        let _ = self
            .stderr
            .write(format!("component failed: {error:?}\n").as_bytes());
    }
}

/// Makes the instances of a component.
pub(crate) struct Maker {
    pub component: Arc<Component>,
    engine: Engine,
    pre: ServicePre<State>,
    limits: Limits,
    instances: Instances,
    made: AtomicU64,
}

/// Answers a component's requests.
pub(crate) type Handler = ProxyHandler<Maker>;

impl Maker {
    /// Compiles the component, or takes it from the cache.
    pub fn new(
        source: &Path,
        component: Component,
        linker: &Linker<State>,
        limits: Limits,
        instances: Instances,
    ) -> Result<Self> {
        let engine = linker.engine();
        let code = std::fs::read(source)
            .with_context(|| format!("cannot read {}; is it built?", source.display()))?;
        let compiled = wasmtime::component::Component::new(engine, &code)
            .map_err(anyhow::Error::from)
            .with_context(|| format!("{} is not a component", source.display()))?;
        let pre: InstancePre<State> = linker
            .instantiate_pre(&compiled)
            .map_err(anyhow::Error::from)
            .context("it imports something that this host does not have")?;
        let pre = ServicePre::new(pre)
            .map_err(anyhow::Error::from)
            .context("it does not export wasi:http/handler@0.3.0 (spin-sdk 7)")?;
        Ok(Self {
            component: Arc::new(component),
            engine: engine.clone(),
            pre,
            limits,
            instances,
            made: AtomicU64::new(0),
        })
    }

    fn state(&self) -> wasmtime::Result<State> {
        let component = &self.component;
        let mut wasi = WasiCtxBuilder::new();
        wasi.envs(&component.environment);
        wasi.stdout(component.stdout.clone());
        wasi.stderr(component.stderr.clone());
        // Reading a small file at once costs less than asking another thread to.
        wasi.allow_blocking_current_thread(true);
        component.files.mount(&mut wasi)?;
        Ok(State {
            component: component.clone(),
            table: ResourceTable::new(),
            limits: StoreLimitsBuilder::new()
                .memory_size(component.max_memory)
                .trap_on_grow_failure(false)
                .build(),
            open_stores: 0,
            open_connections: 0,
            wasi: wasi.build(),
            http: WasiHttpCtx::new(),
            hooks: Outbound(component.allowed_hosts.clone()),
            _working: self.instances.start(),
        })
    }
}

impl HandlerState for Maker {
    type StoreData = State;
    type WorkerExpiration = Expiration;
    type WorkerState = Acceptance;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, Expiration, Acceptance>> {
        let mut store = Store::new(&self.engine, self.state()?);
        store.limiter(|state| &mut state.limits);
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        let service = self.pre.instantiate_async(&mut store).await?;
        Ok(Instance {
            store,
            proxy: Proxy::P3(service),
            view: State::http,
            expiration: Expiration::new(self.limits, &self.instances),
            state: Acceptance {
                limits: self.limits,
                life: self
                    .limits
                    .reuse
                    .max_count
                    .of(self.made.fetch_add(1, Ordering::Relaxed)),
                component: self.component.clone(),
            },
        })
    }
}

//! What belongs to one instance of a component.

use wasmtime::StoreLimits;
use wasmtime::component::{HasData, ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use std::sync::Arc;

use crate::component::Component;
use crate::outbound::Outbound;
use crate::reuse::Working;

/// The data of an instance's store.
pub(crate) struct State {
    pub component: Arc<Component>,
    pub table: ResourceTable,
    pub limits: StoreLimits,
    /// Key-value stores and SQLite connections that are open now.
    pub open_stores: usize,
    pub open_connections: usize,
    pub wasi: WasiCtx,
    pub http: WasiHttpCtx,
    pub hooks: Outbound,
    /// Tells the host, by being dropped, that this instance has ended.
    pub _working: Working,
}

/// Names [`State`] for the bindings of Spin's interfaces.
pub(crate) struct SpinHost;

impl HasData for SpinHost {
    type Data<'a> = &'a mut State;
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.hooks,
        }
    }
}

//! What belongs to one instance of a component.

use std::future::Future;

use wasmtime::StoreLimits;
use wasmtime::component::{HasData, ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

use std::sync::Arc;

use crate::component::Component;
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
    pub hooks: NothingOut,
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

/// Refuses every request that a component wants to send: no manifest can allow one here.
pub(crate) struct NothingOut;

type Sent = (
    http::Response<WasiBody>,
    Box<dyn Future<Output = Result<(), Error>> + Send>,
);

impl WasiHttpHooks for NothingOut {
    fn send_request(
        &mut self,
        _request: http::Request<WasiBody>,
        _options: Option<RequestOptions>,
        _done: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, Error>> + Send> {
        Box::new(std::future::ready(Err(Error::HttpRequestDenied)))
    }
}

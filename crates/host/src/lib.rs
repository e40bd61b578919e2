//! Runs Spin components (SDK 7, WASI 0.3) where no `spin` is installed.
//!
//! The host reads the same `spin.toml` and offers the same interfaces as Spin 4.1; it knows nothing
//! of what the components do. Where Spin defines a behaviour the comments name Spin's file.
//!
//! ```no_run
//! # fn main() -> anyhow::Result<()> {
//! assent_host::runtime()?.block_on(async {
//!     let mut options = assent_host::Options::new("spin.toml");
//!     options.listen = ([127, 0, 0, 1], 3000).into();
//!     let host = assent_host::Host::start(options).await?;
//!     println!("http://{}", host.addr());
//!     assent_host::stop_signal().await;
//!     host.shutdown().await;
//!     Ok(())
//! })
//! # }
//! ```

mod application;
mod calls;
mod component;
mod engine;
mod fault;
mod files;
mod headers;
mod key_value;
mod kv_file;
mod kv_redis;
mod kv_store;
mod logs;
mod manifest;
mod options;
mod outbound;
mod patience;
mod reuse;
mod routes;
mod runtime_config;
mod scrub;
mod server;
mod sqlite;
mod sqlite_connection;
mod sqlite_database;
mod sqlite_own;
mod sqlite_rows;
mod sqlite_writer;
mod state;
mod turn;
mod variables;

pub use calls::Calls;
pub use engine::runtime;
pub use options::{Count, Options, Reuse};
pub use scrub::{Scrubbed, scrub};
pub use server::{Host, Route, stop_signal};

/// The bindings of the interfaces that Spin adds to WASI.
mod bindings {
    #![allow(missing_docs, clippy::all, reason = "generated")]
    wasmtime::component::bindgen!({
        path: "wit",
        world: "assent:host/host",
        imports: { default: async | trappable },
        with: {
            "spin:key-value/key-value.store": crate::key_value::OpenStore,
            "spin:sqlite/sqlite.connection": crate::sqlite::OpenConnection,
        },
    });
}

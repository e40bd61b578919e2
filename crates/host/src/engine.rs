//! The wasmtime engine that all components share.

use std::path::{Path, PathBuf};
use std::time::Duration;

use wasmtime::component::Linker;
use wasmtime::{Cache, CacheConfig, Config, Engine, OptLevel};

use crate::bindings;
use crate::state::{SpinHost, State};

/// How often a component that computes without pause lets others go on.
const TICK: Duration = Duration::from_millis(4);
/// After so many turns of tasks tokio looks for new input. Its default of 61 would make everybody
/// wait for a quarter of a second where each turn is a tick of a component that computes.
const TURNS: u32 = 13;

/// The runtime that suits the host: a thread per core.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .event_interval(TURNS)
        .build()
}

/// Makes an engine whose compiled components are kept in `cache`.
pub(crate) fn engine(cache: &Path) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config.wasm_component_model_async(true);
    config.cranelift_opt_level(OptLevel::Speed);
    config.epoch_interruption(true);
    let mut cache_config = CacheConfig::new();
    cache_config.with_directory(cache);
    config.cache(Some(Cache::new(cache_config)?));
    let engine = Engine::new(&config)?;
    tick(&engine)?;
    Ok(engine)
}

/// Advances the epoch as long as the engine is there.
fn tick(engine: &Engine) -> wasmtime::Result<()> {
    let engine = engine.weak();
    let thread = std::thread::Builder::new().name("epoch".to_owned());
    thread.spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    })?;
    Ok(())
}

/// Everything that a component can import: WASI 0.3 and what the SDK calls, WASI 0.2 and what
/// Rust's standard library calls, and Spin's own.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    bindings::Host_::add_to_linker::<State, SpinHost>(&mut linker, |state| state)?;
    Ok(linker)
}

/// Where compiled components are kept unless the options say so: with the user's other caches,
/// because a new state folder must not mean a slow start.
pub(crate) fn default_cache_dir(state_dir: &Path) -> PathBuf {
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let caches = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or(home);
    match caches.filter(|dir| dir.is_absolute()) {
        Some(dir) => dir.join("assent"),
        None => state_dir.join("cache"),
    }
}

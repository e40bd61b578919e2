//! Counts what components ask of their stores, so that it can be seen what a request costs.

use std::sync::atomic::{AtomicU64, Ordering};

/// The counters of a component.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub requests: Counter,
    pub key_value: Counter,
    pub sqlite: Counter,
}

#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

/// What a component has been asked, and what it has asked of its stores, since the host was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calls {
    /// The component.
    pub component: String,
    /// Requests that it was given.
    pub requests: u64,
    /// Calls to its key-value stores.
    pub key_value: u64,
    /// SQLite statements.
    pub sqlite: u64,
}

impl Counter {
    pub fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Counters {
    pub fn read(&self, component: &str) -> Calls {
        let read = |counter: &Counter| counter.0.load(Ordering::Relaxed);
        Calls {
            component: component.to_owned(),
            requests: read(&self.requests),
            key_value: read(&self.key_value),
            sqlite: read(&self.sqlite),
        }
    }
}

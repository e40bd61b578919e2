//! Taking turns at writing to a database.
//!
//! SQLite lets one connection write at a time, and one that has to wait sleeps and tries again, for
//! up to a tenth of a second a time. So connections of this process queue here first, which wakes
//! the next one at once. Between processes SQLite's own locks remain, and whoever has waited as
//! long as SQLite would goes on without a turn and gets SQLite's answer: nothing else changes.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// As long as a connection waits for SQLite's locks (rusqlite's default, which Spin leaves).
const PATIENCE: Duration = Duration::from_secs(5);

/// The queue of one database.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    taken: Mutex<bool>,
    free: Condvar,
}

/// The right to write; given back by dropping it.
pub(crate) struct Held(Arc<Turn>);

impl Turn {
    /// Waits for the right to write.
    pub fn take(self: &Arc<Self>) -> Option<Held> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut taken, timeout) = self
            .free
            .wait_timeout_while(taken, PATIENCE, |taken| *taken)
            .unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            return None;
        }
        *taken = true;
        Some(Held(self.clone()))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.0.free.notify_one();
    }
}

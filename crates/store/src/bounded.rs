//! Calls that must not outlast their time. Spin's Redis client and its SQLite have no time-out of their
//! own (observed on Spin 4.1: a key-value read was still hanging after eight seconds).

use std::future::Future;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures::channel::oneshot;
use futures::future::{Either, select};
use spin_sdk::{time::sleep, wasip3};

/// How long a read may take on the request path before the store counts as away.
pub const READ: Duration = Duration::from_millis(250);

/// How long a write to the key-value store may take: it reaches a disk, often behind others.
pub const PROJECT: Duration = Duration::from_secs(1);

/// How long one decision may take. Writers queue behind one another, so this is longer than a read.
pub const WRITE: Duration = Duration::from_secs(2);

/// What `work` gives, or nothing when `limit` has passed. The work itself is never dropped half-way (a
/// dropped stream of the component model can trap): it goes on in a task of its own.
pub async fn bounded<T: 'static>(
    limit: Duration,
    work: impl Future<Output = T> + 'static,
) -> Option<T> {
    let mut work = Box::pin(work);
    // Most reads are answered inline; they need neither a task nor a timer.
    if let Poll::Ready(value) = futures::poll!(work.as_mut()) {
        return Some(value);
    }
    let (sender, receiver) = oneshot::channel();
    wasip3::spawn(async move {
        // The receiver is gone when the time was up; then nobody wants the value.
        let _ = sender.send(work.await);
    });
    match select(receiver, pin!(sleep(limit))).await {
        Either::Left((Ok(value), _)) => Some(value),
        Either::Left((Err(_), _)) | Either::Right(_) => None,
    }
}

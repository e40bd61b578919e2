//! Calls that must not outlast their time. Spin's Redis client and its SQLite have no time-out of their
//! own (observed on Spin 4.1: a key-value read was still hanging after eight seconds).

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

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
    Bounded {
        work: Some(Box::pin(work)),
        limit,
        timer: None,
    }
    .await
}

struct Bounded<T: 'static> {
    work: Option<Pin<Box<dyn Future<Output = T>>>>,
    limit: Duration,
    /// Set when the work is not ready at once, as most reads are. Not shared with other requests of the
    /// instance: one request must not wake another (`wit-bindgen`, `inter_task_wakeup_disabled`).
    timer: Option<Pin<Box<dyn Future<Output = ()>>>>,
}

impl<T> Future for Bounded<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(work) = self.work.as_mut() else {
            return Poll::Ready(None);
        };
        if let Poll::Ready(value) = work.as_mut().poll(context) {
            self.work = None;
            return Poll::Ready(Some(value));
        }
        let limit = self.limit;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(limit)));
        timer.as_mut().poll(context).map(|()| None)
    }
}

impl<T> Drop for Bounded<T> {
    fn drop(&mut self) {
        if let Some(work) = self.work.take() {
            wasip3::spawn(async move {
                work.await;
            });
        }
    }
}

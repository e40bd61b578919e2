//! When an instance takes another request, and when it ends: Spin's rules
//! (`crates/trigger-http/src/server.rs`), and for shutting down our own.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi_http::handler::{ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus};

use crate::component::Component;
use crate::options::Options;
use crate::state::State;

/// What decides how long instances live; the same for all components.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub reuse: crate::options::Reuse,
    pub request_timeout: Option<Duration>,
    pub after_answer_timeout: Option<Duration>,
}

impl Limits {
    pub fn new(options: &Options) -> Self {
        Self {
            reuse: options.reuse,
            request_timeout: options.request_timeout,
            after_answer_timeout: options.after_answer_timeout,
        }
    }
}

/// Counts instances, and tells the idle ones when to end.
#[derive(Clone, Debug)]
pub(crate) struct Instances {
    count: Arc<watch::Sender<usize>>,
    stopping: Arc<watch::Sender<bool>>,
}

/// One instance; dropping it means that it has ended.
pub(crate) struct Working(Arc<watch::Sender<usize>>);

impl Instances {
    pub fn new() -> Self {
        Self {
            count: Arc::new(watch::Sender::new(0)),
            stopping: Arc::new(watch::Sender::new(false)),
        }
    }

    /// Registers a new instance.
    pub fn start(&self) -> Working {
        self.count
            .send_modify(|count| *count = count.saturating_add(1));
        Working(self.count.clone())
    }

    /// Ends idle instances now, and the others as soon as they are. Ready when there are none.
    pub async fn stop(&self) {
        self.stopping.send_replace(true);
        // The sender lives as long as this, so waiting cannot fail.
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        *self.count.borrow()
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

/// When an instance ends.
pub(crate) struct Expiration {
    limits: Limits,
    sleep: Pin<Box<Sleep>>,
    stopping: Pin<Box<dyn Future<Output = ()> + Send + Sync>>,
}

impl Expiration {
    pub fn new(limits: Limits, instances: &Instances) -> Self {
        let mut stopping = instances.stopping.subscribe();
        Self {
            limits,
            sleep: Box::pin(tokio::time::sleep(limits.reuse.idle)),
            stopping: Box::pin(async move {
                let _ = stopping.wait_for(|stopping| *stopping).await;
            }),
        }
    }
}

impl WorkerExpiration for Expiration {
    fn poll(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        status: WorkerStatus,
        since: Instant,
    ) -> Poll<()> {
        let this = self.get_mut();
        let timeout = match status {
            WorkerStatus::Idle => Some(this.limits.reuse.idle),
            WorkerStatus::Requests => this.limits.request_timeout,
            WorkerStatus::PostReturn => this.limits.after_answer_timeout,
        };
        if matches!(status, WorkerStatus::Idle) && this.stopping.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        let Some(deadline) = timeout.and_then(|timeout| since.checked_add(timeout)) else {
            return Poll::Pending;
        };
        // This is polled several times per request. Setting a timer costs more than all the rest
        // here, so one that rings too early is left, and set when it has rung.
        if deadline < this.sleep.deadline().into_std() {
            this.sleep.as_mut().reset(deadline.into());
        }
        while this.sleep.as_mut().poll(context).is_ready() {
            if Instant::now() >= deadline {
                return Poll::Ready(());
            }
            this.sleep.as_mut().reset(deadline.into());
        }
        Poll::Pending
    }
}

/// Which requests an instance takes.
pub(crate) struct Acceptance {
    pub limits: Limits,
    /// Requests in its life.
    pub life: usize,
    pub component: Arc<Component>,
}

impl WorkerState for Acceptance {
    type StoreData = State;
    type RequestData = ();

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total >= self.life {
            ShouldAccept::Never
        } else if concurrent >= self.limits.reuse.max_concurrent {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, State>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        match self.limits.request_timeout {
            Some(timeout) => Box::pin(tokio::time::sleep(timeout)),
            None => Box::pin(std::future::pending()),
        }
    }

    fn drop(&self, store: Store<State>, result: Result<(), wasmtime::Error>) {
        if let Err(error) = result {
            self.component.failed(&error);
        }
        drop(store);
    }
}

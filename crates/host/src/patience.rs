//! What slow clients may cost. (Spin waits for ever; put a proxy that has such limits in front of it.)
//!
//! hyper itself limits only how long the head of an HTTP/1 request takes, and only once it knows that it is
//! one.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;
use wasmtime_wasi_http::Error;

/// How much waiting a byte makes good: a body that comes with 16 KiB a second or more may last for ever.
const MICROS_OF_A_BYTE: u64 = 61;

/// A body that ends with an error when it has been waited for too long. What counts is the waiting, not
/// what the component does in between.
pub(crate) struct Patient {
    body: Incoming,
    patience: Duration,
    left: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Patient {
    /// `patience` is how long the pieces of the body may let us wait, all together, before they have made it
    /// good.
    pub fn new(body: Incoming, patience: Duration) -> Self {
        Self {
            body,
            patience,
            left: patience,
            waiting: None,
        }
    }
}

impl Body for Patient {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            if let Some((since, _)) = this.waiting.take() {
                this.left = this.left.saturating_sub(since.elapsed());
            }
            if let Some(Ok(data)) = frame
                .as_ref()
                .map(|frame| frame.as_ref().map(Frame::data_ref))
            {
                let bytes = data.map_or(0, |data| u64::try_from(data.len()).unwrap_or(u64::MAX));
                let gained = Duration::from_micros(bytes.saturating_mul(MICROS_OF_A_BYTE));
                this.left = this.left.saturating_add(gained).min(this.patience);
            }
            // A client that goes away is no event of ours; as hyper's own error it would be logged.
            let ended = |_| Error::ConnectionTerminated;
            return Poll::Ready(frame.map(|frame| frame.map_err(ended)));
        }
        let left = this.left;
        let (_, sleep) = this
            .waiting
            .get_or_insert_with(|| (Instant::now(), Box::pin(tokio::time::sleep(left))));
        sleep
            .as_mut()
            .poll(context)
            .map(|()| Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Requests of one connection that wait for their answer.
#[derive(Clone, Default)]
pub(crate) struct InWork(Arc<AtomicUsize>);

/// One of them; dropped when its answer begins.
pub(crate) struct OneInWork(Arc<AtomicUsize>);

impl InWork {
    pub fn one(&self) -> OneInWork {
        self.0.fetch_add(1, Ordering::Relaxed);
        OneInWork(self.0.clone())
    }
}

impl Drop for OneInWork {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection that ends when no byte has gone in either direction for too long while no request was in
/// work: nobody speaks, or nobody reads what we say.
pub(crate) struct Watched<S> {
    stream: S,
    in_work: InWork,
    patience: Duration,
    sleep: Pin<Box<Sleep>>,
    moved: Instant,
}

impl<S> Watched<S> {
    pub fn new(stream: S, in_work: InWork, patience: Duration) -> Self {
        Self {
            stream,
            in_work,
            patience,
            sleep: Box::pin(tokio::time::sleep(patience)),
            moved: Instant::now(),
        }
    }

    /// Notes what has moved; where nothing could, looks whether that has been so for too long. The timer is
    /// set when it has rung and not for every byte.
    fn watch<T>(
        &mut self,
        moved: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if moved.is_ready() {
            self.moved = Instant::now();
            return moved;
        }
        while self.sleep.as_mut().poll(context).is_ready() {
            let idle = self.in_work.0.load(Ordering::Relaxed) == 0;
            if idle && self.moved.elapsed() >= self.patience {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            let begin = if idle { self.moved } else { Instant::now() };
            let next = begin.checked_add(self.patience).unwrap_or(begin);
            self.sleep.as_mut().reset(next.into());
        }
        Poll::Pending
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.watch(read, context)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

//! Where components' stdout and stderr go: a file each, appended, as in Spin
//! (`crates/trigger/src/cli/stdio.rs`), and if asked also the host's stderr.
//!
//! Writes go to the file at once, without a task in between: what a component said before it
//! trapped must not be lost with its instance.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use anyhow::Context as _;
use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

/// One of the two outputs of a component; all its instances share it.
#[derive(Clone)]
pub(crate) struct Log(Arc<Inner>);

struct Inner {
    file: File,
    /// What stands before each line on the host's stderr, if it is to be there too.
    prefix: Option<String>,
}

/// How much a component may write at once; more comes in several writes.
const WRITE_SIZE: usize = 64 * 1024;

impl Log {
    /// Opens `<component>_<stream>.txt` in the folder.
    pub fn open(dir: &Path, component: &str, stream: &str, follow: bool) -> anyhow::Result<Self> {
        let path = dir.join(format!("{component}_{stream}.txt"));
        let file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(|| format!("cannot open the log {}", path.display()))?;
        let prefix = follow.then(|| format!("[{component}] "));
        Ok(Self(Arc::new(Inner { file, prefix })))
    }

    /// Writes all of it, or nothing if it fails.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        (&self.0.file).write_all(bytes)?;
        if let Some(prefix) = &self.0.prefix {
            let mut lines = Vec::with_capacity(bytes.len());
            for line in bytes.split_inclusive(|byte| *byte == b'\n') {
                lines.extend_from_slice(prefix.as_bytes());
                lines.extend_from_slice(line);
            }
            if !lines.ends_with(b"\n") {
                lines.push(b'\n');
            }
            io::stderr().write_all(&lines)?;
        }
        Ok(())
    }
}

impl IsTerminal for Log {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Log {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for Log {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.write(bytes).map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Log {
    async fn ready(&mut self) {}
}

impl OutputStream for Log {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        Log::write(self, &bytes).map_err(|error| StreamError::LastOperationFailed(error.into()))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_SIZE)
    }
}

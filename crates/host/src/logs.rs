//! Where components' stdout and stderr go: a file each, appended, as in Spin
//! (`crates/trigger/src/cli/stdio.rs`), and if asked also the host's stderr.
//!
//! Lines go to the file at once, without a task in between: what a component said before it
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
/// A line that is longer is cut.
const LINE: usize = 64 * 1024;

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

    /// Writes whole lines.
    pub fn write(&self, lines: &[u8]) -> io::Result<()> {
        (&self.0.file).write_all(lines)?;
        if let Some(prefix) = &self.0.prefix {
            let mut followed = Vec::with_capacity(lines.len());
            for line in lines.split_inclusive(|byte| *byte == b'\n') {
                followed.extend_from_slice(prefix.as_bytes());
                followed.extend_from_slice(line);
            }
            io::stderr().write_all(&followed)?;
        }
        Ok(())
    }

    fn stream(&self) -> Lines {
        Lines {
            log: self.clone(),
            pending: Vec::new(),
        }
    }
}

impl IsTerminal for Log {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Log {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.stream())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.stream())
    }
}

/// The stream of one instance. `eprintln!` writes a line in pieces, and other instances write at
/// the same time; so a line is written when it is whole, or when the instance ends.
struct Lines {
    log: Log,
    pending: Vec<u8>,
}

impl Lines {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.pending.extend_from_slice(bytes);
        let whole = match self.pending.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => last.saturating_add(1),
            None if self.pending.len() >= LINE => self.pending.len(),
            None => return Ok(()),
        };
        let rest = self.pending.split_off(whole);
        let lines = std::mem::replace(&mut self.pending, rest);
        self.log.write(&lines)
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if !self.pending.is_empty() {
            self.pending.push(b'\n');
            // There is nobody left to tell.
            let _ = self.log.write(&self.pending);
        }
    }
}

impl AsyncWrite for Lines {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.get_mut().take(bytes).map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Lines {
    async fn ready(&mut self) {}
}

impl OutputStream for Lines {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.take(&bytes)
            .map_err(|error| StreamError::LastOperationFailed(error.into()))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_SIZE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_written_whole_and_the_last_one_at_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open(dir.path(), "c", "stderr", false).unwrap();
        let (mut one, mut two) = (log.stream(), log.stream());
        one.take(b"a ").unwrap();
        two.take(b"b\nc").unwrap();
        one.take(b"d\n").unwrap();
        drop((one, two));
        let text = std::fs::read_to_string(dir.path().join("c_stderr.txt")).unwrap();
        assert_eq!(text, "b\na d\nc\n");
    }
}

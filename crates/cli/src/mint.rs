//! Sends contacts and writes their tokens, both as they come.

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Read, Write};
use std::path::Path;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http_body::{Body, Frame};
use serde::Deserialize;
use tokio::sync::mpsc;

use crate::client::Stream;
use crate::output::note;
use crate::random;
use crate::token::Mint;

/// Bytes that are read at once, and how many such pieces wait at most.
const PIECE: usize = 64 * 1024;
const WAITING: usize = 4;
/// Lines that cannot be used are shown up to this many.
const SHOWN: u64 = 20;
/// How often the terminal shows how far it is.
const PROGRESS: Duration = Duration::from_millis(500);

/// What of a line of the answer matters here; a line of tokens has none of it.
#[derive(Deserialize)]
struct Line {
    line: Option<u64>,
    problem: Option<Problem>,
    sent: Option<u64>,
    untracked: Option<u64>,
    rejected: Option<u64>,
}

#[derive(Deserialize)]
struct Problem {
    title: String,
    detail: String,
}

/// Does it once.
pub fn run(arguments: &Mint) -> Result<()> {
    let client = arguments.service.client("messages:write")?;
    let id = match &arguments.id {
        Some(id) => id.clone(),
        None => random::hexadecimal::<16>()?,
    };
    let contacts = reader(&arguments.file)?;
    let mut tokens: BufWriter<Box<dyn Write>> = BufWriter::new(match &arguments.output {
        Some(file) => Box::new(
            File::create(file).with_context(|| format!("cannot write {}", file.display()))?,
        ),
        None => Box::new(std::io::stdout()),
    });
    let path = format!("/v1/messages/{}/tokens", arguments.message);
    let done = assent_host::runtime()?.block_on(async {
        let request = Stream {
            path: &path,
            query: &[],
            content_type: "text/plain; charset=utf-8",
            idempotency_key: &id,
        };
        let mut answer = client.stream(&request, pieces(contacts)).await?;
        let mut run = Run::new();
        while let Some(piece) = answer
            .chunk()
            .await
            .map_err(|_| anyhow::anyhow!("the connection broke"))?
        {
            run.take(&piece, &mut tokens)?;
        }
        tokens.flush().context("cannot write the tokens")?;
        run.end()
    });
    done.with_context(|| {
        format!("not complete. Run it again with --id {id}: nobody is counted twice")
    })
    .and_then(|rejected| match rejected {
        0 => Ok(()),
        _ => bail!("{rejected} lines name no contact and were left out"),
    })
}

fn reader(file: &Path) -> Result<Box<dyn Read + Send>> {
    if file == Path::new("-") {
        return Ok(Box::new(std::io::stdin()));
    }
    let opened = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Box::new(opened))
}

/// The file in pieces, read in a thread of its own.
pub fn pieces(mut contacts: Box<dyn Read + Send>) -> Pieces {
    let (sender, receiver) = mpsc::channel(WAITING);
    std::thread::spawn(move || {
        let mut buffer = vec![0; PIECE];
        loop {
            let piece = match contacts.read(&mut buffer) {
                Ok(0) => return,
                Ok(length) => Ok(Bytes::copy_from_slice(
                    buffer.get(..length).unwrap_or_default(),
                )),
                Err(error) => Err(error),
            };
            let failed = piece.is_err();
            if sender.blocking_send(piece).is_err() || failed {
                return;
            }
        }
    });
    Pieces(receiver)
}

/// The body of the request.
pub struct Pieces(mpsc::Receiver<std::io::Result<Bytes>>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        self.0
            .poll_recv(context)
            .map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

/// How far the answer has come.
struct Run {
    begun: Vec<u8>,
    tokens: u64,
    shown: u64,
    summary: Option<Line>,
    started: Instant,
    progress: Option<Instant>,
}

impl Run {
    fn new() -> Self {
        let started = Instant::now();
        Self {
            begun: Vec::new(),
            tokens: 0,
            shown: 0,
            summary: None,
            started,
            progress: std::io::stderr().is_terminal().then_some(started),
        }
    }

    fn take(&mut self, piece: &[u8], tokens: &mut impl Write) -> Result<()> {
        let mut rest = piece;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, after) = rest.split_at(end.saturating_add(1));
            self.begun.extend_from_slice(line);
            let line = std::mem::take(&mut self.begun);
            self.line(&line, tokens)?;
            rest = after;
        }
        self.begun.extend_from_slice(rest);
        if let Some(last) = &mut self.progress
            && last.elapsed() >= PROGRESS
        {
            *last = Instant::now();
            self.show_progress();
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8], tokens: &mut impl Write) -> Result<()> {
        if line.starts_with(b"{\"contact\"") {
            self.tokens = self.tokens.saturating_add(1);
            return tokens.write_all(line).context("cannot write the tokens");
        }
        let line: Line = serde_json::from_slice(line)
            .context("the service answers something else than this version expects")?;
        match (line.line, &line.problem) {
            (Some(number), Some(problem)) => {
                self.shown = self.shown.saturating_add(1);
                if self.shown <= SHOWN {
                    note(format_args!("line {number}: {}", problem.detail));
                }
            }
            (None, Some(problem)) => bail!("{}: {}", problem.title, problem.detail),
            _ => self.summary = Some(line),
        }
        Ok(())
    }

    /// Gives how many lines were left out.
    fn end(self) -> Result<u64> {
        let summary = self
            .summary
            .as_ref()
            .context("the answer ended too early")?;
        if self.progress.is_some() {
            self.show_progress();
            note(format_args!(""));
        }
        let sent = summary.sent.unwrap_or_default();
        let untracked = summary.untracked.unwrap_or_default();
        note(format_args!(
            "tokens for {sent} contacts, {untracked} of them anonymous"
        ));
        Ok(summary.rejected.unwrap_or_default())
    }

    fn show_progress(&self) {
        let seconds = self.started.elapsed().as_secs().max(1);
        let rate = self.tokens.checked_div(seconds).unwrap_or_default();
        let mut terminal = std::io::stderr().lock();
        let _ = write!(terminal, "\r{} tokens, {rate}/s ", self.tokens);
    }
}

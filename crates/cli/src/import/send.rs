//! Sends a file, and shows how far it has come.

use std::io::Read;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::file::{Content, Source};
use crate::client::{Client, Stream};
use crate::mint::pieces;
use crate::output::note;

/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;
/// Lines that cannot be used are shown up to this many.
const SHOWN: u64 = 20;

/// What became of a file.
#[derive(Debug, Default)]
pub struct Imported {
    /// Lines that are in force.
    pub accepted: u64,
    /// Lines from before an erasure.
    pub void: u64,
    /// Lines that cannot be used.
    pub rejected: u64,
    /// It was complete before.
    pub already: bool,
}

/// What of a line of the answer matters here.
#[derive(Deserialize)]
struct Line {
    line: Option<u64>,
    problem: Option<Problem>,
    progress: Option<Progress>,
    import: Option<Import>,
}

#[derive(Deserialize)]
struct Problem {
    title: String,
    detail: String,
    pointer: Option<String>,
}

#[derive(Deserialize)]
struct Progress {
    line: u64,
    bytes: u64,
}

#[derive(Deserialize)]
struct Import {
    accepted: u64,
    void: u64,
    rejected: u64,
    bytes: u64,
    complete: bool,
}

impl Import {
    const fn imported(&self, already: bool) -> Imported {
        Imported {
            accepted: self.accepted,
            void: self.void,
            rejected: self.rejected,
            already,
        }
    }
}

/// Sends a file; `left_out` gets each line of the answer about a line that cannot be used.
pub async fn send(
    client: &Client,
    source: &Source,
    columns: &str,
    at: &str,
    left_out: &mut impl FnMut(&str) -> Result<()>,
) -> Result<Imported> {
    let file = source.fetch().await?;
    let (digest, bytes) = digest(source.open(&file)?, columns)?;
    // The same content in another day's folder is another file, because its lines may have no time.
    let id = match source.folder_of_day() {
        Some(day) => format!("{digest}-{day}"),
        None => digest,
    };
    let known: Option<Import> = client.get_if_there(&format!("/v1/imports/{id}")).await?;
    if let Some(known) = known.as_ref().filter(|known| known.complete) {
        return Ok(known.imported(true));
    }
    let name = source
        .path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut query = vec![("file", name.as_str()), ("at", at)];
    let mut kind = "text/plain; charset=utf-8";
    if source.content() != Content::Records {
        kind = "text/csv; charset=utf-8";
        query.push(("columns", columns));
    } else if !columns.is_empty() {
        bail!("--columns is for tables (.csv, .xlsx)");
    }
    let request = Stream {
        path: "/v1/imports",
        query: &query,
        content_type: kind,
        idempotency_key: &id,
    };
    let bar = bar(bytes, known.map_or(0, |known| known.bytes));
    let mut answer = client.stream(&request, pieces(source.open(&file)?)).await?;
    let mut run = Run {
        bar,
        begun: Vec::new(),
        shown: 0,
        end: None,
    };
    while let Some(piece) = answer
        .chunk()
        .await
        .map_err(|_| anyhow::anyhow!("the connection broke"))?
    {
        run.take(&piece, left_out)?;
    }
    run.bar.finish_and_clear();
    let end = run.end.context("the answer ended too early")?;
    Ok(end.imported(false))
}

/// The SHA-256 of what is unpacked and of how it is read, and its bytes.
fn digest(mut content: impl Read, columns: &str) -> Result<(String, u64)> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; PIECE];
    let mut bytes: u64 = 0;
    loop {
        let read = content.read(&mut buffer).context("cannot unpack it")?;
        let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else {
            break;
        };
        digest.update(piece);
        bytes = bytes.saturating_add(u64::try_from(read)?);
    }
    if !columns.is_empty() {
        digest.update(b"\0");
        digest.update(columns);
    }
    let mut text = String::with_capacity(64);
    for byte in digest.finalize() {
        use std::fmt::Write;
        write!(text, "{byte:02x}")?;
    }
    Ok((text, bytes))
}

/// On a terminal: how far, how fast, how long still. Elsewhere nothing.
fn bar(bytes: u64, before: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{bar:30} {percent:>3} %  line {msg}  {bytes_per_sec}  {eta_precise} left",
    );
    let bar = ProgressBar::new(bytes).with_position(before);
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.reset_eta();
    bar
}

/// How far the answer has come.
struct Run {
    bar: ProgressBar,
    begun: Vec<u8>,
    shown: u64,
    end: Option<Import>,
}

impl Run {
    fn take(&mut self, piece: &[u8], left_out: &mut impl FnMut(&str) -> Result<()>) -> Result<()> {
        let mut rest = piece;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, after) = rest.split_at(end.saturating_add(1));
            self.begun.extend_from_slice(line);
            let line = std::mem::take(&mut self.begun);
            self.line(&String::from_utf8_lossy(&line), left_out)?;
            rest = after;
        }
        self.begun.extend_from_slice(rest);
        Ok(())
    }

    fn line(&mut self, text: &str, left_out: &mut impl FnMut(&str) -> Result<()>) -> Result<()> {
        let line: Line = serde_json::from_str(text)
            .context("the service answers something else than this version expects")?;
        match (line.line, line.problem) {
            (Some(number), Some(problem)) => {
                left_out(text)?;
                self.shown = self.shown.saturating_add(1);
                if self.shown <= SHOWN {
                    let detail = problem.detail;
                    self.bar
                        .suspend(|| note(format_args!("line {number}: {detail}")));
                }
            }
            (None, Some(problem)) => {
                let place = problem.pointer.map(|pointer| format!(" (at {pointer})"));
                bail!(
                    "{}: {}{}",
                    problem.title,
                    problem.detail,
                    place.unwrap_or_default()
                )
            }
            _ => {}
        }
        if let Some(progress) = line.progress {
            self.bar.set_position(progress.bytes);
            self.bar.set_message(progress.line.to_string());
        }
        if line.import.is_some() {
            self.end = line.import;
        }
        Ok(())
    }
}

//! What goes to the terminal. Whoever closes it early (`assent up | head -1`) stops no server.

use std::fmt::Arguments;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

/// A line of the result, on stdout.
pub fn say(line: Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

/// A line about the result, on stderr.
pub fn note(line: Arguments<'_>) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// A whole text, to a file or to stdout.
pub fn write(file: Option<&Path>, text: &str) -> Result<()> {
    match file {
        Some(file) => {
            std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
        }
        None => {
            // A reader that has seen enough (`| head`) is no failure.
            let _ = std::io::stdout().write_all(text.as_bytes());
            Ok(())
        }
    }
}

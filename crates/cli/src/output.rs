//! What goes to the terminal. Whoever closes it early (`assent up | head -1`) stops no server.

use std::fmt::Arguments;
use std::io::Write;

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

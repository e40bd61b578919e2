//! A body of lines, read as it comes: only the line that is not complete yet is kept.

use thiserror::Error;

/// Bytes in a line at most.
const LONGEST: usize = 4096;

/// A line that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LineError {
    /// Too long to be kept.
    #[error("a line has at most 4096 bytes")]
    TooLong,
    /// Other bytes than text.
    #[error("write the lines in UTF-8")]
    Encoding,
}

/// What of a line has come so far, and how many lines came before it.
#[derive(Default)]
pub struct Lines {
    begun: Vec<u8>,
    too_long: bool,
    complete: u64,
}

impl Lines {
    /// Takes in the next bytes and gives every line that they complete with its number, from 1. A line ends
    /// with a line feed or with a carriage return and a line feed.
    pub fn push(&mut self, bytes: &[u8], mut found: impl FnMut(u64, Result<&str, LineError>)) {
        let mut rest = bytes;
        while let Some((line, after)) = split(rest) {
            self.extend(line);
            self.complete(&mut found);
            rest = after;
        }
        self.extend(rest);
    }

    /// Gives the last line where no line feed came after it.
    pub fn finish(mut self, mut found: impl FnMut(u64, Result<&str, LineError>)) {
        if !self.begun.is_empty() || self.too_long {
            self.complete(&mut found);
        }
    }

    fn extend(&mut self, bytes: &[u8]) {
        if self.begun.len().saturating_add(bytes.len()) > LONGEST {
            self.too_long = true;
            self.begun.clear();
        }
        if !self.too_long {
            self.begun.extend_from_slice(bytes);
        }
    }

    fn complete(&mut self, found: &mut impl FnMut(u64, Result<&str, LineError>)) {
        self.complete = self.complete.saturating_add(1);
        let line = self.begun.strip_suffix(b"\r").unwrap_or(&self.begun);
        let line = if self.too_long {
            Err(LineError::TooLong)
        } else {
            std::str::from_utf8(line).map_err(|_| LineError::Encoding)
        };
        // What some programs begin a file in UTF-8 with.
        let line = match line {
            Ok(text) if self.complete == 1 => Ok(text.trim_start_matches('\u{feff}')),
            other => other,
        };
        found(self.complete, line);
        self.begun.clear();
        self.too_long = false;
    }
}

fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = bytes.split_at_checked(end)?;
    Some((line, rest.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a text that comes in pieces of `size` bytes.
    fn lines(text: &[u8], size: usize) -> Vec<(u64, Result<String, LineError>)> {
        let mut all = Vec::new();
        let mut lines = Lines::default();
        for piece in text.chunks(size) {
            lines.push(piece, |number, line| {
                all.push((number, line.map(str::to_owned)));
            });
        }
        lines.finish(|number, line| all.push((number, line.map(str::to_owned))));
        all
    }

    #[test]
    fn lines_are_the_same_however_they_come() {
        let text = "\u{feff}one\r\n\ntwo é\nthree".as_bytes();
        let expected: Vec<_> = ["one", "", "two é", "three"]
            .iter()
            .zip(1..)
            .map(|(line, number)| (number, Ok((*line).to_owned())))
            .collect();
        for size in 1..=text.len() {
            assert_eq!(lines(text, size), expected, "{size}");
        }
        assert_eq!(lines(b"", 1), []);
        assert_eq!(lines(b"a\n", 1), [(1, Ok("a".to_owned()))]);
    }

    #[test]
    fn a_line_that_cannot_be_read_spoils_no_other() {
        let mut text = b"one\n\xff\n".to_vec();
        text.extend(vec![b'x'; 3 * LONGEST]);
        text.extend(b"\nfour");
        let expected = [
            (1, Ok("one".to_owned())),
            (2, Err(LineError::Encoding)),
            (3, Err(LineError::TooLong)),
            (4, Ok("four".to_owned())),
        ];
        for size in [1, 7, 1000, text.len()] {
            assert_eq!(lines(&text, size), expected, "{size}");
        }
        let longest = vec![b'x'; LONGEST];
        assert!(lines(&longest, 100)[0].1.is_ok());
    }
}

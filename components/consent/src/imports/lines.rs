//! The rows of a file as its bytes come: a row is a line, in a table (CSV) with the line ends that are quoted.

/// Bytes in a row at most.
pub const LONGEST: usize = 65_536;

/// What of a file has come and is not taken yet.
#[derive(Default)]
pub struct Rows {
    waiting: Vec<u8>,
    /// Where the next row begins, and how far its end was looked for.
    start: usize,
    seen: usize,
    quotes: Option<Quotes>,
}

/// Where in a row of a table (RFC 4180) a byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// A cell begins.
    Begin,
    /// In a cell without quotes, or after its quotes.
    Plain,
    /// Between quotes; a doubled one ends them and begins them again.
    Quoted,
}

/// A row with its line end, or what there is of one that is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// All its bytes.
    pub bytes: &'a [u8],
    /// Whether the row goes on.
    pub too_long: bool,
}

impl Row<'_> {
    /// How many line ends are in it.
    pub fn line_ends(&self) -> u64 {
        let ends = self.bytes.iter().filter(|byte| **byte == b'\n').count();
        u64::try_from(ends).unwrap_or(u64::MAX)
    }
}

impl Rows {
    /// Rows of a table rather than lines.
    pub fn of_table() -> Self {
        Self {
            quotes: Some(Quotes::Begin),
            ..Self::default()
        }
    }

    /// Takes in the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.waiting.drain(..self.start);
        self.seen = self.seen.saturating_sub(self.start);
        self.start = 0;
        self.waiting.extend_from_slice(bytes);
    }

    /// The next whole row.
    pub fn next(&mut self) -> Option<Row<'_>> {
        while let Some(byte) = self.waiting.get(self.seen) {
            self.seen = self.seen.saturating_add(1);
            if self.ends(*byte) {
                return self.take(false);
            }
        }
        let begun = self.seen.saturating_sub(self.start);
        if begun > LONGEST {
            self.take(true)
        } else {
            None
        }
    }

    /// What comes after the last line end, if anything does.
    pub fn rest(&mut self) -> Option<Row<'_>> {
        let begun = self.seen.saturating_sub(self.start);
        if begun > 0 { self.take(false) } else { None }
    }

    fn take(&mut self, too_long: bool) -> Option<Row<'_>> {
        let start = std::mem::replace(&mut self.start, self.seen);
        let bytes = self.waiting.get(start..self.seen)?;
        Some(Row { bytes, too_long })
    }

    /// Whether this byte ends the row.
    fn ends(&mut self, byte: u8) -> bool {
        let Some(quotes) = self.quotes else {
            return byte == b'\n';
        };
        let next = match (quotes, byte) {
            (Quotes::Begin, b'"') => Quotes::Quoted,
            (Quotes::Quoted, b'"') => Quotes::Begin,
            (Quotes::Quoted, _) => Quotes::Quoted,
            (_, b'\n' | b',' | b';' | b'\t') => Quotes::Begin,
            _ => Quotes::Plain,
        };
        self.quotes = Some(next);
        byte == b'\n' && quotes != Quotes::Quoted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[u8], size: usize, mut rows: Rows) -> Vec<(Vec<u8>, bool)> {
        let mut all = Vec::new();
        for piece in text.chunks(size) {
            rows.push(piece);
            while let Some(row) = rows.next() {
                all.push((row.bytes.to_vec(), row.too_long));
            }
        }
        all.extend(rows.rest().map(|row| (row.bytes.to_vec(), row.too_long)));
        all
    }

    #[test]
    fn rows_are_the_same_however_they_come() {
        let text = b"one\r\n\n\"two\nlines\",2\na\"b\n\"say \"\"x\n\"\"\";1\nlast";
        let lines: [&[u8]; 8] = [
            b"one\r\n",
            b"\n",
            b"\"two\n",
            b"lines\",2\n",
            b"a\"b\n",
            b"\"say \"\"x\n",
            b"\"\"\";1\n",
            b"last",
        ];
        let table: [&[u8]; 6] = [
            b"one\r\n",
            b"\n",
            b"\"two\nlines\",2\n",
            b"a\"b\n",
            b"\"say \"\"x\n\"\"\";1\n",
            b"last",
        ];
        for size in 1..=text.len() {
            let whole =
                |all: &[&[u8]]| -> Vec<_> { all.iter().map(|row| (row.to_vec(), false)).collect() };
            assert_eq!(rows(text, size, Rows::default()), whole(&lines), "{size}");
            assert_eq!(rows(text, size, Rows::of_table()), whole(&table), "{size}");
        }
        assert_eq!(rows(b"", 1, Rows::default()), []);
    }

    #[test]
    fn a_row_that_is_too_long_comes_in_parts() {
        let mut text = vec![b'x'; 3 * LONGEST];
        text.extend(b"\nnext\n");
        let all = rows(&text, 10_000, Rows::default());
        let (parts, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, too_long)| *too_long);
        assert!(parts.len() >= 2 && parts.iter().all(|(part, _)| part.len() < 2 * LONGEST));
        assert_eq!(rest.len(), 2);
        assert_eq!(rest[1].0, b"next\n");
    }
}

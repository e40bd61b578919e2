//! Lines of the Salesforce DMP's files: what is read is written and read again as the same, and nothing is read two
//! ways.

use std::io::Read;

use domain::files::{Action, AuditRecord, ConsentRecord, DissentRecord, Table};
use domain::{Flag, FlagSet};

use crate::input::texts;
use crate::lzo::{LzopReader, unpack};

/// Input: a line, read as each of the three kinds.
pub fn file_line(input: &[u8]) {
    let Some([line]) = texts(input) else {
        return;
    };
    let kinds = [consent(line), audit(line), dissent(line)];
    let read = kinds.iter().filter(|read| **read).count();
    assert!(read <= 1, "one line, two kinds: {kinds:?}");
}

fn consent(line: &str) -> bool {
    let Ok(record) = ConsentRecord::parse(line) else {
        return false;
    };
    let written = record.to_string();
    assert_eq!(ConsentRecord::parse(&written).as_ref(), Ok(&record));
    assert_eq!(written.matches('^').count(), 6);
    assert_eq!(record.flags.is_empty(), record.action != Action::Set);
    let fields: Vec<&str> = line.split('^').collect();
    // A refusal in the line is a refusal in the record, and nothing else is.
    let refusals = fields[5].split('&').filter(|pair| pair.ends_with("=0"));
    assert_eq!(
        refusals.count(),
        record.flags.refused_mask().count_ones() as usize
    );
    if fields[1] != "email" && fields[1] != "email_sha256" {
        assert!(record.subject.as_str().ends_with(fields[2]));
    }
    if !fields[6].is_empty() {
        let number: i64 = fields[6].parse().unwrap();
        let micros = record.at.unwrap().micros();
        assert!(micros == number || micros == number * 1000);
    }
    true
}

fn audit(line: &str) -> bool {
    let Ok(record) = AuditRecord::parse(line) else {
        return false;
    };
    let written = record.to_string();
    assert_eq!(AuditRecord::parse(&written).as_ref(), Ok(&record));
    let separators = if record.device.is_some() { 12 } else { 11 };
    assert_eq!(written.matches('^').count(), separators);
    assert_eq!(line.matches('^').count(), separators);
    true
}

fn dissent(line: &str) -> bool {
    let Ok(record) = DissentRecord::parse(line) else {
        return false;
    };
    let again = DissentRecord::parse(&record.to_string()).unwrap();
    assert_eq!((&again.value, again.flag), (&record.value, record.flag));
    assert_eq!(again.organisation, record.organisation);
    assert_eq!(again.at.micros(), record.at.micros() / 1000 * 1000);
    true
}

/// Input: a header, a mapping, a row.
pub fn file_table(input: &[u8]) {
    let Some([header, mapping, row]) = texts(input) else {
        return;
    };
    let Ok(table) = Table::parse(header, mapping) else {
        return;
    };
    let tracking = FlagSet::of(&[Flag::Dc, Flag::Al]);
    let Ok(Some(record)) = table.record(row, tracking) else {
        return;
    };
    assert!(!record.flags.is_empty() && record.action == Action::Set);
    // What a table says can be said in a line, too.
    let again = ConsentRecord::parse(&record.to_string()).unwrap();
    assert_eq!(
        (&again.subject, again.flags),
        (&record.subject, record.flags)
    );
    assert_eq!(again.regime, record.regime);
}

/// Input: a file of lzop, or a block of LZO1X.
pub fn lzop(input: &[u8]) {
    const LIMIT: usize = 1 << 20;
    if let Some(block) = unpack(input, LIMIT) {
        assert!(block.len() <= LIMIT);
        // What goes in comes out, or is repeated: nothing is made up.
        assert!(block.iter().all(|byte| input.contains(byte)));
    }
    let mut unpacked = Vec::new();
    let whole = LzopReader::new(input).and_then(|mut file| file.read_to_end(&mut unpacked));
    let mut in_pieces = Vec::new();
    let pieces =
        LzopReader::new(OneByOne(input)).and_then(|mut file| file.read_to_end(&mut in_pieces));
    assert_eq!((whole.ok(), unpacked), (pieces.ok(), in_pieces));
}

/// Gives one byte at a time.
struct OneByOne<'a>(&'a [u8]);

impl Read for OneByOne<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let length = into.len().min(1);
        self.0.read(&mut into[..length])
    }
}

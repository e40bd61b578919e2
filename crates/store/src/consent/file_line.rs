//! A decision in a line of a file, and the text as which it goes into SQLite.

use std::collections::BTreeSet;

use domain::{
    Choice, Flag, Flags, KeyedHash, Regime, RegimeSource, Source, Subject, Tier, Timestamp,
};

/// A decision in a line of a file.
#[derive(Debug, Clone)]
pub struct FileLine {
    /// Its number in the file, from 1.
    pub line: u64,
    /// Stands for the line as it was sent, see [`Store::fingerprint`](crate::Store::fingerprint).
    pub content: String,
    /// Who it is about.
    pub subject: Subject,
    /// What it says; at least one flag.
    pub flags: Flags,
    /// The policy regime.
    pub regime: Regime,
    /// How that was chosen.
    pub regime_source: RegimeSource,
    /// When the person decided.
    pub at: Timestamp,
}

/// The lines of a slice as texts: columns of fixed width, what the person has decided then as in `subject.decisions`,
/// with its length before it, and the identifier. `json_each` reads a text many times faster than an object.
#[derive(Default)]
pub struct Texts {
    /// About people who have no row, each of them once.
    pub people: Vec<String>,
    /// The others.
    pub rest: Vec<String>,
}

impl Texts {
    /// `seen` are those who have a row; all of `lines` are added to them. Each line has a salt of its own.
    pub fn of(
        lines: &[FileLine],
        hashes: &[KeyedHash],
        salts: impl IntoIterator<Item = String>,
        seen: &mut BTreeSet<KeyedHash>,
    ) -> Self {
        let mut texts = Self::default();
        for ((line, hash), salt) in lines.iter().zip(hashes).zip(salts) {
            if seen.insert(*hash) {
                texts
                    .people
                    .push(text(line, *hash, &salt, &decisions(line)));
            } else {
                texts.rest.push(text(line, *hash, &salt, ""));
            }
        }
        texts
    }
}

fn text(line: &FileLine, hash: KeyedHash, salt: &str, decisions: &str) -> String {
    format!(
        "{hash}{salt}{}{:019}{:020}{:02}{:02}{:6}{:3}{:03}{decisions}{}",
        line.content,
        line.line,
        line.at.micros(),
        line.flags.granted_mask(),
        line.flags.refused_mask(),
        line.regime.code(),
        line.regime_source.code(),
        decisions.len(),
        line.subject
    )
}

/// What somebody has decided of whom nothing else is known, as the trigger `subject_says` would write it.
fn decisions(line: &FileLine) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(256);
    for flag in Flag::ALL {
        let Some(choice) = line.flags.get(flag) else {
            continue;
        };
        if !text.is_empty() {
            text.push(';');
        }
        let _ = write!(
            text,
            "{} {} {} {} {} {}",
            flag.bit(),
            Tier::Direct.number(),
            u8::from(choice == Choice::Granted),
            line.at.micros(),
            Source::File.code(),
            line.regime.code()
        );
    }
    text
}

//! TC and GPP strings: never a yes that does not stand in the string.

use domain::iab::{Gpp, MAX_STRING, Section, Statement, Strings, Tcf};
use domain::{Choice, Flag, Flags, Source, Timestamp};

use crate::input::parts;

/// 2026-11-22T09:00:00Z.
const NOW: Timestamp = Timestamp::from_micros(1_795_338_000_000_000);

/// Input: a TC string.
pub fn tcf(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let Ok(read) = Tcf::parse(text) else {
        return;
    };
    assert!(text.len() <= MAX_STRING && text.starts_with('C'));
    // Read a second way: the purposes stand at fixed places.
    let core = text.split('.').next().unwrap();
    assert_eq!(read.consents, ids(core, 152));
    assert_eq!(read.interests, ids(core, 176));
    assert_eq!(read.purpose_one_treatment, bit(core, 200));
    let (first, last) = read.day();
    assert!(first <= read.updated && read.updated <= last);
    let strings = Strings {
        tcf: Some(text),
        ..Strings::default()
    };
    let statement = Statement::read(strings, NOW).unwrap();
    assert_eq!(statement.source, Source::Tcf);
    assert_eq!(statement.evidence.tcf.as_deref(), Some(text));
    let purposes: [(Flag, u64); 3] = [
        (Flag::Dc, 1),
        (Flag::Al, 0b1_1100_0000),
        (Flag::Tg, 0b11_1100),
    ];
    let mut granted = Flags::none();
    for (flag, wanted) in purposes {
        if statement.flags.get(flag) == Some(Choice::Granted) {
            assert_eq!(read.consents & wanted, wanted);
            assert!(read.flaw(NOW).is_none());
            granted = granted.with(flag, Choice::Granted);
        }
    }
    assert_eq!(statement.flags.granted_mask(), granted.granted_mask());
    assert!(
        statement.withheld.is_none() || granted.is_empty(),
        "what is withheld does not count"
    );
    times(&statement, first, last);
}

/// Input: a GPP string, and a byte for each section that applies.
pub fn gpp(input: &[u8]) {
    let [text, sections] = parts(input);
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let Ok(read) = Gpp::parse(text) else {
        return;
    };
    assert!(text.len() <= MAX_STRING && text.starts_with('D'));
    assert_eq!(read.sections.len(), text.split('~').count() - 1);
    assert!(read.sections.is_sorted_by(|one, next| one.0 < next.0));
    let sections: Vec<i16> = sections
        .iter()
        .map(|id| i16::from(id.cast_signed()))
        .collect();
    let said = |applicable: Option<&[i16]>| {
        let strings = Strings {
            gpp: Some(text),
            gpp_sid: applicable,
            tcf: None,
        };
        Statement::read(strings, NOW).unwrap()
    };
    let everywhere = said(None);
    assert_eq!(
        everywhere.flags.granted_mask(),
        0,
        "nobody says what applies"
    );
    let here = said(Some(&sections));
    let european = read.sections.iter().any(|(id, section)| {
        matches!(section, Section::Tcf(_)) && sections.contains(&2) && *id == 2
    });
    assert!(european || here.flags.granted_mask() == 0);
    assert_eq!(here.is_european, european);
    // What applies refuses no more than everything together.
    assert_eq!(
        here.flags.refused_mask() & !everywhere.flags.refused_mask(),
        0
    );
    let nowhere = said(Some(&[-1]));
    assert!(nowhere.flags.is_empty() && nowhere.withheld.is_none());
}

fn times(statement: &Statement, first: Timestamp, last: Timestamp) {
    let (at, grants_from) = statement.moments(statement.flags, NOW);
    let at = at.unwrap();
    assert!(first <= at && at <= last);
    if statement.flags.contains_refusal() {
        assert_eq!(grants_from, Some(first));
        assert!(at == last || at == NOW || NOW < first);
    } else {
        assert_eq!((at, grants_from), (first, None));
    }
    assert!(statement.can_be_of(at));
}

fn bit(text: &str, at: usize) -> bool {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let letter = text.as_bytes()[at / 6];
    let value = LETTERS.iter().position(|known| *known == letter).unwrap();
    value >> (5 - at % 6) & 1 == 1
}

fn ids(text: &str, at: usize) -> u64 {
    (0..24).fold(0, |ids, id| ids | u64::from(bit(text, at + id)) << id)
}

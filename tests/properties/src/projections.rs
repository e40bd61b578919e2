//! Values of the key-value store: garbage opens nothing and leads nowhere.

use domain::{Choice, ConsentState, Decision, Flag, LinkId, Regime, Source, Tier, Timestamp};

use crate::checked::with_check;
use crate::input::number;
use crate::link_record::LinkRecord;
use crate::projection::Projection;

/// Input: a value, which is also taken for the decisions of one that is then cut and altered.
pub fn projection(input: &[u8]) {
    // Only what we wrote ourselves is read.
    if let Some(read) = Projection::decode(input) {
        // The format before holds less.
        assert!(input[0] == 2 || read.encode() == input);
    }
    // With a check that fits, as if a newer or a broken version had written it.
    if let Some(read) = Projection::decode(&with_check(input.to_vec()))
        && let Projection::State { state, .. } = &read
    {
        let bytes = read.encode();
        assert_eq!(Projection::decode(&bytes), Some(read.clone()));
        assert!(state.iter().count() <= input.len() / 13);
    }
    let mut state = ConsentState::default();
    for part in input.chunks_exact(4) {
        let &[flag, choice, source, at] = part else {
            return;
        };
        let decision = Decision {
            choice: if choice & 1 == 0 {
                Choice::Refused
            } else {
                Choice::Granted
            },
            tier: Tier::ALL[usize::from(choice >> 1) % Tier::ALL.len()],
            source: Source::ALL[usize::from(source) % Source::ALL.len()],
            at: Timestamp::from_micros(i64::from(at)),
            regime: Regime::ALL[usize::from(at) % Regime::ALL.len()],
        };
        state.record(Flag::ALL[usize::from(flag) % Flag::ALL.len()], decision);
    }
    let written = Projection::State {
        version: i64::try_from(input.len()).unwrap(),
        state,
    };
    let bytes = written.encode();
    assert_eq!(Projection::decode(&bytes), Some(written));
    refused_when_broken(&bytes, input, |value| Projection::decode(value).is_some());
}

/// Input: a value, which is also taken for a destination.
pub fn link_record(input: &[u8]) {
    if let Some(read) = LinkRecord::decode(input) {
        assert_eq!(read.encode(), input);
    }
    if let Some(read) = LinkRecord::decode(&with_check(input.to_vec())) {
        assert_eq!(LinkRecord::decode(&read.encode()), Some(read));
    }
    if let Ok(destination) = std::str::from_utf8(input) {
        let record = LinkRecord {
            kind: domain::Kind::Click,
            ceiling: domain::Ceiling::ALL[input.len() % domain::Ceiling::ALL.len()],
            organisation: domain::OrganisationId::from_bytes([1; 16]),
            message: domain::MessageId::from_bytes([2; 16]),
            destination: destination.to_owned(),
        };
        let bytes = record.encode();
        assert_eq!(LinkRecord::decode(&bytes), Some(record));
        refused_when_broken(&bytes, input, |value| LinkRecord::decode(value).is_some());
        if let Some(hit) = crate::address::Hit::parse(&format!("/l/{destination}")) {
            assert!(destination.starts_with(&LinkId::to_string(&hit.link)));
        }
    }
}

fn refused_when_broken(bytes: &[u8], input: &[u8], reads: impl Fn(&[u8]) -> bool) {
    let number = number(input);
    let at = usize::try_from(number >> 8).unwrap_or_default() % bytes.len();
    assert!(!reads(&bytes[..at]), "cut at {at}");
    let mut altered = bytes.to_vec();
    altered[at] ^= 1 << (number & 7);
    assert!(!reads(&altered), "altered at {at}");
}

//! Words and numbers of the wire: each has one spelling, and nothing else is read.

use std::fmt::Debug;

use domain::{
    Ceiling, Colour, Flag, FlagSet, Flags, Gate, GlobalMode, KeyId, KeyedHash, Kind, LinkId,
    MessageId, OrganisationId, Regime, RegimeSource, Region, Regions, Source, Tier, TokenSecrets,
};
use serde::{Serialize, de::DeserializeOwned};

/// Input: a word.
pub fn code(input: &[u8]) {
    masks(input);
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    exact(text, Regime::parse, |regime| regime.code().to_owned());
    exact(text, RegimeSource::parse, |source| source.code().to_owned());
    exact(text, Flag::parse, |flag| flag.code().to_owned());
    exact(text, Source::parse, |source| source.code().to_owned());
    exact(text, LinkId::parse, |id| id.to_string());
    exact(text, KeyedHash::parse, |hash| hash.to_string());
    word::<Regime>(text);
    word::<RegimeSource>(text);
    word::<GlobalMode>(text);
    word::<Tier>(text);
    word::<Source>(text);
    word::<Gate>(text);
    word::<Kind>(text);
    word::<Ceiling>(text);
    word::<store::Scope>(text);
    word::<LinkId>(text);
    word::<KeyedHash>(text);
    // These are read in either case and written in one.
    let lower = text.to_ascii_lowercase();
    exact(&lower, OrganisationId::parse, |id| id.to_string());
    exact(&lower, MessageId::parse, |id| id.to_string());
    exact(&lower, KeyId::parse, |id| id.to_string());
    exact(&lower, Colour::parse, |colour| colour.to_string());
    assert_eq!(
        OrganisationId::parse(text).ok(),
        OrganisationId::parse(&lower).ok()
    );
    let upper = text.to_ascii_uppercase();
    exact(&upper, Region::parse, ToString::to_string);
    assert_eq!(Region::parse(text).ok(), Region::parse(&upper).ok());
    json::<Flags>(text);
    json::<Regions>(text);
    json::<FlagSet>(text);
    if let Ok(secrets) = TokenSecrets::parse(text) {
        assert!(text.len() >= 16 && !format!("{secrets:?}").contains(text));
    }
}

fn exact<T: Debug, E>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, E>,
    write: impl Fn(&T) -> String,
) {
    if let Ok(value) = parse(text) {
        assert_eq!(write(&value), text);
    }
}

/// A JSON string of exactly these letters.
fn word<T: Debug + Serialize + DeserializeOwned>(text: &str) {
    let quoted = serde_json::to_string(text).unwrap();
    if let Ok(value) = serde_json::from_str::<T>(&quoted) {
        assert_eq!(serde_json::to_string(&value).unwrap(), quoted);
    }
}

/// What is read is written so that it is read as the same.
fn json<T: Debug + PartialEq + Serialize + DeserializeOwned>(text: &str) {
    if let Ok(value) = serde_json::from_str::<T>(text) {
        let written = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<T>(&written).unwrap(), value);
    }
}

fn masks(input: &[u8]) {
    let &[granted, refused, ..] = input else {
        return;
    };
    if let Ok(flags) = Flags::from_masks(granted, refused) {
        assert_eq!(
            (flags.granted_mask(), flags.refused_mask()),
            (granted, refused)
        );
        assert_eq!(granted & refused, 0);
        assert_eq!(flags.contains_refusal(), refused != 0);
    }
    if let Ok(set) = FlagSet::from_mask(granted) {
        assert_eq!(set.mask(), granted);
        assert_eq!(
            set.iter().count(),
            usize::try_from(granted.count_ones()).unwrap()
        );
    }
    if let Ok(tier) = Tier::from_number(granted) {
        assert_eq!(tier.number(), granted);
    }
}

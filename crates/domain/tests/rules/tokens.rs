//! Tokens: only ours open, only where they belong, and they tell nothing.

use domain::{
    ClickToken, CommunicationType, MessageId, OneClick, OrganisationId, SealError, Subject,
    TokenKeys, TokenSecrets, TokenSecretsError,
};
use proptest::prelude::*;
use serde::Deserialize;

const SECRET: &str = "first secret of sixteen bytes or more";
const OLDER: &str = "an older secret, still accepted";

fn keys_of(secrets: &str, organisation: u8) -> TokenKeys {
    TokenKeys::derive(
        &TokenSecrets::parse(secrets).unwrap(),
        OrganisationId::from_bytes([organisation; 16]),
    )
}

/// Secrets must not hold commas.
fn keys(secret: &str) -> TokenKeys {
    keys_of(&secret.replace(',', ";"), 1)
}

fn message(seed: u8) -> MessageId {
    MessageId::from_bytes([seed; 16])
}

fn any_contact() -> impl Strategy<Value = Subject> {
    prop_oneof![
        "[!-\\]_-~]{1,40}",
        "[a-z0-9äß漢😀]{1,60}",
        "[0-9A-Za-z]{18}"
    ]
    .prop_map(|key| Subject::contact(&key).unwrap())
}

fn newsletter() -> CommunicationType {
    CommunicationType::parse("newsletter").unwrap()
}

/// Of the text that a one-click token seals.
fn asked(text: &str) -> OneClick {
    let mut parts = text.rsplitn(3, '^');
    let contact = Subject::contact(parts.next().unwrap()).unwrap();
    let message = parts.next().map(|id| MessageId::parse(id).unwrap());
    let named = parts.next().map(|id| CommunicationType::parse(id).unwrap());
    OneClick {
        contact,
        communication: named.zip(message),
    }
}

proptest! {
    /// What was sealed opens again, for every purpose; equal inputs give equal tokens.
    #[test]
    fn tokens_round_trip(contact in any_contact()) {
        let keys = keys(SECRET);
        let own = ClickToken::Own(contact.clone());
        let click = keys.seal_click(message(1), &own).unwrap();
        prop_assert_eq!(keys.open_click(message(1), &click), Some(own.clone()));
        prop_assert_eq!(&keys.seal_click(message(1), &own).unwrap(), &click);
        let preferences = keys.seal_preferences(&contact).unwrap();
        prop_assert_eq!(keys.open_preferences(&preferences), Some(contact.clone()));
        for communication in [None, Some((newsletter(), message(1)))] {
            let asked = OneClick { contact: contact.clone(), communication };
            let one_click = keys.seal_one_click(&asked).unwrap();
            prop_assert_eq!(keys.open_one_click(&one_click), Some(asked));
        }
        // In a path segment they need no escaping, and the key is not in them.
        prop_assert!(click.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    }

    /// Purposes, messages and organisations are not interchangeable.
    #[test]
    fn tokens_work_only_where_they_belong(contact in any_contact()) {
        let keys = keys(SECRET);
        let click = keys.seal_click(message(1), &ClickToken::Own(contact.clone())).unwrap();
        let preferences = keys.seal_preferences(&contact).unwrap();
        let asked = OneClick {
            contact: contact.clone(),
            communication: Some((newsletter(), message(1))),
        };
        let one_click = keys.seal_one_click(&asked).unwrap();
        prop_assert_eq!(keys.open_click(message(2), &click), None);
        prop_assert_eq!(keys.open_preferences(&click), None);
        prop_assert_eq!(keys.open_one_click(&click), None);
        prop_assert_eq!(keys.open_one_click(&preferences), None);
        prop_assert_eq!(keys.open_preferences(&one_click), None);
        prop_assert_eq!(keys.open_click(message(1), &preferences), None);
        prop_assert_eq!(keys.open_click(message(1), &one_click), None);
        let other = keys_of(SECRET, 2);
        prop_assert_eq!(other.open_click(message(1), &click), None);
        prop_assert_eq!(other.open_preferences(&preferences), None);
        // The same person's tokens in two mails share only the byte of the key.
        let elsewhere = keys.seal_click(message(2), &ClickToken::Own(contact)).unwrap();
        prop_assert_ne!(&elsewhere[2..], &click[2..]);
    }

    /// Arbitrary text never opens, and never fails otherwise.
    #[test]
    fn arbitrary_text_does_not_open(text in "[A-Za-z0-9_-]{0,120}|\\PC{0,60}", bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let keys = keys(SECRET);
        for text in [text, String::from_utf8_lossy(&bytes).into_owned()] {
            prop_assert_eq!(keys.open_click(message(1), &text), None);
            prop_assert_eq!(keys.open_preferences(&text), None);
            prop_assert_eq!(keys.open_one_click(&text), None);
        }
    }
}

/// Any other character in any place, any cut, any addition: the token no longer opens.
#[test]
fn every_alteration_fails() {
    const ALPHABET: &str =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ .%*|";
    let keys = keys(SECRET);
    for key in [
        "4711",
        "fifteen-bytes-x",
        "0031t00000AbCdEfGhI",
        "seventeen-bytes-xyz-and-more-1234",
    ] {
        let own = ClickToken::Own(Subject::contact(key).unwrap());
        let token = keys.seal_click(message(1), &own).unwrap();
        assert_eq!(keys.open_click(message(1), &token), Some(own));
        for place in 0..token.len() {
            for c in ALPHABET.chars().filter(|c| !token[place..].starts_with(*c)) {
                let altered = format!("{}{c}{}", &token[..place], &token[place + 1..]);
                assert_eq!(keys.open_click(message(1), &altered), None, "{altered}");
            }
            assert_eq!(keys.open_click(message(1), &token[..place]), None);
            assert_eq!(keys.open_click(message(1), &token[place + 1..]), None);
        }
        for c in ALPHABET.chars() {
            assert_eq!(keys.open_click(message(1), &format!("{token}{c}")), None);
        }
    }
    assert_eq!(keys.open_click(message(1), &"A".repeat(1_000_000)), None);
}

/// The first secret seals, all open; a secret that is dropped no longer opens.
#[test]
fn secrets_rotate() {
    let contact = Subject::contact("4711").unwrap();
    let (first, older) = (SECRET.to_owned(), OLDER.replace(',', ";"));
    let old = keys_of(&older, 1).seal_preferences(&contact).unwrap();
    let both = keys_of(&format!(" {first} , {older} "), 1);
    assert_eq!(
        both.open_preferences(&old),
        Some(contact.clone()),
        "mails that were sent stay valid"
    );
    let new = both.seal_preferences(&contact).unwrap();
    assert_ne!(new, old);
    assert_eq!(new, keys_of(&first, 1).seal_preferences(&contact).unwrap());
    assert_eq!(keys_of(&first, 1).open_preferences(&old), None, "dropped");
    assert_eq!(keys_of(&older, 1).open_preferences(&new), None);
}

/// Key ids are one byte, so two secrets may share one; then both keys are tried.
#[test]
fn secrets_with_the_same_key_id_both_open() {
    let contact = Subject::contact("4711").unwrap();
    let token = |number: usize| {
        keys_of(&format!("secret number {number:06}"), 1)
            .seal_preferences(&contact)
            .unwrap()
    };
    let first = token(0);
    let twin = (1..100_000)
        .find(|number| token(*number)[..1] == first[..1] && same_id(&token(*number), &first))
        .unwrap();
    let both = keys_of(
        &format!("secret number {:06},secret number {twin:06}", 0),
        1,
    );
    assert_eq!(both.open_preferences(&token(twin)), Some(contact.clone()));
    assert_eq!(both.open_preferences(&first), Some(contact));
}

/// The first byte is in the first character and the first two bits of the second.
fn same_id(one: &str, other: &str) -> bool {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits = |text: &str| ALPHABET.find(&text[1..2]).unwrap() >> 4;
    one[..1] == other[..1] && bits(one) == bits(other)
}

/// The anonymous token is the same for everybody in a message, and as long as a short key's.
#[test]
fn the_anonymous_token_tells_nothing() {
    let keys = keys(SECRET);
    let anonymous = keys.seal_click(message(1), &ClickToken::Anonymous).unwrap();
    assert_eq!(
        anonymous,
        keys.seal_click(message(1), &ClickToken::Anonymous).unwrap()
    );
    assert_eq!(
        keys.open_click(message(1), &anonymous),
        Some(ClickToken::Anonymous)
    );
    let own = keys
        .seal_click(
            message(1),
            &ClickToken::Own(Subject::contact("fifteen-bytes-x").unwrap()),
        )
        .unwrap();
    assert_eq!(anonymous.len(), own.len());
}

/// Only contacts get tokens.
#[test]
fn only_contacts_get_tokens() {
    let device = Subject::parse("device:idfa:x").unwrap();
    let keys = keys(SECRET);
    assert_eq!(keys.seal_preferences(&device), Err(SealError::NotAContact));
    let asked = OneClick {
        contact: device.clone(),
        communication: None,
    };
    assert_eq!(keys.seal_one_click(&asked), Err(SealError::NotAContact));
    assert_eq!(
        keys.seal_click(message(1), &ClickToken::Own(device)),
        Err(SealError::NotAContact)
    );
}

/// Missing and short secrets are refused with what to do; none is ever shown.
#[test]
fn secrets_are_long_and_silent() {
    for (list, error) in [
        ("", TokenSecretsError::Empty),
        ("  ", TokenSecretsError::Empty),
        ("0123456789abcde", TokenSecretsError::TooShort(1)),
        ("0123456789abcdef,short", TokenSecretsError::TooShort(2)),
        ("0123456789abcdef,", TokenSecretsError::TooShort(2)),
    ] {
        let refused = TokenSecrets::parse(list).unwrap_err();
        assert_eq!(refused, error);
        assert!(
            refused.to_string().contains("token_secrets")
                && !refused.to_string().contains("short,")
        );
    }
    assert_eq!(
        format!("{:?}", TokenSecrets::parse(SECRET).unwrap()),
        "TokenSecrets(1, …)"
    );
    assert_eq!(format!("{:?}", keys(SECRET)), "TokenKeys(1, …)");
}

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    secret: String,
    organisation: OrganisationId,
    purpose: String,
    message: Option<MessageId>,
    mark: String,
    contact: String,
    token: String,
}

/// Tokens that are in people's mail boxes stay valid: the published vectors never change. They were
/// computed by `tests/vectors/verify.py`, which shares no code with this crate.
#[test]
fn published_vectors_hold() {
    let text = include_str!("../vectors/tokens.json");
    let Vectors { vectors } = serde_json::from_str(text).unwrap();
    assert!(vectors.len() >= 10);
    for vector in vectors {
        let keys = TokenKeys::derive(
            &TokenSecrets::parse(&vector.secret).unwrap(),
            vector.organisation,
        );
        let contact = Subject::contact(&vector.contact);
        let sealed = match (vector.purpose.as_str(), vector.mark.as_str()) {
            ("click", "anonymous") => {
                keys.seal_click(vector.message.unwrap(), &ClickToken::Anonymous)
            }
            ("click", "own") => {
                keys.seal_click(vector.message.unwrap(), &ClickToken::Own(contact.unwrap()))
            }
            ("preferences", "own") => keys.seal_preferences(&contact.unwrap()),
            ("oneclick", "own") => keys.seal_one_click(&asked(&vector.contact)),
            other => panic!("{other:?}"),
        };
        assert_eq!(sealed.unwrap(), vector.token, "{}", vector.name);
    }
}

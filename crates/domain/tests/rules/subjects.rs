//! Whom a consent is about.

use domain::{
    HashSecret, KeyedHash, OrganisationId, Subject, SubjectError, SubjectKind, names_address,
};
use proptest::prelude::*;

const JANE: &str =
    "bk:email_sha256:8c87b489ce35cf2e2f39f80e282cb2e804932a56a213983eeeb428407d43b52d";

fn organisation(seed: u8) -> OrganisationId {
    OrganisationId::from_random([seed; 16])
}

proptest! {
    /// What is read comes out as it was written.
    #[test]
    fn text_form_round_trips(kind in "contact|device:[a-z0-9_]{1,32}|bk:x[a-z0-9_]{1,31}", value in "[ -\\]_-~äß漢😀]{1,64}") {
        let text = format!("{kind}:{value}");
        let subject = Subject::parse(&text).unwrap();
        prop_assert_eq!(subject.as_str(), &text);
        prop_assert_eq!(Subject::parse(&subject.to_string()).unwrap(), subject);
    }

    /// Reading never fails otherwise than with an error, and what was read is in its final form.
    #[test]
    fn any_text_is_read_or_refused(text in "(contact:|device:|bk:|bk:email:)?\\PC{0,300}|.{0,40}") {
        if let Ok(subject) = Subject::parse(&text) {
            let again = Subject::parse(subject.as_str()).unwrap();
            prop_assert_eq!(again, subject);
        }
    }

    /// An address is never kept, in whatever spelling, nor shown by `Debug`.
    #[test]
    fn addresses_are_never_kept(local in "[A-Za-z0-9.^+-]{4,20}", domain in "[a-z]{4,10}\\.[a-z]{2,5}", space in "[ \t]{0,3}") {
        let address = format!("{local}@{domain}");
        let subject = Subject::parse(&format!("bk:email:{space}{address}{space}")).unwrap();
        prop_assert!(subject.as_str().starts_with("bk:email_sha256:"));
        prop_assert!(!subject.as_str().contains(&local.to_lowercase()) || local.bytes().all(|b| b.is_ascii_hexdigit()));
        prop_assert_eq!(&subject, &Subject::parse(&format!("bk:email:{}", address.to_uppercase())).unwrap());
        let shown = format!("{subject:?}");
        prop_assert!(!shown.contains(&domain));
        let text = format!("bk:email:{address}");
        prop_assert!(names_address(&text));
    }
}

/// The hash is that of everybody else: SHA-256 of the trimmed, lower-case address.
#[test]
fn addresses_are_hashed_as_everywhere() {
    for text in [
        "bk:email:jane@example.com",
        "bk:email:  Jane@Example.COM ",
        &JANE
            .to_uppercase()
            .replace("BK:EMAIL_SHA256", "bk:email_sha256"),
    ] {
        assert_eq!(Subject::parse(text).unwrap().as_str(), JANE, "{text}");
    }
}

/// Every part is checked, and the error says which.
#[test]
fn what_is_not_a_subject() {
    use SubjectError::{Address, Kind, Name, Sha256, Value};
    let long = "x".repeat(257);
    for (text, error) in [
        ("", Kind),
        ("jane", Kind),
        ("Contact:1", Kind),
        ("email:jane@example.com", Kind),
        ("contact:", Value),
        ("contact:a^b", Value),
        ("contact:a\nb", Value),
        ("contact:a\u{0}", Value),
        ("contact:4711\u{200b}", Value),
        ("contact:\u{202e}1174", Value),
        ("device:idfa:\u{feff}x", Value),
        ("bk:email:jane\u{ad}@example.com", Address),
        (&format!("contact:{long}"), Value),
        ("device:idfa", Name),
        ("device::x", Name),
        ("device:IDFA:x", Name),
        ("device:idfa:", Value),
        ("device:a23456789012345678901234567890123:x", Name),
        ("bk:email:", Address),
        ("bk:email:jane", Address),
        ("bk:email:jane@", Address),
        ("bk:email:@example.com", Address),
        ("bk:email:a@b@c", Address),
        ("bk:email:a b@c", Address),
        ("bk:email_sha256:abc", Sha256),
        (&JANE.replace('8', "g"), Sha256),
    ] {
        assert_eq!(Subject::parse(text), Err(error), "{text}");
        let message = error.to_string();
        assert!(
            !message.contains("jane"),
            "errors do not repeat the identifier"
        );
    }
}

/// Kinds and contact keys are told apart, whatever the key looks like.
#[test]
fn kinds_and_keys() {
    let contact = Subject::contact("device:idfa:x").unwrap();
    assert_eq!(contact.kind(), SubjectKind::Contact);
    assert_eq!(contact.contact_key(), Some("device:idfa:x"));
    let device = Subject::parse("device:kxcookie:abcdef123").unwrap();
    assert_eq!(
        (device.kind(), device.contact_key()),
        (SubjectKind::Device, None)
    );
    assert_eq!(Subject::parse(JANE).unwrap().kind(), SubjectKind::BridgeKey);
    assert!(!names_address(JANE));
}

/// `HMAC-SHA256(secret, "assent subject v1" ‖ organisation ‖ subject)`, computed with Python's hmac.
#[test]
fn keyed_hash_has_a_published_value() {
    let secret = HashSecret::new("correct horse battery staple").unwrap();
    let organisation = OrganisationId::parse("45e0a0b2-7f30-456c-875c-1cfa507d72b6").unwrap();
    let hash = Subject::contact("4711")
        .unwrap()
        .keyed_hash(&secret, organisation);
    assert_eq!(hash.to_string(), "d0c8d3c715ec6b9f639223be264f4167");
    assert_eq!(KeyedHash::parse(&hash.to_string()), Ok(hash));
    assert_eq!(KeyedHash::from_bytes(hash.as_bytes()), hash);
}

/// One person has different names in two organisations, and under two secrets.
#[test]
fn keyed_hashes_cannot_be_joined() {
    let (one, two) = (
        HashSecret::new("0123456789abcdef").unwrap(),
        HashSecret::new("0123456789abcdeg").unwrap(),
    );
    let subject = Subject::contact("4711").unwrap();
    let hashes = [
        subject.keyed_hash(&one, organisation(1)),
        subject.keyed_hash(&one, organisation(2)),
        subject.keyed_hash(&two, organisation(1)),
        Subject::contact("4712")
            .unwrap()
            .keyed_hash(&one, organisation(1)),
    ];
    for (place, hash) in hashes.iter().enumerate() {
        assert!(!hashes[..place].contains(hash));
    }
}

/// A short secret is refused, and none is ever shown.
#[test]
fn secrets_are_long_and_silent() {
    assert!(HashSecret::new("0123456789abcde").is_err());
    assert_eq!(
        format!("{:?}", HashSecret::new("0123456789abcdef").unwrap()),
        "HashSecret(…)"
    );
    for text in [
        "",
        "00",
        &"0".repeat(31),
        &"0".repeat(33),
        &"A".repeat(32),
        &"g".repeat(32),
    ] {
        assert!(KeyedHash::parse(text).is_err(), "{text}");
    }
}

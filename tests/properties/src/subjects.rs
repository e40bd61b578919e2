//! Subjects: two texts that are one subject, or one that is two, would lose a refusal.

use domain::{HashSecret, OrganisationId, Subject, SubjectKind, names_address};

use crate::input::texts;

/// Input: two texts.
pub fn subject(input: &[u8]) {
    let Some([one, other]) = texts(input) else {
        return;
    };
    let (one, other) = (check(one), check(other));
    let secret = HashSecret::new("a secret of the properties").unwrap();
    let hash = |subject: &Subject, organisation| {
        subject.keyed_hash(&secret, OrganisationId::from_bytes([organisation; 16]))
    };
    if let (Some(one), Some(other)) = (&one, &other) {
        assert_eq!(one == other, one.as_str() == other.as_str());
        assert_eq!(one == other, hash(one, 1) == hash(other, 1));
        assert_ne!(hash(one, 1), hash(other, 2));
    }
}

fn check(text: &str) -> Option<Subject> {
    let parsed = Subject::parse(text).ok()?;
    let written = parsed.as_str();
    assert_eq!(
        Subject::parse(written).as_ref(),
        Ok(&parsed),
        "in its final form"
    );
    let json = serde_json::to_string(&parsed).unwrap();
    assert_eq!(serde_json::from_str::<Subject>(&json).unwrap(), parsed);
    assert!(written.len() <= 256 + 32 + 8);
    assert!(!written.contains([
        '^', '\n', '\r', '\0', '\u{2028}', '\u{200b}', '\u{202e}', '\u{feff}'
    ]));
    assert!(!written.chars().any(char::is_control));
    let kind = match written.split(':').next().unwrap() {
        "contact" => SubjectKind::Contact,
        "device" => SubjectKind::Device,
        _ => SubjectKind::BridgeKey,
    };
    assert_eq!(parsed.kind(), kind);
    assert_eq!(parsed.contact_key().is_some(), kind == SubjectKind::Contact);
    if names_address(text) {
        assert!(written.starts_with("bk:email_sha256:") && written.len() == 80);
    } else if !written.starts_with("bk:email_sha256:") {
        assert_eq!(written, text, "nothing else is changed");
    }
    assert_eq!(
        format!("{parsed:?}"),
        format!("Subject({kind:?}, …)"),
        "Debug names nobody"
    );
    let encoded =
        percent_encoding::utf8_percent_encode(written, percent_encoding::NON_ALPHANUMERIC);
    let path = format!("/v1/consent/{encoded}");
    assert_eq!(web::segments(&path).unwrap(), ["v1", "consent", written]);
    Some(parsed)
}

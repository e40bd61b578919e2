//! Tokens: only what was sealed opens, and only as what it was sealed as.

use aes_siv::{KeyInit, siv::Aes128Siv};
use base64ct::{Base64UrlUnpadded, Encoding};
use domain::{
    ClickToken, MessageId, OrganisationId, Shown, Subject, Timestamp, TokenKeys, TokenSecrets,
    token::FormToken,
};
use hkdf::Hkdf;
use sha2::Sha256;

use crate::input::{number, parts, texts};

const SECRET: &str = "a secret of the properties, longer than sixteen bytes";
const ORGANISATION: OrganisationId = OrganisationId::from_bytes([7; 16]);
const MESSAGE: MessageId = MessageId::from_bytes([8; 16]);

fn keys() -> TokenKeys {
    TokenKeys::derive(&TokenSecrets::parse(SECRET).unwrap(), ORGANISATION)
}

/// Input: a token, a contact key, a place in its token and what is done there; a payload.
pub fn token(input: &[u8]) {
    let [text, contact, place, payload] = parts(input);
    if let Ok(text) = std::str::from_utf8(text) {
        check_opened(text);
    }
    if let Some(contact) = std::str::from_utf8(contact)
        .ok()
        .and_then(|key| Subject::contact(key).ok())
    {
        check_altered(&contact, place);
    }
    check_foreign_payload(payload);
}

/// Whatever opens is exactly what we would seal: no two texts are the same token.
fn check_opened(text: &str) {
    let keys = keys();
    let opened = keys.open_click(MESSAGE, text);
    assert_eq!(opened, keys.click_opener(MESSAGE).open(text));
    if let Some(opened) = opened {
        assert_eq!(keys.seal_click(MESSAGE, &opened).unwrap(), text);
    }
    if let Some(contact) = keys.open_preferences(text) {
        assert_eq!(keys.seal_preferences(&contact).unwrap(), text);
    }
    if let Some(asked) = keys.open_one_click(text) {
        assert_eq!(keys.seal_one_click(&asked).unwrap(), text);
    }
}

/// One character more, less or different, and a token is closed for every purpose.
fn check_altered(contact: &Subject, place: &[u8]) {
    let keys = keys();
    let token = keys.seal_preferences(contact).unwrap();
    assert!(
        token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    );
    assert!(token.len() <= 1024, "longer than the redirect looks at");
    assert_eq!(keys.open_preferences(&token).as_ref(), Some(contact));
    assert_eq!(keys.open_one_click(&token), None);
    assert_eq!(keys.open_click(MESSAGE, &token), None);
    let number = number(place);
    let at = usize::try_from(number >> 16).unwrap_or_default() % token.len();
    let byte = u8::try_from(number & 0x7f).unwrap_or_default();
    let mut altered = token.clone().into_bytes();
    match number >> 8 & 3 {
        0 => altered.truncate(at),
        1 => altered.insert(at, byte),
        2 => drop(altered.remove(at)),
        _ => altered[at] = byte,
    }
    let altered = String::from_utf8(altered).unwrap();
    if altered != token {
        assert_eq!(keys.open_preferences(&altered), None, "{altered}");
    }
}

/// An organisation that has its own key seals what it likes: it opens as a contact or not at all.
fn check_foreign_payload(payload: &[u8]) {
    if payload.len() > 700 {
        return;
    }
    let hkdf = Hkdf::<Sha256>::new(None, SECRET.as_bytes());
    let (mut id, mut key) = ([0; 1], [0; 32]);
    hkdf.expand(b"assent token key id v1", &mut id).unwrap();
    hkdf.expand_multi_info(&[b"assent token v1", &ORGANISATION.as_bytes()], &mut key)
        .unwrap();
    let seal = |purpose: &[u8], scope: &[u8]| {
        let mut cipher = Aes128Siv::new(&key.into());
        let mut bytes = id.to_vec();
        bytes.extend(cipher.encrypt([purpose, scope], payload).unwrap());
        Base64UrlUnpadded::encode_string(&bytes)
    };
    let keys = keys();
    let text = seal(b"click", &MESSAGE.as_bytes());
    let opened = keys.open_click(MESSAGE, &text);
    if payload.len() >= 16 {
        assert_eq!(opened, keys.click_opener(MESSAGE).open(&text));
    }
    match (opened, payload.first()) {
        (Some(ClickToken::Own(contact)), Some(0))
        | (Some(ClickToken::MayBeAsked(contact)), Some(1))
        | (Some(ClickToken::OnlyToAsk(contact)), Some(2)) => check_contact(&contact, payload),
        (Some(ClickToken::Anonymous), Some(3)) | (None, _) => {}
        (Some(ClickToken::AnonymousPerson(number)), Some(4)) => {
            let digits: String = number.iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(payload[1..].starts_with(digits.as_bytes()));
        }
        (other, _) => panic!("{other:?}"),
    }
    if let Some(contact) = keys.open_preferences(&seal(b"preferences", &[])) {
        check_contact(&contact, payload);
    }
    let person = Subject::contact("ada").unwrap();
    let form = seal(b"form", person.as_str().as_bytes());
    if let Some(form) = keys.open_form(&person, &form) {
        let shown = form.shown;
        for field in [&shown.form, &shown.version, &shown.language] {
            assert!(!field.contains('\n'));
        }
    }
}

fn check_contact(contact: &Subject, payload: &[u8]) {
    let key = contact.contact_key().unwrap();
    assert_eq!(Subject::contact(key).as_ref(), Ok(contact));
    assert!(payload[1..].starts_with(key.as_bytes()));
}

/// Input: the fields of a form token, the person, another person, the form as it comes back.
pub fn form(input: &[u8]) {
    let [form, version, language, person, other, body] = parts(input);
    let fields = web::form_fields(body);
    let submission = web::form::Submission::read(&fields);
    let said = |value: &str| {
        fields
            .iter()
            .any(|(name, said)| name == "answer" && said == value)
    };
    // A refusal is never lost, and nothing becomes an agreement that is not one.
    if said("refuse") {
        assert_eq!(submission.answer, Some(web::form::Answer::Refuse));
    } else if said("grant") {
        assert_eq!(submission.answer, Some(web::form::Answer::Grant));
    } else {
        assert_eq!(submission.answer, None);
    }
    let fields = [form, version, language, person, other].join(&255);
    let Some([form, version, language, person, other]) = texts(&fields) else {
        return;
    };
    let (Ok(person), Ok(other)) = (Subject::contact(person), Subject::contact(other)) else {
        return;
    };
    let keys = keys();
    if let Some(token) = keys.open_form(&person, &submission.shown) {
        assert_eq!(keys.seal_form(&person, &token).unwrap(), submission.shown);
    }
    let token = FormToken {
        shown: Shown {
            form: form.to_owned(),
            version: version.to_owned(),
            language: language.to_owned(),
        },
        issued_at: Timestamp::from_micros(i64::try_from(number(body) >> 2).unwrap_or_default()),
    };
    if let Ok(text) = keys.seal_form(&person, &token)
        && text.len() <= 1024
    {
        assert_eq!(keys.open_form(&person, &text), Some(token));
        assert_eq!(keys.open_preferences(&text), None);
        if other != person {
            assert_eq!(keys.open_form(&other, &text), None);
        }
    }
}

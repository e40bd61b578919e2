//! What tags send: the function to call, the parameters, the cookie, the page's origin.

use domain::wire::{Callback, DeviceKey, Identifier, Parameters, Route};
use domain::{Choice, DeviceId, Flag, HashSecret, Origin, Subject};

use crate::input::{parts, texts};

/// Input: the name of a function, and a text for the document it is called with.
pub fn jsonp(input: &[u8]) {
    let Some([name, text]) = texts(input) else {
        return;
    };
    let Ok(callback) = Callback::parse(name) else {
        return;
    };
    assert_eq!(callback.as_str(), name);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_$.".contains(&byte);
    assert!(name.len() <= 128 && name.bytes().all(plain));
    for part in name.split('.') {
        assert!(!part.is_empty() && !part.as_bytes()[0].is_ascii_digit());
    }
    let document = serde_json::json!({ "settings": { text: 1 }, "errors": [text] });
    let script = callback.script(&document.to_string());
    // One call of that name with one document, on one line; no letter in it ends a line or an element.
    let argument = script
        .strip_prefix("/**/")
        .and_then(|rest| rest.strip_prefix(name))
        .and_then(|rest| rest.strip_prefix('('))
        .and_then(|rest| rest.strip_suffix(");"))
        .unwrap();
    assert!(!script.contains(['\n', '\r', '\u{2028}', '\u{2029}', '<']));
    let read: serde_json::Value = serde_json::from_str(argument).unwrap();
    assert_eq!(read, document);
}

/// Input: an encoded query, a cookie, an origin, random bytes.
pub fn tag(input: &[u8]) {
    if let Some([query, cookie, origin]) = texts(input) {
        parameters(query);
        let key = DeviceKey::new(HashSecret::new("a secret of the tests").unwrap());
        // Nobody guesses 128 bits.
        assert_eq!(key.open(cookie), None);
        if let Ok(origin) = Origin::parse(origin) {
            assert_eq!(Origin::of_address(origin.as_str()), Ok(origin.clone()));
            let text = origin.as_str();
            assert!(text.starts_with("https://") || text.starts_with("http://"));
            assert!(text.is_ascii() && !text.contains(['*', '@', ' ', ',']));
            assert!(
                !text.splitn(4, '/').skip(3).any(|_| true),
                "no path: {text}"
            );
        }
        let _ = Origin::of_address(query);
    }
    own_cookies(input);
}

fn parameters(query: &str) {
    let given = web::form_fields(query.as_bytes());
    let _ = Callback::of(&given);
    for route in [
        Route::Get,
        Route::Set,
        Route::Remove,
        Route::Portability,
        Route::Browser,
    ] {
        let Ok(found) = Parameters::read(route, &given) else {
            continue;
        };
        let value = |wanted: &str| {
            let mut values = given.iter().filter(|(name, _)| name == wanted);
            let value = values.next().map(|(_, value)| value.as_str());
            assert!(values.next().is_none(), "each at most once");
            value
        };
        // A refusal is never read as anything else, nor left out.
        for flag in Flag::ALL {
            let expected = value(flag.code()).map(|value| match value {
                "1" | "true" => Choice::Granted,
                _ => Choice::Refused,
            });
            assert_eq!(found.flags.get(flag), expected);
        }
        assert_eq!(found.regime.map(domain::Regime::code), value("pr"));
        match found.identifier {
            Some(Identifier::Named(subject)) => {
                assert_eq!(Subject::parse(subject.as_str()), Ok(subject.clone()));
                assert!(!subject.as_str().starts_with("contact:"));
                assert!(value("idv").is_some());
            }
            Some(Identifier::OwnDevice) => {
                assert_eq!((value("dt"), value("idv")), (Some("kxcookie"), None));
            }
            None => assert_eq!(route, Route::Browser),
        }
    }
}

/// What is sealed opens, and nothing near it does.
fn own_cookies(input: &[u8]) {
    let [random, change] = parts(input);
    let mut bytes = [0; 16];
    for (place, byte) in bytes.iter_mut().zip(random) {
        *place = *byte;
    }
    let device = DeviceId::from_random(bytes);
    let key = DeviceKey::new(HashSecret::new("a secret of the tests").unwrap());
    let cookie = key.seal(device);
    assert_eq!(key.open(&cookie), Some(device));
    let mut altered = cookie.clone().into_bytes();
    for (place, byte) in altered.iter_mut().skip(36).zip(change) {
        *place ^= byte;
    }
    if altered != cookie.as_bytes() {
        assert_eq!(key.open(&String::from_utf8_lossy(&altered)), None);
    }
}

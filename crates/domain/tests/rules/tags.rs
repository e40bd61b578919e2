//! What tags of the Salesforce DMP send: read exactly, answered so that nothing else is run, and no cookie is
//! believed that was not made here.

use domain::wire::{Callback, DeviceKey, Identifier, ParameterError, Parameters, Route};
use domain::{Choice, DeviceId, Flag, Flags, HashSecret, Origin, Regime, Settings, Subject};
use proptest::prelude::*;

fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

fn read(route: Route, query: &str) -> Result<Parameters, (&'static str, ParameterError)> {
    Parameters::read(route, &pairs(query)).map_err(|wrong| (wrong.parameter, wrong.error))
}

/// The recorded requests, and those of the phone SDK.
#[test]
fn recorded_requests_are_read() {
    let get = "request_id=3f4ffa17-8f91-4abe-a401-cad1ecaca6eb&idt=device&dt=kxcookie&callback=Krux.ns.x.kxjsonp_consent_get_0";
    let found = read(Route::Get, get).unwrap();
    assert_eq!(found.identifier, Some(Identifier::OwnDevice));
    assert_eq!((found.flags, found.regime), (Flags::none(), None));
    assert_eq!(
        found.request_id.as_deref(),
        Some("3f4ffa17-8f91-4abe-a401-cad1ecaca6eb")
    );
    let callback = Callback::of(&pairs(get)).unwrap().unwrap();
    assert_eq!(callback.as_str(), "Krux.ns.x.kxjsonp_consent_get_0");

    let set = "idt=device&dt=kxcookie&dc=1&al=1&tg=1&cd=0&sh=0&re=0&callback=Krux.ns._default.kxjsonp_consent_set_1";
    let flags = read(Route::Set, set).unwrap().flags;
    assert_eq!((flags.granted_mask(), flags.refused_mask()), (7, 56));

    let fetched = "idt=device&dt=kxcookie&dc=1&al=1&tg=1&cd=1&sh=1&re=1&idv=akuidstr";
    let found = read(Route::Set, fetched).unwrap();
    let kuid = Subject::parse("device:kxcookie:akuidstr").unwrap();
    assert_eq!(found.identifier, Some(Identifier::Named(kuid)));
    assert_eq!(found.flags, Flags::all(Choice::Granted));

    let phone =
        "idt=device&dt=idfa&idv=6D92078A-8246-4BA4-AE5B-76104861E7DC&pr=gdpr&dc=true&tg=false";
    let found = read(Route::Set, phone).unwrap();
    assert_eq!(found.regime, Some(Regime::Gdpr));
    // Flags that are left out stay as they are.
    assert_eq!(found.flags.get(Flag::Dc), Some(Choice::Granted));
    assert_eq!(found.flags.get(Flag::Tg), Some(Choice::Refused));
    assert_eq!(found.flags.iter().count(), 2);

    let key = "idt=bk&bk=email&idv= Jane@Example.com";
    let found = read(Route::Remove, key).unwrap().identifier;
    let Some(Identifier::Named(subject)) = found else {
        panic!("{found:?}")
    };
    assert!(subject.as_str().starts_with("bk:email_sha256:8c87b489"));
    assert_eq!(read(Route::Browser, "cb=f").unwrap().identifier, None);
}

/// Each with the parameter that is wrong; nothing is guessed.
#[test]
fn what_is_wrong_is_named() {
    use ParameterError as Wrong;
    for (route, query, parameter, error) in [
        (Route::Get, "dt=kxcookie", "idt", Wrong::Missing),
        (Route::Get, "idt=cookie&dt=kxcookie", "idt", Wrong::Idt),
        (Route::Get, "idt=device", "dt", Wrong::Missing),
        (Route::Get, "idt=device&dt=idfa", "idv", Wrong::Missing),
        (Route::Get, "idt=bk&bk=email_sha256", "idv", Wrong::Missing),
        (
            Route::Get,
            "idt=device&dt=kxcookie&bk=x",
            "bk",
            Wrong::NotTogether,
        ),
        (
            Route::Get,
            "idt=bk&bk=x&dt=idfa&idv=1",
            "dt",
            Wrong::NotTogether,
        ),
        (
            Route::Get,
            "idt=device&dt=kxcookie&dc=1",
            "?",
            Wrong::Unknown,
        ),
        (Route::Set, "idt=device&dt=kxcookie", "dc", Wrong::NoFlags),
        (Route::Set, "idt=device&dt=kxcookie&dc=2", "dc", Wrong::Flag),
        (Route::Set, "idt=device&dt=kxcookie&dc=", "dc", Wrong::Flag),
        (
            Route::Set,
            "idt=device&dt=kxcookie&tg=TRUE",
            "tg",
            Wrong::Flag,
        ),
        (
            Route::Set,
            "idt=device&dt=kxcookie&tgg=0&dc=1",
            "?",
            Wrong::Unknown,
        ),
        (
            Route::Set,
            "idt=device&dt=kxcookie&dc=0&dc=1",
            "dc",
            Wrong::Twice,
        ),
        (
            Route::Set,
            "idt=device&dt=kxcookie&pr=GDPR&dc=0",
            "pr",
            Wrong::Regime,
        ),
        (
            Route::Get,
            "idt=device&dt=kxcookie&request_id=1",
            "request_id",
            Wrong::RequestId,
        ),
        (
            Route::Get,
            "idt=device&dt=idfa&idv=undefined",
            "idv",
            Wrong::Nobody,
        ),
        (
            Route::Get,
            "idt=device&dt=idfa&idv=00000000-0000-0000-0000-000000000000",
            "idv",
            Wrong::Nobody,
        ),
        (
            Route::Browser,
            "idt=device&dt=kxcookie",
            "?",
            Wrong::Unknown,
        ),
    ] {
        assert_eq!(read(route, query), Err((parameter, error)), "{query}");
    }
    for (query, parameter) in [
        ("idt=device&dt=Idfa&idv=1", "dt"),
        ("idt=device&dt=kxcookie:x&idv=1", "dt"),
        ("idt=bk&bk=email&idv=nobody", "idv"),
        ("idt=bk&bk=email_sha256&idv=12", "idv"),
        ("idt=device&dt=idfa&idv=", "idv"),
        ("idt=device&dt=idfa&idv=a^b", "idv"),
    ] {
        assert_eq!(read(Route::Get, query).unwrap_err().0, parameter, "{query}");
    }
    for query in [
        "callback=f&cb=g",
        "cb=a b",
        "callback=",
        "callback=alert(1)",
    ] {
        assert!(Callback::of(&pairs(query)).is_err(), "{query}");
    }
}

#[test]
fn only_names_of_functions_are_called() {
    for name in [
        "f",
        "_",
        "$",
        "cb1",
        "Krux.ns._default.kxjsonp_consent_set_1",
        "jQuery1720_1234.x$",
        "thisOne.newest",
    ] {
        assert_eq!(Callback::parse(name).unwrap().as_str(), name);
    }
    for name in [
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "1a",
        "a.1",
        "a b",
        "a\n",
        "a;b",
        "a(b",
        "a/b",
        "a[0]",
        "a[\"b\"]",
        "a\\u0062",
        "é",
        "а",
        "a\u{200d}",
        "alert(/XSSED/.source)",
        "//",
        "this",
        "this.a",
        "a.delete",
        "new",
        "eval",
        "a.b.eval",
        "a.b.c.d.e.f.g.h.i",
    ] {
        assert!(Callback::parse(name).is_err(), "{name}");
    }
    assert!(Callback::parse(&"a".repeat(128)).is_ok());
    assert!(Callback::parse(&"a".repeat(129)).is_err());
}

#[test]
fn what_ends_a_line_or_an_element_is_escaped() {
    let callback = Callback::parse("f").unwrap();
    assert_eq!(
        callback.script("{\"a\":\"\u{2028}\u{2029}</script>\"}"),
        "/**/f({\"a\":\"\\u2028\\u2029\\u003c/script>\"});"
    );
}

proptest! {
    /// Whatever is accepted is a name and nothing more, and the script calls it with exactly that document.
    #[test]
    fn a_script_is_a_call_and_nothing_else(name in "[A-Za-z0-9_$.]{1,40}|\\PC{0,20}", text in "(\\PC|[\u{2028}\u{2029}<\"\\\\\n]){0,40}") {
        let Ok(callback) = Callback::parse(&name) else { return Ok(()) };
        prop_assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_$.".contains(&byte)));
        let document = serde_json::json!({ "text": text });
        let script = callback.script(&document.to_string());
        let argument = script
            .strip_prefix("/**/")
            .and_then(|rest| rest.strip_prefix(name.as_str()))
            .and_then(|rest| rest.strip_prefix('('))
            .and_then(|rest| rest.strip_suffix(");"))
            .unwrap();
        let breaks = argument.contains(['\u{2028}', '\u{2029}', '<', '\n']);
        prop_assert!(!breaks);
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(argument).unwrap(), document);
    }

    /// Reading never fails but with an error, and what is not given stays unset.
    #[test]
    fn any_parameters_are_read_or_refused(given in proptest::collection::vec(
        ("idt|dt|bk|idv|pr|dc|al|tg|cd|sh|re|callback|cb|request_id|\\PC{0,5}", "device|bk|kxcookie|idfa|email|0|1|true|false|gdpr|\\PC{0,12}"),
        0..10,
    )) {
        for route in [Route::Get, Route::Set, Route::Remove, Route::Portability, Route::Browser] {
            let Ok(found) = Parameters::read(route, &given) else { continue };
            for flag in Flag::ALL {
                let said = given.iter().find(|(name, _)| name == flag.code()).map(|(_, value)| match value.as_str() {
                    "1" | "true" => Choice::Granted,
                    _ => Choice::Refused,
                });
                prop_assert_eq!(found.flags.get(flag), said);
            }
            prop_assert_eq!(found.flags.is_empty(), route != Route::Set);
            prop_assert_eq!(found.identifier.is_none(), route == Route::Browser);
        }
    }

    /// A cookie opens where it was made, as long as no letter of it is another.
    #[test]
    fn only_own_cookies_open(random in any::<[u8; 16]>(), at in 0_usize..69, letter in "[0-9a-zA-Z.-]") {
        let key = DeviceKey::new(HashSecret::new("0123456789abcdef").unwrap());
        let other = DeviceKey::new(HashSecret::new("0123456789abcdeg").unwrap());
        let device = DeviceId::from_random(random);
        let cookie = key.seal(device);
        prop_assert_eq!(cookie.len(), 69);
        prop_assert_eq!(key.open(&cookie), Some(device));
        prop_assert_eq!(other.open(&cookie), None);
        let mut altered = cookie.clone();
        altered.replace_range(at..=at, &letter);
        let same = altered.eq_ignore_ascii_case(&cookie);
        prop_assert_eq!(key.open(&altered).is_some(), same && altered.get(36..) == cookie.get(36..));
        prop_assert_eq!(key.open(cookie.get(..at).unwrap()), None);
        let shown = format!("{key:?}");
        prop_assert!(!shown.contains("0123456789abcdef"));
    }
}

#[test]
fn a_device_is_a_subject_of_its_own() {
    let device = DeviceId::parse("45e0a0b2-7f30-456c-875c-1cfa507d72b6").unwrap();
    let subject = Subject::of_device(device);
    assert_eq!(
        subject.as_str(),
        "device:kxcookie:45e0a0b2-7f30-456c-875c-1cfa507d72b6"
    );
    assert_eq!(Subject::parse(subject.as_str()).unwrap(), subject);
}

#[test]
fn origins_are_as_browsers_send_them() {
    for text in [
        "https://www.example.com",
        "https://example.com:8443",
        "http://localhost:3000",
        "http://127.0.0.1:8080",
        "http://[::1]",
        "https://xn--bcher-kva.example",
    ] {
        assert_eq!(Origin::parse(text).unwrap().as_str(), text);
    }
    for text in [
        "",
        "null",
        "*",
        "https://example.com/",
        "https://example.com/a",
        "https://Example.com",
        "https://example.com:443",
        "http://example.com",
        "http://localhost.example.com",
        "https://a@example.com",
        "https://*.example.com",
        "ftp://example.com",
        "file:///x",
        "example.com",
        "https://bücher.example",
    ] {
        assert!(Origin::parse(text).is_err(), "{text}");
    }
    let page = Origin::of_address("https://example.com/basket?id=1").unwrap();
    assert_eq!(page.as_str(), "https://example.com");
}

#[test]
fn origins_are_settings() {
    let settings = |origins: &[&str]| {
        serde_json::from_value::<Settings>(serde_json::json!({ "origins": origins }))
    };
    let own = settings(&["https://a.example", "https://b.example"]).unwrap();
    assert_eq!(own.origins.len(), 2);
    assert!(!own.legacy_get_set);
    assert!(Settings::default().origins.is_empty());
    assert!(settings(&["https://a.example", "https://a.example"]).is_err());
    assert!(settings(&["https://a.example/"]).is_err());
    assert!(settings(&["https://a.example,b.example"]).is_err());
    assert!(settings(&["https://*.a.example"]).is_err());
    let many: Vec<String> = (0..101).map(|n| format!("https://a{n}.example")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(settings(&many).is_err());
    assert!(settings(many.get(..100).unwrap()).is_ok());
}

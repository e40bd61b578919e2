//! Paths and queries: nothing outside of a route, no other header, no other resource.

use super::{reading, request};
use crate::dice::Dice;
use crate::line::Shot;
use crate::world::{CANARY, World};

const PIECES: &[&str] = &[
    "/",
    "//",
    "/..",
    "/.",
    "/%2e%2e",
    "/%2E.",
    "/..;",
    "%2f",
    "%5c",
    "\\",
    "%00",
    "%0d%0ax-injected:%201",
    "%0a",
    "%c0%af",
    "%e0%80%af",
    "%ff",
    "%",
    "%zz",
    "%u002f",
    "?",
    "??",
    "&",
    ";",
    "#",
    "=",
    "+",
    "*",
    "/v1",
    "/consent",
    "/consent/query",
    "/contact:x",
    "/history",
    "/messages",
    "/tokens",
    "/stats",
    "/organisations",
    "/keys",
    "/l/",
    "/o/",
    "/p/",
    "/tracking",
    "/static",
    "/demo",
    "/healthz",
    "/consent/get/",
    "/consent/set/",
    "/consumer/optout",
    "/optout_check",
    "/receipt",
    "?idt=device&dt=kxcookie",
    "&callback=f",
    "&callback=alert(1)//",
    "&cb=%3Cscript%3E",
    "/.well-known/gpc.json",
    "/.well-known/spin/info",
    "/.well-known/spin/health",
    "/.well-known/spin/../x",
    "regime=gdpr",
    "source=projection",
    "limit=-1",
    "limit=99999999999999999999",
    "before=9223372036854775808",
    "before=-9223372036854775808",
    "lang=../../etc",
    "saved=granted",
    "%F0%9F%98%80",
    "%e2%80%ae",
    "e%CC%81",
    "%C3%A9",
    "/etc/passwd",
    "/secrets.toml",
    "/sqlite_db.db",
    "|",
    "<script>",
    "'",
    "\"",
    "{{7*7}}",
    "${jndi:ldap://x}",
];

pub fn shot(dice: &mut Dice, world: &World) -> Shot {
    let method = dice.of(&[
        "GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE",
    ]);
    let mut target = start(dice, world);
    for _ in 0..dice.below(6) {
        target.push_str(dice.of(PIECES));
    }
    if dice.one_in(20) {
        target.push_str(&CANARY.repeat(1 + dice.below(120)));
    }
    let target = match dice.below(12) {
        0 => format!("http://127.0.0.1{target}"),
        1 => format!("http://user:{CANARY}@evil.example{target}"),
        2 => format!("http://a.spin.internal{target}"),
        _ => target,
    };
    let authorised = dice.one_in(2);
    let key = if authorised {
        format!("authorization: Bearer {}\r\n", world.key)
    } else {
        String::new()
    };
    Shot::new(request(method, &target, &key, b""), reading(method))
}

fn start(dice: &mut Dice, world: &World) -> String {
    match dice.below(11) {
        8 => format!(
            "/p/{}/{}/receipt.jws",
            world.organisation,
            altered(dice, &world.preferences_token)
        ),
        9 => format!(
            "/receipt?log={}&leaf={CANARY}&id={CANARY}",
            altered(dice, &world.organisation)
        ),
        0 => world.link_path(&altered(dice, &world.click_token)),
        1 => world.pixel_path(&altered(dice, &world.click_token)),
        2 => format!(
            "/p/{}/{}/tracking",
            world.organisation,
            altered(dice, &world.preferences_token)
        ),
        3 => format!(
            "/p/{}/{}/tracking",
            altered(dice, &world.organisation),
            world.preferences_token
        ),
        4 => format!("/l/{}/{CANARY}", altered(dice, &world.link)),
        5 => format!("/v1/consent/contact:{CANARY}{}", dice.of(PIECES)),
        7 => format!(
            "/consent/get/{}?idt=device&dt=kxcookie&callback={CANARY}",
            altered(dice, &world.organisation)
        ),
        6 => format!("/v1/messages/{}", altered(dice, &world.message)),
        _ => dice.of(PIECES).to_owned(),
    }
}

/// A text that is not the same any more, with letters that look like its own.
fn altered(dice: &mut Dice, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = dice.below(bytes.len());
    match dice.below(6) {
        0 => bytes.truncate(at),
        1 => bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' },
        2 => bytes.push(b'A'),
        // Cyrillic а, full-width Ａ, and a combining accent.
        3 => drop(bytes.splice(at..=at, *b"%D0%B0")),
        4 => drop(bytes.splice(at..=at, *b"%EF%BC%A1")),
        _ => drop(bytes.splice(at..at, *b"%CC%81")),
    }
    String::from_utf8(bytes).unwrap()
}

//! Headers: forged ones are not believed, none gets into an answer or a log.

use super::{api, decision, reading, request};
use crate::dice::Dice;
use crate::line::{Shot, Then};
use crate::world::{CANARY, World};

const FORGED: &[&str] = &[
    "spin-client-addr: 6.6.6.6:1",
    "spin-full-url: https://evil.example/p/x/y/tracking",
    "spin-path-info: /v1/organisations",
    "spin-path-match-link: aaaaaaaaaaaaaaaa",
    "spin-matched-route: /...",
    "spin-raw-component-route: /...",
    "spin-component-route: /v1",
    "spin-base-path: //evil.example",
    "x-forwarded-for: 127.0.0.1, 6.6.6.6",
    "x-forwarded-host: evil.example",
    "x-forwarded-proto: javascript",
    "forwarded: for=\"[::1]\";host=evil.example;proto=https",
    "x-original-url: /v1/organisations",
    "x-rewrite-url: /v1/keys",
    "x-http-method-override: DELETE",
    "x-real-ip: 127.0.0.1",
    "x-request-id: %0d%0aINJECTED",
    "host: evil.example",
    "host: a.spin.internal",
    "range: bytes=0-0,1-1,2-2,-1,5-",
    "range: bytes=99999999999999999999-",
    "if-none-match: *",
    "if-match: \"x\"",
    "if-modified-since: Thu, 01 Jan 1970 00:00:00 GMT",
    "expect: 200-ok",
    "te: trailers, deflate;q=0.5",
    "upgrade: h2c",
    "http2-settings: AAMAAABkAARAAAAAAAIAAAAA",
    "connection: upgrade, http2-settings",
    "connection: authorization, content-type",
    "sec-gpc: 1",
    "sec-gpc: 1, 0",
    "accept: text/csv;q=nan, */*;q=2",
    "accept-encoding: gzip, br;q=0, *;q=1.0001",
    "accept-language: x-\u{202e}, *;q=9, fr-\u{1}",
    "accept-language: ,,,,;;;;q=,en-a-bbb-a-ccc",
    "content-type: text/plain",
    "content-type: application/json; charset=utf-16",
    "content-encoding: gzip",
    "transfer-encoding: identity",
    "origin: https://evil.example",
    "origin: null",
    "sec-fetch-site: cross-site",
    "cookie: a=b; a=c; $Version=1; =",
    "user-agent: ",
    "user-agent: () { :; }; echo INJECTED",
    "referer: https://evil.example/?x=%0d%0a",
    "idempotency-key: short",
    "idempotency-key: aaaaaaaaa\u{e9}",
    "authorization: Bearer ",
    "authorization: Basic Og==",
    "proxy-authorization: Bearer x",
];

pub fn shot(dice: &mut Dice, world: &World) -> Shot {
    match dice.below(10) {
        0 => long(dice),
        1 => control(dice),
        2 => keys(dice),
        3 => decided(dice, world),
        _ => forged(dice, world),
    }
}

fn headers(dice: &mut Dice, most: usize) -> String {
    let mut headers = String::new();
    for _ in 0..1 + dice.below(most) {
        headers.push_str(dice.of(FORGED));
        headers.push_str("\r\n");
    }
    headers
}

fn forged(dice: &mut Dice, world: &World) -> Shot {
    let method = dice.of(&["GET", "GET", "HEAD", "POST", "OPTIONS"]);
    let target = match dice.below(7) {
        0 => world.link_path(CANARY),
        1 => world.pixel_path("*|CLICK|*"),
        2 => format!(
            "/p/{}/{}/tracking",
            world.organisation, world.preferences_token
        ),
        3 => "/v1/consent/contact:forged".to_owned(),
        4 => format!("/v1/messages/{}/stats", world.message),
        5 => "/static/preferences.css".to_owned(),
        _ => "/healthz".to_owned(),
    };
    let mut all = headers(dice, 8);
    if dice.one_in(2) {
        all.push_str(&format!("authorization: Bearer {}\r\n", world.key));
    }
    Shot::new(request(method, &target, &all, b""), reading(method))
}

/// A decision with whatever headers around it: recorded whole or not at all.
fn decided(dice: &mut Dice, world: &World) -> Shot {
    let all = format!("{}{}", headers(dice, 4), api(world));
    let subject = format!("contact:head-{:x}", dice.number());
    let body = decision(&subject, r#"{"dc":true,"al":false}"#);
    Shot::new(
        request("POST", "/v1/consent", &all, body.as_bytes()),
        Then::Read(1),
    )
}

fn long(dice: &mut Dice) -> Shot {
    let long = "x".repeat(1 << dice.below(17));
    let bytes = match dice.below(4) {
        0 => request("GET", &format!("/{long}"), "", b""),
        1 => request("GET", "/healthz", &format!("x-long: {long}\r\n"), b""),
        2 => request("GET", "/healthz", &format!("x-{long}: x\r\n"), b""),
        _ => {
            let many = "a: b\r\n".repeat(dice.below(2000));
            request("GET", "/healthz", &many, b"")
        }
    };
    Shot::new(bytes, Then::End)
}

/// Bytes that a header must not have.
fn control(dice: &mut Dice) -> Shot {
    let mut bytes =
        format!("GET /v1/consent/contact:{CANARY} HTTP/1.1\r\nhost: x\r\nx-{CANARY}: a")
            .into_bytes();
    bytes.extend(match dice.below(8) {
        0 => b"\rINJECTED".to_vec(),
        1 => b"\nINJECTED: x".to_vec(),
        2 => b"\r\n INJECTED".to_vec(),
        3 => b"\0INJECTED".to_vec(),
        4 => b"\x1b[2J\x07INJECTED".to_vec(),
        5 => b"\r\nx y: INJECTED".to_vec(),
        6 => b"\r\n: INJECTED".to_vec(),
        _ => dice.bytes(40),
    });
    bytes.extend(b"\r\n\r\n");
    Shot::new(bytes, Then::End)
}

/// Keys that are none.
fn keys(dice: &mut Dice) -> Shot {
    let key = match dice.below(6) {
        0 => format!("Bearer {CANARY}"),
        1 => format!("bearer {}", "é".repeat(1 + dice.below(500))),
        2 => format!("Bearer {CANARY} {CANARY}"),
        3 => format!("Bearer\t{CANARY}"),
        4 => format!("Digest username=\"{CANARY}\""),
        _ => "Bearer ' OR 1=1 --".to_owned(),
    };
    let target = dice.of(&[
        "/v1/consent/contact:x",
        "/v1/keys",
        "/v1/organisations",
        "/v1/consent/contact:x/history",
    ]);
    let headers = format!("authorization: {key}\r\n");
    Shot::new(request("GET", target, &headers, b""), Then::Read(1)).refused()
}

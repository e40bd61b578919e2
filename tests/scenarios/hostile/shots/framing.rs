//! Where a request ends: nothing inside a body becomes a request, no half of one is stored.

use super::{api, decision, request};
use crate::dice::Dice;
use crate::line::{Shot, Then};
use crate::world::{CANARY, World};

pub fn shot(dice: &mut Dice, world: &World) -> Shot {
    match dice.below(12) {
        0 => pipelined(dice, world),
        1 => cut(dice, world),
        2..5 => lengths(dice, world),
        5..8 => chunks(dice, world),
        8 => versions(dice),
        9 => methods(dice),
        10 => noise(dice),
        _ => expect(dice, world),
    }
}

/// Several requests in one piece; each has its answer, in order.
fn pipelined(dice: &mut Dice, world: &World) -> Shot {
    let count = 2 + dice.below(8);
    let mut bytes = Vec::new();
    for _ in 0..count {
        let target = match dice.below(4) {
            0 => world.link_path(CANARY),
            1 => "/healthz".to_owned(),
            2 => "/v1/keys".to_owned(),
            _ => world.pixel_path("x"),
        };
        bytes.extend(request("GET", &target, "", b""));
    }
    Shot::new(bytes, Then::Read(count))
}

/// A good decision that ends too early, or whose sender goes away: it is stored only if it was whole.
fn cut(dice: &mut Dice, world: &World) -> Shot {
    let body = decision("contact:never-whole", r#"{"dc":true,"al":true}"#);
    let mut bytes = request("POST", "/v1/consent", &api(world), body.as_bytes());
    let least = 1 + dice.below(body.len());
    bytes.truncate(bytes.len() - least);
    if dice.one_in(2) {
        Shot::new(bytes, Then::Leave)
    } else {
        Shot::new(bytes, Then::End).refused()
    }
}

/// Lengths that contradict each other or cannot be.
fn lengths(dice: &mut Dice, world: &World) -> Shot {
    let inner = format!("GET /v1/organisations HTTP/1.1\r\nhost: x\r\nx: {CANARY}\r\n\r\n");
    let body = decision("contact:smuggled", r#"{"dc":true}"#) + &inner;
    let length = match dice.below(11) {
        0 => format!("content-length: 5\r\ncontent-length: {}", body.len()),
        1 => "content-length: -1".to_owned(),
        2 => "content-length: +5".to_owned(),
        3 => "content-length: 5, 6".to_owned(),
        4 => "content-length: 0x10".to_owned(),
        5 => "content-length: 99999999999999999999999".to_owned(),
        6 => "content-length: 5\r\ntransfer-encoding: chunked".to_owned(),
        7 => "content-length : 5".to_owned(),
        8 => "content-length: 5 5".to_owned(),
        9 => "content-length: \u{665}".to_owned(),
        _ => "content-length: 9223372036854775807".to_owned(),
    };
    let head = format!(
        "POST /v1/consent HTTP/1.1\r\nhost: x\r\n{}{length}\r\n\r\n",
        api(world)
    );
    Shot::new(head + &body, Then::End).refused()
}

fn chunks(dice: &mut Dice, world: &World) -> Shot {
    let body = decision("contact:chunked-badly", r#"{"dc":true}"#);
    let size = body.len();
    let coding = dice.of(&[
        "chunked",
        "chunked, chunked",
        "gzip, chunked",
        "chunked, gzip",
        "xchunked",
        "\tchunked",
        "chunked\r\ntransfer-encoding: identity",
        "Chunked;q=0",
    ]);
    let chunked = match dice.below(9) {
        0 => format!("{:x}\r\n{body}\r\n0\r\n\r\n", size + 7),
        1 => format!("{:x}\r\n{body}\r\n0\r\n\r\n", size - 7),
        2 => format!("ffffffffffffffff\r\n{body}"),
        3 => format!("-1\r\n{body}\r\n0\r\n\r\n"),
        4 => format!("{size:x};{}\r\n{body}\r\n", "x".repeat(20_000)),
        5 => format!("{size:x}\n{body}\n0\n\n"),
        6 => format!("{size:x}\r\n{body}"),
        7 => "1\r\n{\r\n".repeat(1 + dice.below(200)),
        _ => format!("g\r\n{body}\r\n0\r\n\r\n"),
    };
    let head = format!(
        "POST /v1/consent HTTP/1.1\r\nhost: x\r\n{}transfer-encoding: {coding}\r\n\r\n",
        api(world)
    );
    Shot::new(head + &chunked, Then::End).refused()
}

fn versions(dice: &mut Dice) -> Shot {
    let first = dice.of(&[
        "GET /healthz",
        "GET /healthz HTTP/0.9",
        "GET /healthz HTTP/1.0",
        "GET /healthz HTTP/1.9",
        "GET /healthz HTTP/3.0",
        "GET /healthz http/1.1",
        "GET  /healthz  HTTP/1.1",
        "GET\t/healthz\tHTTP/1.1",
        " GET /healthz HTTP/1.1",
        "GET /health z HTTP/1.1",
        "GET healthz HTTP/1.1",
        "GET /caf\u{e9} HTTP/1.1",
        "\r\n\r\n\r\nGET /healthz HTTP/1.1",
        "GET /healthz HTTP/1.1 x",
        "",
    ]);
    let end = dice.of(&[
        "\r\nhost: x\r\n\r\n",
        "\nhost: x\n\n",
        "\r\n\r\n",
        "\r\nhost: x\r\nhost: y\r\n\r\n",
        "\r\nhost:\r\n\r\n",
        "\r\nhost: a b\r\n\r\n",
    ]);
    Shot::new(format!("{first}{end}"), Then::End)
}

fn methods(dice: &mut Dice) -> Shot {
    let method = dice.of(&[
        "get",
        "TRACE",
        "CONNECT",
        "TRACK",
        "DEBUG",
        "PROPFIND",
        "PRI",
        "GE\0T",
        "G-E_T!",
        "\u{413}\u{415}\u{422}",
        "DELETE",
        "OPTIONS",
    ]);
    let target = dice.of(&[
        "*",
        "/",
        "evil.example:443",
        "http://evil.example/",
        "/v1/consent",
        "/l/aaaaaaaaaaaaaaaa/x",
        "/p/x/y/tracking",
    ]);
    Shot::new(
        format!(
            "{method} {target} HTTP/1.1\r\nhost: x\r\nmax-forwards: 0\r\ncookie: {CANARY}\r\n\r\n"
        ),
        Then::End,
    )
}

fn noise(dice: &mut Dice) -> Shot {
    let mut bytes = match dice.below(4) {
        0 => b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        1 => b"\x00\x0e\x38\x01".to_vec(),
        2 => b"SSH-2.0-x\r\n".to_vec(),
        _ => Vec::new(),
    };
    bytes.extend(dice.bytes(600));
    Shot::new(bytes, Then::End)
}

fn expect(dice: &mut Dice, world: &World) -> Shot {
    let headers = format!("{}expect: 100-continue\r\n", api(world));
    let subject = format!("contact:expected-{:x}", dice.number());
    let body = decision(&subject, r#"{"dc":false}"#);
    Shot::new(
        request("POST", "/v1/consent", &headers, body.as_bytes()),
        Then::Read(1),
    )
}

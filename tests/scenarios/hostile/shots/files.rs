//! Files: nothing in them can be used, so nothing of them is stored, however they are packed and whatever they claim.

use std::io::Write;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::request;
use crate::dice::Dice;
use crate::line::{Shot, Then};
use crate::world::{CANARY, World};

pub fn shot(dice: &mut Dice, world: &World) -> Shot {
    let (kind, encoding, body) = content(dice);
    let target = match dice.below(8) {
        0 => format!("/v1/imports?file={CANARY}"),
        1 => format!("/v1/imports?at={CANARY}"),
        2 => format!("/v1/imports?columns={CANARY}"),
        3 => "/v1/imports?at=9999-99-99T99:99:99Z".to_owned(),
        _ => "/v1/imports".to_owned(),
    };
    let id = match dice.below(8) {
        0 => CANARY.to_owned(),
        1 => "../../etc/passwd".to_owned(),
        2 => "x".repeat(4000),
        _ => format!("hostile-{:x}", dice.number()),
    };
    let headers = format!(
        "authorization: Bearer {}\r\ncontent-type: {kind}\r\n{encoding}idempotency-key: {id}\r\n",
        world.key
    );
    Shot::new(request("POST", &target, &headers, &body), Then::Read(1))
}

/// Four million zeros in four thousand bytes: a line without end.
static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&vec![0; 4_000_000]).unwrap();
    packed.finish().unwrap()
});

/// What it is said to be, how it is said to be packed, and what it is.
fn content(dice: &mut Dice) -> (&'static str, &'static str, Vec<u8>) {
    const GZIP: &str = "content-encoding: gzip\r\n";
    let header = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03";
    let most = 1 << dice.below(19);
    match dice.below(12) {
        // Longer than any line may be, with and without an end.
        0 => ("text/plain", "", "x".repeat(most).into_bytes()),
        1 => ("text/plain", "", "^".repeat(most).into_bytes()),
        2 => ("text/plain", "", "\n".repeat(most).into_bytes()),
        3 => ("text/plain", "", dice.bytes(10_000)),
        // Cut, random, and as large as can be once it is unpacked.
        4 => (
            "text/plain",
            GZIP,
            [&header[..], &dice.bytes(5000)].concat(),
        ),
        5 => ("text/plain", GZIP, header[..dice.below(10)].to_vec()),
        6 => ("text/csv", GZIP, BOMB.clone()),
        7 => {
            let lzop = include_bytes!("../../../../crates/cli/src/import/fixtures/level-3.lzo");
            ("text/plain", "", lzop.to_vec())
        }
        // A table without end: of columns, or in a quote.
        8 => ("text/csv", "", "a,".repeat(most).into_bytes()),
        9 => {
            let rest = "x,\n".repeat(most / 3);
            ("text/csv", "", format!("contact,dc\n\"{rest}").into_bytes())
        }
        10 => {
            let time = dice.of(&[
                "-1",
                "99999999999999999",
                "9999999999999999",
                CANARY,
                "1e15",
            ]);
            let line = format!("contact^^{CANARY}^set^gdpr^dc=1^{time}\n");
            ("text/plain", "", line.repeat(dice.below(200)).into_bytes())
        }
        _ => {
            let field = dice.of(&["dc=2", "dc=1&dc=1", "xx=1", "", "=", "dc=1&", CANARY]);
            let line = format!("device^idfa^{CANARY}^set^gdpr^{field}^1515471711277000\n");
            ("text/plain", "", line.repeat(dice.below(200)).into_bytes())
        }
    }
}

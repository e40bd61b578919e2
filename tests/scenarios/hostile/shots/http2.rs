//! HTTP/2 without a handshake: streams reset at once, heads without an end, settings without a sense.

use crate::dice::Dice;
use crate::line::{Shot, Then};
use crate::world::World;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// `GET /healthz`, in HPACK's static table and literals (RFC 7541).
fn get() -> Vec<u8> {
    let mut block = vec![0x82, 0x86, 0x04, 8];
    block.extend(b"/healthz");
    block.extend([0x41, 1, b'x']);
    block
}

pub fn shot(dice: &mut Dice, _: &World) -> Shot {
    let mut bytes = PREFACE.to_vec();
    if !dice.one_in(10) {
        bytes.extend(frame(4, 0, 0, &[]));
    }
    for number in 0..1 + u32::try_from(dice.below(60)).unwrap() {
        let stream = 2 * number + 1;
        match dice.below(9) {
            0 => bytes.extend(frame(1, 5, stream, &get())),
            1 => {
                bytes.extend(frame(1, 5, stream, &get()));
                bytes.extend(frame(3, 0, stream, &8_u32.to_be_bytes()));
            }
            2 => {
                bytes.extend(frame(1, 1, stream, &get()));
                for _ in 0..dice.below(40) {
                    bytes.extend(frame(9, 0, stream, b"\x00\x01a\x01b"));
                }
            }
            3 => bytes.extend(frame(4, 0, 0, &[0, 4, 0xff, 0xff, 0xff, 0xff])),
            4 => bytes.extend(frame(6, 0, 0, &[0; 8])),
            5 => bytes.extend(frame(8, 0, stream, &[0; 4])),
            6 => bytes.extend(frame(0, 1, stream, &dice.bytes(100))),
            7 => {
                let (kind, flags) = (
                    dice.number().to_le_bytes()[0],
                    dice.number().to_le_bytes()[0],
                );
                bytes.extend(frame(kind, flags, stream, &dice.bytes(60)));
            }
            _ => bytes.extend(dice.bytes(30)),
        }
    }
    Shot::new(bytes, Then::EndUnread)
}

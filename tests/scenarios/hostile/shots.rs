//! What is sent: mostly nonsense, each kind with the promise that it tries to break.

use crate::dice::Dice;
use crate::line::{Shot, Then};
use crate::world::World;

mod bodies;
mod files;
mod framing;
mod heads;
mod http2;
mod targets;

pub use bodies::decision;

/// Decisions in one request.
pub const LONGEST_LIST: u64 = 30;

/// The next shot of this client.
pub fn shot(dice: &mut Dice, world: &World) -> Shot {
    match dice.below(100) {
        0..25 => targets::shot(dice, world),
        25..50 => heads::shot(dice, world),
        50..75 => bodies::shot(dice, world),
        75..80 => files::shot(dice, world),
        80..98 => framing::shot(dice, world),
        _ => http2::shot(dice, world),
    }
}

/// A request with a body and its length.
pub fn request(method: &str, target: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "{method} {target} HTTP/1.1\r\nhost: 127.0.0.1\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend(body);
    bytes
}

/// How its answer is read.
pub fn reading(method: &str) -> Then {
    if method == "HEAD" {
        Then::ReadHeads
    } else {
        Then::Read(1)
    }
}

/// The headers of an authenticated JSON request.
pub fn api(world: &World) -> String {
    format!(
        "authorization: Bearer {}\r\ncontent-type: application/json\r\n",
        world.key
    )
}

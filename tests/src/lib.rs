//! What the end-to-end tests share: a running application, an organisation in it, and people.
//!
//! Every test starts the real `assent` on port 0 with a state folder of its own, unless
//! `ASSENT_BASE_URL` names a service (and `ASSENT_ADMIN_TOKEN` the right to use it): then the same
//! promises are checked there, `spin up` included. With `ASSENT_TEST_KV=redis` every state folder has a Redis
//! of its own for the key-value store.

mod app;
mod browser;
mod bucket;
mod build;
mod dice;
mod form;
pub mod history;
mod host;
pub mod ledger;
pub mod load;
mod organisation;
mod raw;
mod receiver;
mod redis;
mod tc;
pub mod verify;
mod visitor;
mod wire;

pub use app::{App, BROWSER, eventually};
pub use browser::{Browser, browser_with};
pub use bucket::Buckets;
pub use build::assent;
pub use dice::Dice;
pub use form::Form;
pub use host::{Host, Setup};
pub use organisation::{Link, Message, Organisation, Tokens};
pub use raw::{Raw, raw};
pub use receiver::{Received, Receiver};
pub use redis::Redis;
pub use tc::tc;
pub use visitor::{SITE, Visitor};
pub use wire::Wire;

use std::path::{Path, PathBuf};

/// The project's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Hexadecimal digits that nobody else has.
pub fn random() -> String {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Says on the terminal why a test checks nothing here.
pub fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

//! The binaries under test.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::root;

const COMPONENTS: [&str; 7] = [
    "consent",
    "contacts",
    "feed",
    "links",
    "preferences",
    "results",
    "site",
];

/// The `assent` command, built together with the components. `ASSENT_BUILT=1` (`make test` sets it) says
/// that they are.
pub fn assent() -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    let binary = root().join("target/release/assent");
    BUILT.get_or_init(|| {
        let wasm = |name| root().join(format!("target/wasm32-wasip2/wasm/assent_{name}.wasm"));
        let all_there = binary.exists() && COMPONENTS.iter().all(|name| wasm(name).exists());
        if all_there && std::env::var_os("ASSENT_BUILT").is_some() {
            return;
        }
        let built = Command::new("make")
            .arg("build")
            .current_dir(root())
            .output()
            .unwrap();
        let log = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.success(), "make build: {log}");
    });
    binary
}

//! The JavaScript SDK, by its own tests against the real service.

use std::process::Command;

use assent_tests::{assent, root, skipped};

#[test]
fn the_sdk_keeps_its_promises() {
    if std::env::var_os("ASSENT_BASE_URL").is_some() {
        return skipped("the tests of the SDK end and start the service");
    }
    let version = Command::new("node").arg("--version").output();
    let version = version.expect("node, which scripts/test-tools.sh installs");
    let version = String::from_utf8(version.stdout).unwrap();
    let major = version.trim_start_matches('v').split('.').next().unwrap();
    if major.parse::<u32>().unwrap() < 20 {
        // Debian 12 has 18.
        return skipped(&format!("needs Node 20 or later, not {}", version.trim()));
    }
    let tests = Command::new("node")
        .args(["--test", "--test-concurrency=1"])
        .current_dir(root().join("sdk/js"))
        .env("ASSENT_BIN", assent())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&tests.stdout);
    assert!(
        tests.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&tests.stderr)
    );
    // An empty folder is no success.
    assert!(
        said.contains("# fail 0") && !said.contains("# tests 0"),
        "{said}"
    );
}

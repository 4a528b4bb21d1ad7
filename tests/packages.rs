//! The Debian packages, in throw-away copies of a Debian: tests/packages/run does it, and says what it tries.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;

/// What `run` ends with where it cannot run.
const SKIPPED: i32 = 77;

#[test]
fn packages_install_switch_and_go_back() {
    let target = Path::new(env!("CARGO_BIN_EXE_rauditd")).parent().and_then(Path::parent).unwrap();
    let output = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/packages/run"))
        .env("CARGO_TARGET_DIR", target)
        .output()
        .unwrap();
    print!("{}", String::from_utf8_lossy(&output.stdout));
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    assert!(matches!(output.status.code(), Some(0 | SKIPPED)), "tests/packages/run: {}", output.status);
}

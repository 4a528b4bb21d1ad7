//! `rauditctl --check` from outside: what it says of the files in tests/data/check, as anybody, without a kernel.
//!
//! Beside each `*.rules` (a file or a directory) stands what is said, `*.out`; its last line is the exit code.
//! `RAUDITD_BLESS=1` writes what happened into them; read the diff.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, helpers included"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/check");

fn rauditctl() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rauditctl"));
    command.current_dir(DATA).env("RAUDITD_SOCKET", "/nonexistent");
    command
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    format!("{}{}rc {}\n", text(&output.stdout), text(&output.stderr), output.status.code().unwrap())
}

#[test]
fn each_file_gets_its_words() {
    let mut compared = 0;
    for entry in fs::read_dir(DATA).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rules") {
            continue;
        }
        let actual = said(&rauditctl().arg("--check").arg(path.file_name().unwrap()).output().unwrap());
        let golden = path.with_extension("out");
        if std::env::var_os("RAUDITD_BLESS").is_some() {
            fs::write(&golden, &actual).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(actual, expected, "{}", path.display());
        compared += 1;
    }
    assert!(compared >= 2, "{compared} files");
}

#[test]
fn anybody_may_check() {
    let mut command = rauditctl();
    if nix::unistd::geteuid().is_root() {
        let found = Path::new(env!("CARGO_BIN_EXE_rauditctl"))
            .ancestors()
            .all(|dir| fs::metadata(dir).unwrap().permissions().mode() & 0o001 != 0);
        if !found {
            println!("SKIPPED: nobody may not reach the program where it was built");
            return;
        }
        command.uid(65534).gid(65534).current_dir("/");
    }
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let file = dir.path().join("x.rules");
    fs::write(&file, "-a always,exit -F arch=b64 -S openat -F key=k\n").unwrap();
    let output = command.arg("--check").arg(&file).output().unwrap();
    assert_eq!(said(&output), "ok: 1 rule of 1 file\nrc 0\n");
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let check = |file: &str| said(&rauditctl().args(["--check", file]).output().unwrap());
    assert_eq!(check("/no/such"), "1 error in 0 rules of 0 files\naudit rules file /no/such doesn't exist\nrc 1\n");
    assert_eq!(check("/dev/null"), "1 error in 0 rules of 0 files\nError - /dev/null is not a regular file\nrc 1\n");
    let nothing = rauditctl().arg("--check").output().unwrap();
    assert_eq!(nothing.status.code(), Some(255));
    assert!(nothing.stdout.is_empty());
}

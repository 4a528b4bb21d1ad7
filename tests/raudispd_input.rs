//! raudispd's command line, configuration, and bad input.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers included")]

mod raudispd;

use raudispd::{Dispatcher, Scratch, numbered};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_raudispd")).args(args).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn help_and_version_go_to_standard_output() {
    let help = run(&["-h"]);
    assert_eq!(help.status.code(), Some(0));
    let text = String::from_utf8(help.stdout).unwrap();
    for option in ["-c <DIR>", "-d, --config-dir <DIR>", "-v, --version", "-h, --help"] {
        assert!(text.contains(option), "{text}");
    }
    let version = run(&["-v"]);
    assert_eq!(version.stdout, format!("raudispd {}\n", env!("CARGO_PKG_VERSION")).into_bytes());
}

#[test]
fn a_wrong_command_line_exits_with_2() {
    for args in [&["-x"][..], &["-c"], &["word"], &["--config-dir"]] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
}

#[test]
fn wrong_configuration_exits_with_6_and_names_the_line() {
    let Some(scratch) = Scratch::new() else { return };
    scratch.auditd_conf("q_depth = many\n");
    let dir = scratch.path("");
    let output = run(&["-c", dir.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(6));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("auditd.conf:1: q_depth: value \"many\" should only be numbers"), "{said}");
    assert_eq!(said.lines().count(), 1);
    scratch.auditd_conf("");
    let output = run(&["-c", dir.to_str().unwrap(), "-d", "/nosuch"]);
    assert_eq!(output.status.code(), Some(6));
}

#[test]
fn without_plugins_everything_is_read_and_discarded() {
    let Some(scratch) = Scratch::new() else { return };
    let mut dispatcher = Dispatcher::start(&scratch, &[]);
    dispatcher.send(&numbered(0, 50_000));
    let end = dispatcher.end();
    assert_eq!((end.code, end.said.as_str()), (Some(0), "raudispd: 0 active plugins, q_depth=2000\n"));
}

#[test]
fn a_wrong_plugin_is_skipped_and_the_others_run() {
    let Some(scratch) = Scratch::new() else { return };
    let out = scratch.cat("good", "binary");
    let program = scratch.plugin("loose", "binary", "exec /bin/cat", "");
    fs::set_permissions(program, fs::Permissions::from_mode(0o777)).unwrap();
    fs::write(scratch.path("plugins.d/typo.conf"), "activ = yes\n").unwrap();
    let mut dispatcher = Dispatcher::start(&scratch, &["-d", scratch.path("plugins.d").to_str().unwrap()]);
    let frames = numbered(0, 3);
    dispatcher.send(&frames);
    let end = dispatcher.end();
    assert_eq!(fs::read(out).unwrap(), frames);
    assert!(end.said.contains("loose.conf: ") && end.said.contains("is world writable"), "{}", end.said);
    assert!(end.said.contains("typo.conf:1: unknown keyword \"activ\""), "{}", end.said);
}

#[test]
fn garbage_on_standard_input_ends_with_an_error_after_the_good_events() {
    let Some(scratch) = Scratch::new() else { return };
    let out = scratch.cat("p", "binary");
    let good = numbered(0, 100);
    let half = &numbered(0, 1)[..20];
    let huge = [1u32, 16, 1300, u32::MAX].map(u32::to_ne_bytes).concat();
    for (garbage, what) in [
        (&b"type=SYSCALL msg=audit(1.0:1): not a frame\n"[..], "frame of unknown version"),
        (half, "the stream ended inside a frame, after 20 bytes of it"),
        (&huge, "frame with 4294967295 bytes, 16384 are allowed"),
        (&[0xff; 100_000], "frame of unknown version"),
    ] {
        let mut dispatcher = Dispatcher::start(&scratch, &[]);
        dispatcher.send(&good);
        dispatcher.send_if_open(garbage);
        let end = dispatcher.end();
        assert_eq!(end.code, Some(1));
        assert!(end.said.contains(what), "{}", end.said);
        assert_eq!(fs::read(&out).unwrap(), good);
        fs::remove_file(&out).unwrap();
    }
}

//! rausearch --checkpoint: a search goes on where the one before ended, over a log that grows and is rotated.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers included")]

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A log that grows, and a checkpoint.
struct Setup(TempDir);

impl Setup {
    fn new() -> Self {
        let setup = Self(tempfile::tempdir().unwrap());
        fs::create_dir(setup.path("log")).unwrap();
        setup
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn log(&self) -> PathBuf {
        self.path("log/audit.log")
    }

    fn append(&self, text: &str) {
        let before = fs::read_to_string(self.log()).unwrap_or_default();
        // into the same file: a new one would have another inode
        let mut file = fs::OpenOptions::new().create(true).append(true).open(self.log()).unwrap();
        std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
        assert_eq!(fs::read_to_string(self.log()).unwrap(), before + text);
    }

    fn rotate(&self) {
        for number in (1..9).rev() {
            drop(fs::rename(
                self.path(&format!("log/audit.log.{number}")),
                self.path(&format!("log/audit.log.{}", number + 1)),
            ));
        }
        fs::rename(self.log(), self.path("log/audit.log.1")).unwrap();
    }

    /// Searches with the checkpoint, raw.
    fn search(&self, args: &[&str]) -> Output {
        let (log, checkpoint) = (self.path("log"), self.path("checkpoint"));
        run(&[&["--raw", "-if", log.to_str().unwrap(), "--checkpoint", checkpoint.to_str().unwrap()], args].concat())
    }
}

fn run(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rausearch"));
    command.env("TZ", "UTC").env("LC_ALL", "C").args(args).stdin(Stdio::null()).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Whole events of a recorded log, each as its lines.
fn events(name: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/search").join(name)).unwrap();
    let stamp = |line: &str| line.split_once("audit(").map(|(_, rest)| rest.split(')').next().unwrap().to_owned());
    let mut events: Vec<String> = Vec::new();
    let mut last = None;
    for line in text.lines() {
        let now = stamp(line);
        match events.last_mut().filter(|_| now == last) {
            Some(event) => event.push_str(&format!("{line}\n")),
            None => events.push(format!("{line}\n")),
        }
        last = now;
    }
    events
}

#[test]
fn each_event_is_found_once_while_the_log_grows_and_is_rotated() {
    let setup = Setup::new();
    let mut found = String::new();
    for (step, part) in events("raw.log").chunks(7).enumerate() {
        setup.append(&part.concat());
        let output = setup.search(&[]);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
        found += &out(&output);
        if step % 3 == 2 {
            setup.rotate();
        }
    }
    let nothing_new = setup.search(&[]);
    assert_eq!((nothing_new.status.code(), out(&nothing_new)), (Some(1), String::new()));
    let whole = run(&["--raw", "-if", setup.path("log").to_str().unwrap()]);
    // what may get more records is left to the next search, which never comes
    let whole = out(&whole);
    let rest = whole.strip_prefix(&found).expect("the same events in the same order");
    assert!(found.lines().count() > 300 && rest.lines().count() < 20, "{} lines, then {rest}", found.lines().count());
}

#[test]
fn the_file_names_the_log_and_the_last_event() {
    let setup = Setup::new();
    setup.append(&events("raw.log")[..3].concat());
    // also events that are not asked for are behind it then
    assert_eq!(setup.search(&["-k", "nosuchkey"]).status.code(), Some(1));
    let meta = fs::metadata(setup.log()).unwrap();
    let text = fs::read_to_string(setup.path("checkpoint")).unwrap();
    assert!(text.starts_with(&format!("dev=0x{:X}\ninode={}\noutput=- 1700000000.", meta.dev(), meta.ino())), "{text}");
    assert_eq!(setup.search(&[]).status.code(), Some(1));
}

#[test]
fn a_log_that_is_gone_or_another_one_is_told() {
    let setup = Setup::new();
    setup.append(&events("raw.log")[..20].concat());
    assert_eq!(setup.search(&[]).status.code(), Some(0));
    fs::rename(setup.log(), setup.path("elsewhere")).unwrap();
    setup.append(&events("raw.log").concat());
    assert_eq!(setup.search(&[]).status.code(), Some(10));
    let by_time = setup.search(&["-ts", "checkpoint"]);
    assert_eq!(by_time.status.code(), Some(0), "only the time counts");
    // the inode again, of another log
    let meta = fs::metadata(setup.log()).unwrap();
    let forged = format!("dev=0x{:X}\ninode={}\noutput=- 1600000000.000:1 0x514\n", meta.dev(), meta.ino());
    fs::write(setup.path("checkpoint"), forged).unwrap();
    let other = setup.search(&[]);
    assert_eq!((other.status.code(), out(&other)), (Some(12), String::new()));
    assert!(String::from_utf8_lossy(&other.stderr).contains("Corrupted checkpoint file. Inode match"), "{other:?}");
    for bad in ["", "foo\n", "dev=0x1\n", "dev=0x1\ninode=7\noutput=-\n"] {
        fs::write(setup.path("checkpoint"), bad).unwrap();
        let output = setup.search(&[]);
        assert_eq!((output.status.code(), out(&output)), (Some(10), String::new()), "{bad}");
    }
}

#[test]
fn what_cannot_be_left_is_told() {
    let setup = Setup::new();
    setup.append(&events("raw.log")[..3].concat());
    let log = setup.log();
    let output = run(&["--raw", "-if", log.to_str().unwrap(), "--checkpoint", "/nonexistent/checkpoint"]);
    assert_eq!(output.status.code(), Some(11));
    assert!(!output.stdout.is_empty(), "what was found is shown all the same");
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("Cannot open checkpoint file - /nonexistent/checkpoint: ")
    );
}

//! How much memory rausearch and raureport take: little, whatever somebody has put into the log.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, helpers included")]

use std::fmt::Write as _;
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::{scope, sleep};
use std::time::Duration;

/// Mebibytes of anonymous memory that a search may take.
const MOST: u64 = 64;

/// The longest record that is read, nearly.
const LONG: usize = 8900;

const FORMATS: [&[&str]; 9] = [
    &["--format", "raw"],
    &[],
    &["--color", "always"],
    &["-i"],
    &["--format", "csv"],
    &["--format", "text"],
    &["--format", "json"],
    &["--format", "ecs"],
    &["--format", "ocsf"],
];

fn rausearch(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rausearch"));
    command.env("TZ", "UTC").env("LC_ALL", "C").args(args).stdin(Stdio::null()).stderr(Stdio::null());
    command
}

/// The most anonymous memory, in mebibytes, that was seen while it ran.
fn peak(log: &Path, args: &[&str]) -> u64 {
    peak_of(rausearch(args), log)
}

fn peak_of(mut command: Command, log: &Path) -> u64 {
    let mut child = command.arg("-if").arg(log).stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        // before it executes the program, it has the memory of this one
        let began = text.starts_with("Name:\trau");
        let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:")).filter(|_| began);
        let now = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        most = most.max(now.unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{command:?}");
            assert!(most > 0, "nothing was seen of {command:?}");
            return most / 1024;
        }
        sleep(Duration::from_millis(1));
    }
}

fn written(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    fs::write(&path, text).unwrap();
    path
}

/// Appends a record as long as may be.
fn push_long(text: &mut String, head: &str, field: impl Fn(usize) -> String) {
    let from = text.len();
    text.push_str(head);
    let mut number = 0;
    while text.len() - from < LONG {
        text.push_str(&field(number));
        number += 1;
    }
    text.push('\n');
}

/// One stamp in every line: more than an event may hold. Small records, then some with thousands of fields.
fn one_event() -> String {
    let stamp = "msg=audit(1700000000.000:1):";
    let mut text = format!(
        "type=SYSCALL {stamp} arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 a3=4 items=1 ppid=1 pid=2 auid=0 uid=0 gid=0 euid=0 suid=0 \
         fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=1 comm=\"x\" exe=\"/x\" key=(null)\n"
    );
    for number in 0..40_000 {
        writeln!(text, "type=EXECVE {stamp} a{number}=4120").unwrap();
        writeln!(text, "type=PATH {stamp} item=0 name=\"/x\" nametype=CREATE").unwrap();
    }
    for record in 0..1000 {
        let kind = ["PATH", "CWD", "EXECVE"][record % 3];
        push_long(&mut text, &format!("type={kind} {stamp} "), |number| format!("{number:x}={} ", record % 9));
    }
    text
}

#[test]
fn an_event_without_end_takes_little_in_every_format() {
    let dir = tempfile::tempdir().unwrap();
    let text = one_event();
    let log = written(dir.path(), "log", &text);
    let shown = rausearch(&["--format", "raw", "-if"]).arg(&log).output().unwrap().stdout;
    assert_eq!(shown.len(), text.len(), "all of it is shown");
    let peaks = scope(|scope| {
        let running = FORMATS.map(|args| scope.spawn(|| peak(&log, args)));
        running.map(|search| search.join().unwrap())
    });
    assert!(peaks.iter().all(|&peak| peak <= MOST), "{peaks:?} MiB for {FORMATS:?}");
}

#[test]
fn events_that_wait_for_more_records_take_little() {
    let dir = tempfile::tempdir().unwrap();
    let mut text = String::new();
    for serial in 0..50_000 {
        writeln!(text, "type=PATH msg=audit(1700000000.000:{serial}): a").unwrap();
    }
    for serial in 0..10_000 {
        let head = format!("node=n{serial} type=PATH msg=audit(1700000000.001:{serial}): ");
        push_long(&mut text, &head, |_| "a=1 ".into());
    }
    let peak = peak(&written(dir.path(), "log", &text), &["--format", "raw"]);
    assert!(peak <= MOST, "{peak} MiB");
}

/// What the workers have no room for is shown all the same, and in order. A pipe is read by one thread.
#[test]
fn what_becomes_many_times_as_long_is_all_there() {
    let dir = tempfile::tempdir().unwrap();
    let mut text = String::new();
    for serial in 0..80 {
        let head = format!("type=PATH msg=audit(1700000000.000:{serial}): ");
        push_long(&mut text, &head, |_| "cap_fp=ffffffffffffffff ".into());
    }
    let log = written(dir.path(), "log", &text);
    for args in [&["-i"][..], &["--format", "json"]] {
        let all = rausearch(args).arg("-if").arg(&log).output().unwrap().stdout;
        let mut cat = Command::new("cat").arg(&log).stdout(Stdio::piped()).spawn().unwrap();
        let one = rausearch(args).stdin(cat.stdout.take().unwrap()).output().unwrap().stdout;
        assert!(cat.wait().unwrap().success());
        assert!(all.len() > 15 * text.len(), "{} of {}", all.len(), text.len());
        assert!(all == one, "{} and {} bytes", all.len(), one.len());
    }
}

/// A million different files, programs, users and processes: what is counted takes memory, and no more than it must.
#[test]
fn a_million_values_are_counted_in_little_memory() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let mut text = BufWriter::new(fs::File::create(&log).unwrap());
    for serial in 0..1_000_000_u32 {
        let (sec, milli) = (1_700_000_000 + serial / 100, serial % 100);
        writeln!(
            text,
            "type=USER_LOGIN msg=audit({sec}.{milli:03}:{serial}): pid={serial} uid=0 auid={serial} ses=1 msg='op=login acct=\"u\" exe=\"/usr/local/bin/{serial:07}\" hostname=? addr=? terminal=? res=success'"
        )
        .unwrap();
    }
    text.into_inner().unwrap();
    for args in [&["-x", "--summary"][..], &[], &["--by", "exe", "--every", "1d"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_raureport"));
        command.env("TZ", "UTC").env("LC_ALL", "C").args(args).stdin(Stdio::null()).stderr(Stdio::null());
        let peak = peak_of(command, &log);
        println!("raureport {args:?}: {peak} MiB");
        assert!((10..=200).contains(&peak), "{args:?}: {peak} MiB");
    }
}

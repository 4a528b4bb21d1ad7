//! What raureport has beside aureport's reports: csv, json and counts over time. And that a report is the same whoever counts.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, helpers included")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const REPORTS: [&str; 22] = [
    "-a",
    "-au",
    "--comm",
    "-c",
    "-cr",
    "-e",
    "-f",
    "-h",
    "--integrity",
    "-k",
    "-l",
    "-m",
    "-ma",
    "-n",
    "-p",
    "-r",
    "-s",
    "-tm",
    "--tty",
    "-u",
    "--virt",
    "-x",
];

fn run(program: &str, before: &[&str], log: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(before).arg("-if").arg(log).args(args).env("TZ", "UTC").env("LC_ALL", "C").stdin(Stdio::null());
    command.output().unwrap()
}

fn raureport(log: &Path, args: &[&str]) -> Output {
    run(env!("CARGO_BIN_EXE_raureport"), &[], log, args)
}

fn text(log: &Path, args: &[&str]) -> String {
    let output = raureport(log, args);
    assert!(output.status.code().is_some_and(|code| code < 2), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn objects(log: &Path, args: &[&str]) -> Vec<Value> {
    let text = text(log, &[args, &["--format", "json"]].concat());
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Rows of values (RFC 4180).
fn table(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut value, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => value.extend(rest.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut value)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut value));
                rows.push(std::mem::take(&mut row));
            }
            c => value.push(c),
        }
    }
    assert!(!quoted && row.is_empty() && value.is_empty(), "{text}");
    rows
}

/// The rows of a text, without what stands over them.
fn rows(text: &str) -> Vec<&str> {
    let rule = |line: &&str| !line.is_empty() && line.bytes().all(|byte| byte == b'=');
    let last = text.lines().collect::<Vec<_>>().iter().rposition(rule).map_or(0, |at| at + 1);
    text.lines().skip(last).filter(|line| !line.is_empty() && !line.starts_with("<no events")).collect()
}

fn logs() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/search");
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let logs: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|kind| kind == "log")).collect();
    assert!(logs.len() > 3);
    logs
}

#[test]
fn csv_and_json_have_the_rows_of_the_text() {
    let mut seen = 0;
    for log in logs() {
        for report in REPORTS {
            for names in [&["-i"][..], &[]] {
                let args = [&[report], names].concat();
                let text = text(&log, &args);
                let expected = rows(&text);
                let objects = objects(&log, &args);
                let csv = table(&self::text(&log, &[&args[..], &["--format", "csv"]].concat()));
                assert_eq!((objects.len(), csv.len() - 1), (expected.len(), expected.len()), "{log:?} {args:?}");
                let columns = csv[0].len();
                let at = csv[0].iter().position(|name| name == "event").unwrap();
                for ((object, csv), row) in objects.iter().zip(&csv[1..]).zip(&expected) {
                    seen += 1;
                    assert_eq!(csv.len(), columns, "{csv:?}");
                    let event = object["event"].as_u64().unwrap().to_string();
                    assert_eq!(csv[at], event);
                    assert!(row.split(' ').any(|word| word == event), "{row}: {event}");
                    // (time, epoch, and all columns but date and time)
                    assert_eq!(object.as_object().unwrap().len(), columns);
                    assert!(object["time"].as_str().unwrap().starts_with("20"));
                }
            }
        }
    }
    assert!(seen > 1000, "{seen}");
}

#[test]
fn csv_and_json_have_the_counts_of_the_text() {
    for log in logs() {
        for report in REPORTS {
            let summary = text(&log, &[report, "--summary", "-i"]);
            let expected: Vec<(u64, &str)> = rows(&summary)
                .iter()
                .map(|row| row.split_once("  ").unwrap())
                .map(|(total, value)| (total.parse().unwrap(), value))
                .collect();
            let objects = objects(&log, &[report, "--summary", "-i", "--escape", "raw"]);
            let csv = table(&text(&log, &[report, "--summary", "-i", "--format", "csv"]));
            assert_eq!((objects.len(), csv.len() - 1), (expected.len(), expected.len()), "{log:?} {report}");
            for ((object, row), (total, value)) in objects.iter().zip(&csv[1..]).zip(expected) {
                assert_eq!((object["total"].as_u64(), &row[0], &*row[1]), (Some(total), &total.to_string(), value));
                let name = &csv[0][1];
                if value.is_ascii() && !value.contains('\\') {
                    let found = object[name].as_str().map_or_else(|| object[name].to_string(), str::to_owned);
                    assert_eq!(found, value, "{report}");
                }
            }
        }
        let overview = &objects(&log, &[])[0];
        let expected = text(&log, &[]);
        let counts: Vec<u64> = expected
            .lines()
            .filter_map(|line| line.strip_prefix("Number of ")?.rsplit_once(": ")?.1.parse().ok())
            .collect();
        // (members of an object are sorted by name)
        let mut found: Vec<u64> =
            overview["counts"].as_object().unwrap().values().map(|v| v.as_u64().unwrap()).collect();
        let mut sorted = counts.clone();
        found.sort_unstable();
        sorted.sort_unstable();
        assert_eq!(found, sorted);
        assert_eq!(overview["counts"]["events"].as_u64(), counts.last().copied());
        let csv = table(&text(&log, &["--format", "csv"]));
        let numbers: Vec<u64> = csv[1..].iter().map(|row| row[1].parse().unwrap()).collect();
        assert_eq!(numbers, counts);
        let (times, range) = (&objects(&log, &["-t"])[0], text(&log, &["-t"]));
        assert_eq!(times["log"].as_str(), log.to_str());
        assert!(
            range.contains(log.to_str().unwrap()) && times["events"] == overview["counts"]["events"]
                || times["events"].as_u64() > counts.last().copied()
        );
    }
}

#[test]
fn counts_over_time_add_up_to_the_summary() {
    let mut seen = 0;
    for log in logs() {
        for (by, report) in [("key", "-k"), ("user", "-u"), ("exe", "-x"), ("host", "-h")] {
            for every in ["1m", "7h", "1d", "1w"] {
                let mut totals = BTreeMap::<String, u64>::new();
                let mut last = String::new();
                for object in objects(&log, &["--by", by, "--every", every, "-i"]) {
                    let column = if by == "user" { "auid" } else { by };
                    *totals.entry(object[column].to_string()).or_default() += object["total"].as_u64().unwrap();
                    let time = object["time"].as_str().unwrap().to_owned();
                    assert!(last <= time, "{last} {time}");
                    last = time;
                    if every == "1d" || every == "1w" {
                        assert!(last.ends_with("T00:00:00.000Z"), "{last}");
                    }
                    seen += 1;
                }
                let summary = objects(&log, &[report, "--summary", "-i"]);
                let of = |object: &Value| {
                    object.as_object().unwrap().iter().find(|(name, _)| *name != "total").unwrap().1.to_string()
                };
                let mut expected = BTreeMap::<String, u64>::new();
                for object in summary {
                    *expected.entry(of(&object)).or_default() += object["total"].as_u64().unwrap();
                }
                assert_eq!(totals, expected, "{log:?} --by {by} --every {every}");
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

/// A log with enough events for many batches: users, programs and files in an order that no single part of it has.
fn large(dir: &Path) -> PathBuf {
    let mut text = String::new();
    for n in 0..8_000_u64 {
        let (sec, odd) = (1_700_000_000 + n / 10, n * 7919 % 613);
        write!(
            text,
            "type=SYSCALL msg=audit({sec}.000:{n}): arch=c000003e syscall={} success={} exit=0 a0=0 a1=0 a2=0 a3=0 items=1 ppid=1 pid={} auid={} uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts{} ses=1 comm=\"c{odd}\" exe=\"/bin/c{odd}\" key=\"k{}\"\n\
             type=PATH msg=audit({sec}.000:{n}): item=0 name=\"/srv/{}\" inode=1 dev=00:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL\n",
            odd % 300, if n % 5 == 0 { "no" } else { "yes" }, n % 1000, odd % 17, odd % 5, odd % 11, n * 31 % 20_011,
        )
        .unwrap();
        if n % 97 == 0 {
            writeln!(text, "type=USER_LOGIN msg=audit({sec}.500:{n}): pid={n} uid=0 auid={} ses=1 msg='op=login acct=\"u{odd}\" exe=\"/usr/sbin/sshd\" hostname=h{odd} addr=10.0.0.{} terminal=ssh res={}'", odd % 9, odd % 200, if n % 2 == 0 { "success" } else { "failed" }).unwrap();
        }
    }
    let path = dir.join("large.log");
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn one_thread_and_several_report_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let log = large(dir.path());
    let variants: [&[&str]; 4] = [&["-i", "--failed"], &["--summary"], &["--summary", "-i"], &["--format", "csv"]];
    let named = REPORTS.into_iter().flat_map(|report| variants.map(|variant| [&[report], variant].concat()));
    let others =
        [vec![], vec!["--format", "json"], vec!["--by", "key", "--every", "5m"], vec!["--by", "exe"], vec!["-t"]];
    let mut bytes = 0;
    for args in named.chain(others) {
        let several = raureport(&log, &args);
        let one = run("taskset", &["-c", "0", env!("CARGO_BIN_EXE_raureport")], &log, &args);
        assert!(several.stdout == one.stdout && several.status.code() == one.status.code(), "{args:?}");
        bytes += several.stdout.len();
    }
    assert!(bytes > 3_000_000, "{bytes}");
}

#[test]
fn what_cannot_be_meant_is_said_in_a_line() {
    let log = logs().remove(0);
    for (args, why) in [
        (&["--by", "colour"][..], "--by: colour is none of key, user, exe, host and container"),
        (&["--every", "1h"], "--every is the period of --by, which is missing"),
        (&["--by", "key", "--every", "1y"], "--every: 1y is no period, as 30m, 1h or 7d"),
        (&["--by", "key", "-x"], "Error - only one report can be specified"),
        (&["--by", "key", "--summary"], "Error - only one report can be specified"),
        (&["--format", "xml"], "--format: xml is none of text, csv and json"),
    ] {
        let output = raureport(&log, args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), format!("{why}\n"));
    }
}

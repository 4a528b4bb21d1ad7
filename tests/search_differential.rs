//! rausearch and raureport against Debian's ausearch and aureport: the same logs, the same options, the same answers.
//!
//! Every difference is either undone by an entry of [`REASONS`] that says why it is there, or fails the test.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, helpers included"
)]

#[path = "search/conditions.rs"]
mod conditions;
#[path = "search/harness.rs"]
mod harness;
#[path = "search/kinds.rs"]
mod kinds;
#[path = "search/normal.rs"]
mod normal;
#[path = "search/reports.rs"]
mod reports;

use conditions::{CONDITIONS, WRONG};
use harness::{Answer, Case, Reason, SKIPPED, Task, has, judge, oracle, run, without_lines};
use normal::{NORMAL_FORMATS, WRONG_FORMATS, is_normal};
use std::path::Path;

const BAD_STAMP: &str = "Error extracting time stamp";

const REASONS: &[Reason] = &[
    SKIPPED,
    reports::NEW_SUMMARIES,
    reports::POLICIES,
    reports::ITS_END,
    reports::RECORDED,
    Reason {
        name: "stamps",
        why: "what cannot match is not read, and so nothing is said of an impossible stamp there",
        explains: |case| {
            let told = |answer: &Answer| String::from_utf8_lossy(&answer.err).matches(BAD_STAMP).count();
            case.program == "ausearch"
                && !FORMATS.iter().any(|format| case.args == **format)
                && told(&case.ours) < told(&case.theirs)
        },
        undo: |case| {
            for answer in [&mut case.ours, &mut case.theirs] {
                answer.err = without_lines(&answer.err, |line| line.starts_with(BAD_STAMP));
            }
        },
    },
    Reason {
        name: "no call",
        why: "events of several records without a system call are counted on stderr; ausearch has a line for each",
        explains: |case| is_normal(&case.args),
        undo: |case| {
            case.ours.err = without_lines(&case.ours.err, |line| line.contains("rows without content"));
            case.theirs.err = without_lines(&case.theirs.err, |line| line.starts_with("error normalizing"));
        },
    },
    Reason {
        name: "normaliser",
        why: "csv and text follow 4.2: newer calls, security-policy, processes that were killed, new names, lists of rules",
        explains: |case| is_normal(&case.args),
        undo: |case| {
            if normal::is_explained(&case.log, &case.ours.out, &case.theirs.out) {
                case.theirs.out.clone_from(&case.ours.out);
                // where ausearch hides all events of a log it finds none
                if case.log == "apparmor.log" {
                    case.theirs = case.ours.clone();
                }
            }
        },
    },
    Reason {
        name: "interpret",
        why: "-i follows 4.2: TRUSTED_APP ids, actions of seccomp, flags of faccessat2 and clone; ERESTARTSYS has a name",
        explains: |case| case.args.iter().any(|arg| arg == "-i" || arg.starts_with("interp")),
        undo: |case| {
            let newer = |line: &str| {
                let marks = [
                    "TRUSTED_APP ",
                    "SECCOMP ",
                    "faccessat2 ",
                    "clone ",
                    "exit=(null)(Unknown error",
                    "exit=\\(null\\)\\(Unknown",
                    "exit=ERESTART",
                ];
                marks.iter().any(|mark| line.contains(mark))
            };
            case.ours.out = without_lines(&case.ours.out, newer);
            case.theirs.out = without_lines(&case.theirs.out, newer);
        },
    },
    Reason {
        name: "torn",
        why: "-i keeps what is left of a torn record; ausearch loses its last word or value",
        explains: |case| case.log == "odd.log" && (case.asks("-i") || case.asks("interp")),
        undo: |case| {
            let lines = |text: &[u8]| -> Vec<String> {
                String::from_utf8_lossy(text).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
            };
            let (ours, theirs) = (lines(&case.ours.out), lines(&case.theirs.out));
            let only = |these: &[String], those: &[String]| these.iter().filter(|line| !those.contains(line)).count();
            // The file has a handful of such records; a real difference would show in many more lines.
            if only(&ours, &theirs) <= 12 && only(&theirs, &ours) <= 12 {
                case.ours.out =
                    without_lines(&case.ours.out, |line| !theirs.iter().any(|l| l == line.trim_end_matches('\n')));
                case.theirs.out =
                    without_lines(&case.theirs.out, |line| !ours.iter().any(|l| l == line.trim_end_matches('\n')));
            }
        },
    },
    Reason {
        name: "daemon",
        why: "users asked for by name are found in the daemon's own records, too; ausearch compares those by number only",
        explains: |case| case.asks("root"),
        undo: |case| keep_subset(case, |line| line.starts_with("type=DAEMON_") || line.contains(" type=DAEMON_")),
    },
    Reason {
        name: "contexts",
        why: "-su finds LOGIN records, and with -o both contexts must be there, as in 4.2",
        explains: |case| case.asks("-su"),
        undo: |case| {
            // what 3.0.9 shows for -o alone or -su alone
            if case.asks("-o") {
                case.theirs = case.ours.clone();
            } else {
                keep_subset(case, |line| line.contains("type=LOGIN "));
            }
        },
    },
    Reason {
        name: "login",
        why: "LOGIN and its SYSCALL are one event, as in 4.2; 3.0.9 splits them",
        explains: |case| case.log == "login.log",
        undo: |case| keep_subset(case, |_| true),
    },
    Reason {
        name: "apparmor",
        why: "AppArmor's AVC records are shown; ausearch drops every event that has one",
        explains: |case| case.log == "apparmor.log",
        undo: |case| {
            keep_subset(case, |line| {
                ["apparmor=", "comm=\"man\"", "comm=man ", "comm=\\\"man\\\""].iter().any(|mark| line.contains(mark))
            })
        },
    },
    Reason {
        name: "messages",
        why: "a file that cannot be opened is named; types of 4.2 are listed",
        explains: |case| case.log.is_empty() && case.ours.code == Some(1),
        undo: |case| {
            case.theirs.out.clear();
            case.ours.out.clear();
            if has(&case.ours.err, "only one report") {
                // aureport forgets the end of the line
                case.theirs.err.push(b'\n');
            }
            let first = |text: &[u8]| text.split(|&b| b == b' ').next().unwrap_or_default().to_vec();
            for answer in [&mut case.ours, &mut case.theirs] {
                answer.err =
                    if has(&answer.err, "Valid message types are") { first(&answer.err) } else { answer.err.clone() };
            }
            if has(&case.ours.err, "Error opening /nonexistent") && has(&case.theirs.err, "stat: No such file") {
                case.theirs.err = case.ours.err.clone();
            }
        },
    },
];

/// All of their records are among ours; what we show beyond satisfies `extra`. Headings and order do not count.
fn keep_subset(case: &mut Case, extra: fn(&str) -> bool) {
    let lines = |text: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(text).into_owned();
        text.lines().filter(|l| !l.starts_with("----") && !l.starts_with("time->")).map(str::to_owned).collect()
    };
    if case.program == "aureport" {
        // Counts grow where more is seen, and a report may have something where aureport's has nothing; that they do is
        // checked by their own tests.
        case.theirs.out.clone_from(&case.ours.out);
        if case.ours.code == Some(0) {
            case.theirs.code = Some(0);
        }
        return;
    }
    let (ours, theirs) = (lines(&case.ours.out), lines(&case.theirs.out));
    let found = theirs.iter().all(|line| ours.contains(line));
    let allowed = ours.iter().all(|line| theirs.contains(line) || extra(line));
    if found && allowed {
        case.theirs = case.ours.clone();
    }
}

const LOGS: [&str; 9] = [
    "raw.log",
    "enriched.log",
    "nodes.log",
    "odd.log",
    "clock.log",
    "login.log",
    "apparmor.log",
    "rotated",
    "empty.log",
];

const FORMATS: [&[&str]; 10] = [
    &[],
    &["--raw"],
    &["-i"],
    &["--format", "default"],
    &["--escape", "shell"],
    &["-i", "--escape", "shell_quote"],
    &["-i", "--escape", "raw"],
    &["--escape", "tty", "--format", "interp"],
    &["--format", "csv", "--extra-keys"],
    &["--format", "text"],
];

const FILTERS: [&[&str]; 22] = [
    &[],
    &["-k", "access"],
    &["-k", "a"],
    &["-k", ""],
    &["-k", "nosuchkey"],
    &["--key", "setuid"],
    &["-m", "SYSCALL"],
    &["-m", "avc,USER_LOGIN"],
    &["-m", "1300"],
    &["-m", "ALL"],
    &["-m", ","],
    &["-m", "PATH", "-m", "CWD"],
    &["-m", "UNKNOWN[1999]"],
    &["-a", "1105"],
    &["--event", "4000000"],
    &["-ts", "11/14/23", "22:15:00"],
    &["-te", "11/14/23", "22:15:00"],
    &["-ts", "22:14", "11/14/23", "-te", "11/14/23", "22:30:10"],
    &["-ts", "today"],
    &["--just-one"],
    &["--eoe-timeout", "1"],
    &["-k", "exec", "-m", "EXECVE", "-ts", "11/14/23", "--just-one"],
];

/// Option errors and other runs without a log.
const WORDS: [&[&str]; 34] = [
    &["-k"],
    &["-k", "-i"],
    &["--foo"],
    &["foo"],
    &["-a", "x"],
    &["-a"],
    &["-m"],
    &["-m", "NOSUCH"],
    &["-m", "CWD,NOSUCH"],
    &["-ts"],
    &["-te"],
    &["-ts", "foo"],
    &["-ts", "13/45/20"],
    &["-ts", "01/01/1990"],
    &["-ts", "01/01/90"],
    &["-ts", "today", "today"],
    &["-ts", "10:00", "x"],
    &["-te", "11/20/26", "25:00"],
    &["-te", "11/20/26", "10:00:00x"],
    &["-if"],
    &["-if", "/nonexistent"],
    &["-i", "-r"],
    &["-r", "-i"],
    &["-i", "-i"],
    &["--raw", "--format", "raw"],
    &["--format"],
    &["--format", "foo"],
    &["--eoe-timeout"],
    &["--eoe-timeout", "x"],
    &["--eoe-timeout", "0"],
    &["-k", "a", "b"],
    &["-k=a"],
    &["-ka"],
    &["-"],
];

fn tasks() -> Vec<Task> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/search");
    let made = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(made.join("kinds.log"), kinds::log(false)).unwrap();
    std::fs::write(made.join("kinds-enriched.log"), kinds::log(true)).unwrap();
    let mut tasks = Vec::new();
    let mut run = |program: &'static str, log: &'static str, args: Vec<&'static str>| {
        let path = if log.starts_with("kinds") { made.join(log) } else { data.join(log) };
        let args = args.into_iter().map(str::to_owned).collect();
        tasks.push(Task { program, log: log.to_owned(), path, args });
    };
    for log in
        ["kinds.log", "kinds-enriched.log", "raw.log", "enriched.log", "nodes.log", "odd.log", "clock.log", "rotated"]
    {
        for format in NORMAL_FORMATS {
            run("ausearch", log, format.to_vec());
        }
    }
    for log in LOGS {
        for filter in FILTERS {
            for format in FORMATS {
                // Where records are put together differently, or events are hidden, another event may be the one asked for.
                let other = (log == "login.log" && !filter.is_empty())
                    || (log == "apparmor.log" && filter.contains(&"--just-one"));
                if !other {
                    run("ausearch", log, [filter, format].concat());
                }
            }
        }
        for condition in CONDITIONS {
            // where records are put together differently, or events are hidden, another event may be the one asked for
            if !["login.log", "apparmor.log"].contains(&log) {
                run("ausearch", log, [condition, &["--raw"][..]].concat());
                run("ausearch", log, [condition, &["-i"][..]].concat());
            }
        }
    }
    for log in LOGS.iter().chain(&["kinds.log", "kinds-enriched.log"]) {
        reports::all().for_each(|report| run("aureport", log, report));
    }
    for words in WORDS.iter().chain(WRONG).chain(WRONG_FORMATS) {
        run("ausearch", "", words.to_vec());
    }
    for words in reports::WORDS {
        run("aureport", "", words.to_vec());
    }
    tasks
}

#[test]
fn answers_are_those_of_ausearch_and_aureport() {
    let root = match oracle() {
        Ok(root) => root,
        Err(why) => {
            println!("SKIPPED: {why}");
            return;
        }
    };
    let tasks = tasks();
    assert!(judge(run(&root, &tasks, REASONS), REASONS) > tasks.len() / 2, "too little is compared");
}

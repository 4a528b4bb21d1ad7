//! `--check` against this machine's kernel: it says of each line of the corpus whether it would load.

use crate::cases::{Case, expand, themes, words};
use crate::danger::is_safe;
use crate::kernel::Kernel;
use crate::matrix;
use nix::errno::Errno;
use raudit_netlink::Receiver;
use raudit_record::{Kind, Message};
use raudit_rules::Rule;
use raudit_rules::check::{Severity, check, lines};
use raudit_rules::command::{Context, Step, parse};
use raudit_rules::file::MAX_LINE;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

/// Rules the kernel has at a time, so that it stays quick.
const BATCH: usize = 100;

/// The rules a line adds; `None` if the parser refuses it.
fn added(line: &str) -> Option<Vec<Rule>> {
    let words = words(line);
    let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
    let steps = parse(&words, Context { line: Some(1), ..Context::default() }).steps.ok()?;
    let rules = steps.into_iter().filter_map(|step| match step {
        Step::Add(rule, _) => Some(rule),
        _ => None,
    });
    Some(rules.collect())
}

/// Whether the check says the line, as a file by itself, would not load here.
fn is_said_to_be_refused(line: &str) -> bool {
    let report = check(lines(line.as_bytes()));
    report.count(Severity::Error) > 0
        || report.problems.iter().any(|problem| problem.message.contains("kernel refuses"))
}

fn adds_a_rule(case: &Case) -> bool {
    let alone = case.before().next().is_none() && !case.needs_double() && is_safe(case);
    let line = expand(case.line());
    alone && line.len() <= MAX_LINE && ["-a ", "-A ", "-w "].iter().any(|option| line.starts_with(option))
}

#[test]
fn the_check_refuses_what_the_kernel_refuses() {
    let Some(mut machine) = Kernel::take() else { return };
    machine.set_enabled(0);
    let mut lines: Vec<String> = themes()
        .iter()
        .chain(&matrix::themes())
        .flat_map(|theme| &theme.cases)
        .filter(|case| adds_a_rule(case))
        .map(|case| expand(case.line()))
        .collect();
    lines.sort();
    lines.dedup();
    let (mut accepted, mut refused, mut wrong) = (0, 0, Vec::new());
    for line in &lines {
        let mut takes = |rule: &Rule| match machine.client.add_rule(rule, false) {
            Ok(()) => true,
            Err(error) => error.errno() == Some(Errno::EEXIST),
        };
        let loads = added(line).is_some_and(|rules| rules.iter().all(&mut takes));
        if loads == is_said_to_be_refused(line) {
            wrong.push(format!("{line} ({})", if loads { "loads" } else { "does not load" }));
        }
        if loads {
            accepted += 1
        } else {
            refused += 1
        }
        if accepted % BATCH == 0 {
            machine.clear();
        }
    }
    println!("{accepted} lines load and {refused} do not; the check says so of all but {}", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(accepted > 300 && refused > 300, "{accepted} {refused}");
}

/// Records of system calls with this key.
fn with_key<'a>(records: &'a [Message], key: &str) -> Vec<&'a Message> {
    let key = format!("key=\"{key}\"");
    let has_key = |message: &&Message| String::from_utf8_lossy(&message.text).contains(&key);
    records.iter().filter(|message| message.kind == Kind::SYSCALL).filter(has_key).collect()
}

/// Rules on paths are no part of the meaning in `eval`; the kernel keeps some of them apart from the others.
#[test]
fn rules_on_paths_said_to_be_covered_never_fire() {
    let Some(mut machine) = Kernel::take() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let dir = scratch.path().canonicalize().unwrap();
    let (dir, pid) = (dir.display(), std::process::id());
    let rules = [
        format!("-a never,exit -F arch=b64 -F path={dir}/quiet -F perm=rwxa"),
        format!("-a always,exit -F arch=b64 -F dir={dir}/ -F perm=rwxa -F ppid={pid} -F key=covers"),
        format!("-a always,exit -F arch=b64 -F path={dir}/file -F perm=wa -F ppid={pid} -F key=covered"),
        format!("-a always,exit -F arch=b64 -F path={dir}/quiet -F perm=wa -F ppid={pid} -F key=quiet"),
        format!("-a always,exit -F arch=b64 -F dir={dir}/below -F perm=a -F ppid={pid} -F key=covered"),
        format!("-a always,exit -F arch=b64 -S unlink,unlinkat -F ppid={pid} -F key=other"),
    ];
    std::fs::create_dir(scratch.path().join("below")).unwrap();
    let text = rules.join("\n");
    let never = check(lines(text.as_bytes())).problems;
    let never: Vec<usize> =
        never.iter().filter(|p| p.message.starts_with("never fires")).map(|p| p.spot.line).collect();
    assert_eq!(never, [3, 4, 5]);
    for line in &rules {
        let added = added(line).unwrap();
        added.iter().for_each(|rule| machine.client.add_rule(rule, false).unwrap());
    }
    machine.set_enabled(1);
    let mut receiver = Receiver::open().unwrap();
    receiver.register().unwrap();
    let deeds = "umask 0; : > file; echo x >> file; : < file; : > below/f; : > quiet; echo x >> quiet";
    for deed in [deeds, "exec chmod 600 file below/f quiet", "exec mv file below/file", "exec mv below/file file"] {
        let done = Command::new("sh").args(["-c", deed]).current_dir(scratch.path()).status().unwrap();
        assert!(done.success(), "{deed}");
    }
    assert!(Command::new("rm").arg("/tmp/rauditd-no-such-file").stderr(Stdio::null()).status().is_ok());
    machine.client.user_message(Kind::USER, b"text=that-is-all").unwrap();
    let found = super::receive(&mut receiver, "text=that-is-all");
    receiver.unregister().unwrap();
    let count = |key| with_key(&found, key).len();
    assert!(count("covers") >= 5, "{} of {} records", count("covers"), found.len());
    assert!(count("other") >= 1, "rules after the ones that never fire do");
    assert_eq!((count("covered"), count("quiet")), (0, 0));
}

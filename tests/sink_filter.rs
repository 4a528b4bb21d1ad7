//! audisp-filter from outside: which events it hands on, in which bytes, and how it begins and ends.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, helpers included")]

mod sink;

use nix::sys::signal::Signal;
use raudit_dispatch::frame::{Version, push};
use raudit_record::Kind;
use sink::pipes::{Ended, Sink, is_root, wait_until};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A log of system calls and messages of programs, where two events at a time are mixed.
fn log() -> String {
    let mut log = String::new();
    for n in 0..120_u32 {
        let stamp = |n: u32| format!("msg=audit({}.{:03}:{}):", 1_700_000_000 + n / 8, n * 7 % 1000, 100 + n);
        if n % 3 == 2 {
            let node = if n % 2 == 0 { "node=far " } else { "" };
            let (uid, res) = (n % 4 * 500, if n % 5 == 0 { "failed" } else { "success" });
            writeln!(
                log,
                "{node}type=USER_LOGIN {} pid={n} uid={uid} auid=4294967295 ses=4294967295 \
                 msg='op=login acct=\"anna\" exe=\"/usr/sbin/sshd\" hostname=? addr=192.0.2.{n} \
                 terminal=ssh res={res}'\x1dUID=\"u{uid}\" AUID=\"unset\"",
                stamp(n)
            )
            .unwrap();
            continue;
        }
        if n % 3 == 1 {
            continue;
        }
        let pair = [n, n + 1];
        let (calls, exits) = ([257, 59, 87], [3, -13, 0]);
        for n in pair {
            let (call, exit) = (calls[(n % 2) as usize], exits[(n / 2 % 3) as usize]);
            let success = if exit < 0 { "no" } else { "yes" };
            let (comm, key) = (
                ["\"cat\"", "\"sh\"", "6120622F63"][(n % 5 % 3) as usize],
                ["(null)", "\"k1\"", "6B31016B32"][(n / 3 % 3) as usize],
            );
            writeln!(
                log,
                "type=SYSCALL {} arch=c000003e syscall={call} success={success} exit={exit} a0=ffffff9c a1=7f \
                 a2=0 a3=0 items=1 ppid=1 pid={n} auid={} uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 \
                 tty=(none) ses=1 comm={comm} exe=\"/usr/bin/cat\" subj=unconfined key={key}\
                 \x1dARCH=x86_64 SYSCALL=x AUID=\"user{n}\" UID=\"root\"",
                stamp(n),
                n % 3 * 1000
            )
            .unwrap();
        }
        for n in pair {
            let at = stamp(n);
            writeln!(log, "type=CWD {at} cwd=\"/home/d{}\"", n % 4).unwrap();
            writeln!(
                log,
                "type=PATH {at} item=0 name=\"/etc/f{}\" inode={n} dev=08:01 mode=0100644 ouid={} ogid=0 \
                 rdev=00:00 nametype=NORMAL",
                n % 7,
                n % 2
            )
            .unwrap();
            writeln!(log, "type=PROCTITLE {at} proctitle=636174002F6574632F66").unwrap();
            writeln!(log, "type=EOE {at} ").unwrap();
        }
    }
    log
}

const EXPRESSIONS: &[&str] = &[
    "type r= SYSCALL",
    "type r= \"USER_LOGIN\"",
    "type r!= PATH",
    "(type r= SYSCALL && syscall i= openat && success r= no)",
    "syscall i= execve || res r= failed",
    "syscall r= 257",
    "success r= yes && auid >= 1000",
    "auid == 1000",
    "auid !== 0",
    "auid r= 4294967295",
    "auid i= unset",
    "auid i= user6",
    "uid < 1000",
    "uid i= root",
    "ouid > 0",
    "exit i= \"EACCES(Permission denied)\"",
    "exit r= -13",
    "comm i= cat",
    "comm i= \"a b/c\"",
    "comm r= \"\\\"cat\\\"\"",
    "key i= k1",
    "key r!= \"(null)\"",
    "!(key r= \"(null)\")",
    "name i= \"/etc/f3\"",
    "cwd i= \"/home/d2\"",
    "node r= far",
    "\\record_type == CWD",
    "\\record_type < 1300",
    "\\record_type == SYSCALL && comm i= sh",
    "\\timestamp > ts:1700000007.5",
    "\\timestamp_ex <= ts:1700000003.168:124",
    "\\regexp /name=.*f[12]\"/",
    "proctitle i= \"cat /etc/f\"",
    "pid r= 17",
    "nosuch r= x || (addr i= \"192.0.2.5\" && acct i= anna)",
];

struct Scratch(TempDir);

impl Scratch {
    fn new() -> Option<Self> {
        is_root().then(|| Self(TempDir::new().unwrap()))
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn script(&self, text: &str) -> PathBuf {
        let path = self.file("child.sh", &format!("#!/bin/sh\n{text}\n"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        path
    }
}

fn filter(mode: &str, conf: &Path, child: &[&str]) -> Sink {
    Sink::start("audisp-filter", &[&[mode, conf.to_str().unwrap()], child].concat())
}

fn run(mode: &str, conf: &Path, input: &[u8]) -> Ended {
    let mut sink = filter(mode, conf, &["/bin/cat"]);
    sink.send(input);
    sink.end()
}

fn check(conf: &Path) -> Ended {
    Sink::start("audisp-filter", &["--check", conf.to_str().unwrap()]).end()
}

/// Without EOE, in an order of its own; and without the mark that a search puts behind each record of an enriched
/// event.
fn sorted(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8(text.to_vec()).unwrap();
    let records = text.lines().filter(|line| !line.contains("type=EOE"));
    let mut lines: Vec<String> = records.map(|line| line.trim_end_matches('\x1d').to_owned()).collect();
    lines.sort();
    lines
}

#[test]
fn expressions_choose_what_rausearch_finds() {
    let Some(scratch) = Scratch::new() else { return };
    let log = log();
    let file = scratch.file("log", &log);
    let all = sorted(log.as_bytes());
    let mut idle = Vec::new();
    for expression in EXPRESSIONS {
        let conf = scratch.file("conf", &format!("# one\n{expression}\n"));
        let search = Command::new(env!("CARGO_BIN_EXE_rausearch"))
            .args(["--raw", "--expr", expression, "-if"])
            .arg(&file)
            .output()
            .unwrap();
        let expected = sorted(&search.stdout);
        if expected.is_empty() || expected == all {
            idle.push(*expression);
        }
        let (block, allow) = (run("blocklist", &conf, log.as_bytes()), run("AllowList", &conf, log.as_bytes()));
        assert_eq!((block.code, allow.code), (Some(0), Some(0)), "{expression}: {}", block.said);
        let found = sorted(&block.out);
        let odd =
            found.iter().find(|line| !expected.contains(line)).or(expected.iter().find(|line| !found.contains(line)));
        assert!(found == expected, "{expression}: {odd:?} {}", String::from_utf8_lossy(&search.stderr));
        let mut both = [sorted(&allow.out), expected].concat();
        both.sort();
        assert!(both == all, "{expression}: all but these are passed");
    }
    assert!(idle.len() <= 3, "these choose nothing, or everything: {idle:?}");
}

#[test]
fn any_expression_chooses_and_events_stay_whole_with_their_eoe() {
    let Some(scratch) = Scratch::new() else { return };
    let log = log();
    let conf = scratch.file("conf", "name i= \"/etc/f0\"\n\n  name i= \"/etc/f1\"\n");
    let end = run("blocklist", &conf, log.as_bytes());
    let out = String::from_utf8(end.out).unwrap();
    let count = |text: &str| out.lines().filter(|line| line.contains(text)).count();
    assert!(count("type=SYSCALL") > 10, "{out}");
    for kind in ["CWD", "PATH", "PROCTITLE", "EOE"] {
        assert_eq!(count(&format!("type={kind} ")), count("type=SYSCALL"), "{kind}");
    }
    assert_eq!(count("USER_LOGIN"), 0);
    // no expression matches nothing
    let empty = scratch.file("empty", "# nothing\n");
    assert_eq!(sorted(&run("allowlist", &empty, log.as_bytes()).out), sorted(log.as_bytes()));
    assert!(run("blocklist", &empty, log.as_bytes()).out.is_empty());
}

#[test]
fn frames_pass_as_the_frames_they_were() {
    let Some(scratch) = Scratch::new() else { return };
    let conf = scratch.file("conf", "type r= PATH\n");
    let (mut input, mut chosen) = (Vec::new(), Vec::new());
    for n in 0..50 {
        for (kind, text) in [(Kind::SYSCALL, "a=1\nb "), (Kind::PATH, "name=\"x\""), (Kind::EOE, "")] {
            if kind == Kind::PATH && n % 2 == 0 {
                continue;
            }
            let mut frame = Vec::new();
            push(&mut frame, Version::Kernel, kind, format!("audit(1.000:{n}): {text}").as_bytes()).unwrap();
            input.extend_from_slice(&frame);
            if n % 2 == 1 {
                chosen.extend_from_slice(&frame);
            }
        }
    }
    assert_eq!(run("blocklist", &conf, &input).out, chosen);
    let broken = run("blocklist", &conf, b"\x07\0\0\0nonsense");
    assert_eq!(broken.code, Some(1));
    assert!(broken.said.contains("not a stream of audit frames"), "{}", broken.said);
}

#[test]
fn what_is_wrong_is_named_and_nothing_starts() {
    let Some(scratch) = Scratch::new() else { return };
    let good = scratch.file("good", "uid == 0\n");
    assert_eq!(check(&good).code, Some(0));
    let bad = scratch.file("bad", "uid == 0\n\n  uid = 0\ncomm == 1\n");
    let end = check(&bad);
    assert_eq!(end.code, Some(1));
    for place in ["bad: line 3, column 7: ", "bad: line 4, column 1: "] {
        assert!(end.said.contains(place), "{}", end.said);
    }
    let end = run("allowlist", &bad, b"");
    assert_eq!((end.code, end.out.len()), (Some(1), 0));
    fs::set_permissions(&good, fs::Permissions::from_mode(0o666)).unwrap();
    assert!(check(&good).said.contains("everybody may write"));
    fs::set_permissions(&good, fs::Permissions::from_mode(0o600)).unwrap();
    std::os::unix::fs::chown(&good, Some(1), None).unwrap();
    assert!(check(&good).said.contains("belongs to user 1"));
    assert_eq!(check(&scratch.0.path().join("none")).code, Some(1));
    assert!(check(scratch.0.path()).said.contains("not a regular file"));
    for args in [&["allowlist", "x"][..], &["deny", "x", "/bin/cat"], &[]] {
        assert_eq!(Sink::start("audisp-filter", args).end().code, Some(1), "{args:?}");
    }
    let conf = scratch.file("conf", "");
    let end = filter("allowlist", &conf, &["/nonexistent"]).wait();
    assert_eq!(end.code, Some(1));
    assert!(end.said.contains("cannot run /nonexistent"), "{}", end.said);
}

#[test]
fn hup_reads_the_expressions_again_and_is_passed_on() {
    let Some(scratch) = Scratch::new() else { return };
    let (conf, hup) = (scratch.file("conf", "uid == 1\n"), scratch.0.path().join("hup"));
    let (out, ready) = (scratch.0.path().join("out"), scratch.0.path().join("ready"));
    // A shell takes signals between commands only, so that another process has to read.
    let text = format!(
        "trap 'echo >> {0}' HUP; exec 3<&0; cat <&3 >> {1} & echo > {2}; while kill -0 $! 2>&-; do sleep 0.02; done",
        hup.display(),
        out.display(),
        ready.display()
    );
    let child = scratch.script(&text);
    let mut sink = filter("blocklist", &conf, &[child.to_str().unwrap()]);
    wait_until(|| ready.exists());
    let message = |n: usize| format!("type=USER_LOGIN msg=audit(1.000:{n}): uid=0\n");
    let lines = || fs::read_to_string(&out).unwrap_or_default();
    fs::write(&conf, "uid == 0\n").unwrap();
    sink.signal(Signal::SIGHUP);
    wait_until(|| hup.exists());
    // The signal was passed on before the file was read; what is sent now is read after.
    sink.send(message(1).as_bytes());
    wait_until(|| lines().contains(":1)"));
    fs::write(&conf, "nonsense\n").unwrap();
    sink.signal(Signal::SIGHUP);
    wait_until(|| fs::read(&hup).unwrap().len() > 1);
    sink.send(message(2).as_bytes());
    let end = sink.end();
    assert!(lines().contains(":2)"), "{}", end.said);
    assert!(end.said.contains("line 1") && end.said.contains("stay as they were"), "{}", end.said);
    assert_eq!(end.code, Some(0));
}

#[test]
fn the_child_may_end_and_sigterm_reaches_it_after_the_records() {
    let Some(scratch) = Scratch::new() else { return };
    let conf = scratch.file("conf", "");
    let end = filter("allowlist", &conf, &["/bin/sh", "-c", "exit 3"]).wait();
    assert_eq!(end.code, Some(0), "as auditd's");
    // On a busy machine its end may be seen later than that of its input.
    assert!(end.said.contains("/bin/sh has "), "{}", end.said);
    let out = scratch.0.path().join("out");
    let child = scratch.script(&format!(
        "exec >> {}; trap 'echo term; exit' TERM; while read -r line; do echo \"$line\"; done; \
         while :; do sleep 0.05; done",
        out.display()
    ));
    let mut sink = filter("allowlist", &conf, &[child.to_str().unwrap(), "arg"]);
    // One that may get more records, and one that does not: it is passed on first.
    let (open, alone) = ("type=SYSCALL msg=audit(1.000:1): uid=0\n", "type=USER_LOGIN msg=audit(1.000:2): uid=0\n");
    sink.send([open, alone].concat().as_bytes());
    wait_until(|| fs::read_to_string(&out).is_ok_and(|text| text.contains(alone)));
    sink.signal(Signal::SIGTERM);
    let end = sink.wait();
    assert_eq!(end.code, Some(0));
    wait_until(|| fs::read_to_string(&out).unwrap().ends_with("term\n"));
    assert_eq!(fs::read_to_string(&out).unwrap(), [alone, open, "term\n"].concat(), "{}", end.said);
}

#[test]
fn a_child_that_closes_its_input_is_noticed_at_once() {
    let Some(scratch) = Scratch::new() else { return };
    let conf = scratch.file("conf", "");
    let end = filter("allowlist", &conf, &["/bin/sh", "-c", "exec 0<&- 1>&- 2>&-; sleep 3"]).wait();
    assert_eq!(end.code, Some(0));
    assert!(end.said.contains("has closed its input"), "{}", end.said);
}

#[test]
fn an_event_that_nothing_ends_comes_out_by_itself() {
    let Some(scratch) = Scratch::new() else { return };
    let (conf, out) = (scratch.file("conf", ""), scratch.0.path().join("out"));
    let child = scratch.script(&format!("exec cat > {}", out.display()));
    let mut sink = filter("allowlist", &conf, &[child.to_str().unwrap()]);
    sink.send(b"type=SYSCALL msg=audit(1.000:1): uid=0\n");
    wait_until(|| fs::read(&out).is_ok_and(|text| !text.is_empty()));
    assert_eq!(sink.end().code, Some(0));
}

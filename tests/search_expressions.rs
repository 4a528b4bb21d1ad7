//! `rausearch --expr` against auparse, of which the language is: the same expressions, the same logs, the same events.
//!
//! auparse is Debian's library, called from Python; so nothing need be compiled for it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, helpers included")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Reads expressions from standard input, one a line. Answers with the serials each finds in the log, or `E` for none.
const AUPARSE: &str = r"
import ctypes, sys
lib = ctypes.CDLL('libauparse.so.0')
lib.auparse_init.restype = ctypes.c_void_p
lib.auparse_get_serial.restype = ctypes.c_ulong
FILE, CLEAR, EVENT = 1, 0, 0  # auparse-defs.h
for line in sys.stdin.buffer:
    state = ctypes.c_void_p(lib.auparse_init(FILE, sys.argv[1].encode()))
    why = ctypes.c_char_p()
    if lib.ausearch_add_expression(state, line.rstrip(b'\n'), ctypes.byref(why), CLEAR) != 0:
        print('E')
        continue
    lib.ausearch_set_stop(state, EVENT)
    found = []
    while lib.ausearch_next_event(state) > 0:
        found.append(str(lib.auparse_get_serial(state)))
    print(' '.join(found))
    lib.auparse_destroy(state)
";

/// Comparisons, to be put together.
const PRIMARIES: &[&str] = &[
    "comm r= \"\\\"cat\\\"\"",
    "comm i= cat",
    "comm i!= cat",
    "\"exe\" i= \"/usr/bin/sudo\"",
    "exit r= -13",
    "exit i= \"EACCES(Permission denied)\"",
    "success r!= yes",
    "syscall i= openat",
    "type r= SYSCALL",
    "type r!= PATH",
    "key i= \"demo-shadow\"",
    "key r!= \"(null)\"",
    "auid i= alice",
    "auid r= 4294967295",
    "auid i= unset",
    "auid == 1000",
    "auid !== 0",
    "uid < 1000",
    "gid >= 1000",
    "ouid > 0",
    "id <= 1000",
    "obj_uid == 0",
    "nosuch r= x",
    "nosuch i!= x",
    "cwd i= \"/home/alice\"",
    "name i= \"/etc/shadow\"",
    "mode i= \"file,640\"",
    "res r= success",
    "terminal r!= ssh",
    "hostname r= \"?\"",
    "acct i= alice",
    "op r= login",
    "a1 i= cat",
    "proctitle i= \"cat /etc/shadow\"",
    "saddr i= \"{ saddr_fam=inet laddr=203.0.113.5 lport=443 }\"",
    "\\record_type == SYSCALL",
    "\\record_type >= 1300",
    "\\record_type !== path",
    "\\record_type r= 1300",
    "\\timestamp > ts:1795255205.167",
    "\\timestamp == ts:1795255205.167",
    "\\timestamp <= ts:1795255203.5",
    "\\timestamp_ex > ts:1795255205.167:5232",
    "\\timestamp_ex !== ts:1795255205.167:5232",
    "\\regexp /uid=0 /",
    "\\regexp \"^type=(CWD|PATH) \"",
    "\\regexp /\\/etc\\/.*[[:digit:]]{3}/",
    "\\regexp x$",
];

/// What is no expression.
const WRONG: &[&str] = &[
    "auid",
    "auid =",
    "auid = 1",
    "auid == ",
    "comm == 1",
    "(uid == 0",
    "uid == 0)",
    "uid == 0 uid == 0",
    "! ",
    "uid == 0 &&",
    "uid == 0 & uid == 0",
    "\\nosuch == 1",
    "\\record_type == NOSUCH",
    "\\timestamp == 17",
    "\\regexp /a(/",
    "\\regexp /a",
    "comm r= \"a",
    "comm r= \"a\\n\"",
    "comm r= /a/",
    "|| uid == 0",
    "a.b r= c",
];

fn expressions() -> Vec<String> {
    let mut all: Vec<String> = PRIMARIES.iter().chain(WRONG).map(ToString::to_string).collect();
    // a fixed row of numbers that look like drawn ones
    let mut state = 42_u64;
    let mut draw = move |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % n
    };
    for _ in 0..200 {
        let mut text = String::new();
        let mut open = 0;
        for part in 0..=draw(4) {
            if part > 0 {
                text += [" && ", " || ", "&&"][draw(3)];
            }
            for _ in 0..draw(3) {
                let sign = ["!", "(", "!("][draw(3)];
                open += sign.matches('(').count();
                text += sign;
            }
            text += PRIMARIES[draw(PRIMARIES.len())];
            while open > 0 && draw(2) == 0 {
                text.push(')');
                open -= 1;
            }
        }
        (0..open).for_each(|_| text.push(')'));
        all.push(text);
    }
    all
}

fn auparse(root: &Path, log: &Path, expressions: &[String]) -> Result<Vec<String>, String> {
    let libraries = ["usr/lib", "lib"].map(|dir| root.join(dir).join(format!("{}-linux-gnu", std::env::consts::ARCH)));
    let path = libraries.map(|dir| dir.display().to_string()).join(":");
    let mut python = Command::new("python3");
    python.args(["-c", AUPARSE]).arg(log).env("LD_LIBRARY_PATH", path).env("LC_ALL", "C").env("TZ", "UTC");
    let mut child = python
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| e.to_string())?;
    let mut lines = String::new();
    expressions.iter().for_each(|expression| writeln!(lines, "{expression}").unwrap());
    let mut input = child.stdin.take().unwrap();
    let writing = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().map_err(|e| e.to_string())?;
    let _written = writing.join();
    let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if why.contains("cannot open shared object file") {
        return Err(why);
    }
    assert!(output.status.success(), "{}: {why}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

fn rausearch(log: &Path, expression: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rausearch"));
    command.env("TZ", "UTC").env("LC_ALL", "C").stdin(Stdio::null()).arg("-if").arg(log);
    let output = command.args(["--format", "json", "--expr", expression]).output().unwrap();
    if String::from_utf8_lossy(&output.stderr).starts_with("--expr: ") {
        return "E".to_owned();
    }
    let events = output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    let serial = |line| serde_json::from_slice::<serde_json::Value>(line).unwrap()["serial"].to_string();
    events.map(serial).collect::<Vec<_>>().join(" ")
}

/// auparse hands events out in another order, and some twice. Of TRUSTED_APP records 3.0.9 interprets nothing; we do as 4.2 does.
fn sorted<'a>(serials: &'a str, trusted: &str) -> BTreeSet<&'a str> {
    serials.split_whitespace().filter(|serial| !trusted.split_whitespace().any(|other| other == *serial)).collect()
}

#[test]
fn expressions_find_what_auparse_finds() {
    let Some(root) = std::env::var_os("RAUDITD_ORACLE").map(PathBuf::from) else {
        println!("SKIPPED: RAUDITD_ORACLE is not set: Debian's auparse is not there");
        return;
    };
    let expressions = expressions();
    let (mut wrong, mut found) = (Vec::new(), 0);
    for name in ["demo.log", "search/enriched.log", "search/raw.log"] {
        let log = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
        let theirs = match auparse(&root, &log, &expressions) {
            Ok(theirs) => theirs,
            Err(why) => {
                println!("SKIPPED: auparse cannot be asked: {why}");
                return;
            }
        };
        assert_eq!(theirs.len(), expressions.len(), "{name}");
        let trusted = rausearch(&log, "\\record_type == TRUSTED_APP");
        for (expression, theirs) in expressions.iter().zip(&theirs) {
            let ours = rausearch(&log, expression);
            found += usize::from(!ours.is_empty() && ours != "E");
            if sorted(&ours, &trusted) != sorted(theirs, &trusted) {
                wrong.push(format!("{name}: {expression}\n  rausearch {ours}\n  auparse   {theirs}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(found > expressions.len(), "most expressions should find something: {found}");
}

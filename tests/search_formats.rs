//! `rausearch --format json|ecs|ocsf` and `--expr` as a user meets them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, helpers included")]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn rausearch(log: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rausearch"));
    command.env("TZ", "UTC").env("LC_ALL", "C").stdin(Stdio::null()).arg("-if").arg(log).args(args);
    command.output().unwrap()
}

/// Each line read as an object; names that stand twice in one are an error.
fn objects(output: &Output) -> Vec<Value> {
    let lines = output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

/// The serials of the events that an expression finds.
fn found(log: &Path, expression: &str) -> Vec<u64> {
    let output = rausearch(log, &["--format", "json", "--expr", expression]);
    objects(&output).iter().map(|event| event["serial"].as_u64().unwrap()).collect()
}

fn logs() -> Vec<PathBuf> {
    let names = [
        "demo.log",
        "search/odd.log",
        "search/enriched.log",
        "search/raw.log",
        "search/nodes.log",
        "search/apparmor.log",
    ];
    names.map(data).to_vec()
}

#[test]
fn every_format_has_an_object_for_each_event() {
    for log in logs() {
        let events = rausearch(&log, &["--format", "raw"]).status.code();
        let counts = ["json", "ecs", "ocsf"].map(|format| {
            let output = rausearch(&log, &["--format", format]);
            assert_eq!(output.status.code(), events, "{format} {}", log.display());
            objects(&output).len()
        });
        assert!(counts[0] > 0 && counts == [counts[0]; 3], "{counts:?} {}", log.display());
    }
}

#[test]
fn python_reads_the_same() {
    const SCRIPT: &str = "
import json, sys
def once(pairs):
    assert len(dict(pairs)) == len(pairs), pairs
    return dict(pairs)
def refuse(word):
    raise ValueError(word)
print(sum(1 for line in open(sys.argv[1], 'rb') if json.loads(line, object_pairs_hook=once, parse_constant=refuse)))";
    if Command::new("python3").arg("--version").output().is_err() {
        println!("SKIPPED: python3 is not installed");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("events");
    for log in logs().into_iter().chain([hostile(dir.path())]) {
        for format in ["json", "ecs", "ocsf"] {
            let output = rausearch(&log, &["--format", format]);
            fs::write(&file, &output.stdout).unwrap();
            let python = Command::new("python3").args(["-c", SCRIPT]).arg(&file).output().unwrap();
            let text = String::from_utf8_lossy(&python.stdout).trim().to_owned();
            let why = String::from_utf8_lossy(&python.stderr).into_owned();
            assert_eq!(text, objects(&output).len().to_string(), "{format} {} {why}", log.display());
        }
    }
}

/// A log of records that somebody has forged.
fn hostile(dir: &Path) -> PathBuf {
    let mut log = Vec::new();
    let kinds =
        ["SYSCALL", "PATH", "EXECVE", "SOCKADDR", "AVC", "USER_LOGIN", "LOGIN", "NOSUCH", "PROCTITLE", "KERN_MODULE"];
    let bodies: [&[u8]; 12] = [
        b"a=\"\xff\xfe\" \xff=1 =2 a=3 a=\"\\\" msg='op=\xc3\x28 x=\x01\x1b[31m'",
        b"arch=c000003e syscall=59 success=yes exit=-99999999999 a0=zz a1= pid=99999999999999999999 ppid=-1 auid=-1 uid=4294967296",
        b"argc=4294967295 a0=\"x\" a1[0]=61 a1[9]=62 a4294967295=\"y\" a1_len=9",
        b"saddr=02 saddr=0A saddr=zz saddr=0100FF00FF",
        b"name=FF00FF mode=99999999999999 inode=\"{\" nametype=CREATE obj=:::::::: obj_=x obj_id=7",
        b"avc:  denied  { \x7f } for  subj=a:b:c:d:e:f:g subj_user=x",
        b"name=\"a\" name=(null) key=010101 key=6101620163 res=SUC",
        b"msg='msg='msg=' acct=FF hostname=\"[::1]\" addr=::1 terminal={",
        "é=ü \u{2028}=\u{feff} a=\u{1f427}".as_bytes(),
        b"\"\"\"=\"\"\" '=' {=} [=] ,=, :=: \\=\\ \x1dA=\"\xff\" \x1d\x1d B",
        b"opid=x unit=\xff cmd=FF cwd=\"/\xff\"",
        b"",
    ];
    let mut serial = 0;
    for kind in kinds {
        for body in bodies {
            serial += 1;
            let head = format!("node=n\u{e9} type={kind} msg=audit(1700000000.{:03}:{serial}): ", serial % 1000);
            log.extend([head.as_bytes(), body, b"\n"].concat());
        }
    }
    log.extend(b"type=USER msg=audit(99999999999999.000:1): a=1\ntype=USER msg=audit(1700000000.000:18446744073709551615): a=1\n");
    let path = dir.join("hostile.log");
    fs::write(&path, log).unwrap();
    path
}

#[test]
fn no_byte_of_a_value_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let bytes: Vec<u8> = (1..=255_u8).filter(|byte| !b" \n\r\"\x1d".contains(byte)).collect();
    let line = [b"type=USER msg=audit(1700000000.007:42): pid=1 x=\"", &bytes[..], b"\" y=", &bytes[127..], b" z=1\n"]
        .concat();
    fs::write(&log, line).unwrap();
    let events = objects(&rausearch(&log, &["--format", "json"]));
    let raw = &events[0]["records"][0]["raw"];
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    assert_eq!(raw["x"]["hex"].as_str().unwrap(), hex(&[b"\"", &bytes[..], b"\""].concat()));
    assert_eq!(raw["y"]["hex"].as_str().unwrap(), hex(&bytes[127..]));
    assert_eq!([&raw["pid"], &raw["z"]], ["1", "1"]);
}

#[test]
fn names_of_the_log_are_used_and_kept_apart() {
    let events = objects(&rausearch(&data("demo.log"), &["--format", "json", "-k", "demo-shadow", "-sc", "openat"]));
    let call = &events[0]["records"][0];
    assert_eq!([&call["raw"]["auid"], &call["interpreted"]["auid"]], ["1000", "alice"]);
    assert_eq!(call["enriched"]["AUID"], "\"alice\"");
    assert_eq!(events[0]["time"], "2026-11-21T10:00:05.167Z");
}

#[test]
fn expressions_are_one_condition_more() {
    let log = data("demo.log");
    let denied = found(&log, r#"exit i= "EACCES(Permission denied)" && \record_type == SYSCALL"#);
    assert!(!denied.is_empty());
    assert_eq!(found(&log, "exit r= -13"), denied);
    let all = found(&log, r"\regexp /./");
    let others = found(&log, r"!(\regexp /./)");
    assert_eq!((all.len(), others.len()), (47, 0));
    let both = rausearch(&log, &["--format", "json", "-k", "demo-shadow", "--expr", r"\record_type == PATH"]);
    assert_eq!(objects(&both).len(), 2, "the third event with this key, of the rule itself, has no path");
    let twice = rausearch(&log, &["-r", "--expr", "exit r= -13", "--expr", "exit r= 0"]);
    assert_eq!((twice.stdout.len(), twice.status.code()), (0, Some(1)), "all of them must hold");
}

#[test]
fn a_wrong_expression_is_told_with_its_column() {
    let wrong = rausearch(&data("demo.log"), &["--expr", "auid == x"]);
    assert_eq!((wrong.status.code(), wrong.stdout.len()), (Some(1), 0));
    assert_eq!(
        String::from_utf8_lossy(&wrong.stderr),
        "--expr: column 9: expected a number up to 4294967295, got \"x\"\n"
    );
}

#[test]
fn formats_exclude_each_other_and_the_help_lists_them() {
    let both = rausearch(&data("demo.log"), &["--format", "json", "-i"]);
    assert_eq!(String::from_utf8_lossy(&both.stderr), "Conflicting output format -i\n");
    let help = rausearch(&data("demo.log"), &["--help"]);
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    assert!(help.contains("json|ecs|ocsf") && help.contains("--expr"), "{help}");
    let none = rausearch(&data("demo.log"), &["--format", "json", "-k", "nosuch"]);
    assert_eq!((none.status.code(), none.stdout.len()), (Some(1), 0));
}

//! rausearch and raureport as a user meets them, without another program to compare with.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers included")]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn program(path: &str) -> Command {
    let mut command = Command::new(path);
    command.env("TZ", "UTC").env("LC_ALL", "C").stdin(Stdio::null());
    command
}

fn rausearch(args: &[&str]) -> Output {
    program(env!("CARGO_BIN_EXE_rausearch")).args(args).output().unwrap()
}

fn raureport(args: &[&str]) -> Output {
    program(env!("CARGO_BIN_EXE_raureport")).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn demo() -> String {
    data("demo.log").display().to_string()
}

#[test]
fn the_recorded_session_is_found_and_counted() {
    let shadow = rausearch(&["-if", &demo(), "-i", "-k", "demo-shadow"]);
    let out = text(&shadow.stdout);
    assert_eq!(shadow.status.code(), Some(0));
    assert_eq!(out.matches("----\n").count(), 3, "the rule, and two system calls: {out}");
    assert!(out.contains("syscall=openat success=yes exit=3 "), "{out}");
    assert!(out.contains("name=/etc/shadow "), "{out}");
    assert!(out.contains("auid=alice "), "recorded names win over this host's: {out}");
    let denied = text(&rausearch(&["-if", &demo(), "-m", "AVC"]).stdout);
    assert!(denied.contains("apparmor=\"DENIED\""), "{denied}");
    let login = text(&rausearch(&["-if", &demo(), "-m", "LOGIN"]).stdout);
    assert!(
        login.contains("type=PROCTITLE") && login.contains("type=SYSCALL") && login.contains("type=LOGIN"),
        "{login}"
    );
    let report = text(&raureport(&["-if", &demo()]).stdout);
    for line in [
        "Range of time in logs: 11/21/26 10:00:00.367 - 11/21/26 10:00:12.167",
        "Number of logins: 1",
        "Number of failed logins: 1",
        "Number of AVC's: 1",
        "Number of failed syscalls: 5",
        "Number of keys: 11",
        "Number of events: 47",
    ] {
        assert!(report.lines().any(|l| l == line), "{line} in {report}");
    }
    assert_eq!(report.lines().count(), 29);
}

#[test]
fn nothing_found_is_exit_code_1_and_said_on_stderr_but_not_for_raw() {
    let none = rausearch(&["-if", &demo(), "-k", "nosuch"]);
    assert_eq!((none.status.code(), text(&none.stdout)), (Some(1), String::new()));
    assert!(text(&none.stderr).ends_with("<no matches>\n"));
    let raw = rausearch(&["-if", &demo(), "-k", "nosuch", "--raw"]);
    assert_eq!(raw.status.code(), Some(1));
    assert!(!text(&raw.stderr).contains("no matches"));
}

#[test]
fn a_report_without_rows_is_exit_code_1_but_its_summary_is_not() {
    let report = raureport(&["-if", &demo(), "--virt"]);
    assert_eq!(report.status.code(), Some(1));
    assert!(text(&report.stdout).ends_with("<no events of interest were found>\n\n"));
    let summary = raureport(&["-if", &demo(), "--virt", "--summary"]);
    assert_eq!(summary.status.code(), Some(0));
    assert!(text(&summary.stdout).ends_with("<no events of interest were found>\n\n"));
    let two = raureport(&["-a", "-f"]);
    assert_eq!(two.status.code(), Some(1));
    assert_eq!(text(&two.stderr), "Error - only one report can be specified\n");
}

#[test]
fn csv_has_a_row_for_each_event_and_quotes_when_asked_to() {
    let help = text(&rausearch(&["--help"]).stdout);
    let csv = text(&rausearch(&["-if", &demo(), "--format", "csv"]).stdout);
    let sentences = text(&rausearch(&["-if", &demo(), "--format", "text"]).stdout);
    assert!(csv.starts_with("NODE,EVENT,DATE,TIME,SERIAL_NUM,EVENT_KIND,"), "{csv}");
    assert_eq!(csv.lines().count(), sentences.lines().count() + 1);
    assert!(sentences.lines().all(|line| line.starts_with("At ") || line.starts_with("On ")), "{sentences}");
    for (option, column) in
        [("--extra-keys", "KEY"), ("--extra-labels", "OBJ_LABEL"), ("--extra-obj2", "OBJ2"), ("--extra-time", "HOUR")]
    {
        assert!(help.contains(option));
        let more = text(&rausearch(&["-if", &demo(), "--format", "csv", option]).stdout);
        assert!(more.lines().next().unwrap().split(',').any(|name| name == column), "{option}");
        assert_eq!(more.lines().count(), csv.lines().count());
    }
    // what was typed is listed with commas
    let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("typed.log");
    std::fs::write(&log, "type=TTY msg=audit(1700000000.000:1): tty pid=1 uid=0 auid=0 ses=1 comm=\"sh\" data=610D\n")
        .unwrap();
    let quoted = rausearch(&["-if", &log.display().to_string(), "--csv-quoted"]);
    assert!(text(&quoted.stdout).ends_with(",\"\"\"a\"\",<ret>\",,keystrokes,sh\n"), "{}", text(&quoted.stdout));
    let both = rausearch(&["--csv-quoted", "--format", "text"]);
    assert_eq!((both.status.code(), text(&both.stderr)), (Some(1), "Multiple output formats, use only 1\n".to_owned()));
}

#[test]
fn a_pipe_on_standard_input_is_searched_and_a_file_there_is_not() {
    let mut child = program(env!("CARGO_BIN_EXE_rausearch"))
        .args(["-k", "demo-mode", "-r"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let log = std::fs::read(data("demo.log")).unwrap();
    child.stdin.take().unwrap().write_all(&log).unwrap();
    let found = text(&child.wait_with_output().unwrap().stdout);
    assert_eq!(found.lines().count(), 5, "the rule, and a system call of four records: {found}");

    let mut search = program(env!("CARGO_BIN_EXE_rausearch"));
    search.args(["-k", "demo-mode", "-r", "-ts", "now"]).stdin(std::fs::File::open(data("demo.log")).unwrap());
    assert!(search.output().unwrap().stdout.is_empty());
}

#[test]
fn a_reader_that_leaves_gets_no_complaint() {
    let mut log = Vec::new();
    for _ in 0..200 {
        log.extend(std::fs::read(data("demo.log")).unwrap());
    }
    let dir = tempfile::tempdir().unwrap();
    let big = dir.path().join("big.log");
    std::fs::write(&big, log).unwrap();
    let mut child = program(env!("CARGO_BIN_EXE_rausearch"))
        .args(["--raw", "-if"])
        .arg(&big)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut some = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    let left = child.wait_with_output().unwrap();
    assert_eq!(left.status.code(), Some(0));
    let said = without_config_note(&left.stderr);
    assert_eq!(said, "");
}

fn without_config_note(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.lines().filter(|line| !line.starts_with("Config file ")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn files_that_cannot_be_read_are_named_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("nosuch.log").display().to_string();
    let gone = rausearch(&["-if", &missing]);
    assert_eq!(gone.status.code(), Some(1));
    assert_eq!(without_config_note(&gone.stderr), format!("Error opening {missing} (No such file or directory)\n"));
    let empty = rausearch(&["-if", &dir.path().display().to_string()]);
    let log = dir.path().join("audit.log").display().to_string();
    let said = format!("NOTE - using logs in {log}\nError opening {log} (No such file or directory)\n");
    assert_eq!(without_config_note(&empty.stderr), said);
    let broken = raureport(&["-if", "/proc/self/mem"]);
    assert_eq!(broken.status.code(), Some(1));
    assert_eq!(without_config_note(&broken.stderr), "Error reading /proc/self/mem (Input/output error)\n");
}

#[test]
fn events_that_cannot_be_read_are_counted_aloud() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("a.log");
    let good = "type=CWD msg=audit(1700000000.123:1): cwd=\"/\"\n";
    let torn = "type=SYSCALL msg=audit(1700000009.123:2): arch=c000003e sysc\n";
    std::fs::write(&log, [good, torn].concat()).unwrap();
    let found = rausearch(&["--raw", "-if", &log.display().to_string()]);
    assert_eq!((found.status.code(), text(&found.stdout)), (Some(0), good.to_owned()));
    assert_eq!(without_config_note(&found.stderr), "Skipped 1 malformed event\n");
}

#[test]
fn dense_logs_take_linear_time() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("dense.log");
    let mut lines = String::new();
    for serial in 0..60_000 {
        let stamp = format!("msg=audit({}.{:03}:{serial})", 1_700_000_000 + serial / 20_000, serial / 20 % 1000);
        lines += &format!(
            "type=SYSCALL {stamp}: syscall=1 a0=1 a1=2 pid={serial}\ntype=PROCTITLE {stamp}: proctitle=\"x\"\n"
        );
    }
    std::fs::write(&log, lines).unwrap();
    let begun = std::time::Instant::now();
    let found = rausearch(&["--raw", "-if", &log.display().to_string()]);
    assert_eq!(found.stdout.iter().filter(|&&b| b == b'\n').count(), 120_000);
    // ausearch needs minutes; the limit leaves room for a slow machine and a build without optimisation.
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[test]
fn what_is_said_of_a_log_does_not_drive_the_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("audit.log");
    let torn = "type=SYSCALL msg=audit(1700000000.000:2): arch=c000003e \u{1b}[2J\n";
    std::fs::write(&log, format!("type=CWD msg=audit(-1.\u{1b}[2J:000001): cwd=\"/\"\n{torn}")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_rausearch")).arg("-if").arg(&log).arg("--debug").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("(-1.\\033[2J:000001)") && said.contains("arch=c000003e \\033[2J") && !said.contains('\u{1b}'),
        "{said}"
    );
}

//! Command lines and what they do: exit code, standard output, standard error, and the rules afterwards.
//!
//! The cases are written down in tests/data/rauditctl/*.cmd (`cases` says how) and run against a double of the kernel that is
//! empty before each one. `RAUDITD_BLESS=1` writes what happened into the files; read the diff.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, helpers included"
)]

#[path = "rauditctl/cases.rs"]
mod cases;
#[path = "rauditctl/double.rs"]
mod double;

use cases::{Case, shorten, themes};
use double::{Kernel, Running};
use raudit_netlink::Status;
use std::fmt::Write as _;
use std::fs;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TRAILER: &str = "There was an error while processing parameters\n";

/// Runs a case; what happened, in the notation of the files.
fn outcome(running: &Running, case: &Case) -> Vec<String> {
    *running.kernel.lock().unwrap() = Kernel::new();
    for given in &case.given {
        if let Some(settings) = given.strip_prefix("kernel ") {
            settings.split(' ').for_each(|setting| set(&mut running.kernel.lock().unwrap().status, setting));
        } else if let Some(line) = given.strip_prefix("$ ") {
            let output = running.run(line);
            assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
    let mut lines = described(case.line(), &running.run(case.line()));
    let listing = running.run("-l").stdout;
    let listing = shorten(case.line(), &String::from_utf8_lossy(&listing));
    lines.extend(listing.lines().filter(|line| *line != "No rules").map(|line| format!("L> {line}")));
    let kernel = running.kernel.lock().unwrap();
    for message in &kernel.messages {
        let message = String::from_utf8_lossy(message);
        lines.push(format!("M> {}", message.split(" exe=").next().unwrap()));
    }
    lines.extend(kernel.others.iter().map(|other| format!("K> {other}")));
    lines
}

fn set(status: &mut Status, setting: &str) {
    let (name, value) = setting.split_once('=').unwrap();
    let value: u32 = value.parse().unwrap();
    match name {
        "enabled" => status.enabled = value,
        "features" => status.feature_bitmap = value,
        "pid" => status.pid = value,
        other => panic!("{other}"),
    }
}

fn described(line: &str, output: &Output) -> Vec<String> {
    let shown = |bytes: &[u8]| shorten(line, &String::from_utf8_lossy(bytes));
    let code = output.status.code().expect("killed by a signal");
    let mut errors = shown(&output.stderr);
    if code == 255 {
        errors.truncate(errors.strip_suffix(TRAILER).expect("the last line of a failed command").len());
    }
    let mut lines = vec![format!("rc {code}")];
    let mut said: Vec<String> = shown(&output.stdout).lines().map(|line| format!("1> {line}")).collect();
    // The usage is one text, whatever asks for it; its first line stands for it.
    if let Some(at) = said.iter().position(|line| line.starts_with("1> usage: ")) {
        assert!(said.len() > at + 20, "{said:#?}");
        said.truncate(at + 1);
    }
    lines.extend(said);
    lines.extend(errors.lines().map(|line| format!("2> {line}")));
    lines
}

#[test]
fn command_lines_do_what_auditctl_does() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: rauditctl refuses to run without CAP_AUDIT_CONTROL; run the tests as root");
        return;
    }
    if cfg!(not(target_arch = "x86_64")) {
        println!("SKIPPED: the listings expected name the system calls of x86_64");
        return;
    }
    let running = Running::start();
    let bless = std::env::var_os("RAUDITD_BLESS").is_some();
    let (mut count, mut wrong) = (0, String::new());
    for theme in themes() {
        let found: Vec<Vec<String>> = theme.cases.iter().map(|case| outcome(&running, case)).collect();
        count += found.len();
        for (case, got) in theme.cases.iter().zip(&found).filter(|(case, got)| case.expected != **got) {
            let (given, expected, got) = (case.given.join("\n"), case.expected.join("\n"), got.join("\n"));
            writeln!(wrong, "{}\n{given}\nexpected\n{expected}\ngot\n{got}\n", theme.name).unwrap();
        }
        if bless {
            theme.write(found.iter().map(Vec::as_slice));
        }
    }
    println!("{count} command lines");
    assert!(bless || wrong.is_empty(), "{wrong}");
    assert!(count >= 600, "only {count} command lines found");
}

#[test]
fn a_socket_nobody_serves_is_named_and_the_kernel_left_alone() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: rauditctl refuses to run without CAP_AUDIT_CONTROL; run the tests as root");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("rauditd.sock");
    for line in ["-l", "-w /etc/passwd", "-e 1", "-R /dev/null", "-s"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rauditctl"));
        let output = command.args(line.split(' ')).env("RAUDITD_SOCKET", &socket).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}: {errors}");
        let expected = if line.starts_with("-R") {
            "Error - /dev/null is not a regular file\n".to_owned()
        } else {
            format!("cannot connect to {} (No such file or directory)\n", socket.display())
        };
        assert!(errors.ends_with(&expected), "{line}: {errors}");
    }
}

#[test]
fn the_daemon_gets_its_signals_and_its_end_is_waited_for() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: rauditctl refuses to run without CAP_AUDIT_CONTROL; run the tests as root");
        return;
    }
    let running = Running::start();
    // Says which signals came, and takes its time to end.
    let script = "for s in HUP USR1 USR2 CONT; do trap \"echo $s\" $s; done; trap 'sleep 0.5; echo TERM; exit' TERM
        echo ready; while :; do sleep 0.02; done";
    let mut daemon = Command::new("sh").args(["-c", script]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut said = std::io::BufReader::new(daemon.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(said.next().as_deref(), Some("ready"));
    running.kernel.lock().unwrap().status.pid = daemon.id();
    for (word, signal) in [
        ("HUP", "HUP"),
        ("Reload", "HUP"),
        ("usr1", "USR1"),
        ("rotate", "USR1"),
        ("USR2", "USR2"),
        ("resume", "USR2"),
        ("CONT", "CONT"),
        ("state", "CONT"),
    ] {
        assert_eq!(running.run(&format!("--signal {word}")).status.code(), Some(0), "{word}");
        assert_eq!(said.next().as_deref(), Some(signal), "{word}");
    }
    let begin = std::time::Instant::now();
    assert_eq!(running.run("--signal=stop").status.code(), Some(0));
    assert!(begin.elapsed().as_millis() >= 500, "it did not wait");
    assert!(daemon.try_wait().unwrap().is_some(), "the daemon is still there");
    assert_eq!(said.next().as_deref(), Some("TERM"));
    // The status goes on to name a daemon that is gone.
    let late = running.run("--signal TERM");
    assert_eq!((late.status.code(), late.stderr.as_slice()), (Some(2), b"Auditd is not running\n".as_slice()));
}

#[test]
fn rauditctl_looks_where_rauditd_serves() {
    assert_eq!(raudit_config::RauditdConf::default().socket, Path::new(raudit_netlink::CONTROL_SOCKET));
}

#[test]
fn the_rule_files_auditd_ships_load() {
    let Some(root) = std::env::var_os("RAUDITD_ORACLE").map(PathBuf::from) else {
        println!("SKIPPED: RAUDITD_ORACLE does not name a directory with Debian's auditd");
        return;
    };
    let Ok(entries) = fs::read_dir(root.join("usr/share/doc/auditd/examples/rules")) else {
        println!("SKIPPED: no example rules below {}", root.display());
        return;
    };
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: rauditctl refuses to run without CAP_AUDIT_CONTROL; run the tests as root");
        return;
    }
    // A user that is not everywhere.
    let may_fail = [("22-ignore-chrony", "Unknown user: chrony")];
    let running = Running::start();
    let (mut files, mut rules) = (0, 0);
    for path in entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "rules"))
    {
        *running.kernel.lock().unwrap() = Kernel::new();
        let output = running.run(&format!("-R {}", path.display()));
        let errors = String::from_utf8_lossy(&output.stderr);
        let name = path.file_stem().unwrap().to_string_lossy();
        let excused = may_fail.iter().any(|(file, error)| *file == name && errors.contains(error));
        assert!(output.status.success() || excused, "{name}: {errors}");
        assert!(!errors.contains("There was an error") || excused, "{name}: {errors}");
        files += 1;
        rules += running.kernel.lock().unwrap().rules.len();
    }
    println!("{files} files, {rules} rules");
    assert!(files > 30 && rules > 200, "{files} files, {rules} rules");
}

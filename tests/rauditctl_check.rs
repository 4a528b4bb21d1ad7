//! `rauditctl --check` from outside: what it says of the files in tests/data/check, as anybody, without a kernel.
//!
//! Beside each `*.rules` (a file or a directory) stands what is said, `*.out`; its last line is the exit code.
//! `RAUDITD_BLESS=1` writes what happened into them; read the diff.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, helpers included"
)]

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/check");

fn rauditctl() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rauditctl"));
    command.current_dir(DATA).env("RAUDITD_SOCKET", "/nonexistent");
    command
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    format!("{}{}rc {}\n", text(&output.stdout), text(&output.stderr), output.status.code().unwrap())
}

#[test]
fn each_file_gets_its_words() {
    if !cfg!(target_arch = "x86_64") {
        println!("SKIPPED: the system calls in the files are those of x86_64");
        return;
    }
    let mut compared = 0;
    for entry in fs::read_dir(DATA).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rules") {
            continue;
        }
        let actual = said(&rauditctl().arg("--check").arg(path.file_name().unwrap()).output().unwrap());
        let golden = path.with_extension("out");
        if std::env::var_os("RAUDITD_BLESS").is_some() {
            fs::write(&golden, &actual).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(actual, expected, "{}", path.display());
        compared += 1;
    }
    assert!(compared >= 4, "{compared} files");
}

#[test]
fn anybody_may_check() {
    let mut command = rauditctl();
    if nix::unistd::geteuid().is_root() {
        let found = Path::new(env!("CARGO_BIN_EXE_rauditctl"))
            .ancestors()
            .all(|dir| fs::metadata(dir).unwrap().permissions().mode() & 0o001 != 0);
        if !found {
            println!("SKIPPED: nobody may not reach the program where it was built");
            return;
        }
        command.uid(65534).gid(65534).current_dir("/");
    }
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let file = dir.path().join("x.rules");
    fs::write(&file, "-a always,exit -F arch=b64 -S openat -F key=k\n").unwrap();
    let output = command.arg("--check").arg(&file).output().unwrap();
    assert_eq!(said(&output), "ok: 1 rule of 1 file\nrc 0\n");
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let check = |file: &str| said(&rauditctl().args(["--check", file]).output().unwrap());
    assert_eq!(check("/no/such"), "1 error in 0 rules of 0 files\naudit rules file /no/such doesn't exist\nrc 1\n");
    assert_eq!(check("/dev/null"), "1 error in 0 rules of 0 files\nError - /dev/null is not a regular file\nrc 1\n");
    let nothing = rauditctl().arg("--check").output().unwrap();
    assert_eq!(nothing.status.code(), Some(255));
    assert!(nothing.stdout.is_empty());
}

/// Rules of many kinds, none of them in another's way.
fn many_rules(count: usize) -> String {
    let rule = |at: usize| match at % 5 {
        0 => format!("-w /etc/rauditd-test/{at} -p wa -k watch{}\n", at % 7),
        1 => format!(
            "-a always,exit -F arch=b64 -F path=/usr/bin/rauditd-test-{at} -F perm=x -F auid>=1000 -F key=exec\n"
        ),
        2 => format!(
            "-a always,exit -F arch=b64 -S open,openat,openat2,creat,truncate -F a1={at} -F exit=-EACCES -F key=k{at}\n"
        ),
        3 => format!(
            "-a always,exit -F arch=b32 -S unlink,unlinkat,rename,renameat -F auid>={at} -F uid={at} -F key=deleted\n"
        ),
        _ => format!("-a never,exit -F arch=b64 -S connect,sendto,bind -F pid={at} -F subj_type=t{at}\n"),
    };
    (0..count).map(rule).collect()
}

/// Processor time of the programs that have ended: it does not depend on what else runs, as a clock does.
fn children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let micros = |time: TimeVal| u64::try_from(time.num_microseconds()).unwrap();
    Duration::from_micros(micros(usage.user_time()) + micros(usage.system_time()))
}

/// Tests that start programs for long; one at a time.
static BUSY: Mutex<()> = Mutex::new(());

#[test]
fn two_thousand_rules_are_checked_at_once() {
    let _alone = BUSY.lock();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("many.rules");
    fs::write(&file, many_rules(2000)).unwrap();
    let run = || {
        let before = children();
        let output = rauditctl().arg("--check").arg(&file).output().unwrap();
        let took = children() - before;
        let text = said(&output);
        assert!(text.ends_with(" in 2000 rules of 1 file\nrc 0\n"), "{text}");
        took
    };
    let best = (0..5).map(|_| run()).min().unwrap();
    let most = Duration::from_millis(if cfg!(debug_assertions) { 250 } else { 50 });
    println!("2,000 rules checked in {} ms, at most {} are allowed", best.as_millis(), most.as_millis());
    assert!(best < most, "{best:?}");
}

#[test]
fn many_warnings_do_not_hide_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("noisy.rules");
    let doubtful: String = (1..=1500).map(|n| format!("-a always,exit -F arch=b64 -S {n}x -F a1={n}\n")).collect();
    fs::write(&file, doubtful + "-a always,exit -S opne\n").unwrap();
    let text = said(&rauditctl().arg("--check").arg(&file).output().unwrap());
    assert!(text.contains("error: Syscall name unknown: opne\n"), "{text}");
    assert!(text.contains("\nand 501 more\n1 error, 1500 warnings in 1501 rules of 1 file\nrc 1\n"), "{text}");
}

/// Whatever is in a file, there is an answer, soon, that a terminal can show.
#[test]
fn hostile_files_do_no_harm() {
    let _alone = BUSY.lock();
    let dir = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> = (0..=255).collect();
    let contents: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("every byte", bytes.clone()),
        ("every byte in a key", [b"-a always,exit -S all -F key=".as_slice(), &bytes].concat()),
        ("one long line", b"-a always,exit -S ".iter().copied().chain(b"open,".repeat(2_000_000)).collect()),
        ("many short lines", b"x\n".repeat(500_000)),
        ("zeros", vec![0; 3_000_000]),
        ("escape sequences", b"-a \x1b]0;title\x07\x1b[2J -k \xe2\x80\xae\n".repeat(100)),
        ("the same rule", b"-a always,exit -F arch=b64 -S open -F uid=1\n".repeat(50_000)),
        ("many rules", (0..20_000).map(|n| format!("-a always,exit -S 1 -F uid={n}\n")).collect::<String>().into()),
        ("at the front", (0..20_000).map(|n| format!("-A exit,always -S 1 -F a1={n}\n")).collect::<String>().into()),
    ];
    for (what, content) in contents {
        let file = dir.path().join("hostile.rules");
        fs::write(&file, content).unwrap();
        let started = Instant::now();
        let output = rauditctl().arg("--check").arg(&file).output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{what}: {:?}", output.status);
        let text = String::from_utf8(output.stdout).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{what}");
        assert!(text.len() < 2_000_000, "{what}: {} bytes", text.len());
        assert!(started.elapsed() < Duration::from_secs(60), "{what}: {:?}", started.elapsed());
        println!("{what}: {} ms, {} bytes", started.elapsed().as_millis(), text.len());
    }
}

#[test]
fn a_rule_is_explained_as_one_word_or_several() {
    let explain = |words: &[&str]| rauditctl().arg("--explain").args(words).output().unwrap();
    let one = explain(&["-a always,exit -F arch=b64 -S openat -F exit=-EACCES -k denied"]);
    let text = said(&one);
    assert!(text.contains("the call fails with EACCES (Permission denied)") && text.ends_with("rc 0\n"), "{text}");
    assert!(text.contains("\nWhere it runs here\n  "), "{text}");
    let words = ["-a", "always,exit", "-F", "arch=b64", "-S", "openat", "-F", "exit=-EACCES", "-k", "denied"];
    assert_eq!(said(&explain(&words)), text);
    let path = said(&explain(&["-w", "/no such/file", "-p", "r"]));
    assert!(path.contains("the call uses the file /no such/file"), "{path}");
}

#[test]
fn what_is_no_rule_is_not_explained() {
    let explain = |rule: &str| said(&rauditctl().args(["--explain", rule]).output().unwrap());
    let wrong = explain("-a always,exit -S opne");
    assert!(
        wrong.starts_with("rule:1:19: error: Syscall name unknown: opne\n") && wrong.ends_with("rc 255\n"),
        "{wrong}"
    );
    for rule in ["-D", "-e 1", "", "-s"] {
        let said = explain(rule);
        assert_eq!(said, "--explain needs a rule: -a, -A, -d, -w or -W and what belongs to it\nrc 255\n", "{rule}");
    }
}

/// Asked by root, the kernel is tried; nothing may be left of it.
#[test]
fn where_a_rule_runs_depends_on_the_kernel() {
    let explain = |rule: &str| said(&rauditctl().args(["--explain", rule]).output().unwrap());
    let text = explain("-a always,exit -F arch=b64 -F path=/etc/passwd -F perm=wa -k x");
    let (_, tier) = text.split_once("Where it runs here\n  ").unwrap();
    let bpf = cfg!(feature = "bpf") && nix::unistd::geteuid().is_root();
    assert_eq!(tier.starts_with("not known: only root"), cfg!(feature = "bpf") && !bpf, "{tier}");
    assert!(!bpf || tier.contains("fentry") || tier.contains("BPF"), "{tier}");
    let never = explain("-a never,task");
    assert!(!bpf || never.contains("if it can serve all other rules exactly, too"), "{never}");
    let always = explain("-a always,task -F uid=5");
    assert!(!bpf || always.contains("BPF does not serve it exactly"), "{always}");
}

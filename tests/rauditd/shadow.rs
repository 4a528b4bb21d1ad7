//! `rauditd --shadow` beside another daemon, or none: what it counts, and that it changes nothing.

use super::daemon::{Setup, kernel_ctl};
use super::kernel::Kernel;
use super::oracle::oracle;
use super::stock::Stock;
use super::work::{GID, RULES, Workload};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

/// A running comparison.
struct Shadow {
    child: Child,
    said: BufReader<ChildStderr>,
}

/// Its report.
struct Report {
    text: String,
    code: Option<i32>,
}

impl Shadow {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rauditd"));
        command.args(["--shadow", "0"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert!(line.contains("comparing"), "{line}");
        // what is close to the start is not compared
        std::thread::sleep(Duration::from_millis(400));
        Self { child, said }
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
    }

    fn end(mut self) -> Report {
        std::thread::sleep(Duration::from_millis(400));
        self.signal(Signal::SIGINT);
        let (mut text, mut said) = (String::new(), String::new());
        self.child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
        self.said.read_to_string(&mut said).unwrap();
        let code = self.child.wait().unwrap().code();
        println!("{text}{said}");
        Report { text, code }
    }
}

impl Drop for Shadow {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Report {
    fn count(&self, what: &str) -> u64 {
        let found = self.text.lines().find_map(|line| line.strip_prefix(what)?.split_whitespace().next()?.parse().ok());
        found.unwrap_or_else(|| panic!("no {what:?} in\n{}", self.text))
    }

    /// In what records differ.
    fn differences(&self) -> Vec<&str> {
        let names = self.text.lines().filter_map(|line| line.strip_prefix("differ in"));
        names.filter_map(|rest| rest.trim_start().split_once(' ')).map(|(_, what)| what).collect()
    }
}

fn rules() {
    for rule in RULES {
        kernel_ctl(rule);
    }
}

/// Both sides saw the workload, and what differs is what the tier that runs here is known not to see.
fn assert_parity(report: &Report, times: u64) {
    assert!(report.count("events of both") > 80 * times, "the workload was not seen");
    for none in ["  not of BPF", "  not of the kernel", "given up: too many at once", "lost by BPF, events"] {
        assert_eq!(report.count(none), 0, "{none}");
    }
    if report.text.contains("tier fentry") {
        assert!(report.differences().is_empty());
        assert_eq!(report.code, Some(0));
    } else {
        let known = ["list of records", "SYSCALL items"];
        let differing: Vec<&str> = report
            .differences()
            .into_iter()
            .filter(|what| !what.starts_with("PATH ") && !known.contains(what))
            .collect();
        assert!(differing.is_empty(), "{differing:?}");
    }
}

#[test]
fn bpf_is_compared_beside_debians_auditd_and_nothing_is_changed() {
    let Some(root) = oracle() else { return };
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    let setup = Setup::new("");
    setup.auditd_conf("q_depth = 10000\n");
    let stock = Stock::start(&root, &setup);
    rules();
    let before = kernel.state();
    let shadow = Shadow::start();
    workload.mix();
    assert_eq!(kernel.state(), before, "while it runs");
    let report = shadow.end();
    assert_eq!(kernel.state(), before);
    assert!(report.text.contains("(auditd, pid "), "{}", report.text);
    assert_parity(&report, 1);
    stock.stop();
}

#[test]
fn rules_that_change_are_followed_and_the_rest_of_the_rules_is_told() {
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    kernel.set_enabled(1);
    rules();
    kernel_ctl("-w /etc/rauditd-shadow-test -p wa -k watched");
    let shadow = Shadow::start();
    workload.mix();
    std::thread::sleep(Duration::from_millis(600));
    kernel_ctl(&format!("-a always,exit -F arch=b64 -S getuid -F gid={GID} -k late"));
    std::thread::sleep(Duration::from_millis(600));
    workload.mix();
    let report = shadow.end();
    let all = RULES.len() as u64 + 2;
    assert_eq!((report.count("rules of the kernel"), report.count("  compared")), (all, all - 1));
    assert_eq!((report.count("  not compared"), report.count("  changed meanwhile, times")), (1, 1));
    assert_parity(&report, 2);
}

#[test]
fn what_only_one_side_records_is_found() {
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    kernel.set_enabled(1);
    // an exception that BPF is not given
    kernel_ctl("-a never,exit -F arch=b64 -S execve,execveat -F dir=/tmp");
    kernel_ctl(&format!("-a always,exit -F arch=b64 -S execve,execveat,getppid -F gid={GID} -k some"));
    let shadow = Shadow::start();
    workload.mix();
    let report = shadow.end();
    assert!(report.count("  not of the kernel") > 0 && report.count("  not of BPF") == 0);
    assert!(report.text.contains("makes exceptions") && report.text.contains("first not of the kernel: audit("));
    assert_eq!(report.code, Some(1));
}

#[test]
fn without_anything_to_compare_it_says_why_and_a_crash_leaves_nothing() {
    let Some(mut kernel) = Kernel::take() else { return };
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rauditd"));
        let output = command.args(["--shadow", "60"]).stdin(Stdio::null()).output().unwrap();
        assert!(output.stdout.is_empty());
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    kernel.set_enabled(0);
    let (code, said) = run();
    assert!(code == Some(1) && said.contains("audit is off"), "{said}");
    kernel.set_enabled(1);
    let (code, said) = run();
    assert!(code == Some(1) && said.contains("no rules"), "{said}");
    rules();
    let before = kernel.state();
    let shadow = Shadow::start();
    // as a crash
    drop(shadow);
    assert_eq!(kernel.state(), before);
}

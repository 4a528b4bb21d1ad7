//! Debian's auditd and rauditd with the netlink backend: the same rules, the same workload, the same lines.

use super::daemon::{Daemon, Setup, kernel_ctl, wait_until};
use super::kernel::Kernel;
use super::log::{self, Record};
use super::oracle::{oracle, theirs};
use super::work::{GID, RULES, Workload};
use nix::sys::signal::{SIGTERM, kill};
use nix::unistd::Pid;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::{Child, Stdio};

/// Debian's auditd, until dropped.
pub struct Stock(Child);

impl Stock {
    pub fn start(root: &Path, setup: &Setup) -> Self {
        let mut command = theirs(root, "auditd");
        command.arg("-n").arg("-c").arg(setup.path("")).stdout(Stdio::null()).stderr(Stdio::null());
        let stock = Self(command.spawn().unwrap());
        wait_until("Debian's auditd", || setup.log().exists() && log::count(&setup.log(), "DAEMON_START", "") == 1);
        stock
    }

    pub fn stop(mut self) {
        kill(Pid::from_raw(i32::try_from(self.0.id()).unwrap()), SIGTERM).unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Stock {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The rules are loaded by way of the kernel, whoever is the daemon; rules and messages are recorded too.
pub fn work(setup: &Setup, workload: &Workload) {
    for rule in RULES {
        kernel_ctl(rule);
    }
    workload.mix();
    kernel_ctl("-D");
    kernel_ctl("-m the-end");
    wait_until("the end", || log::count(&setup.log(), "USER", "the-end") == 1);
}

/// Whether a record belongs to the workload, or tells of its rules or its message.
fn is_ours(record: &Record, group: &HashSet<String>) -> bool {
    let about_rules = record.kind == "CONFIG_CHANGE" && record.get("op").is_some_and(|op| op.ends_with("_rule"));
    about_rules || record.kind == "USER" || group.contains(&record.stamp)
}

/// Lines with what differs from run to run replaced: times, serials, process ids, inodes of files made anew.
fn normalised(path: &Path) -> Vec<String> {
    let (mut stamps, mut pids, mut inodes) = (HashMap::new(), HashMap::new(), HashMap::new());
    let index = |map: &mut HashMap<String, usize>, key: &str| {
        let next = map.len();
        *map.entry(key.to_owned()).or_insert(next)
    };
    let records = log::records(path);
    let gid = GID.to_string();
    let group = records.iter().filter(|record| record.kind == "SYSCALL" && record.get("gid") == Some(&gid));
    let group = group.map(|record| record.stamp.clone()).collect();
    let mut lines = Vec::new();
    for record in records.iter().filter(|record| is_ours(record, &group)) {
        let stamp = format!("audit(event {})", index(&mut stamps, &record.stamp));
        let line = record.line.replace(&format!("audit({})", record.stamp), &stamp);
        let word = |word: &str| match word.split_once('=') {
            Some((name @ ("pid" | "ppid"), pid)) => format!("{name}=process {}", index(&mut pids, pid)),
            Some(("inode", inode)) => format!("inode=number {}", index(&mut inodes, inode)),
            _ => word.to_owned(),
        };
        lines.push(line.split(' ').map(word).collect::<Vec<_>>().join(" "));
    }
    lines
}

fn compare(format: &str) {
    let Some(root) = oracle() else { return };
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    let before = kernel.state();
    let conf = format!("log_format = {format}\n");
    let (ours, theirs) = (Setup::new("backend = netlink\n"), Setup::new(""));
    ours.auditd_conf(&conf);
    theirs.auditd_conf(&conf);
    let daemon = Daemon::start(&ours);
    work(&ours, &workload);
    assert_eq!(daemon.stop().code, Some(0));
    assert_eq!(kernel.state(), before);
    let stock = Stock::start(&root, &theirs);
    work(&theirs, &workload);
    stock.stop();
    let lines = [&ours, &theirs].map(|setup| normalised(&setup.log()));
    let differing: Vec<String> = lines[0]
        .iter()
        .zip(&lines[1])
        .filter(|(a, b)| a != b)
        .map(|(a, b)| format!("ours   {a}\ntheirs {b}"))
        .collect();
    println!("{format}: {} lines of rauditd, {} of auditd, {} differ", lines[0].len(), lines[1].len(), differing.len());
    assert!(differing.is_empty(), "{}", differing[..differing.len().min(10)].join("\n"));
    assert_eq!(lines[0].len(), lines[1].len());
    assert!(lines[0].len() > 300, "the workload was not seen");
    daemon_records(&ours, &theirs);
}

/// The daemon's own records have the same fields in the same order; the values tell of themselves.
fn daemon_records(ours: &Setup, theirs: &Setup) {
    let own = |setup: &Setup, kind: &str| {
        let records = log::records(&setup.log());
        let found = records.into_iter().find(|record| record.kind == kind);
        let record = found.unwrap_or_else(|| panic!("no {kind}"));
        record.fields.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    for kind in ["DAEMON_START", "DAEMON_END"] {
        assert_eq!(own(ours, kind), own(theirs, kind), "{kind}");
    }
}

#[test]
fn raw_lines_are_those_of_debians_auditd() {
    compare("RAW");
}

#[test]
fn enriched_lines_are_those_of_debians_auditd() {
    compare("ENRICHED");
}

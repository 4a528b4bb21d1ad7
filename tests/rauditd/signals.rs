//! Signals, crashes, and stopping in the middle of things.

use super::daemon::{Daemon, Setup, archives, kernel_ctl, wait_until};
use super::kernel::Kernel;
use super::log::{self, Record};
use super::work::{GID, Workload};
use nix::sys::signal::{SIGHUP, SIGTERM, SIGUSR1};
use std::io::Read;

fn rule(key: &str) -> String {
    format!("-a always,exit -F arch=b64 -S getppid -F gid={GID} -k {key}")
}

/// The first arguments of the workload's calls, in the order of the log: they count up from 0.
fn numbers(records: &[Record]) -> Vec<u64> {
    let gid = GID.to_string();
    let ours = records.iter().filter(|r| r.kind == "SYSCALL" && r.get("gid") == Some(&gid));
    ours.map(|r| u64::from_str_radix(r.get("a0").unwrap(), 16).unwrap()).collect()
}

fn stopped_under_load(backend: &str) {
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    let before = kernel.state();
    let setup = Setup::new(&format!("backend = {backend}\nring_size = 64M\n"));
    let daemon = Daemon::start(&setup);
    setup.ctl_ok(&rule("load"));
    let mut work = workload.start("steady", 1 << 40);
    work.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    wait_until("records", || setup.log().metadata().unwrap().len() > 1 << 20);
    daemon.signal(SIGTERM);
    let ended = daemon.wait();
    work.kill().unwrap();
    work.wait().unwrap();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert!(!ended.said.contains("lost") && !ended.said.contains("but"), "{}", ended.said);
    let records = log::records(&setup.log());
    let numbers = numbers(&records);
    let gap = numbers.iter().enumerate().find(|(at, number)| *at as u64 != **number);
    assert_eq!(gap, None, "of {}", numbers.len());
    let end = records.iter().rposition(|record| record.kind == "DAEMON_END").unwrap();
    println!("{backend}: {} events without a gap, {} records after DAEMON_END", numbers.len(), records.len() - 1 - end);
    assert!(numbers.len() > 1000);
    assert_eq!(kernel.client.rules().unwrap().len(), 1, "the rules stay, as under auditd");
    kernel.clear();
    assert_eq!(kernel.state(), before);
}

#[test]
fn stopped_under_load_bpf_has_written_all_it_captured() {
    stopped_under_load("bpf");
}

#[test]
fn stopped_under_load_netlink_has_no_gap() {
    stopped_under_load("netlink");
}

#[test]
fn hup_with_a_bad_file_keeps_the_old_settings_and_usr1_rotates() {
    let Some(mut kernel) = Kernel::take() else { return };
    let before = kernel.state();
    let setup = Setup::new("backend = netlink\n");
    let daemon = Daemon::start(&setup);
    setup.auditd_conf("num_logs = many\n");
    daemon.signal(SIGHUP);
    wait_until("DAEMON_CONFIG", || log::count(&setup.log(), "DAEMON_CONFIG", "res=failed") == 1);
    let said = daemon.said();
    let line = said.lines().find(|line| line.contains("auditd.conf:")).unwrap();
    assert!(line.contains("num_logs") && line.contains("old settings"), "{line}");
    setup.ctl_ok("-m still-written");
    wait_until("a message", || log::count(&setup.log(), "USER", "still-written") == 1);
    setup.auditd_conf("");
    daemon.signal(SIGHUP);
    wait_until("DAEMON_CONFIG", || log::count(&setup.log(), "DAEMON_CONFIG", "res=success") == 1);
    daemon.signal(SIGUSR1);
    wait_until("rotation", || archives(&setup.log()).len() == 2 && log::count(&setup.log(), "DAEMON_ROTATE", "") == 1);
    setup.ctl_ok("-m in-the-new-log");
    wait_until("a message", || log::count(&setup.log(), "USER", "in-the-new-log") == 1);
    assert_eq!(log::count(&archives(&setup.log())[1], "USER", "still-written"), 1);
    // Who sent the signals is known.
    let test = format!(" pid={} ", std::process::id());
    assert!(log::records(&setup.log()).iter().any(|r| r.kind == "DAEMON_ROTATE" && r.line.contains(&test)));
    assert_eq!(daemon.stop().code, Some(0));
    assert_eq!(kernel.state(), before);
}

/// A rauditd that captures with BPF is killed; the next one goes on with its rules.
#[test]
fn after_a_crash_nothing_is_torn_or_doubled() {
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    // What was before a daemon that was killed, nobody knows.
    kernel.set_enabled(1);
    let before = kernel.state();
    let setup = Setup::new("backend = bpf\n");
    let daemon = Daemon::start(&setup);
    setup.ctl_ok(&rule("before"));
    let mut work = workload.start("steady", 1 << 40);
    work.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    wait_until("records", || setup.log().metadata().unwrap().len() > 100_000);
    daemon.kill();
    work.kill().unwrap();
    work.wait().unwrap();
    let stale = kernel_ctl("-l");
    assert_eq!(stale.trim(), "-a never,task -F key=rauditd", "what the crash leaves");
    let daemon = Daemon::start(&setup);
    assert!(daemon.said().contains("found the hooks of an earlier rauditd"), "{}", daemon.said());
    assert_eq!(setup.ctl_ok("-l").lines().count(), 1, "the rule that was loaded");
    assert_eq!(kernel_ctl("-l").lines().count(), 1, "its own task,never rule, once");
    setup.ctl_ok("-D");
    setup.ctl_ok(&rule("after"));
    workload.burst(10);
    setup.ctl_ok("-D");
    let ended = daemon.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert_eq!(log::count(&setup.log(), "SYSCALL", "key=\"after\""), 10);
    assert_eq!(log::count(&setup.log(), "DAEMON_START", ""), 2);
    drop(log::records(&setup.log()));
    assert_eq!(kernel.state(), before);
}

/// Killed as well, but the next one captures with the kernel.
#[test]
fn after_a_crash_the_kernel_sees_new_tasks_again() {
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    kernel.set_enabled(1);
    let before = kernel.state();
    let setup = Setup::new("backend = bpf\n");
    Daemon::start(&setup).kill();
    setup.rauditd_conf("backend = netlink\n");
    let daemon = Daemon::start(&setup);
    assert_eq!(kernel_ctl("-l"), "No rules\n");
    setup.ctl_ok(&rule("after"));
    workload.burst(10);
    wait_until("records", || log::count(&setup.log(), "SYSCALL", "key=\"after\"") == 10);
    setup.ctl_ok("-D");
    assert_eq!(daemon.stop().code, Some(0));
    assert_eq!(kernel.state(), before);
}

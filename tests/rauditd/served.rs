//! rauditd's control socket in the kernel's place: the same rules list the same, requests that are no rules reach the kernel,
//! and rauditctl's signals reach rauditd.

use super::cases::{expand, themes};
use super::daemon::{Daemon, Setup, archives, kernel_ctl, wait_until};
use super::kernel::Kernel;
use raudit_netlink::{Client, Features};
use std::fmt::Write as _;

/// Rules of every kind that are written down, as a file that goes on after errors: some are there twice.
fn rules_file(setup: &Setup) -> usize {
    let mut text = String::from("-i\n");
    let themes =
        themes().into_iter().filter(|theme| ["typical", "compare", "calls", "fields"].contains(&theme.name.as_str()));
    let cases =
        themes.flat_map(|theme| theme.cases).filter(|case| case.only_adds() && case.expects("L> ").count() == 1);
    let mut count = 0;
    for case in cases {
        writeln!(text, "{}", expand(case.line())).unwrap();
        count += 1;
    }
    setup.write("all.rules", &text);
    count
}

#[test]
fn rules_given_to_the_control_socket_list_as_those_given_to_the_kernel() {
    let Some(mut kernel) = Kernel::take() else { return };
    let setup = Setup::new("backend = netlink\n");
    let given = rules_file(&setup);
    let load = format!("-R {}", setup.path("all.rules").display());
    kernel_ctl(&load);
    let listings = ["-l", "-l -i", "-l -k k"];
    let by_kernel = listings.map(kernel_ctl);
    kernel.clear();
    let daemon = Daemon::start(&setup);
    setup.ctl_ok(&load);
    assert_eq!(listings.map(|line| setup.ctl_ok(line)), by_kernel);
    let rules = by_kernel[0].lines().count();
    println!("{rules} rules of {given} lines list the same over the control socket");
    assert!(rules > 100, "{rules}");
    assert_eq!(setup.ctl_ok("-D"), "No rules\n");
    assert_eq!(daemon.stop().code, Some(0));
}

/// Rules that BPF serves: every field it knows, with several operators.
fn rules_for_bpf() -> Vec<String> {
    let conditions = "uid=0 uid!=1 euid>5 suid>=5 fsuid<5 gid<=5 egid=4 sgid!=3 fsgid=2 auid>=1000 auid!=unset pid=1 ppid!=1 \
                      sessionid=5 pers=0 exit=-EPERM exit>=0 success=1 success!=0 a0=1 a1!=0x10 a2&07 a3&=-2";
    let rule = |condition| format!("-a always,exit -F arch=b64 -S getppid,getpgrp -F {condition} -k bpf");
    conditions.split_whitespace().map(rule).collect()
}

#[test]
fn rules_that_bpf_serves_list_as_those_given_to_the_kernel() {
    let Some(mut kernel) = Kernel::take() else { return };
    let rules = rules_for_bpf();
    for rule in &rules {
        kernel_ctl(rule);
    }
    let listings = ["-l", "-l -i", "-l -k bpf"];
    let by_kernel = listings.map(kernel_ctl);
    kernel.clear();
    let setup = Setup::new("backend = bpf\n");
    let daemon = Daemon::start(&setup);
    for rule in &rules {
        setup.ctl_ok(rule);
    }
    assert!(setup.status("backend").starts_with("bpf"));
    assert_eq!(listings.map(|line| setup.ctl_ok(line)), by_kernel);
    println!("{} rules list the same while BPF captures", rules.len());
    let deleted = rules[0].replacen("-a", "-d", 1);
    setup.ctl_ok(&deleted);
    assert_eq!(setup.ctl(&deleted).status.code(), Some(255), "deleted twice");
    assert_eq!(setup.ctl_ok("-l").lines().count(), rules.len() - 1);
    assert_eq!(setup.ctl_ok("-D -k bpf"), "No rules\n");
    assert_eq!(daemon.stop().code, Some(0));
}

#[test]
fn requests_that_are_no_rules_reach_the_kernel() {
    let Some(_kernel) = Kernel::take() else { return };
    for backend in ["netlink", "bpf"] {
        let setup = Setup::new(&format!("backend = {backend}\n"));
        let daemon = Daemon::start(&setup);
        setup.ctl_ok("-t");
        setup.ctl_ok("-q /proc,/sys");
        let missing = setup.ctl("-q /no/such/tree,/sys");
        assert_eq!(missing.status.code(), Some(255));
        let said = String::from_utf8_lossy(&missing.stderr).into_owned();
        assert!(said.starts_with("Error sending make_equivalent command (No such file or directory)\n"), "{said}");
        setup.ctl_ok("--reset_backlog_wait_time_actual");
        let mut client = Client::control(&setup.path("rauditd.sock")).unwrap();
        // With an empty mask: a request to change no switch. What a full one does lasts until the next boot.
        let before = client.features().unwrap();
        client.set_features(&Features::default()).unwrap();
        assert_eq!(client.features().unwrap(), before);
        assert_eq!(daemon.stop().code, Some(0));
    }
}

#[test]
fn rauditctl_signals_rauditd_whichever_backend_captures() {
    let Some(_kernel) = Kernel::take() else { return };
    for backend in ["netlink", "bpf"] {
        let setup = Setup::new(&format!("backend = {backend}\n"));
        let daemon = Daemon::start(&setup);
        assert_eq!(setup.status("pid"), daemon.pid().to_string());
        setup.ctl_ok("--signal rotate");
        wait_until("a rotated log", || archives(&setup.log()).len() == 2);
        setup.ctl_ok("--signal reload");
        setup.ctl_ok("--signal state");
        setup.ctl_ok("--signal resume");
        assert_eq!(setup.ctl("--signal nosuch").status.code(), Some(1));
        // It comes back when rauditd has ended.
        setup.ctl_ok("--signal stop");
        let status = std::fs::read_to_string(format!("/proc/{}/stat", daemon.pid())).unwrap();
        assert!(status.contains(") Z "), "{status}");
        assert_eq!(daemon.wait().code, Some(0));
    }
}

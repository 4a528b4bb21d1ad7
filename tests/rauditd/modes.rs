//! Who captures: what is refused, what switches, and that nothing is missed on the way.

use super::daemon::{Daemon, Setup, kernel_ctl, wait_until};
use super::kernel::Kernel;
use super::log;
use super::work::{GID, Workload};

fn rule(key: &str) -> String {
    format!("-a always,exit -F arch=b64 -S getppid -F gid={GID} -k {key}")
}

fn seen(setup: &Setup) -> u64 {
    log::count(&setup.log(), "SYSCALL", "syscall=110 ")
}

#[test]
fn a_rule_that_bpf_does_not_serve_is_refused_with_the_reason_and_the_others_stay() {
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    let before = kernel.state();
    let setup = Setup::new("backend = bpf\n");
    let daemon = Daemon::start(&setup);
    setup.ctl_ok(&rule("kept"));
    let listed = setup.ctl_ok("-l");
    for line in ["-w /etc/passwd -p wa -k watch", "-a always,exit -F arch=b64 -S mount -k mounts"] {
        let output = setup.ctl(line);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(255), "{line}: {said}");
        assert!(said.contains("not served by backend = bpf: "), "{line}: {said}");
        println!("{line}: {}", said.trim_end());
        assert_eq!(setup.ctl_ok("-l"), listed, "{line}");
    }
    assert_eq!(setup.ctl(&rule("kept")).status.code(), Some(255), "the same rule twice");
    workload.burst(10);
    setup.ctl_ok("-D");
    assert_eq!(daemon.stop().code, Some(0));
    assert_eq!(seen(&setup), 10);
    assert_eq!(kernel.state(), before);
}

#[test]
fn auto_goes_to_bpf_for_what_it_serves_and_back_for_what_it_does_not() {
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    let before = kernel.state();
    let setup = Setup::new("backend = auto\nsettle_time = 200\n");
    let daemon = Daemon::start(&setup);
    let reason = || setup.status("backend_reason");
    assert_eq!((setup.status("backend").as_str(), reason().as_str()), ("netlink", "no rules are loaded"));
    let mut expected = 0;
    let mut burst = |mode: &str| {
        workload.burst(10);
        expected += 10;
        wait_until("records", || seen(&setup) >= expected);
        // Twice would be too many as well.
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert_eq!(seen(&setup), expected, "{mode}");
        setup.ctl_ok(&format!("-m message-{mode}"));
        wait_until("a user message", || log::count(&setup.log(), "USER", &format!("message-{mode}")) == 1);
    };
    setup.ctl_ok(&rule("first"));
    burst("just-changed");
    wait_until("BPF", || setup.status("backend").starts_with("bpf ("));
    assert_eq!(kernel_ctl("-l").trim(), "-a never,task -F key=rauditd");
    burst("bpf");
    // A watch brings the kernel back at once.
    setup.ctl_ok("-w /etc/passwd -p wa -k watch");
    assert_eq!(setup.status("backend"), "netlink");
    assert_eq!(kernel_ctl("-l"), setup.ctl_ok("-l"), "all rules are the kernel's again");
    burst("netlink-again");
    wait_until("a decision", || !reason().contains("just changed"));
    println!("backend_reason {}", reason());
    assert!(reason().contains("rule 2"), "{}", reason());
    assert!(setup.ctl_ok("-s").lines().any(|line| line.starts_with("rule 2 -w /etc/passwd -p wa -k watch: ")));
    // Without it BPF captures again.
    setup.ctl_ok("-W /etc/passwd -p wa -k watch");
    wait_until("BPF", || setup.status("backend").starts_with("bpf ("));
    burst("bpf-again");
    setup.ctl_ok("-D");
    let ended = daemon.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert_eq!(kernel.state(), before);
}

/// Stopped while BPF captures: the kernel has the rules then, as after auditd.
#[test]
fn the_rules_are_the_kernels_when_rauditd_has_stopped() {
    let Some(mut kernel) = Kernel::take() else { return };
    for backend in ["netlink", "bpf", "auto"] {
        let before = kernel.state();
        let setup = Setup::new(&format!("backend = {backend}\nsettle_time = 0\n"));
        let daemon = Daemon::start(&setup);
        let rules = [rule("one"), rule("two"), "-a never,exclude -F msgtype=CWD".to_owned()];
        for rule in &rules {
            setup.ctl_ok(rule);
        }
        if backend != "netlink" {
            wait_until("BPF", || setup.status("backend").starts_with("bpf ("));
        }
        let listed = setup.ctl_ok("-l");
        assert_eq!(listed.lines().count(), 3);
        assert_eq!(daemon.stop().code, Some(0));
        assert_eq!(kernel_ctl("-l"), listed, "{backend}");
        kernel.clear();
        assert_eq!(kernel.state(), before, "{backend}");
    }
}

#[test]
fn kernel_auditing_is_set_as_asked_and_set_back() {
    let Some(mut kernel) = Kernel::take() else { return };
    for first in [0, 1] {
        for (option, then) in [("enable", 1), ("disable", 0), ("nochange", first)] {
            kernel.set_enabled(first);
            let setup = Setup::new("backend = netlink\n");
            let daemon = Daemon::start_with(&setup, &["-s", option]);
            assert_eq!(kernel.status().enabled, then, "-s {option}");
            assert_eq!(kernel.status().pid, daemon.pid());
            assert_eq!(daemon.stop().code, Some(0));
            assert_eq!((kernel.status().enabled, kernel.status().pid), (first, 0), "-s {option} after {first}");
        }
    }
}

/// As kernel audit: what is switched off records nothing, and on again all.
#[test]
fn switched_off_nothing_is_recorded_on_either_backend() {
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    let before = kernel.state();
    for backend in ["netlink", "bpf", "auto"] {
        let setup = Setup::new(&format!("backend = {backend}\nsettle_time = 50\n"));
        let daemon = Daemon::start(&setup);
        setup.ctl_ok("-e 0");
        setup.ctl_ok(&rule("switch"));
        workload.burst(5);
        // Auto has nothing to decide while it is off, and decides when it is on.
        std::thread::sleep(std::time::Duration::from_millis(200));
        setup.ctl_ok("-e 1");
        if backend == "auto" {
            wait_until("BPF", || setup.status("backend").starts_with("bpf ("));
        }
        workload.burst(7);
        wait_until("records", || seen(&setup) >= 7);
        setup.ctl_ok("-D");
        assert_eq!(daemon.stop().code, Some(0));
        assert_eq!(seen(&setup), 7, "{backend}");
        assert_eq!(kernel.state(), before, "{backend}");
    }
}

/// Who asks for the kernel's audit does not want BPF programs tried.
#[test]
fn the_netlink_backend_does_not_touch_bpf() {
    let Some(_kernel) = Kernel::take() else { return };
    let setup = Setup::new("backend = netlink\n");
    let daemon = Daemon::start(&setup);
    setup.ctl_ok(&rule("none"));
    assert_eq!(setup.status("backend_reason"), "configured");
    setup.ctl_ok("-m the-end");
    wait_until("the end", || log::count(&setup.log(), "USER", "the-end") == 1);
    assert_eq!(daemon.stop().code, Some(0));
    // programs of the test before may end only now: the kernel frees them when it has time
    assert_eq!(log::count(&setup.log(), "BPF", "op=LOAD"), 0);
}

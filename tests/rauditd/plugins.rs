//! Plugins that do harm: the log is complete all the same.

use super::daemon::{Daemon, Setup, wait_until};
use super::kernel::Kernel;
use super::log;
use super::work::{GID, Workload};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const EVENTS: u64 = 20_000;

/// Records a burst with these plugins; gives how long the stop took.
fn burst_with(plugins: &[(&str, &str)]) -> Option<(Setup, Duration)> {
    let mut kernel = Kernel::take()?;
    let workload = Workload::new()?;
    let before = kernel.state();
    let setup = Setup::new("backend = bpf\nring_size = 64M\n");
    setup.auditd_conf("q_depth = 512\n");
    for (name, script) in plugins {
        setup.plugin(name, &script.replace("DIR", setup.path("").to_str().unwrap()));
    }
    let daemon = Daemon::start(&setup);
    setup.ctl_ok(&format!("-a always,exit -F arch=b64 -S getppid -F gid={GID} -k plug"));
    workload.burst(EVENTS);
    setup.ctl_ok("-m after-the-burst");
    wait_until("a user message", || log::count(&setup.log(), "USER", "after-the-burst") == 1);
    setup.ctl_ok("-D");
    let start = Instant::now();
    let ended = daemon.stop();
    let took = start.elapsed();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert_eq!(log::count(&setup.log(), "SYSCALL", "key=\"plug\""), EVENTS, "{}", ended.said);
    assert_eq!(log::last(&setup.log()).kind, "DAEMON_END");
    assert_eq!(kernel.state(), before);
    println!("{plugins:?}: {EVENTS} events in the log, stopped in {} ms, said\n{}", took.as_millis(), ended.said);
    Some((setup, took))
}

#[test]
fn a_plugin_that_dies_costs_no_record() {
    let dying = "head -c 1000 > /dev/null; echo once >> DIR/died; exit 3";
    let Some((setup, _)) = burst_with(&[("dying", dying), ("good", "exec cat > DIR/good.out")]) else { return };
    assert!(fs::read_to_string(setup.path("died")).unwrap().lines().count() > 1, "it was not started again");
    assert!(fs::metadata(setup.path("good.out")).unwrap().len() > 0);
}

#[test]
fn a_plugin_that_never_reads_costs_no_record_and_is_gone_afterwards() {
    let Some((setup, took)) = burst_with(&[("deaf", "echo $$ > DIR/pid; exec sleep 1000")]) else { return };
    let pid = fs::read_to_string(setup.path("pid")).unwrap();
    assert!(!Path::new("/proc").join(pid.trim()).exists(), "the plugin still runs");
    assert!(took < Duration::from_secs(20), "{took:?}");
}

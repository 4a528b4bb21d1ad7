//! Plugins that do harm: the log is complete all the same.

use super::daemon::{Daemon, Setup, wait_until};
use super::kernel::Kernel;
use super::load::{self, Load, Stops};
use super::log;
use super::work::{GID, Workload};
use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
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

#[test]
fn a_plugin_that_is_taken_out_and_does_not_end_holds_up_no_record() {
    let Some(mut kernel) = Kernel::take() else { return };
    let before = kernel.state();
    let setup = Setup::new("backend = netlink\n");
    // it ends neither with its input nor by SIGTERM, but when its raudispd is gone
    setup.plugin("stubborn", "trap '' TERM; while kill -0 $PPID; do sleep 1; done");
    let daemon = Daemon::start(&setup);
    wait_until("the plugin host", || daemon.plugin_host().is_some());
    setup.ctl_ok("-m before");
    wait_until("a user message", || log::count(&setup.log(), "USER", "before") == 1);
    fs::remove_file(setup.path("plugins.d/stubborn.conf")).unwrap();
    let start = Instant::now();
    daemon.signal(nix::sys::signal::SIGHUP);
    wait_until("the reload", || log::count(&setup.log(), "DAEMON_CONFIG", "op=reconfigure") == 1);
    setup.ctl_ok("-m after");
    wait_until("a user message", || log::count(&setup.log(), "USER", "after") == 1);
    let took = start.elapsed();
    // its host waits a second before SIGTERM and two before SIGKILL
    assert!(daemon.plugin_host().is_some(), "the plugin is gone already after {took:?}: nothing was shown");
    // a plugin that comes meanwhile waits for the end of the one before
    setup.plugin("good", &format!("exec cat > {}", setup.path("good.out").display()));
    daemon.signal(nix::sys::signal::SIGHUP);
    wait_until("the second reload", || log::count(&setup.log(), "DAEMON_CONFIG", "op=reconfigure") == 2);
    setup.ctl_ok("-m last");
    wait_until("the new plugin", || {
        fs::read_to_string(setup.path("good.out")).is_ok_and(|text| text.contains("last") && !text.contains("after"))
    });
    assert_eq!(daemon.stop().code, Some(0));
    assert_eq!(kernel.state(), before);
}

/// How long the load lasts: RAUDITD_PLUGIN_SECONDS for figures, less for a test.
fn seconds() -> u64 {
    std::env::var("RAUDITD_PLUGIN_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(8)
}

/// Calls a second that were made, and the longest, in microseconds, with these plugins beside one that reads everything.
fn load_with(plugins: &[(&str, &str)], most_ms: u64) -> Option<(u64, u64)> {
    let mut kernel = Kernel::take()?;
    let before = kernel.state();
    let setup = Setup::new("backend = bpf\nring_size = 64M\n");
    setup.auditd_conf("q_depth = 8000\nmax_restarts = 1000\nlog_format = RAW\nmax_log_file = 8000\nflush = NONE\n");
    let good = setup.path("good.out");
    setup.plugin("good", &format!("exec grep -c '^type=SYSCALL.*key=\"load\"' > {}", good.display()));
    for (name, script) in plugins {
        setup.plugin(name, script);
    }
    let daemon = Daemon::start(&setup);
    setup.ctl_ok(&load::rule());
    let load = Load::new(most_ms);
    let start = Instant::now();
    std::thread::scope(|scope| {
        let _stops = Stops(&load);
        scope.spawn(|| load.run());
        std::thread::sleep(Duration::from_secs(seconds()));
    });
    let (made, took) = (load.made.load(Relaxed), start.elapsed());
    setup.ctl_ok("-m after-the-load");
    wait_until("a user message", || log::count(&setup.log(), "USER", "after-the-load") == 1);
    let status = setup.ctl_ok("--status-json");
    setup.ctl_ok("-D");
    let ended = daemon.stop();
    let counted = fs::read_to_string(&good).unwrap();
    println!(
        "{plugins:?}: {made} calls in {took:?}, longest {} us\n{status}{}",
        load.longest.load(Relaxed),
        ended.said
    );
    assert_eq!(log::count(&setup.log(), "SYSCALL", load::KEY), made, "in the log");
    assert_eq!(counted.trim(), made.to_string(), "{}", ended.said);
    assert_eq!(kernel.state(), before);
    for (name, _) in plugins {
        assert!(status.contains(&format!("\"name\": \"{name}\"")), "{status}");
    }
    Some((made * 1000 / u64::try_from(took.as_millis()).unwrap(), load.longest.load(Relaxed)))
}

#[test]
fn plugins_that_do_not_read_in_time_cost_the_good_one_the_log_and_the_calls_nothing() {
    let bad = [
        ("deaf", "exec sleep 1000"),
        ("dying", "head -c 100000 > /dev/null; sleep 1; exit 3"),
        ("slow", "while dd bs=1 count=1 > /dev/null 2>&1; do sleep 1; done"),
    ];
    let Some((alone, longest)) = load_with(&[], 60) else { return };
    let Some((beside, longest_beside)) = load_with(&bad, 60) else { return };
    println!(
        "calls a second: {alone} with one plugin (longest {longest} us), {beside} beside bad ones ({longest_beside} us)"
    );
    assert!(beside * 2 > alone, "the calls became slower");
}

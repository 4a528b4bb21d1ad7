//! rauditd is killed, or executes its new self, while events come: the hooks go on, and every event is on disk once, or counted as lost.

use super::daemon::{Daemon, Setup, kernel_ctl, wait_until};
use super::kernel::{Kernel, State};
use super::load::{KEY, Load, Stops, rule};
use super::log;
use nix::sys::signal::Signal::SIGURG;
use std::collections::HashSet;
use std::fs;
use std::ops::RangeInclusive;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// How many hooks of earlier rauditds may be left (one more may be on its way out).
const LINGERING: usize = 4;

/// Kernel audit as a test finds it. It is enabled: what it was before a rauditd that is killed, the next one cannot know.
fn enabled() -> Option<(Kernel, State)> {
    let mut kernel = Kernel::take()?;
    kernel.set_enabled(1);
    let before = kernel.state();
    Some((kernel, before))
}

/// `matched= delivered= lost=`.
fn counts(setup: &Setup, key: &str) -> [u64; 3] {
    let line = setup.status(key);
    let number = |name: &str| {
        let word = line.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        word.unwrap_or_else(|| panic!("{line}")).parse().unwrap()
    };
    ["matched", "delivered", "lost"].map(number)
}

/// Waits until all that was matched is delivered or lost, and the former is in the log; how many are.
fn on_disk(setup: &Setup, made: u64) -> u64 {
    wait_until("the rings to be drained", || {
        let [matched, delivered, lost] = counts(setup, "bpf_events");
        matched >= made.min(1) && matched == delivered + lost
    });
    let mut seen = 0;
    wait_until("the log to stay as it is", || {
        std::thread::sleep(Duration::from_millis(200));
        let now = log::count(&setup.log(), "SYSCALL", KEY);
        std::mem::replace(&mut seen, now) == now
    });
    seen
}

/// A rauditd with the rule, and a load on which `during` does what it is about; rauditd afterwards.
fn under_load(setup: &Setup, load: &Load, during: impl FnOnce(Daemon, &Load) -> Daemon) -> Daemon {
    let daemon = Daemon::start(setup);
    setup.ctl_ok(&rule());
    std::thread::scope(|scope| {
        scope.spawn(|| load.run());
        let _stops = Stops(load);
        during(daemon, load)
    })
}

fn ends_in_order(setup: &Setup, daemon: Daemon) {
    let ended = daemon.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert!(!setup.pins().exists(), "something stays pinned");
    // each event of BPF's is in one piece, and no two have a stamp
    let all = log::records(&setup.log());
    let serial = |stamp: &str| stamp.rsplit(':').next().unwrap().parse::<u32>().unwrap();
    let stamps: Vec<_> = all.iter().map(|r| r.stamp.as_str()).filter(|stamp| serial(stamp) >= 1 << 31).collect();
    let runs: Vec<_> = stamps.chunk_by(|a, b| a == b).map(|run| run[0]).collect();
    assert_eq!(runs.iter().collect::<HashSet<_>>().len(), runs.len(), "an event is torn apart");
    assert!(stamps.chunk_by(|a, b| a == b).all(|run| run.len() == 2), "SYSCALL and PROCTITLE");
    assert_eq!(kernel_ctl("-l"), format!("{}\n", rule()), "the kernel has the rule again, and nothing of ours");
    kernel_ctl("-D");
}

/// How often rauditd is killed in all: RAUDITD_KILLS, or 12.
fn rounds() -> u64 {
    std::env::var("RAUDITD_KILLS").map_or(BATCH, |text| text.parse().unwrap())
}

/// So often with one log, which is read whole.
const BATCH: u64 = 12;

/// A call that began while one capture followed the other may have been matched by both: that is a microsecond, or as long as rauditd
/// was preempted just then.
fn may_be_matched(made: u64) -> RangeInclusive<u64> {
    made..=made + made / 100
}

/// Nothing was lost, and few old hooks are left: each costs every system call. What those counted that have ended went with the rauditd
/// that ended them.
fn all_on_disk(setup: &Setup, made: u64, rounds: u64, what: &str) {
    let kept = on_disk(setup, made);
    let [matched, _, lost] = counts(setup, "bpf_events");
    let hooks = setup.status("bpf_inherited");
    println!("{made} events over {rounds} {what}, {kept} on disk; at the end {hooks}");
    let hooks: usize = hooks.strip_prefix("hooks=").and_then(|rest| rest.split(' ').next()?.parse().ok()).unwrap();
    assert!(matched <= kept && lost == 0, "{}", setup.ctl_ok("-s"));
    assert!(may_be_matched(made).contains(&kept), "{made} made, {kept} on disk");
    assert!(hooks <= LINGERING, "{hooks} hooks of earlier rauditds");
}

#[test]
fn a_rauditd_that_is_killed_loses_nothing() {
    let Some((mut kernel, before)) = enabled() else { return };
    let mut left = rounds();
    while left > 0 {
        let rounds = left.min(BATCH);
        killed_and_started(rounds);
        left -= rounds;
        assert_eq!(kernel.state(), before);
    }
}

fn killed_and_started(rounds: u64) {
    let setup = Setup::new("backend = bpf\nring_size = 64M\n");
    let load = Load::new(20);
    let daemon = under_load(&setup, &load, |mut daemon, load| {
        for round in 0..rounds {
            load.wait(1500 + 77 * round);
            daemon.kill();
            load.wait(400);
            daemon = Daemon::start(&setup);
            daemon.wait_for("found the hooks of an earlier rauditd (tracepoint tier): ");
            assert_eq!(setup.ctl_ok("-l"), format!("{}\n", rule()), "the rules are those that were loaded");
        }
        load.wait(500);
        daemon
    });
    let made = load.made.load(Relaxed);
    all_on_disk(&setup, made, rounds, "kills");
    ends_in_order(&setup, daemon);
}

#[test]
fn an_upgrade_under_load_loses_nothing() {
    let Some((mut kernel, before)) = enabled() else { return };
    let setup = Setup::new("backend = auto\nsettle_time = 50\nring_size = 64M\n");
    let load = Load::new(20);
    let daemon = Daemon::start(&setup);
    setup.ctl_ok(&rule());
    wait_until("BPF", || setup.status("backend") == "bpf (tracepoint)");
    let pid = daemon.pid();
    std::thread::scope(|scope| {
        scope.spawn(|| load.run());
        let _stops = Stops(&load);
        for round in 1..=BATCH {
            load.wait(1000);
            if round % 2 == 0 {
                setup.ctl_ok("--signal upgrade");
            } else {
                daemon.signal(SIGURG);
            }
            wait_until("its new self", || log::count(&setup.log(), "DAEMON_START", "") == round + 1);
            wait_until("BPF", || setup.ctl("-s").status.success() && setup.status("backend") == "bpf (tracepoint)");
        }
        load.wait(500);
    });
    let made = load.made.load(Relaxed);
    all_on_disk(&setup, made, BATCH, "upgrades");
    assert_eq!(daemon.pid(), pid);
    assert_eq!(log::count(&setup.log(), "DAEMON_END", "op=upgrade"), BATCH);
    ends_in_order(&setup, daemon);
    assert_eq!(kernel.state(), before);
}

#[test]
fn what_a_ring_has_no_room_for_while_nobody_reads_is_counted() {
    let Some((mut kernel, before)) = enabled() else { return };
    let setup = Setup::new("backend = bpf\nring_size = 64K\n");
    let load = Load::new(5);
    let daemon = under_load(&setup, &load, |daemon, load| {
        load.wait(500);
        daemon.kill();
        load.wait(5000);
        let daemon = Daemon::start(&setup);
        load.wait(500);
        daemon
    });
    let made = load.made.load(Relaxed);
    let kept = on_disk(&setup, made);
    let [matched, delivered, lost] = counts(&setup, "bpf_events");
    println!("{made} made, {kept} on disk, {lost} lost");
    assert_eq!((matched, delivered), (kept + lost, kept));
    assert!(may_be_matched(made).contains(&matched), "{made} made, {matched} matched");
    assert!(lost > 3000, "only {lost} were lost: the test shows nothing");
    let said = daemon.said();
    let told = said.lines().find(|line| line.contains("found the hooks of an earlier rauditd")).unwrap();
    assert!(told.contains(" events waited, ") && !told.contains(", 0 lost"), "{told}");
    ends_in_order(&setup, daemon);
    assert_eq!(kernel.state(), before);
}

#[test]
fn hooks_that_nobody_can_read_are_removed_and_told() {
    let Some((mut kernel, before)) = enabled() else { return };
    let setup = Setup::new("backend = bpf\n");
    // garbage; bpffs itself is mounted by the first rauditd
    Daemon::start(&setup).stop();
    fs::create_dir_all(setup.pins().join("7/deeper")).unwrap();
    let daemon = Daemon::start(&setup);
    daemon.wait_for("nothing of a rauditd that captured");
    setup.ctl_ok(&rule());
    daemon.kill();
    assert!(!setup.pins().join("7").exists() && setup.pins().join("1").exists());
    // a part is missing
    fs::remove_file(setup.pins().join("1/policies")).unwrap();
    let daemon = Daemon::start(&setup);
    daemon.wait_for("/1, with any events in it: damaged: policies: ");
    assert_eq!(setup.ctl_ok("-l"), format!("{}\n", rule()), "the rules are still known");
    assert_eq!(setup.status("backend"), "bpf (tracepoint)");
    // one that lives is left alone
    let second = Setup::new("backend = bpf\n");
    let (socket, pid) = (second.path("rauditd.sock"), second.path("rauditd.pid"));
    let conf =
        format!("socket = {}\npid_file = {}\npin_dir = {}\n", socket.display(), pid.display(), setup.pins().display());
    second.write("rauditd.conf", &conf);
    let output = second.run(&["-n"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(super::daemon::one_line(&output).contains("belongs to another rauditd that runs"), "{output:?}");
    assert!(setup.pins().join("1").exists());
    ends_in_order(&setup, daemon);
    assert_eq!(kernel.state(), before);
}

/// The next rauditd is not to use BPF: the kernel has the rules before the hooks end.
#[test]
fn rules_go_to_the_kernel_when_bpf_is_not_to_serve_them_any_more() {
    let Some((mut kernel, before)) = enabled() else { return };
    let setup = Setup::new("backend = bpf\n");
    let load = Load::new(2);
    let gate = std::sync::Barrier::new(2);
    let daemon = std::thread::scope(|scope| {
        // a task that is older than the hooks: kernel rules do not see one that was born while BPF captured
        scope.spawn(|| {
            gate.wait();
            load.run();
        });
        let daemon = Daemon::start(&setup);
        setup.ctl_ok(&rule());
        let _stops = Stops(&load);
        gate.wait();
        load.wait(100);
        daemon.kill();
        assert_eq!(kernel_ctl("-l").trim(), "-a never,task -F key=rauditd");
        setup.rauditd_conf("backend = netlink\n");
        let daemon = Daemon::start(&setup);
        load.wait(100);
        daemon
    });
    assert_eq!(setup.status("backend"), "netlink");
    assert_eq!((kernel_ctl("-l"), setup.ctl_ok("-l")), (format!("{}\n", rule()), format!("{}\n", rule())));
    assert!(!setup.pins().join("1").exists());
    let made = load.made.load(Relaxed);
    wait_until("every event at least once", || log::count(&setup.log(), "SYSCALL", KEY) >= made);
    ends_in_order(&setup, daemon);
    assert_eq!(kernel.state(), before);
}

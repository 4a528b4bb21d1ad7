//! Many events at once through BPF: every one is delivered or counted as lost.

use super::daemon::{Daemon, Setup, wait_until};
use super::kernel::Kernel;
use super::log;
use super::work::{GID, Workload};
use std::time::{Duration, Instant};

const EVENTS: u64 = 200_000;

/// `matched= delivered= lost=`, when they do not change any more.
fn counts(setup: &Setup) -> [u64; 3] {
    let read = || {
        let line = setup.status("bpf_events");
        let numbers: Vec<u64> = line.split(' ').map(|word| word.split_once('=').unwrap().1.parse().unwrap()).collect();
        [numbers[0], numbers[1], numbers[2]]
    };
    let mut last = read();
    wait_until("the ring to be drained", || {
        std::thread::sleep(Duration::from_millis(200));
        let now = read();
        let same = std::mem::replace(&mut last, now) == now;
        same && now[0] > 0
    });
    last
}

/// A burst with this ring: matched, delivered, lost.
fn burst(ring: &str) -> Option<[u64; 3]> {
    let mut kernel = Kernel::take()?;
    let workload = Workload::new()?;
    let before = kernel.state();
    let setup = Setup::new(&format!("backend = bpf\nring_size = {ring}\n"));
    let daemon = Daemon::start(&setup);
    setup.ctl_ok(&format!("-a always,exit -F arch=b64 -S getppid -F gid={GID} -k burst"));
    let start = Instant::now();
    workload.burst(EVENTS);
    let took = start.elapsed();
    let [matched, delivered, lost] = counts(&setup);
    let reasons = setup.status("bpf_lost");
    setup.ctl_ok("-D");
    let ended = daemon.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    println!(
        "ring {ring}: {matched} matched in {} ms ({} ns each), {delivered} delivered, {lost} lost ({reasons}), \
         all on disk after {} ms",
        took.as_millis(),
        took.as_nanos() / u128::from(EVENTS),
        start.elapsed().as_millis()
    );
    assert_eq!(matched, EVENTS);
    assert_eq!(matched, delivered + lost, "{reasons}");
    // The kernel may have written SYSCALL records of its own, beside its records about BPF and configuration.
    assert_eq!(log::count(&setup.log(), "SYSCALL", "key=\"burst\""), delivered);
    assert!(log::count(&setup.log(), "PROCTITLE", "") >= delivered);
    assert_eq!(log::last(&setup.log()).kind, "DAEMON_END");
    assert_eq!(kernel.state(), before);
    Some([matched, delivered, lost])
}

#[test]
fn a_burst_is_delivered_or_counted() {
    let Some([_, delivered, _]) = burst("64M") else { return };
    assert!(delivered > EVENTS / 2, "only {delivered} of {EVENTS} were delivered");
}

#[test]
fn a_burst_through_a_ring_that_is_too_small_is_counted_to_the_event() {
    let Some([_, _, lost]) = burst("64K") else { return };
    assert!(lost > 0, "nothing was lost in a ring of 64K: the test shows nothing");
}

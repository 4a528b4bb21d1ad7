//! Started and stopped again and again under load, rauditd leaves nothing behind in the kernel.

use super::daemon::{Daemon, Setup, wait_until};
use super::kernel::Kernel;
use libbpf_rs::query::{LinkInfoIter, MapInfoIter, ProgInfoIter};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

const TIMES: u64 = 100;

/// Programs, maps and links that are in the kernel.
fn objects() -> [usize; 3] {
    [ProgInfoIter::default().count(), MapInfoIter::default().count(), LinkInfoIter::default().count()]
}

/// The same when nothing of an earlier user is left to be freed: twice alike, a second apart.
fn quiet_objects() -> [usize; 3] {
    let mut seen = objects();
    wait_until("programs, maps and links to stay as they are", || {
        std::thread::sleep(Duration::from_secs(1));
        let now = objects();
        std::mem::replace(&mut seen, now) == now
    });
    seen
}

#[test]
fn a_hundred_restarts_under_load_leave_nothing_behind() {
    let Some(mut kernel) = Kernel::take() else { return };
    let state = kernel.state();
    let before = quiet_objects();
    let (stop, calls) = (AtomicBool::new(false), AtomicU64::new(0));
    let setup = Setup::new("backend = bpf\n");
    // on a fast machine the log outgrows any size, and what was counted would be elsewhere
    setup.auditd_conf("max_log_file_action = IGNORE\n");
    let mut captured = 0;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Relaxed) {
                std::hint::black_box(nix::unistd::getppid());
                if calls.fetch_add(1, Relaxed) % 64 == 0 {
                    std::thread::sleep(Duration::from_micros(100));
                }
            }
        });
        for _ in 0..TIMES {
            let daemon = Daemon::start(&setup);
            setup.ctl_ok(&format!("-a always,exit -F arch=b64 -S getppid -F pid={} -k load", std::process::id()));
            let from = calls.load(Relaxed);
            wait_until("some calls", || calls.load(Relaxed) > from + 1000);
            captured += u64::from(setup.status("bpf_events").starts_with("matched=") as u8);
            let ended = daemon.stop();
            assert_eq!(ended.code, Some(0), "{}", ended.said);
            // the kernel has the rules now; the next daemon would take them over
            super::daemon::kernel_ctl("-D");
        }
        stop.store(true, Relaxed);
    });
    assert_eq!(captured, TIMES);
    assert!(super::log::count(&setup.log(), "SYSCALL", "key=\"load\"") > TIMES * 500);
    // the kernel frees what is no longer used in its own time
    let what = format!("programs, maps and links to be {before:?} again, which are {:?}", objects());
    wait_until(&what, || objects() == before);
    assert_eq!(kernel.state(), state);
}

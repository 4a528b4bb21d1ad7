//! The same rules, the same workload, the same records: netlink and BPF.

use super::compare::{Known, Outcome};
use super::daemon::{Daemon, Setup};
use super::kernel::Kernel;
use super::log::{self, Event};
use super::work::{GID, RULES, Workload};

/// In what the tracepoint tier differs from the kernel, and why. The first event and record are netlink's.
const KNOWN: &[Known] = &[
    Known { kind: "*", field: "*", why: NO_SOCKET_PATH, explains: |a, b, _, _| is_socket_path(a, b) },
    Known { kind: "SYSCALL", field: "items", why: NO_SOCKET_PATH, explains: |a, b, _, _| is_socket_path(a, b) },
    Known {
        kind: "PATH",
        field: "*",
        why: "the inode of a file that a failed call found is not seen",
        explains: |a, _, x, y| {
            a.get("success") == Some("no") && y.get("nametype") == Some("UNKNOWN") && x.get("name") == y.get("name")
        },
    },
    Known {
        kind: "PATH",
        field: "inode",
        why: "a file that is made anew in each run",
        explains: |a, _, x, y| {
            let temporary = a.get("syscall") == Some("257") && a.get("a2") == Some(TEMPORARY);
            (x.get("nametype") == Some("CREATE") || temporary) && x.get("name") == y.get("name")
        },
    },
];

const NO_SOCKET_PATH: &str = "the name behind a socket's path is not seen: no CWD, no PATH";
/// `O_TMPFILE | O_RDWR`.
const TEMPORARY: &str = "410002";

fn without<'a>(event: &'a Event, kinds: &[&str]) -> Vec<&'a str> {
    event.kinds().into_iter().filter(|kind| !kinds.contains(kind)).collect()
}

fn is_socket_path(kernel: &Event, bpf: &Event) -> bool {
    kernel.get("syscall") == Some("42")
        && bpf.get("items") == Some("0")
        && kernel.get("items") == Some("1")
        && without(kernel, &["CWD", "PATH"]) == bpf.kinds()
}

/// Events of the workload's group.
pub fn of_workload(events: Vec<Event>) -> Vec<Event> {
    let gid = GID.to_string();
    events.into_iter().filter(|event| event.get("gid") == Some(&gid)).collect()
}

/// Lets a rauditd of this backend record the workload, and stops it.
pub fn record(backend: &str, workload: &Workload) -> Setup {
    let setup = Setup::new(&format!("backend = {backend}\n"));
    let daemon = Daemon::start(&setup);
    for rule in RULES {
        setup.ctl_ok(rule);
    }
    println!("backend {}", setup.status("backend"));
    workload.mix();
    if backend == "netlink" {
        // Comes after all of the kernel's records.
        setup.ctl_ok("-m the-end");
        super::daemon::wait_until("the end", || std::fs::read_to_string(setup.log()).unwrap().contains("the-end"));
    }
    setup.ctl_ok("-D");
    let ended = daemon.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    setup
}

#[test]
fn netlink_and_bpf_record_the_same() {
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    let before = kernel.state();
    let netlink = record("netlink", &workload);
    assert_eq!(kernel.state(), before);
    let bpf = record("bpf", &workload);
    assert_eq!(kernel.state(), before);
    let events = [&netlink, &bpf].map(|setup| of_workload(log::events(&setup.log())));
    let outcome = Outcome::of(&events[0], &events[1], KNOWN);
    outcome.check("netlink and BPF");
    assert!(outcome.events > 80 && outcome.fields > 4000, "the workload was not seen");
}

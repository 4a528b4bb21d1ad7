//! A full disk.

use super::daemon::{Daemon, Setup, wait_until};
use super::kernel::Kernel;
use super::log;
use super::work::{GID, Workload};
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use std::fs;
use std::path::PathBuf;

/// A small file system, until dropped.
pub struct Tmpfs(PathBuf);

impl Tmpfs {
    pub fn new(at: PathBuf) -> Option<Self> {
        match mount(Some("rauditd-live"), &at, Some("tmpfs"), MsFlags::empty(), Some("size=2M,mode=0750")) {
            Ok(()) => Some(Self(at)),
            Err(errno) => {
                println!("SKIPPED: no tmpfs can be mounted here: {errno}");
                None
            }
        }
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = umount2(&self.0, MntFlags::MNT_DETACH);
    }
}

/// Lines about the log and the disk.
fn complaints(said: &str) -> Vec<&str> {
    said.lines().filter(|line| ["disk", "space", "suspend", "not written"].iter().any(|w| line.contains(w))).collect()
}

fn full_disk(action: &str) {
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    let before = kernel.state();
    let setup = Setup::new("backend = bpf\n");
    setup.auditd_conf(&format!("disk_full_action = {action}\n"));
    let Some(_tmpfs) = Tmpfs::new(setup.path("log")) else { return };
    fs::write(setup.path("log/ballast"), vec![b'x'; 1 << 20]).unwrap();
    let daemon = Daemon::start(&setup);
    setup.ctl_ok(&format!("-a always,exit -F arch=b64 -S getppid -F gid={GID} -k full"));
    // Some 500 bytes each: twice what there is room for.
    workload.burst(4000);
    wait_until("a complaint", || !complaints(&daemon.said()).is_empty());
    wait_until("the burst's end", || setup.status("bpf_events").contains("matched=4000 delivered=4000 "));
    let marked = setup.status("bpf_events");
    // Delivered to the writer is not yet dealt with by it: what is written later takes the room made below.
    wait_until("the writer to have dealt with it", || {
        let records = |text: &str| text.split(['=', ' ']).filter_map(|n| n.parse::<u64>().ok()).sum::<u64>();
        records(&setup.status("log_records")) >= 2 * 4000
    });
    fs::remove_file(setup.path("log/ballast")).unwrap();
    if action == "SUSPEND" {
        daemon.signal(nix::sys::signal::SIGUSR2);
        daemon.wait_for("resum");
    }
    // Without suspension it goes on by itself when there is room.
    wait_until("records again", || {
        setup.ctl_ok("-m room-again");
        std::thread::sleep(std::time::Duration::from_millis(50));
        log::count(&setup.log(), "USER", "room-again") > 0
    });
    workload.burst(7);
    setup.ctl_ok("-D");
    let ended = daemon.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    println!("{action}:\n{}", ended.said);
    let complaints = complaints(&ended.said);
    // At most at every power of two.
    assert!((2..=16).contains(&complaints.len()), "not one line for each record:\n{}", complaints.join("\n"));
    let full = complaints.iter().filter(|line| line.contains("Audit daemon has no space left on logging partition"));
    assert_eq!(full.count(), 1, "{}", complaints.join("\n"));
    // All that is not in the log was counted.
    let total = complaints.iter().find_map(|line| line.strip_prefix("rauditd: ")?.split_once(" records in all"));
    let missing: u64 = total.unwrap().0.parse().unwrap();
    let events = log::count(&setup.log(), "SYSCALL", "key=\"full\"") + log::count(&setup.log(), "PROCTITLE", "");
    let delivered: u64 = marked.split(' ').nth(1).unwrap().strip_prefix("delivered=").unwrap().parse().unwrap();
    assert!(events + missing >= 2 * delivered, "{events} of {delivered} in the log, {missing} missing");
    let records = log::records(&setup.log());
    assert_eq!(records.last().unwrap().kind, "DAEMON_END");
    let after = records.iter().skip_while(|record| !record.line.contains("room-again"));
    assert_eq!(after.filter(|record| record.kind == "SYSCALL" && record.line.contains("key=\"full\"")).count(), 7);
    assert_eq!(kernel.state(), before);
}

#[test]
fn a_full_disk_suspends_and_usr2_resumes() {
    full_disk("SUSPEND");
}

#[test]
fn a_full_disk_that_is_only_reported_is_written_again_when_there_is_room() {
    full_disk("SYSLOG");
}

//! What rauditd.conf says of archives: compressed, rotated by time, removed by time.

use super::daemon::{Daemon, Setup, wait_until};
use super::kernel::Kernel;
use super::log;
use nix::sys::signal::{SIGHUP, SIGUSR1};
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

/// An archive by its suffix.
fn archive(setup: &Setup, suffix: &str) -> PathBuf {
    setup.path(&format!("log/audit.log.{suffix}"))
}

/// The messages that rausearch finds, in its order.
fn found(setup: &Setup) -> Vec<String> {
    let mut search = Command::new(env!("CARGO_BIN_EXE_rausearch"));
    search.args(["-r", "-m", "USER", "-if"]).arg(setup.path("log")).stdin(Stdio::null());
    let output = search.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| Some(line[line.find("message-")?..].split_whitespace().next()?.to_owned())).collect()
}

#[test]
fn archives_are_compressed_searched_and_removed_and_all_of_it_can_be_switched() {
    let Some(mut kernel) = Kernel::take() else { return };
    let before = kernel.state();
    let setup = Setup::new("backend = netlink\ncompress_logs = zstd\n");
    setup.auditd_conf("num_logs = 50\n");
    let daemon = Daemon::start(&setup);
    let mut sent = Vec::new();
    let mut send = || {
        let message = format!("message-{}", sent.len());
        setup.ctl_ok(&format!("-m {message}"));
        wait_until("a message", || log::count(&setup.log(), "USER", &message) == 1);
        sent.push(message);
    };
    for round in 1..4 {
        send();
        daemon.signal(SIGUSR1);
        wait_until("an archive more, compressed", || archive(&setup, &format!("{round}.zst")).exists());
    }
    wait_until("the originals to go", || (1..4).all(|n| !archive(&setup, &n.to_string()).exists()));
    setup.rauditd_conf("backend = netlink\n");
    daemon.signal(SIGHUP);
    wait_until("DAEMON_CONFIG", || log::count(&setup.log(), "DAEMON_CONFIG", "res=success") == 1);
    send();
    daemon.signal(SIGUSR1);
    wait_until("an archive as it is", || archive(&setup, "1").exists() && archive(&setup, "4.zst").exists());
    send();
    setup.rauditd_conf("backend = netlink\nrotate_every = 2s\n");
    daemon.signal(SIGHUP);
    wait_until("a rotation by time", || archive(&setup, "2").exists());
    assert!(!archive(&setup, "1.zst").exists() && !archive(&setup, "2.zst").exists());
    assert_eq!(found(&setup), sent);
    setup.rauditd_conf("backend = netlink\nkeep_days = 2\n");
    let oldest = (1..50).rev().map(|n| archive(&setup, &format!("{n}.zst"))).find(|path| path.exists()).unwrap();
    let old = File::options().write(true).open(&oldest).unwrap();
    old.set_modified(SystemTime::now() - Duration::from_secs(3 * 86_400)).unwrap();
    daemon.signal(SIGHUP);
    daemon.wait_for(".zst was removed: it is older than keep_days");
    assert_eq!(found(&setup), sent[1..]);
    assert_eq!(daemon.stop().code, Some(0));
    assert_eq!(kernel.state(), before);
}

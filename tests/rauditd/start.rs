//! The ways to start rauditd: as a daemon, and in the foreground with events on standard output.

use super::daemon::{Daemon, Setup, one_line, wait_until};
use super::kernel::{Kernel, is_alive};
use super::log;
use nix::sys::signal::{SIGTERM, kill};
use nix::unistd::Pid;
use std::fs;
use std::process::Stdio;

/// The daemon behind a parent that has gone, until dropped.
struct Behind(Pid);

impl Drop for Behind {
    fn drop(&mut self) {
        let _ = kill(self.0, nix::sys::signal::SIGKILL);
        wait_until("the daemon to be gone", || !is_alive(u32::try_from(self.0.as_raw()).unwrap()));
    }
}

#[test]
fn as_a_daemon_the_parent_returns_when_it_serves() {
    let Some(mut kernel) = Kernel::take() else { return };
    let before = kernel.state();
    let setup = Setup::new("backend = netlink\n");
    // As from a script that collects what it says: a plugin must not keep that open.
    setup.plugin("silent", "exec cat > /dev/null");
    let output = setup.run(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    // No waiting: it serves already.
    let pid: i32 = fs::read_to_string(setup.path("rauditd.pid")).unwrap().trim().parse().unwrap();
    let behind = Behind(Pid::from_raw(pid));
    assert!(setup.ctl("-s").status.success());
    assert_eq!(kernel.status().pid, u32::try_from(pid).unwrap());
    let of = |name: &str| fs::read_link(format!("/proc/{pid}/{name}")).unwrap();
    assert_eq!([of("cwd"), of("fd/0"), of("fd/1"), of("fd/2")].map(|p| p.to_string_lossy().into_owned()), {
        let null = || "/dev/null".to_owned();
        ["/".to_owned(), null(), null(), null()]
    });
    // A second one: the parent waits for the verdict, and passes it on.
    let second = Setup::new("backend = netlink\n").run(&[]);
    assert_eq!(second.status.code(), Some(1));
    assert!(one_line(&second).contains(&format!("pid {pid}")));
    setup.ctl_ok("-m hello");
    wait_until("a message", || log::count(&setup.log(), "USER", "hello") == 1);
    kill(behind.0, SIGTERM).unwrap();
    wait_until("the daemon to end", || !is_alive(u32::try_from(pid).unwrap()));
    std::mem::forget(behind);
    assert_eq!(log::last(&setup.log()).kind, "DAEMON_END");
    assert!(!setup.path("rauditd.pid").exists() && !setup.path("rauditd.sock").exists());
    assert_eq!(kernel.state(), before);
}

#[test]
fn in_the_foreground_events_go_to_standard_output() {
    let Some(mut kernel) = Kernel::take() else { return };
    let before = kernel.state();
    let setup = Setup::new("backend = netlink\n");
    let out = setup.path("out");
    let mut child =
        setup.command(&["-f"]).stdout(fs::File::create(&out).unwrap()).stderr(Stdio::null()).spawn().unwrap();
    let behind = Behind(Pid::from_raw(i32::try_from(child.id()).unwrap()));
    wait_until("rauditd to serve", || setup.ctl("-s").status.success());
    setup.ctl_ok("-m hello");
    wait_until("a message", || log::count(&out, "USER", "hello") == 1);
    kill(behind.0, SIGTERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    std::mem::forget(behind);
    let records = log::records(&out);
    assert_eq!((records[0].kind.as_str(), log::last(&out).kind.as_str()), ("DAEMON_START", "DAEMON_END"));
    assert!(!setup.log().exists(), "nothing goes to the log");
    assert_eq!(kernel.state(), before);
}

/// Rules that change while events pour in: no event between is lost, and none counted twice.
#[test]
fn rules_change_under_load_without_a_gap() {
    use super::work::{GID, Workload};
    use std::io::Read;
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    let before = kernel.state();
    let setup = Setup::new("backend = bpf\nring_size = 64M\n");
    let daemon = Daemon::start(&setup);
    setup.ctl_ok(&format!("-a always,exit -F arch=b64 -S getppid -F gid={GID} -k first"));
    let mut work = workload.start("steady", 100_000);
    work.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    for number in 0..20 {
        setup.ctl_ok(&format!(
            "-A always,exit -F arch=b64 -S getppid -F gid={GID} -F a0<{} -k k{number}",
            number * 1000
        ));
    }
    for number in 0..20 {
        setup.ctl_ok(&format!(
            "-d always,exit -F arch=b64 -S getppid -F gid={GID} -F a0<{} -k k{number}",
            number * 1000
        ));
    }
    assert!(work.wait().unwrap().success());
    assert!(setup.status("bpf_events").contains("matched=100000 "), "{}", setup.status("bpf_events"));
    setup.ctl_ok("-D");
    assert_eq!(daemon.stop().code, Some(0));
    let mut numbers: Vec<u64> = log::records(&setup.log())
        .iter()
        .filter(|record| record.kind == "SYSCALL" && record.line.contains("syscall=110 "))
        .map(|record| u64::from_str_radix(record.get("a0").unwrap(), 16).unwrap())
        .collect();
    numbers.sort_unstable();
    let wrong = numbers.iter().enumerate().find(|(at, number)| *at as u64 != **number);
    assert_eq!((wrong, numbers.len()), (None, 100_000));
    assert_eq!(kernel.state(), before);
}

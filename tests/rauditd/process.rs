//! rauditd as a process: its name, its rights, and what systemd hears of it.

use super::daemon::{Daemon, Setup, wait_until};
use super::kernel::Kernel;
use super::log;
use nix::sys::signal::Signal::{self, SIGHUP, SIGTERM, SIGURG};
use nix::sys::signal::kill;
use nix::unistd::Pid;
use std::fs;
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

struct Running(Child);

impl Running {
    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.0.id()).unwrap()), signal).unwrap();
    }

    fn stop(mut self) {
        self.signal(SIGTERM);
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn start(setup: &Setup, mut command: Command) -> Running {
    let said = fs::File::create(setup.path("said")).unwrap();
    command.args(["-n", "-c"]).arg(setup.path("")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(said);
    let running = Running(command.spawn().unwrap());
    wait_until("rauditd to serve", || setup.path("rauditd.pid").exists() && setup.ctl("-s").status.success());
    running
}

/// A field of a thread's status.
fn status(pid: u32, thread: &str, key: &str) -> String {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{thread}/status")).unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().trim().to_owned()
}

/// capabilities(7): AUDIT_CONTROL, AUDIT_WRITE, KILL, CHOWN, FOWNER, DAC_READ_SEARCH, SYS_PTRACE; for BPF also BPF, PERFMON, SYS_ADMIN,
/// SYS_RESOURCE, SYSLOG.
const ALWAYS: u64 = 1 << 30 | 1 << 29 | 1 << 5 | 1 | 1 << 3 | 1 << 2 | 1 << 19;
const BPF: u64 = 1 << 39 | 1 << 38 | 1 << 21 | 1 << 24 | 1 << 34;

#[test]
fn all_threads_but_one_have_few_rights() {
    let Some(mut kernel) = Kernel::take() else { return };
    let full =
        u64::from_str_radix(&status(std::process::id(), &std::process::id().to_string(), "CapPrm:"), 16).unwrap();
    for (backend, wanted) in [("netlink", ALWAYS), ("bpf", ALWAYS | BPF)] {
        let setup = Setup::new(&format!("backend = {backend}\n"));
        setup.plugin("reads", "exec cat > /dev/null");
        let daemon = Daemon::start(&setup);
        setup.ctl_ok("-a always,exit -F arch=b64 -S getppid -F gid=64123");
        let mut seen = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", daemon.pid())).unwrap() {
            let thread = thread.unwrap().file_name().into_string().unwrap();
            let of = |key: &str| status(daemon.pid(), &thread, key);
            let name = of("Name:");
            if name.is_empty() || name == "root" || name == "root-job" {
                continue;
            }
            seen += 1;
            let held = ["CapPrm:", "CapEff:"].map(|key| u64::from_str_radix(&of(key), 16).unwrap());
            assert_eq!(held, [wanted & full; 2], "{backend}: {name}");
            assert_eq!(of("NoNewPrivs:"), "1", "{backend}: {name}");
        }
        assert!(seen >= 4, "{seen} threads");
        // plugins have what they have under auditd
        let host = u32::try_from(daemon.plugin_host().unwrap().as_raw()).unwrap();
        assert_eq!(u64::from_str_radix(&status(host, &host.to_string(), "CapPrm:"), 16).unwrap(), full);
        assert_eq!(status(host, &host.to_string(), "NoNewPrivs:"), "0");
        assert_eq!(daemon.stop().code, Some(0));
        kernel.clear();
    }
}

#[test]
fn started_as_auditd_it_is_auditd_also_after_an_upgrade() {
    let Some(_kernel) = Kernel::take() else { return };
    let setup = Setup::new("backend = netlink\n");
    let link = setup.path("auditd");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_rauditd"), &link).unwrap();
    let daemon = start(&setup, Command::new(&link));
    let comm = || fs::read_to_string(format!("/proc/{}/comm", daemon.0.id())).unwrap();
    assert_eq!(comm(), "auditd\n");
    daemon.signal(SIGURG);
    wait_until("its new self", || {
        log::count(&setup.log(), "DAEMON_START", "") == 2 && setup.ctl("-s").status.success()
    });
    assert_eq!(comm(), "auditd\n");
    assert_eq!(status(daemon.0.id(), &daemon.0.id().to_string(), "NoNewPrivs:"), "1");
    setup.auditd_conf("num_logs = many\n");
    daemon.signal(SIGHUP);
    wait_until("a complaint", || fs::read_to_string(setup.path("said")).unwrap().contains("auditd: /"));
    daemon.stop();
    // another name is not taken
    let mut other = Command::new(env!("CARGO_BIN_EXE_rauditd"));
    other.arg0("init");
    setup.auditd_conf("");
    let daemon = start(&setup, other);
    assert_eq!(fs::read_to_string(format!("/proc/{}/comm", daemon.0.id())).unwrap(), "rauditd\n");
    daemon.stop();
}

#[test]
fn systemd_hears_of_readiness_reload_and_life() {
    let Some(_kernel) = Kernel::take() else { return };
    let setup = Setup::new("backend = netlink\n");
    let path = setup.path("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rauditd"));
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "400000");
    let daemon = start(&setup, command);
    let hears = |wanted: &str| {
        let mut buffer = [0; 4096];
        for _ in 0..100 {
            let len = socket.recv(&mut buffer).unwrap_or_else(|e| panic!("{wanted}: {e}"));
            let text = String::from_utf8_lossy(&buffer[..len]).into_owned();
            if text.contains(wanted) {
                return text;
            }
        }
        panic!("no {wanted}");
    };
    let ready = hears("READY=1");
    assert!(ready.contains(&format!("MAINPID={}", daemon.0.id())), "{ready}");
    hears("WATCHDOG=1");
    hears("WATCHDOG=1");
    daemon.signal(SIGHUP);
    assert!(hears("RELOADING=1").contains("MONOTONIC_USEC="));
    hears("READY=1");
    daemon.signal(SIGTERM);
    hears("STOPPING=1");
    daemon.stop();
}

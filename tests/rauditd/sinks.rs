//! Debian's audisp-syslog and audisp-remote as plugins of rauditd, and our sinks as plugins of Debian's auditd: what they deliver is the
//! daemon's log.

use super::daemon::{Daemon, Setup, wait_until};
use super::kernel::Kernel;
use super::oracle::{oracle, theirs};
use super::remote::listening;
use super::stock::{Stock, work};
use super::work::Workload;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{self, JoinHandle};

/// The last record of the workload.
const END: &str = "the-end";

/// A program, and where its libraries are.
struct Program {
    path: PathBuf,
    libraries: String,
}

/// Debian's.
fn stock(root: &Path, name: &str) -> Program {
    let command = theirs(root, name);
    let libraries = command.get_envs().find_map(|(key, value)| value.filter(|_| key == OsStr::new("LD_LIBRARY_PATH")));
    Program { path: command.get_program().into(), libraries: libraries.unwrap().to_str().unwrap().to_owned() }
}

/// Ours, called by its name.
fn ours(setup: &Setup, name: &str) -> Program {
    let path = setup.path(name);
    symlink(env!("CARGO_BIN_EXE_raudispd"), &path).unwrap();
    Program { path, libraries: String::new() }
}

/// A plugin in a mount namespace of its own, in which `mounts` puts what the program knows by fixed names.
fn plugin(setup: &Setup, program: &Program, name: &str, mounts: &str, args: &str) {
    let Program { path, libraries } = program;
    let path = path.display();
    let inside = format!("{mounts} && LD_LIBRARY_PATH={libraries} exec {path} {args}");
    setup.plugin(name, &format!("exec unshare -m sh -c '{inside}'"));
}

/// Messages of the system log until the last record.
fn system_log(setup: &Setup) -> JoinHandle<Vec<String>> {
    let socket = UnixDatagram::bind(setup.path("devlog")).unwrap();
    socket.set_read_timeout(Some(super::daemon::PATIENCE)).unwrap();
    thread::spawn(move || {
        let (mut all, mut buffer) = (Vec::<String>::new(), vec![0; 64 << 10]);
        while all.last().is_none_or(|last| !last.contains(END)) {
            let len = socket.recv(&mut buffer).expect("a message for the system log");
            all.push(String::from_utf8(buffer[..len].to_vec()).unwrap());
        }
        all
    })
}

fn with_syslog(setup: &Setup, program: &Program) -> JoinHandle<Vec<String>> {
    let messages = system_log(setup);
    let socket = setup.path("devlog");
    let mounts = format!("mount -t tmpfs none /dev && : > /dev/log && mount --bind {} /dev/log", socket.display());
    plugin(setup, program, "syslog", &mounts, "LOG_INFO LOG_LOCAL3");
    messages
}

/// A daemon of another machine, without events of its own.
fn with_remote(setup: &Setup, program: &Program) -> (Setup, Daemon) {
    let collector = Setup::new("");
    let port = listening(&collector, "");
    let daemon = Daemon::start(&collector);
    fs::create_dir_all(setup.path("etc/audit")).unwrap();
    let conf = format!("remote_server = 127.0.0.1\nport = {port}\ntransport = tcp\nformat = managed\n");
    setup.write("etc/audit/audisp-remote.conf", &conf);
    plugin(setup, program, "remote", &format!("mount --bind {} /etc", setup.path("etc").display()), "");
    (collector, daemon)
}

/// Lines of a log up to the last record.
fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let mut lines: Vec<String> = text.lines().map(comparable).collect();
    let end = lines.iter().position(|line| line.contains(END)).map_or(lines.len(), |at| at + 1);
    lines.truncate(end);
    lines
}

/// The system log has blanks for the separator of what is interpreted.
fn comparable(line: &str) -> String {
    line.replace('\x1d', " ").trim_end().to_owned()
}

/// Both sinks of one side and what they deliver from a daemon of the other.
struct Delivered {
    messages: JoinHandle<Vec<String>>,
    collector: Setup,
    collecting: Daemon,
}

impl Delivered {
    fn to(setup: &Setup, program: impl Fn(&str) -> Program) -> Self {
        let messages = with_syslog(setup, &program("audisp-syslog"));
        let (collector, collecting) = with_remote(setup, &program("audisp-remote"));
        Self { messages, collector, collecting }
    }

    /// Waits for all of it, while the daemon runs: it would not wait for plugins that are not its own.
    fn compare(self, setup: &Setup) {
        let log = lines(&setup.log());
        assert!(log.len() > 300 && log.last().is_some_and(|line| line.contains(END)), "{} lines", log.len());
        let messages = self.messages.join().unwrap();
        let record = |message: &String| Some(comparable(&message[message.find(": type=")? + 2..]));
        let messages: Vec<String> = messages.iter().filter_map(record).collect();
        assert_same("the system log", &messages, &log);
        let arrived = || lines(&self.collector.log());
        wait_until("the other machine's log", || arrived().last().is_some_and(|line| line.contains(END)));
        let arrived = arrived();
        let accepted = arrived.iter().position(|line| line.starts_with("type=DAEMON_ACCEPT")).unwrap();
        assert_same("the other machine", &arrived[accepted + 1..], &log);
        self.collecting.stop();
        println!("{} records by each sink", log.len());
    }
}

/// Plugins are told where an event ends, the log is not.
fn assert_same(what: &str, got: &[String], log: &[String]) {
    let got: Vec<&String> = got.iter().filter(|line| !line.starts_with("type=EOE ")).collect();
    if let Some((got, line)) = got.iter().zip(log).find(|(got, line)| *got != line) {
        panic!("{what}: {got}\nthe log: {line}");
    }
    assert_eq!(got.len(), log.len(), "{what}");
}

/// Whether programs can be given files by names of their own here.
fn can_mount() -> bool {
    let can = Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|status| status.success());
    if !can {
        println!("SKIPPED: no mount namespace can be made here");
    }
    can
}

#[test]
fn debians_sinks_run_under_rauditd() {
    let Some(root) = oracle() else { return };
    let Some(mut kernel) = Kernel::take().filter(|_| can_mount()) else { return };
    let Some(workload) = Workload::new() else { return };
    let before = kernel.state();
    let setup = Setup::new("backend = netlink\n");
    let delivered = Delivered::to(&setup, |name| stock(&root, name));
    let daemon = Daemon::start(&setup);
    work(&setup, &workload);
    delivered.compare(&setup);
    let ended = daemon.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert_eq!(kernel.state(), before);
}

#[test]
fn our_sinks_run_under_debians_auditd() {
    let Some(root) = oracle() else { return };
    // auditd leaves audit enabled: the guard alone puts back what was.
    let Some(_kernel) = Kernel::take().filter(|_| can_mount()) else { return };
    let Some(workload) = Workload::new() else { return };
    let setup = Setup::new("");
    setup.auditd_conf("q_depth = 10000\n");
    let delivered = Delivered::to(&setup, |name| ours(&setup, name));
    let socket = setup.path("events");
    let args = format!("0640 {}", socket.display());
    setup.plugin_conf("plugins.d", "af_unix", "string", &ours(&setup, "audisp-af_unix").path, &args);
    let daemon = Stock::start(&root, &setup);
    let mut connected = None;
    wait_until("audisp-af_unix", || {
        connected = UnixStream::connect(&socket).ok();
        connected.is_some()
    });
    work(&setup, &workload);
    let mut read = Vec::new();
    for line in BufReader::new(connected.unwrap()).lines().map(Result::unwrap) {
        read.push(comparable(&line));
        if line.contains(END) {
            break;
        }
    }
    assert_same("the unix socket", &read, &lines(&setup.log()));
    delivered.compare(&setup);
    daemon.stop();
}

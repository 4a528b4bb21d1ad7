//! What the tests of sinks share: a directory, and a running sink.
#![allow(dead_code, reason = "each test program uses a part")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, helpers included")]

pub mod pipes;

use std::fs;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Nothing here takes longer, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A directory for sockets and files.
pub struct Fixture(TempDir);

impl Fixture {
    pub fn new() -> Self {
        let fixture = Self(TempDir::new().unwrap());
        fs::create_dir(fixture.path("run")).unwrap();
        fs::create_dir(fixture.path("etc")).unwrap();
        fixture
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn wait_until(&self, mut what: impl FnMut() -> bool) {
        let start = Instant::now();
        while !what() {
            assert!(start.elapsed() < PATIENCE, "waited in vain");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Everything that comes until the other end closes.
pub fn collect(reader: &mut UnixStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A reset at the end is an end.
    drop(reader.read_to_end(&mut bytes));
    bytes
}

/// A running sink.
pub struct Sink {
    child: Child,
    input: Option<UnixStream>,
    said: PathBuf,
}

/// How a sink ended.
pub struct Ended {
    pub code: Option<i32>,
    pub said: String,
    /// How long it took from the end of its input.
    pub took: Duration,
}

impl Ended {
    /// The fewest records a reader was delivered, as it says.
    pub fn delivered_least(&self) -> usize {
        let lines = self.said.lines().filter_map(|line| line.split_once("disconnected: "));
        lines.map(|(_, counts)| counts.split(' ').next().unwrap().parse().unwrap()).min().unwrap()
    }
}

impl Sink {
    /// Starts a sink as a dispatcher does: by its name, with one end of a socket pair as standard input.
    pub fn start(fixture: &Fixture, program: &str, args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_raudispd"));
        command.arg0(program).args(args);
        Self::spawn(fixture, command)
    }

    /// The same where /run/audit and /etc/audit are the fixture's `run` and `etc`, with `variables` of the environment. `None`, and
    /// why on standard error, where that cannot be done.
    pub fn start_in_namespace(fixture: &Fixture, program: &str, args: &[&str], variables: &str) -> Option<Self> {
        let dir = fixture.path("");
        let link = fixture.path(program);
        if !link.exists() {
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_raudispd"), &link).unwrap();
        }
        // What is in /etc is of no use to a sink but the names of hosts. A file system in memory hides the machine's own.
        let script = format!(
            "set -e; cat /etc/hosts > {0}/hosts; mkdir -p {0}/newetc/audit {0}/newrun/audit; cp {0}/hosts {0}/newetc/; \
             mount --bind {0}/etc {0}/newetc/audit; mount --bind {0}/run {0}/newrun/audit; \
             mount --rbind {0}/newetc /etc; mount --rbind {0}/newrun /run; {variables} exec \"$@\"",
            dir.display()
        );
        let mut probe = Command::new("unshare");
        probe.args(["--mount", "sh", "-c", "mount -t tmpfs none /run"]).stderr(Stdio::null());
        if !probe.status().is_ok_and(|status| status.success()) {
            eprintln!("SKIPPED: needs the right to mount, because the paths are fixed");
            return None;
        }
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", &script, "sh"]).arg(link).args(args);
        Some(Self::spawn(fixture, command))
    }

    fn spawn(fixture: &Fixture, mut command: Command) -> Self {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let said = fixture.path(&format!("said.{}", STARTED.fetch_add(1, Ordering::Relaxed)));
        let (ours, theirs) = UnixStream::pair().unwrap();
        let theirs = Stdio::from(OwnedFd::from(theirs));
        let child = command.stdin(theirs).stderr(fs::File::create(&said).unwrap()).spawn().unwrap();
        Self { child, input: Some(ours), said }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal, as a stranger does: from a process that is not its parent.
    pub fn signal(&self, signal: &str) {
        assert!(
            Command::new("/bin/kill").arg(format!("-{signal}")).arg(self.pid().to_string()).status().unwrap().success()
        );
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.input.as_mut().unwrap().write_all(bytes).unwrap();
    }

    /// Waits until all that was sent has been read.
    pub fn wait_until_read(&self) {
        let start = Instant::now();
        while !raudit_dispatch::inherited::is_read(self.input.as_ref().unwrap().as_fd()) {
            assert!(start.elapsed() < PATIENCE, "does not read: {}", self.said());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap()
    }

    pub fn wait_for(&self, text: &str) {
        self.wait_for_times(text, 1);
    }

    /// Waits until it has said something so often.
    pub fn wait_for_times(&self, text: &str, times: usize) {
        let start = Instant::now();
        while self.said().matches(text).count() < times {
            assert!(start.elapsed() < PATIENCE, "never said {text:?} {times} times: {}", self.said());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Ends its input and waits for its end.
    pub fn end(mut self) -> Ended {
        self.input = None;
        self.wait()
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Ended {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "does not end: {}", self.said());
            std::thread::sleep(Duration::from_millis(2));
        };
        Ended { code: status.code(), said: self.said(), took: start.elapsed() }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

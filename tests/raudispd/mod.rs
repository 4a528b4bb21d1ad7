//! What the tests of raudispd share: a scratch directory with plugins, and a running raudispd.
#![allow(dead_code, reason = "each test program uses a part")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, helpers included")]

use raudit_dispatch::frame::{Version, push};
use raudit_record::Kind;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Nothing here takes longer, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// auditd.conf, plugins.d and the plugins' output.
pub struct Scratch(TempDir);

impl Scratch {
    /// `None`, and why on standard error, where it cannot be made.
    pub fn new() -> Option<Self> {
        if !nix::unistd::geteuid().is_root() {
            eprintln!("SKIPPED: needs root, because plugins must be root's");
            return None;
        }
        let scratch = Self(TempDir::new().unwrap());
        fs::create_dir(scratch.path("plugins.d")).unwrap();
        scratch.auditd_conf("");
        Some(scratch)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn auditd_conf(&self, settings: &str) {
        let dir = self.path("plugins.d");
        fs::write(self.path("auditd.conf"), format!("{settings}space_left = 1\nplugin_dir = {}\n", dir.display()))
            .unwrap();
    }

    /// A plugin that is a shell script; gives the program.
    pub fn plugin(&self, name: &str, format: &str, script: &str, settings: &str) -> PathBuf {
        let program = self.path(&format!("{name}.sh"));
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o750)).unwrap();
        let text = format!("active = yes\npath = {}\nformat = {format}\n{settings}", program.display());
        fs::write(self.path(&format!("plugins.d/{name}.conf")), text).unwrap();
        program
    }

    /// A plugin that writes all it gets to a file; gives the file.
    pub fn cat(&self, name: &str, format: &str) -> PathBuf {
        let out = self.path(&format!("{name}.out"));
        self.plugin(name, format, &format!("exec /bin/cat >> {}", out.display()), "");
        out
    }

    pub fn wait_for(&self, path: &Path) {
        self.wait_until(|| path.exists());
    }

    pub fn wait_until(&self, mut what: impl FnMut() -> bool) {
        let start = Instant::now();
        while !what() {
            assert!(start.elapsed() < PATIENCE, "waited in vain");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Frames for one record of each sort, and the lines string plugins get for them.
pub fn records() -> (Vec<u8>, Vec<u8>) {
    let (mut frames, mut lines) = (Vec::new(), Vec::new());
    let mut add = |version, kind, payload: &[u8], line: &[u8]| {
        push(&mut frames, version, kind, payload).unwrap();
        lines.extend_from_slice(line);
    };
    add(
        Version::Kernel,
        Kind::SYSCALL,
        b"audit(1700000000.123:456): arch=c000003e syscall=257 key=\"a\"",
        b"type=SYSCALL msg=audit(1700000000.123:456): arch=c000003e syscall=257 key=\"a\"\n",
    );
    add(
        Version::Kernel,
        Kind(1999),
        b"audit(1700000000.123:457): a\nb ",
        b"type=UNKNOWN[1999] msg=audit(1700000000.123:457): a b \n",
    );
    let line = b"node=here type=CWD msg=audit(1700000000.123:456): cwd=\"/\"\x1dX=\"y\"";
    add(Version::Line, Kind::CWD, line, &[&line[..], b"\n"].concat());
    add(Version::Kernel, Kind::EOE, b"audit(1700000000.123:456): ", b"type=EOE msg=audit(1700000000.123:456): \n");
    let long = vec![b'x'; 9000];
    add(Version::Line, Kind::EXECVE, &long, &[&long[..], b"\n"].concat());
    (frames, lines)
}

/// Frames of `count` records, numbered from `first`.
pub fn numbered(first: usize, count: usize) -> Vec<u8> {
    let mut frames = Vec::new();
    for n in first..first + count {
        push(&mut frames, Version::Kernel, Kind::PATH, format!("audit(1.000:{n}): x").as_bytes()).unwrap();
    }
    frames
}

/// Sends a signal to a process a test has started.
pub fn kill(pid: &str, signal: &str) {
    assert!(Command::new("/bin/kill").arg(format!("-{signal}")).arg(pid).status().unwrap().success());
}

/// Whether a process has ended, reaped or not.
pub fn is_dead(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/status")).map_or(true, |text| text.contains("\nState:\tZ"))
}

/// A running raudispd.
pub struct Dispatcher {
    child: Child,
    said: PathBuf,
}

/// How raudispd ended.
pub struct Ended {
    pub code: Option<i32>,
    pub said: String,
    /// How long it took from the end of its input.
    pub took: Duration,
}

impl Ended {
    /// What it said in the end about a plugin: lost and delivered.
    pub fn counts(&self, name: &str) -> (u64, u64) {
        let start = format!("raudispd: plugin {name}: ");
        let line =
            self.said.lines().filter_map(|line| line.strip_prefix(&start)).find(|line| line.contains("delivered"));
        let numbers: Vec<u64> = line.unwrap_or("").split(' ').filter_map(|word| word.parse().ok()).collect();
        assert_eq!(numbers.len(), 2, "{}", self.said);
        (numbers[0], numbers[1])
    }
}

impl Dispatcher {
    pub fn start(scratch: &Scratch, args: &[&str]) -> Self {
        Self::start_by("", scratch, args)
    }

    /// Starts it from a shell that has done `first`.
    pub fn start_by(first: &str, scratch: &Scratch, args: &[&str]) -> Self {
        let said = scratch.path("said");
        let child = Command::new("/bin/sh")
            .args(["-c", &format!("{first} exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_raudispd"), "-c"])
            .arg(scratch.path(""))
            .args(args)
            .stdin(Stdio::piped())
            .stderr(fs::File::create(&said).unwrap())
            .spawn()
            .unwrap();
        Self { child, said }
    }

    pub fn send(&mut self, frames: &[u8]) {
        self.child.stdin.as_mut().unwrap().write_all(frames).unwrap();
    }

    /// As `send`, but it may have ended already because of the first part.
    pub fn send_if_open(&mut self, bytes: &[u8]) {
        drop(self.child.stdin.as_mut().unwrap().write_all(bytes));
    }

    pub fn signal(&self, signal: &str) {
        kill(&self.child.id().to_string(), signal);
    }

    pub fn wait_for(&self, text: &str) {
        let start = Instant::now();
        while !fs::read_to_string(&self.said).unwrap().contains(text) {
            assert!(start.elapsed() < PATIENCE, "never said {text:?}: {}", fs::read_to_string(&self.said).unwrap());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn has_said(&self, text: &str) -> bool {
        fs::read_to_string(&self.said).unwrap().contains(text)
    }

    pub fn signal_and_wait_for(&self, signal: &str, text: &str) {
        self.signal(signal);
        self.wait_for(text);
    }

    /// Ends its input and waits for its end.
    pub fn end(mut self) -> Ended {
        drop(self.child.stdin.take());
        self.wait()
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Ended {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "does not end: {}", fs::read_to_string(&self.said).unwrap());
            std::thread::sleep(Duration::from_millis(5));
        };
        let mut said = String::new();
        fs::File::open(&self.said).unwrap().read_to_string(&mut said).unwrap();
        Ended { code: status.code(), said, took: start.elapsed() }
    }
}

impl Drop for Dispatcher {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

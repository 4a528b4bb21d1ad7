//! Running audisp-remote: ours, and Debian's.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Nothing here takes longer, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// Waits until it is so.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A directory with a configuration, a queue file and so on.
pub struct Scratch(TempDir);

impl Scratch {
    /// `None`, and why on standard output, where it cannot be made.
    pub fn new() -> Option<Self> {
        if !nix::unistd::geteuid().is_root() {
            println!("SKIPPED: needs root, because configuration files must be root's");
            return None;
        }
        let scratch = Self(TempDir::new().unwrap());
        fs::create_dir_all(scratch.path("etc/audit")).unwrap();
        Some(scratch)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The configuration: a collector on this port, and more.
    pub fn conf(&self, port: u16, settings: &str) {
        let text = format!("remote_server = 127.0.0.1\nport = {port}\n{settings}\n");
        fs::write(self.path("etc/audit/audisp-remote.conf"), text).unwrap();
    }

    /// With a queue file.
    pub fn conf_forward(&self, port: u16, settings: &str) {
        let file = self.path("queue");
        self.conf(port, &format!("mode = forward\nqueue_file = {}\nqueue_depth = 300\n{settings}", file.display()));
    }

    /// A program for `exec`.
    pub fn program(&self, name: &str, script: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).unwrap();
        path
    }

    /// How many records the queue file says it holds.
    pub fn queued(&self) -> u32 {
        let bytes = fs::read(self.path("queue")).unwrap();
        u32::from_be_bytes(bytes[28..32].try_into().unwrap())
    }

    pub fn ours(&self) -> Sender {
        let mut command = Command::new(env!("CARGO_BIN_EXE_raudispd"));
        command.arg0("/sbin/audisp-remote").arg("-c").arg(self.path("etc/audit"));
        command.arg("-s").arg(self.path("state"));
        Sender::start(command, &self.path("said"))
    }

    /// Debian's; it finds its configuration in a mount namespace of its own. `None`, and why, where that cannot be.
    pub fn theirs(&self) -> Option<Sender> {
        let Some(root) = std::env::var_os("RAUDITD_ORACLE").map(PathBuf::from) else {
            println!("SKIPPED: RAUDITD_ORACLE does not name a directory with Debian's auditd");
            return None;
        };
        let program = root.join("sbin/audisp-remote");
        if !program.exists() || !Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|s| s.success()) {
            println!("SKIPPED: {} or a mount namespace is not there", program.display());
            return None;
        }
        let libraries = ["usr/lib", "lib"].map(|dir| {
            let multiarch = format!("{}-linux-gnu", std::env::consts::ARCH);
            root.join(dir).join(multiarch).into_os_string().into_string().unwrap()
        });
        let mut command = Command::new("unshare");
        let script = "mount --bind \"$1\" /etc && LD_LIBRARY_PATH=\"$3\" exec \"$2\"";
        command.args(["-m", "sh", "-c", script, "sh"]).arg(self.path("etc")).arg(program).arg(libraries.join(":"));
        Some(Sender::start(command, &self.path("said-theirs")))
    }
}

/// A running audisp-remote.
pub struct Sender {
    child: Child,
    said: PathBuf,
}

impl Sender {
    fn start(mut command: Command, said: &Path) -> Self {
        let child = command.stdin(Stdio::piped()).stderr(fs::File::create(said).unwrap()).spawn().unwrap();
        Self { child, said: said.to_owned() }
    }

    pub fn feed(&mut self, lines: &[String]) {
        let all: String = lines.iter().map(|line| line.clone() + "\n").collect();
        self.child.stdin.as_mut().unwrap().write_all(all.as_bytes()).unwrap();
    }

    pub fn signal(&self, signal: nix::sys::signal::Signal) {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(self.child.id() as i32), signal).unwrap();
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap()
    }

    pub fn wait_for(&self, text: &str) {
        let start = Instant::now();
        while !self.said().contains(text) {
            assert!(start.elapsed() < PATIENCE, "never said {text:?}: {}", self.said());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends its input, and waits: exit code, and what it said.
    pub fn end(mut self) -> (Option<i32>, String) {
        drop(self.child.stdin.take());
        self.wait()
    }

    pub fn wait(&mut self) -> (Option<i32>, String) {
        let mut code = None;
        wait_until("its end", || {
            code = self.child.try_wait().unwrap();
            code.is_some()
        });
        (code.and_then(|status| status.code()), self.said())
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

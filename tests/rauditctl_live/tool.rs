//! rauditctl and Debian's auditctl as programs: what they say, and what they send to the kernel.

use crate::cases::words;
use crate::danger::is_dangerous;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A program that takes auditctl's command lines.
#[derive(Clone, Debug)]
pub struct Tool {
    program: PathBuf,
    variable: (&'static str, OsString),
}

impl Tool {
    /// rauditctl, talking to the kernel even if a rauditd serves on this machine.
    pub fn ours() -> Self {
        Self::at(Path::new(""))
    }

    /// `true`(1), which does nothing: to test that dangerous lines are stopped without having a program that carries them out.
    #[cfg(test)]
    pub fn nothing() -> Self {
        Self { program: "true".into(), variable: ("RAUDITD_SOCKET", OsString::new()) }
    }

    /// rauditctl, talking to a control socket.
    pub fn at(socket: &Path) -> Self {
        Self { program: env!("CARGO_BIN_EXE_rauditctl").into(), variable: ("RAUDITD_SOCKET", socket.into()) }
    }

    /// Debian's auditctl, if it is there.
    pub fn theirs() -> Option<Self> {
        let root = oracle()?;
        let libraries = ["usr/lib", "lib"].map(|dir| {
            let multiarch = format!("{}-linux-gnu", std::env::consts::ARCH);
            root.join(dir).join(multiarch).into_os_string().into_string().unwrap()
        });
        Some(Self { program: root.join("sbin/auditctl"), variable: ("LD_LIBRARY_PATH", libraries.join(":").into()) })
    }

    /// The one place where a program is started: whatever chose the line, one that cannot be undone stops the test here.
    fn command(&self, program: &Path, line: &str) -> Command {
        if is_dangerous(line) {
            let said = format!("this must not reach the kernel of this machine: {line}");
            eprintln!("{said}");
            std::panic::resume_unwind(Box::new(said));
        }
        let mut command = Command::new(program);
        command.env(self.variable.0, &self.variable.1).stdin(Stdio::null());
        command
    }

    pub fn run(&self, line: &str) -> Output {
        self.command(&self.program, line).args(words(line)).output().unwrap()
    }

    /// Runs it under strace; the datagrams it sends come along.
    pub fn traced(&self, line: &str) -> (Output, Vec<Datagram>) {
        let scratch = tempfile::NamedTempFile::new().unwrap();
        let mut command = self.command(Path::new("strace"), line);
        // Stopping at nothing but what is looked for is much faster.
        command.args(["-f", "--seccomp-bpf", "-qq", "-e", "trace=sendto,sendmsg,send", "-e", "write=all", "-o"]);
        command.arg(scratch.path()).arg(&self.program).args(words(line));
        let output = command.output().unwrap();
        (output, datagrams(&std::fs::read_to_string(scratch.path()).unwrap()))
    }
}

/// The directory Debian's package is unpacked in, if there is one.
pub fn oracle() -> Option<PathBuf> {
    let root = std::env::var_os("RAUDITD_ORACLE").map(PathBuf::from);
    if root.is_none() {
        println!("SKIPPED: RAUDITD_ORACLE does not name a directory with Debian's auditctl");
    }
    root
}

/// Whether programs can be traced.
pub fn has_strace() -> bool {
    let found = Command::new("strace").arg("-V").output().is_ok();
    if !found {
        println!("SKIPPED: strace is not installed");
    }
    found
}

/// A netlink message without its sequence number, which is whatever each program counted to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Datagram {
    pub kind: u16,
    /// The length the header claims, and flags.
    head: (u32, u16),
    pub payload: Vec<u8>,
}

impl Datagram {
    fn new(bytes: &[u8]) -> Self {
        let half = |at: usize| u16::from_ne_bytes([bytes[at], bytes[at + 1]]);
        let len = u32::from_ne_bytes(bytes[..4].try_into().unwrap());
        let mut datagram = Self { kind: half(4), head: (len, half(6)), payload: bytes[16..].to_vec() };
        if datagram.kind == 1005 {
            datagram.forget_sender();
        }
        datagram
    }

    /// Takes the program's path out of a user message, and what depends on its length.
    fn forget_sender(&mut self) {
        let text = String::from_utf8_lossy(&self.payload).trim_end_matches('\0').to_owned();
        let (said, rest) = text.split_once(" exe=").unwrap();
        let (_, rest) = rest.split_once(' ').unwrap();
        self.payload = format!("{said} exe=? {rest}").into_bytes();
        self.head.0 = 0;
    }

    /// Whether it only asks: for the status, the rules, the features, or who sent a signal.
    pub fn only_asks(&self) -> bool {
        matches!(self.kind, 1000 | 1010 | 1013 | 1019)
    }
}

/// The datagrams in strace's dump of all that is written.
fn datagrams(log: &str) -> Vec<Datagram> {
    let mut found: Vec<Vec<u8>> = Vec::new();
    for line in log.lines() {
        // " | 00010  00 00 00 00 ...  text |"
        let Some(dump) = line.strip_prefix(" | ") else {
            found.push(Vec::new());
            continue;
        };
        let hex = dump.get(7..56).unwrap().split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap());
        found.last_mut().unwrap().extend(hex);
    }
    found.iter().filter(|bytes| bytes.len() >= 16).map(|bytes| Datagram::new(bytes)).collect()
}

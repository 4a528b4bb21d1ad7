//! The workload: a small C program, and the files it is about.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The group of the workload: rules of these tests see nothing else.
pub const GID: u32 = 54321;

/// What both backends, and both daemons, are given.
pub const RULES: &[&str] = &[
    "-a never,exit -F arch=b64 -S getppid -F gid=54321 -F a0=7",
    "-a always,exit -F arch=b64 -S execve,execveat -F gid=54321 -F success=1 -k exec",
    "-a always,exit -F arch=b64 -S execve,execveat -F gid=54321 -k exec-failed",
    "-a always,exit -F arch=b64 -S connect -F gid=54321 -F exit=-ECONNREFUSED -k refused",
    "-a always,exit -F arch=b64 -S connect -F gid=54321 -k net",
    "-a always,exit -F arch=b64 -S getppid,setuid,setresuid -F gid=54321 -k plain",
    "-a always,exit -F arch=b32 -S getppid,setuid32 -F gid=54321 -k compat -k second",
    "-a always,exit -F arch=b64 -S open,openat,creat -F gid=54321 -k open",
];

/// The program, built, and its directory.
pub struct Workload {
    dir: TempDir,
}

impl Workload {
    /// `None`, with the reason printed, where there is no C compiler.
    pub fn new() -> Option<Self> {
        let dir = tempfile::Builder::new().prefix("rauditd-work.").tempdir_in("/tmp").unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let workload = Self { dir };
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/rauditd/work.c");
        let compiler =
            ["cc", "gcc", "clang"].into_iter().find(|name| Command::new(name).arg("--version").output().is_ok());
        let Some(compiler) = compiler else {
            println!("SKIPPED: no C compiler for the workload");
            return None;
        };
        let output = Command::new(compiler)
            .args(["-O1", "-pthread", "-o"])
            .arg(workload.program())
            .arg(source)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        workload.files();
        Some(workload)
    }

    fn program(&self) -> PathBuf {
        self.dir.path().join("work")
    }

    fn files(&self) {
        let at = |name: &str| self.dir.path().join(name);
        fs::create_dir(at("sub")).unwrap();
        for name in ["file", "sub/inner", "sub/with space", "secret"] {
            fs::write(at(name), "content\n").unwrap();
        }
        fs::set_permissions(at("secret"), fs::Permissions::from_mode(0o600)).unwrap();
        symlink("file", at("link")).unwrap();
        fs::copy("/bin/true", at("true")).unwrap();
    }

    /// Calls of every sort, from beginning to end.
    pub fn mix(&self) {
        let status = Command::new(self.program())
            .args(["mix", self.dir.path().to_str().unwrap(), &GID.to_string()])
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "the workload ended with {status}");
    }

    /// `count` calls of getppid, as the group of the workload.
    pub fn start(&self, mode: &str, count: u64) -> Running {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new(self.program());
        Running(command.args([mode, &count.to_string()]).gid(GID).stdout(Stdio::piped()).spawn().unwrap())
    }

    /// `count` calls of getppid, and a fiftieth of that of getpgrp: microseconds that the longest took, and how often the task slept.
    pub fn timed(&self, count: u64) -> [u64; 2] {
        let mut running = self.start("timed", count);
        assert!(running.wait().unwrap().success());
        let said = std::io::read_to_string(running.stdout.take().unwrap()).unwrap();
        let of = |name: &str| said.split_whitespace().find_map(|word| word.strip_prefix(name)?.parse().ok()).unwrap();
        [of("longest_us="), of("slept=")]
    }

    pub fn burst(&self, count: u64) {
        assert!(self.start("burst", count).wait().unwrap().success());
    }
}

/// The workload at work. It ends with the test, also when that fails: other tests would see its events.
pub struct Running(Child);

impl std::ops::Deref for Running {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl std::ops::DerefMut for Running {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

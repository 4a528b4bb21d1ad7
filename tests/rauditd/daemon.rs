//! A rauditd with a directory of its own: configuration, log, socket, plugins.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Nothing here takes longer, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until something is so.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Words of a command line; no quotes in these tests.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split_whitespace()
}

/// rauditctl talking to the kernel, whoever serves it otherwise.
pub fn kernel_ctl(line: &str) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_rauditctl")).args(words(line)).env("RAUDITD_SOCKET", "").output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Configuration, log and socket of one rauditd.
pub struct Setup {
    dir: TempDir,
    /// rauditd, by whatever name.
    pub program: PathBuf,
}

impl Setup {
    /// A configuration that loads, with these lines of rauditd.conf.
    pub fn new(rauditd_conf: &str) -> Self {
        let dir = tempfile::Builder::new().prefix("rauditd-live.").tempdir_in("/tmp").unwrap();
        let setup = Self { dir, program: env!("CARGO_BIN_EXE_rauditd").into() };
        for dir in ["log", "plugins.d"] {
            fs::DirBuilder::new().mode(0o750).create(setup.path(dir)).unwrap();
        }
        setup.auditd_conf("");
        setup.rauditd_conf(rauditd_conf);
        setup
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn log(&self) -> PathBuf {
        self.path("log/audit.log")
    }

    /// Writes auditd.conf: `settings` override the usual ones by key.
    pub fn auditd_conf(&self, settings: &str) {
        let key = |line: &str| line.split('=').next().unwrap_or_default().trim().to_owned();
        let given: Vec<String> = settings.lines().map(key).collect();
        let usual = format!(
            "log_file = {}\nplugin_dir = {}\nlog_format = ENRICHED\nflush = INCREMENTAL_ASYNC\nfreq = 50\n\
             num_logs = 5\nmax_log_file = 500\nmax_log_file_action = ROTATE\nspace_left = 2\nadmin_space_left = 1\n\
             space_left_action = IGNORE\nadmin_space_left_action = IGNORE\ndisk_full_action = SUSPEND\n\
             disk_error_action = SUSPEND\n",
            self.log().display(),
            self.path("plugins.d").display()
        );
        let kept: String =
            usual.lines().filter(|line| !given.contains(&key(line))).map(|line| format!("{line}\n")).collect();
        self.write("auditd.conf", &format!("{kept}{settings}"));
    }

    pub fn rauditd_conf(&self, settings: &str) {
        let (socket, pid) = (self.path("rauditd.sock"), self.path("rauditd.pid"));
        let pins = self.pins();
        let own =
            format!("socket = {}\npid_file = {}\npin_dir = {}\n", socket.display(), pid.display(), pins.display());
        self.write("rauditd.conf", &format!("{own}{settings}"));
    }

    /// Where hooks outlive this rauditd: names there have no dots.
    pub fn pins(&self) -> PathBuf {
        let name = self.dir.path().file_name().unwrap().to_string_lossy().replace('.', "-");
        PathBuf::from("/sys/fs/bpf").join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o640)).unwrap();
    }

    /// A plugin that is a shell script.
    pub fn plugin(&self, name: &str, script: &str) {
        self.plugin_in("plugins.d", name, "string", script);
    }

    /// A plugin that is a shell script, in a directory of plugins, with a format.
    pub fn plugin_in(&self, dir: &str, name: &str, format: &str, script: &str) {
        let program = self.path(&format!("{name}.sh"));
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o750)).unwrap();
        self.plugin_conf(dir, name, format, &program, "");
    }

    /// The file of a plugin.
    pub fn plugin_conf(&self, dir: &str, name: &str, format: &str, program: &Path, args: &str) {
        let args = if args.is_empty() { String::new() } else { format!("args = {args}\n") };
        let conf = format!(
            "active = yes\ndirection = out\npath = {}\ntype = always\nformat = {format}\n{args}",
            program.display()
        );
        fs::create_dir_all(self.path(dir)).unwrap();
        self.write(&format!("{dir}/{name}.conf"), &conf);
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(args).arg("-c").arg(self.dir.path()).stdin(Stdio::null());
        command
    }

    /// Runs a rauditd that ends by itself.
    pub fn run(&self, args: &[&str]) -> Output {
        let mut child = self.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let start = Instant::now();
        while child.try_wait().unwrap().is_none() {
            if start.elapsed() > PATIENCE / 3 {
                drop(child.kill());
                let conf = ["auditd.conf", "rauditd.conf"].map(|name| fs::read_to_string(self.path(name)));
                panic!("rauditd {args:?} does not end: {conf:?}");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        child.wait_with_output().unwrap()
    }

    /// rauditctl talking to this rauditd, as it answers.
    pub fn ctl(&self, line: &str) -> Output {
        let socket = self.path("rauditd.sock");
        Command::new(env!("CARGO_BIN_EXE_rauditctl")).args(words(line)).env("RAUDITD_SOCKET", socket).output().unwrap()
    }

    /// rauditctl talking to this rauditd, which must succeed; what it prints.
    pub fn ctl_ok(&self, line: &str) -> String {
        let output = self.ctl(line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The value of a line of `rauditctl -s`.
    pub fn status(&self, key: &str) -> String {
        let text = self.ctl_ok("-s");
        let found = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
        found.unwrap_or_else(|| panic!("no {key} in\n{text}")).to_owned()
    }
}

impl Drop for Setup {
    /// Hooks of a rauditd that was killed end with the test.
    fn drop(&mut self) {
        drop(fs::remove_dir_all(self.pins()));
    }
}

/// A running rauditd.
pub struct Daemon {
    child: Child,
    said: PathBuf,
}

/// How rauditd ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub said: String,
}

impl Daemon {
    /// Starts it, and waits until it serves.
    pub fn start(setup: &Setup) -> Self {
        Self::start_with(setup, &[])
    }

    /// Starts it with more options, and waits until it serves.
    pub fn start_with(setup: &Setup, options: &[&str]) -> Self {
        let said = setup.path("said");
        let stderr = fs::File::create(&said).unwrap();
        let args = [&["-n"], options].concat();
        let child = setup.command(&args).stdout(Stdio::null()).stderr(stderr).spawn().unwrap();
        let mut daemon = Self { child, said };
        wait_until("rauditd to serve", || {
            let ended = daemon.child.try_wait().unwrap();
            assert!(ended.is_none(), "rauditd ended with {ended:?}: {}", daemon.said());
            setup.path("rauditd.pid").exists() && setup.ctl("-s").status.success()
        });
        daemon
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its raudispd, if there is one.
    pub fn plugin_host(&self) -> Option<nix::unistd::Pid> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid())).unwrap();
        let of = |task: fs::DirEntry| fs::read_to_string(task.path().join("children")).unwrap_or_default();
        let pids = tasks.map(|task| of(task.unwrap())).collect::<String>();
        let name = |pid: &str| fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let host = pids.split_whitespace().find(|pid| name(pid).trim_end() == "raudispd")?;
        Some(nix::unistd::Pid::from_raw(host.parse().unwrap()))
    }

    /// What it said so far.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap()
    }

    pub fn wait_for(&self, text: &str) {
        wait_until(text, || self.said().contains(text));
    }

    pub fn signal(&self, signal: nix::sys::signal::Signal) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        nix::sys::signal::kill(pid, signal).unwrap();
    }

    /// Lets it stop in order.
    pub fn stop(self) -> Ended {
        self.signal(nix::sys::signal::SIGTERM);
        self.wait()
    }

    /// As a crash.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn wait(mut self) -> Ended {
        let mut code = None;
        wait_until("rauditd to end", || match self.child.try_wait().unwrap() {
            None => false,
            Some(status) => {
                code = status.code();
                true
            }
        });
        Ended { code, said: self.said() }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The one line on standard error that everything that fails gives. Where the system lets no daemon protect itself
/// from the out-of-memory killer, that is said too; and raudispd says how many plugins it has.
pub fn one_line(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let beside = ["cannot keep out of the way of", "raudispd: 0 active plugins"];
    let lines: Vec<&str> = text.lines().filter(|line| !beside.iter().any(|part| line.contains(part))).collect();
    assert_eq!(lines.len(), 1, "{text}");
    lines[0].to_owned()
}

/// The files of a log, newest first.
pub fn archives(log: &Path) -> Vec<PathBuf> {
    let older = (1..).map(|n| PathBuf::from(format!("{}.{n}", log.display()))).take_while(|path| path.exists());
    std::iter::once(log.to_owned()).chain(older).collect()
}

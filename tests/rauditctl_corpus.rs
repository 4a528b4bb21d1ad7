//! Command lines and what they do: exit code, standard output, standard error, and the rules afterwards.
//!
//! The cases are written down in tests/data/rauditctl/*.cmd (`cases` says how) and run against a double of the kernel that is
//! empty before each one. `RAUDITD_BLESS=1` writes what happened into the files; read the diff.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, helpers included"
)]

#[path = "rauditctl/cases.rs"]
mod cases;

use cases::{Case, shorten, themes, words};
use nix::errno::Errno;
use nix::poll::{PollTimeout, poll};
use raudit_netlink::{Features, Reply, Request, Server, Status, protocol::feature};
use raudit_rules::{Change, RuleSet, SetError};
use std::fmt::Write as _;
use std::fs;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

const TRAILER: &str = "There was an error while processing parameters\n";

/// The double: the kernel's state and its checks, without its file system look-ups.
#[derive(Default)]
struct Kernel {
    rules: RuleSet,
    status: Status,
    messages: Vec<Vec<u8>>,
    features: Features,
    /// Requests that change nothing that can be asked for.
    others: Vec<String>,
}

impl Kernel {
    fn new() -> Self {
        let status = Status {
            enabled: 1,
            failure: 1,
            backlog_limit: 64,
            lost: 3,
            feature_bitmap: feature::ALL,
            backlog_wait_time: Some(15000),
            backlog_wait_time_actual: Some(7),
            ..Status::default()
        };
        Self { status, features: Features { mask: 3, features: 0, lock: 0 }, ..Self::default() }
    }

    fn answer(&mut self, request: Request) -> Reply {
        let locked = self.status.enabled == 2;
        let refuse = |errno| Reply::Error(errno, None);
        match request {
            Request::GetStatus => Reply::Status(self.status),
            Request::GetFeatures => Reply::Features(self.features),
            Request::SetFeatures(asked) => self.set_features(asked),
            Request::Trim => {
                self.others.push("trim".into());
                Reply::Ack
            }
            Request::MakeEquivalent(trees) if trees.mount.is_empty() => refuse(Errno::EINVAL),
            Request::MakeEquivalent(trees) if trees.subtree.starts_with(b"/nosuch") => refuse(Errno::ENOENT),
            Request::MakeEquivalent(trees) => {
                let [mount, subtree] = [&trees.mount, &trees.subtree].map(|path| String::from_utf8_lossy(path));
                self.others.push(format!("equivalent {mount} {subtree}"));
                Reply::Ack
            }
            Request::ListRules => Reply::Rules(self.rules.iter().cloned().collect()),
            Request::Describe => Reply::Text("backend double\n".into()),
            Request::SetStatus(_) | Request::ChangeRule(_) if locked => refuse(Errno::EPERM),
            Request::ChangeRule(Change::Add(rule, _)) if rule.validate().is_err() => refuse(Errno::EINVAL),
            Request::ChangeRule(made) => change(self.rules.apply(&made)),
            Request::UserMessage(_, text) => {
                self.messages.push(text);
                Reply::Ack
            }
            Request::SetStatus(change) if change.reset_lost => Reply::Value(std::mem::take(&mut self.status.lost)),
            Request::SetStatus(change) if change.reset_backlog_wait_time_actual => {
                Reply::Value(self.status.backlog_wait_time_actual.replace(0).unwrap())
            }
            Request::SetStatus(change) => {
                let status = &mut self.status;
                status.enabled = change.enabled.unwrap_or(status.enabled);
                status.failure = change.failure.unwrap_or(status.failure);
                status.rate_limit = change.rate_limit.unwrap_or(status.rate_limit);
                status.backlog_limit = change.backlog_limit.unwrap_or(status.backlog_limit);
                // The kernel takes at most ten times its default.
                if change.backlog_wait_time.is_some_and(|time| time > 150_000) {
                    return refuse(Errno::EINVAL);
                }
                status.backlog_wait_time = change.backlog_wait_time.or(status.backlog_wait_time);
                Reply::Ack
            }
            _ => refuse(Errno::EINVAL),
        }
    }
}

impl Kernel {
    /// As the kernel's `audit_set_feature`: what is locked does not change.
    fn set_features(&mut self, asked: Features) -> Reply {
        let known = &mut self.features;
        if asked.mask & known.lock & (asked.features ^ known.features) != 0 {
            return Reply::Error(Errno::EPERM, None);
        }
        known.features = (known.features & !asked.mask) | (asked.features & asked.mask);
        known.lock |= asked.lock & asked.mask;
        Reply::Ack
    }
}

fn change(result: Result<(), SetError>) -> Reply {
    match result {
        Ok(()) => Reply::Ack,
        Err(SetError::Exists) => Reply::Error(Errno::EEXIST, None),
        Err(SetError::NotFound) => Reply::Error(Errno::ENOENT, None),
    }
}

/// The double at work on a socket.
struct Running {
    kernel: Arc<Mutex<Kernel>>,
    socket: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    _dir: tempfile::TempDir,
}

impl Running {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("rauditd.sock");
        let mut server = Server::bind(&socket).unwrap();
        let kernel = Arc::new(Mutex::new(Kernel::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (served, stopped) = (Arc::clone(&kernel), Arc::clone(&stop));
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                poll(&mut server.poll_fds(), PollTimeout::from(100u8)).unwrap();
                server.serve(|request, _| served.lock().unwrap().answer(request)).unwrap();
            }
        });
        Self { kernel, socket, stop, thread: Some(thread), _dir: dir }
    }

    fn run(&self, line: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rauditctl"));
        command.args(words(line)).env("RAUDITD_SOCKET", &self.socket).stdin(std::process::Stdio::null());
        command.output().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
    }
}

/// Runs a case; what happened, in the notation of the files.
fn outcome(running: &Running, case: &Case) -> Vec<String> {
    *running.kernel.lock().unwrap() = Kernel::new();
    for given in &case.given {
        if let Some(settings) = given.strip_prefix("kernel ") {
            settings.split(' ').for_each(|setting| set(&mut running.kernel.lock().unwrap().status, setting));
        } else if let Some(line) = given.strip_prefix("$ ") {
            let output = running.run(line);
            assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
    let mut lines = described(case.line(), &running.run(case.line()));
    let listing = running.run("-l").stdout;
    let listing = shorten(case.line(), &String::from_utf8_lossy(&listing));
    lines.extend(listing.lines().filter(|line| *line != "No rules").map(|line| format!("L> {line}")));
    let kernel = running.kernel.lock().unwrap();
    for message in &kernel.messages {
        let message = String::from_utf8_lossy(message);
        lines.push(format!("M> {}", message.split(" exe=").next().unwrap()));
    }
    lines.extend(kernel.others.iter().map(|other| format!("K> {other}")));
    lines
}

fn set(status: &mut Status, setting: &str) {
    let (name, value) = setting.split_once('=').unwrap();
    let value: u32 = value.parse().unwrap();
    match name {
        "enabled" => status.enabled = value,
        "features" => status.feature_bitmap = value,
        "pid" => status.pid = value,
        other => panic!("{other}"),
    }
}

fn described(line: &str, output: &Output) -> Vec<String> {
    let shown = |bytes: &[u8]| shorten(line, &String::from_utf8_lossy(bytes));
    let code = output.status.code().expect("killed by a signal");
    let mut errors = shown(&output.stderr);
    if code == 255 {
        errors.truncate(errors.strip_suffix(TRAILER).expect("the last line of a failed command").len());
    }
    let mut lines = vec![format!("rc {code}")];
    let mut said: Vec<String> = shown(&output.stdout).lines().map(|line| format!("1> {line}")).collect();
    // The usage is one text, whatever asks for it; its first line stands for it.
    if let Some(at) = said.iter().position(|line| line.starts_with("1> usage: ")) {
        assert!(said.len() > at + 20, "{said:#?}");
        said.truncate(at + 1);
    }
    lines.extend(said);
    lines.extend(errors.lines().map(|line| format!("2> {line}")));
    lines
}

#[test]
fn command_lines_do_what_auditctl_does() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: rauditctl refuses to run without CAP_AUDIT_CONTROL; run the tests as root");
        return;
    }
    if cfg!(not(target_arch = "x86_64")) {
        println!("SKIPPED: the listings expected name the system calls of x86_64");
        return;
    }
    let running = Running::start();
    let bless = std::env::var_os("RAUDITD_BLESS").is_some();
    let (mut count, mut wrong) = (0, String::new());
    for theme in themes() {
        let found: Vec<Vec<String>> = theme.cases.iter().map(|case| outcome(&running, case)).collect();
        count += found.len();
        for (case, got) in theme.cases.iter().zip(&found).filter(|(case, got)| case.expected != **got) {
            let (given, expected, got) = (case.given.join("\n"), case.expected.join("\n"), got.join("\n"));
            writeln!(wrong, "{}\n{given}\nexpected\n{expected}\ngot\n{got}\n", theme.name).unwrap();
        }
        if bless {
            theme.write(found.iter().map(Vec::as_slice));
        }
    }
    println!("{count} command lines");
    assert!(bless || wrong.is_empty(), "{wrong}");
    assert!(count >= 600, "only {count} command lines found");
}

#[test]
fn a_socket_nobody_serves_is_named_and_the_kernel_left_alone() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: rauditctl refuses to run without CAP_AUDIT_CONTROL; run the tests as root");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("rauditd.sock");
    for line in ["-l", "-w /etc/passwd", "-e 1", "-R /dev/null", "-s"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rauditctl"));
        let output = command.args(line.split(' ')).env("RAUDITD_SOCKET", &socket).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}: {errors}");
        let expected = if line.starts_with("-R") {
            "Error - /dev/null is not a regular file\n".to_owned()
        } else {
            format!("cannot connect to {} (No such file or directory)\n", socket.display())
        };
        assert!(errors.ends_with(&expected), "{line}: {errors}");
    }
}

#[test]
fn the_daemon_gets_its_signals_and_its_end_is_waited_for() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: rauditctl refuses to run without CAP_AUDIT_CONTROL; run the tests as root");
        return;
    }
    let running = Running::start();
    // Says which signals came, and takes its time to end.
    let script = "for s in HUP USR1 USR2 CONT; do trap \"echo $s\" $s; done; trap 'sleep 0.5; echo TERM; exit' TERM
        echo ready; while :; do sleep 0.02; done";
    let mut daemon = Command::new("sh").args(["-c", script]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut said = std::io::BufReader::new(daemon.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(said.next().as_deref(), Some("ready"));
    running.kernel.lock().unwrap().status.pid = daemon.id();
    for (word, signal) in [
        ("HUP", "HUP"),
        ("Reload", "HUP"),
        ("usr1", "USR1"),
        ("rotate", "USR1"),
        ("USR2", "USR2"),
        ("resume", "USR2"),
        ("CONT", "CONT"),
        ("state", "CONT"),
    ] {
        assert_eq!(running.run(&format!("--signal {word}")).status.code(), Some(0), "{word}");
        assert_eq!(said.next().as_deref(), Some(signal), "{word}");
    }
    let begin = std::time::Instant::now();
    assert_eq!(running.run("--signal=stop").status.code(), Some(0));
    assert!(begin.elapsed().as_millis() >= 500, "it did not wait");
    assert!(daemon.try_wait().unwrap().is_some(), "the daemon is still there");
    assert_eq!(said.next().as_deref(), Some("TERM"));
    // The status goes on to name a daemon that is gone.
    let late = running.run("--signal TERM");
    assert_eq!((late.status.code(), late.stderr.as_slice()), (Some(2), b"Auditd is not running\n".as_slice()));
}

#[test]
fn rauditctl_looks_where_rauditd_serves() {
    assert_eq!(raudit_config::RauditdConf::default().socket, Path::new(raudit_netlink::CONTROL_SOCKET));
}

#[test]
fn the_rule_files_auditd_ships_load() {
    let Some(root) = std::env::var_os("RAUDITD_ORACLE").map(PathBuf::from) else {
        println!("SKIPPED: RAUDITD_ORACLE does not name a directory with Debian's auditd");
        return;
    };
    let Ok(entries) = fs::read_dir(root.join("usr/share/doc/auditd/examples/rules")) else {
        println!("SKIPPED: no example rules below {}", root.display());
        return;
    };
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: rauditctl refuses to run without CAP_AUDIT_CONTROL; run the tests as root");
        return;
    }
    // A user that is not everywhere.
    let may_fail = [("22-ignore-chrony", "Unknown user: chrony")];
    let running = Running::start();
    let (mut files, mut rules) = (0, 0);
    for path in entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "rules"))
    {
        *running.kernel.lock().unwrap() = Kernel::new();
        let output = running.run(&format!("-R {}", path.display()));
        let errors = String::from_utf8_lossy(&output.stderr);
        let name = path.file_stem().unwrap().to_string_lossy();
        let excused = may_fail.iter().any(|(file, error)| *file == name && errors.contains(error));
        assert!(output.status.success() || excused, "{name}: {errors}");
        assert!(!errors.contains("There was an error") || excused, "{name}: {errors}");
        files += 1;
        rules += running.kernel.lock().unwrap().rules.len();
    }
    println!("{files} files, {rules} rules");
    assert!(files > 30 && rules > 200, "{files} files, {rules} rules");
}

//! A double of the kernel's audit on a control socket: rauditctl can be given any command line without consequences.

#![allow(dead_code, reason = "each test program uses a part")]

use crate::cases::words;
use nix::errno::Errno;
use nix::poll::{PollTimeout, poll};
use raudit_netlink::{Features, Reply, Request, Server, Status, protocol::feature};
use raudit_rules::{Change, RuleSet, SetError};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// The double: the kernel's state and its checks, without its file system look-ups.
#[derive(Default)]
pub struct Kernel {
    pub rules: RuleSet,
    pub status: Status,
    pub messages: Vec<Vec<u8>>,
    features: Features,
    /// Requests that change nothing that can be asked for.
    pub others: Vec<String>,
}

impl Kernel {
    pub fn new() -> Self {
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
pub struct Running {
    pub kernel: Arc<Mutex<Kernel>>,
    socket: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    _dir: tempfile::TempDir,
}

impl Running {
    pub fn start() -> Self {
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

    /// rauditctl, talking to the double.
    pub fn run(&self, line: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rauditctl"));
        command.args(words(line)).env("RAUDITD_SOCKET", &self.socket).stdin(std::process::Stdio::null());
        command.output().unwrap()
    }
}

impl Running {
    /// Where it listens.
    pub fn socket(&self) -> &std::path::Path {
        &self.socket
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
    }
}

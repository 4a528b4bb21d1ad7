//! This machine's kernel audit, locked and given back as it was: registration, switches, rules.

#![allow(dead_code, reason = "each test program uses a part")]

use nix::fcntl::{Flock, FlockArg};
use raudit_netlink::{Client, Receiver, Status, StatusChange};
use raudit_rules::Rule;
use std::fs::{self, File, OpenOptions};

/// Who holds it has the kernel's audit to himself; other tests use the same file.
const LOCK: &str = "/tmp/rauditd-live-audit.lock";

/// The kernel's audit, without rules, until dropped. Make it before any daemon, so that it goes last.
pub struct Kernel {
    pub client: Client,
    before: Status,
    rules: Vec<Rule>,
    _lock: Flock<File>,
}

/// What a daemon must leave as it found it.
#[derive(Debug, Eq, PartialEq)]
pub struct State {
    enabled: u32,
    pid: u32,
    failure: u32,
    backlog_limit: u32,
    rate_limit: u32,
    rules: Vec<Rule>,
}

/// Whether a process has not ended, reaped or not.
pub fn is_alive(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/status")).is_ok_and(|text| !text.contains("\nState:\tZ"))
}

impl Kernel {
    /// `None`, with the reason printed, where live tests cannot run.
    pub fn take() -> Option<Self> {
        let skipped = |why: String| {
            println!("SKIPPED: {why}");
            None
        };
        let mut client = match Client::kernel() {
            Ok(client) => client,
            Err(error) => return skipped(error.to_string()),
        };
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(LOCK).unwrap();
        let lock = Flock::lock(file, FlockArg::LockExclusive).map_err(|(_, errno)| errno).unwrap();
        let status = match client.status() {
            Ok(status) if status.enabled == 2 => return skipped("kernel audit is locked (enabled 2)".into()),
            Ok(status) if status.pid != 0 && is_alive(status.pid) => {
                return skipped(format!("an audit daemon (pid {}) is running", status.pid));
            }
            Ok(status) => status,
            Err(error) => return skipped(format!("kernel audit cannot be used: {error}")),
        };
        let rules = client.rules().unwrap();
        let mut kernel = Self { client, before: status, rules, _lock: lock };
        kernel.clear();
        kernel.forget_the_dead();
        Some(kernel)
    }

    pub fn clear(&mut self) {
        for rule in self.client.rules().unwrap_or_default() {
            drop(self.client.delete_rule(&rule));
        }
    }

    /// The kernel remembers a daemon that was killed until somebody else has registered.
    fn forget_the_dead(&mut self) {
        let pid = self.client.status().map_or(0, |status| status.pid);
        if pid != 0
            && !is_alive(pid)
            && let Ok(mut receiver) = Receiver::open()
            && receiver.register().is_ok()
        {
            drop(receiver.unregister());
        }
    }

    /// Sets the switches to what they were.
    pub fn restore_settings(&mut self) {
        let change = StatusChange {
            enabled: Some(self.before.enabled),
            failure: Some(self.before.failure),
            rate_limit: Some(self.before.rate_limit),
            backlog_limit: Some(self.before.backlog_limit),
            backlog_wait_time: self.before.backlog_wait_time,
            ..StatusChange::default()
        };
        drop(self.client.set_status(&change));
    }

    pub fn set_enabled(&mut self, enabled: u32) {
        self.client.set_status(&StatusChange { enabled: Some(enabled), ..StatusChange::default() }).unwrap();
    }

    pub fn status(&mut self) -> Status {
        self.client.status().unwrap()
    }

    pub fn state(&mut self) -> State {
        let status = self.status();
        State {
            enabled: status.enabled,
            pid: status.pid,
            failure: status.failure,
            backlog_limit: status.backlog_limit,
            rate_limit: status.rate_limit,
            rules: self.client.rules().unwrap(),
        }
    }
}

impl Drop for Kernel {
    /// Also while a test fails: so nothing here may.
    fn drop(&mut self) {
        self.clear();
        for rule in &self.rules {
            drop(self.client.add_rule(rule, false));
        }
        self.restore_settings();
        self.forget_the_dead();
    }
}

//! The kernel of this machine, borrowed: locked against other tests, and given back as it was.

use nix::fcntl::{Flock, FlockArg};
use raudit_netlink::{Client, Receiver, Status, StatusChange};
use raudit_record::Message;
use raudit_rules::Rule;
use std::fs::{File, OpenOptions};
use std::time::{Duration, Instant};

const LOCK: &str = "/tmp/rauditd-live-audit.lock";

/// The lock, and the state to go back to.
pub struct Machine {
    pub client: Client,
    pub status: Status,
    rules: Vec<Rule>,
    _lock: Flock<File>,
}

impl Machine {
    /// `None`, with the reason printed, where these tests cannot run.
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
            Ok(status) => status,
            Err(error) => return skipped(format!("kernel audit cannot be used: {error}")),
        };
        let rules = client.rules().unwrap();
        let mut machine = Self { client, status, rules, _lock: lock };
        machine.clear();
        Some(machine)
    }

    pub fn clear(&mut self) {
        for rule in self.client.rules().unwrap() {
            self.client.delete_rule(&rule).unwrap();
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.clear();
        for rule in &self.rules {
            self.client.add_rule(rule, false).unwrap();
        }
        let enabled = StatusChange { enabled: Some(self.status.enabled), ..StatusChange::default() };
        self.client.set_status(&enabled).unwrap();
    }
}

/// All that arrives until a record contains `last`.
pub fn receive(receiver: &mut Receiver, last: &str) -> Vec<Message> {
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut found = Vec::new();
    while !found.iter().any(|m: &Message| String::from_utf8_lossy(&m.text).contains(last)) {
        assert!(Instant::now() < deadline, "only {} records arrived", found.len());
        if receiver.recv_batch(&mut found, 64).unwrap().messages == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    found
}

//! What the audit system answers: rauditd if it serves, else the kernel. Only questions are asked.

use nix::errno::Errno;
use raudit_netlink::{Client, Error, Status};
use raudit_rules::Rule;
use serde_json::Value;
use std::time::Duration;

use crate::Seen;

/// The longest an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The answers.
#[derive(Clone, Debug)]
pub struct Audit {
    /// Whether rauditd answers, and not the kernel.
    pub by_daemon: bool,
    /// The kernel refuses connections: it was started with audit off.
    pub off: bool,
    /// The state (`AUDIT_GET`).
    pub status: Seen<Status>,
    /// All rules, as listed.
    pub rules: Seen<Vec<Rule>>,
    /// What rauditd says of its capture, as `rauditctl -s` prints it.
    pub description: Seen<String>,
    /// How rauditd's plugins are, an object each as `rauditctl --status-json` has it.
    pub plugins: Seen<Vec<Value>>,
}

impl Audit {
    /// Asks.
    pub fn ask() -> Self {
        match Client::connect() {
            Ok(client) => Self::of(client),
            Err(error) => Self::silent(&error),
        }
    }

    fn of(mut client: Client) -> Self {
        client.set_timeout(PATIENCE);
        let status = match client.status() {
            Ok(status) => status,
            Err(error) => return Self::silent(&error),
        };
        let lossy = |text: Vec<u8>| String::from_utf8_lossy(&text).into_owned();
        let objects = |all: Vec<Vec<u8>>| all.iter().filter_map(|one| serde_json::from_slice(one).ok()).collect();
        Self {
            by_daemon: !client.is_kernel(),
            off: false,
            status: Ok(status),
            rules: client.rules().map_err(|error| error.reason()),
            description: client.describe().map(lossy).map_err(|error| error.reason()),
            plugins: client.plugins().map(objects).map_err(|error| error.reason()),
        }
    }

    /// Nothing was answered.
    fn silent(error: &Error) -> Self {
        let why = match error.errno() {
            Some(Errno::EPERM | Errno::EACCES) => "it takes root, or CAP_AUDIT_CONTROL, to ask".to_owned(),
            _ => error.to_string(),
        };
        let off = matches!(error, Error::Refused { errno: Errno::ECONNREFUSED, .. })
            || matches!(error, Error::Os { errno: Errno::ECONNREFUSED, what } if what.starts_with("send "));
        Self {
            by_daemon: false,
            off,
            status: Err(why.clone()),
            rules: Err(why.clone()),
            description: Err(why.clone()),
            plugins: Err(why),
        }
    }

    /// What follows a word of the description, if there is a line that begins with it.
    pub fn described(&self, word: &str) -> Option<&str> {
        let text = self.description.as_deref().ok()?;
        text.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// rauditd serves, and all is well.
    pub(crate) fn served() -> Audit {
        let status = Status { enabled: 1, failure: 1, pid: 700, backlog_limit: 8192, ..Status::default() };
        Audit {
            by_daemon: true,
            off: false,
            status: Ok(Status { backlog_wait_time: Some(60000), backlog_wait_time_actual: Some(0), ..status }),
            rules: Ok(Vec::new()),
            description: Ok("backend bpf (fentry)\nbpf_events matched=3 delivered=3 lost=0\n".into()),
            plugins: Ok(Vec::new()),
        }
    }

    #[test]
    fn who_may_not_ask_is_told_so() {
        let refused = |errno| Audit::silent(&Error::Refused { what: "status", errno, text: None });
        let audit = refused(Errno::EPERM);
        assert_eq!((audit.off, audit.status), (false, Err("it takes root, or CAP_AUDIT_CONTROL, to ask".into())));
        assert!(refused(Errno::ECONNREFUSED).off);
        let closed = Error::Os { what: "connect to /run/x".into(), errno: Errno::ECONNREFUSED };
        assert!(!Audit::silent(&closed).off);
        assert_eq!(served().described("backend"), Some("bpf (fentry)"));
        assert_eq!(served().described("backend_reason"), None);
    }
}

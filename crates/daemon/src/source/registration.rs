//! Staying the kernel's audit daemon: whether it still is us is looked at every few seconds, and what the kernel itself lost.

use crate::event::Stamps;
use crate::say;
use raudit_netlink::{Client, Error, Status};
use raudit_record::{Kind, Message};
use std::fs;
use std::time::{Duration, Instant};

/// What a look at the kernel's status finds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Found {
    /// Its records come to us.
    Ours,
    /// They go to this process, or with 0 to nobody.
    Gone(u32),
}

/// Looks every so often.
#[derive(Debug)]
pub struct Registration {
    kernel: Client,
    every: Option<Duration>,
    next: Instant,
    /// Who has our place, if somebody has.
    lost_to: Option<u32>,
    /// The kernel's counter of lost records.
    lost: Option<u32>,
    stamps: Stamps,
}

impl Registration {
    /// Asks `kernel` every so many seconds; 0 is never.
    pub fn new(kernel: Client, seconds: u32) -> Self {
        let every = (seconds > 0).then(|| Duration::from_secs(seconds.into()));
        Self { kernel, every, next: Instant::now(), lost_to: None, lost: None, stamps: Stamps::new() }
    }

    /// Whether it is time to look.
    pub fn is_due(&self) -> bool {
        self.every.is_some() && Instant::now() >= self.next
    }

    /// Looks, if it is time. `register` is called when the place is lost, and is to take it again. Gives what the log should say.
    pub fn tick(&mut self, own: u32, register: impl FnOnce() -> Result<(), Error>) -> Vec<Message> {
        let Some(every) = self.every.filter(|_| self.is_due()) else { return Vec::new() };
        self.next = Instant::now() + every;
        let status = match self.kernel.status() {
            Ok(status) => status,
            Err(e) => {
                say::warning(format!("cannot ask the kernel who the audit daemon is: {e}"));
                return Vec::new();
            }
        };
        let mut records: Vec<Message> = self.count(&status).into_iter().collect();
        if let Found::Gone(holder) = look(&status, own) {
            records.extend(self.is_lost(holder, own, register));
        }
        records
    }

    /// Says what the kernel has lost since the last look.
    fn count(&mut self, status: &Status) -> Option<Message> {
        let before = self.lost.replace(status.lost)?;
        let lost = status.lost.checked_sub(before).filter(|lost| *lost > 0)?;
        let (waiting, limit) = (status.backlog, status.backlog_limit);
        say::warning(format!(
            "the kernel lost {lost} audit records ({waiting} wait, backlog limit {limit}): a higher limit (rauditctl -b) may help"
        ));
        Some(self.stamps.lost("kernel", lost.into(), b""))
    }

    fn is_lost(&mut self, holder: u32, own: u32, register: impl FnOnce() -> Result<(), Error>) -> Vec<Message> {
        let mut records = Vec::new();
        if self.lost_to.replace(holder) != Some(holder) {
            let name = fs::read_to_string(format!("/proc/{holder}/comm")).unwrap_or_default();
            let to = if holder == 0 { "nobody".to_owned() } else { format!("pid {holder} ({})", name.trim_end()) };
            say::alert(format!("the kernel's audit records go to {to} and no longer to us: we try to get them back"));
            records.push(self.record(&format!("op=registration-lost pid={own} new-pid={holder} res=failed")));
        }
        if register().is_ok() {
            self.lost_to = None;
            say::alert("the kernel's audit records come to us again: what it wrote meanwhile is not in our log");
            records.push(self.record(&format!("op=registration-regained pid={own} old-pid={holder} res=success")));
        }
        records
    }

    fn record(&mut self, body: &str) -> Message {
        self.stamps.message(Kind::DAEMON_ERR, body)
    }
}

fn look(status: &Status, own: u32) -> Found {
    if status.pid == own { Found::Ours } else { Found::Gone(status.pid) }
}

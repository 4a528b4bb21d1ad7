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

#[cfg(test)]
mod tests {
    use super::*;
    use nix::poll::{PollTimeout, poll};
    use raudit_netlink::{Reply, Request, Server};
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

    /// A kernel whose audit daemon and counter of losses are these, until dropped.
    fn with_kernel(pid: &AtomicU32, lost: &AtomicU32, test: impl FnOnce(Client)) {
        let dir = tempfile::tempdir().unwrap();
        let mut server = Server::bind(&dir.path().join("sock")).unwrap();
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Relaxed) {
                    poll(&mut server.poll_fds(), PollTimeout::from(5u8)).unwrap();
                    let status = || Status { pid: pid.load(Relaxed), lost: lost.load(Relaxed), ..Status::default() };
                    let answer = |request, _| match request {
                        Request::GetStatus => Reply::Status(status()),
                        _ => Reply::Ack,
                    };
                    server.serve(answer).unwrap();
                }
            });
            test(Client::control(&dir.path().join("sock")).unwrap());
            stop.store(true, Relaxed);
        });
    }

    fn texts(records: &[Message]) -> Vec<String> {
        records
            .iter()
            .map(|record| String::from_utf8_lossy(&record.text).split_once(": ").unwrap().1.to_owned())
            .collect()
    }

    #[test]
    fn a_lost_place_is_noticed_told_once_and_taken_again() {
        if !nix::unistd::geteuid().is_root() {
            println!("SKIPPED: needs root, as whoever asks the kernel");
            return;
        }
        let (pid, lost) = (AtomicU32::new(7), AtomicU32::new(0));
        with_kernel(&pid, &lost, |kernel| {
            let mut registration = Registration::new(kernel, 1);
            let mut tick = |register: &dyn Fn() -> Result<(), Error>| {
                registration.next = Instant::now();
                texts(&registration.tick(7, register))
            };
            let refused = || Err(Error::DaemonExists(9));
            assert_eq!(tick(&|| panic!("nothing is lost")), [""; 0]);
            pid.store(9, Relaxed);
            assert_eq!(tick(&refused), ["op=registration-lost pid=7 new-pid=9 res=failed"]);
            assert_eq!(tick(&refused), [""; 0], "it is told once");
            pid.store(0, Relaxed);
            let taken = || {
                pid.store(7, Relaxed);
                Ok(())
            };
            let expected = [
                "op=registration-lost pid=7 new-pid=0 res=failed",
                "op=registration-regained pid=7 old-pid=0 res=success",
            ];
            assert_eq!(tick(&taken), expected);
            assert_eq!(tick(&refused), [""; 0]);
            lost.store(12, Relaxed);
            let told = tick(&refused);
            assert!(told.len() == 1 && told[0].starts_with("op=events-lost reason=kernel lost=12 auid="), "{told:?}");
            assert_eq!(tick(&refused), [""; 0]);
            lost.store(0, Relaxed);
            assert_eq!(tick(&refused), [""; 0], "somebody has reset it");
        });
    }

    #[test]
    fn it_is_looked_at_every_so_often_or_never() {
        if !nix::unistd::geteuid().is_root() {
            println!("SKIPPED: needs root, as whoever asks the kernel");
            return;
        }
        let (pid, lost) = (AtomicU32::new(9), AtomicU32::new(0));
        with_kernel(&pid, &lost, |kernel| {
            let mut registration = Registration::new(kernel, 0);
            assert!(!registration.is_due() && registration.tick(7, || panic!("never")).is_empty());
            registration.every = Some(Duration::from_secs(60));
            assert!(registration.is_due());
            assert_eq!(registration.tick(7, || Ok(())).len(), 2);
            assert!(!registration.is_due());
        });
    }
}

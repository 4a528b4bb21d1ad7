//! The main thread after the start: signals, the control socket, the backend's clock.

use crate::backend::Backend;
use crate::event::Stamps;
use crate::say;
use crate::source::remote::Remote;
use crate::work::{Outbox, Work};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use raudit_config::{AuditdConf, ConfigError, RauditdConf};
use raudit_netlink::{Server, SignalInfo};
use raudit_record::{Kind, Message};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The longest sleep.
const IDLE: Duration = Duration::from_secs(60);

/// Has rauditd execute its program file anew. Nobody else sends it to us, and an auditd, or an older rauditd, ignores it.
const UPGRADE: Signal = Signal::SIGURG;

/// The signals auditd knows, and ours.
const SIGNALS: [Signal; 7] =
    [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGUSR1, Signal::SIGUSR2, Signal::SIGCONT, UPGRADE];

/// Why control has ended, and who wanted it.
#[derive(Debug)]
pub enum Ending {
    /// To stop.
    Stop(Option<SignalInfo>),
    /// To go on as what the program file is now.
    Upgrade(Option<SignalInfo>),
}

/// Blocks the daemon's signals in this thread and those it will start, and makes them readable. Call before the first thread.
pub fn signals() -> nix::Result<SignalFd> {
    let mut set = SigSet::empty();
    for signal in SIGNALS {
        set.add(signal);
    }
    set.thread_block()?;
    SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
}

/// What control needs.
#[derive(Debug)]
pub struct Control {
    /// From [`signals`].
    pub signals: SignalFd,
    /// The control socket.
    pub server: Server,
    /// Who captures.
    pub backend: Backend,
    /// Other machines.
    pub remote: Remote,
    /// To the writer.
    pub work: Outbox,
    /// For the daemon's own records.
    pub stamps: Stamps,
    /// auditd.conf, read again on HUP.
    pub config: PathBuf,
    /// Whether it may be a link.
    pub allow_links: bool,
}

impl Control {
    /// Serves until told to stop, or to execute what `can_upgrade` finds that it can.
    pub fn run(&mut self, can_upgrade: impl Fn() -> Result<(), String>) -> Ending {
        loop {
            self.backend.tick();
            self.wait();
            while let Ok(Some(info)) = self.signals.read_signal() {
                let signal = i32::try_from(info.ssi_signo).ok().and_then(|n| Signal::try_from(n).ok());
                let sender = self.backend.signal_info();
                match signal {
                    Some(Signal::SIGTERM | Signal::SIGINT) => return Ending::Stop(sender),
                    Some(UPGRADE) => match can_upgrade() {
                        Ok(()) => return Ending::Upgrade(sender),
                        Err(e) => say::error(format!("no upgrade, this rauditd goes on: {e}")),
                    },
                    Some(Signal::SIGHUP) => self.reconfigure(sender.as_ref()),
                    Some(Signal::SIGUSR1) => {
                        self.then(Work::Rotate, Kind::DAEMON_ROTATE, "op=rotate-logs", sender.as_ref())
                    }
                    Some(Signal::SIGUSR2) => {
                        self.then(Work::Resume, Kind::DAEMON_RESUME, "op=resume-logging", sender.as_ref())
                    }
                    _ => say::notice("the state report is not supported"),
                }
            }
            let backend = &mut self.backend;
            if let Err(e) = self.server.serve(|request, peer| backend.answer(request, peer)) {
                say::error(e.to_string());
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }

    fn wait(&self) {
        let limit = self.backend.due().map_or(IDLE, |due| due.saturating_duration_since(Instant::now()).min(IDLE));
        // rounded up: a millisecond early would mean a turn for nothing
        let limit = PollTimeout::try_from(limit + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX);
        let mut fds = self.server.poll_fds();
        fds.push(PollFd::new(self.signals.as_fd(), PollFlags::POLLIN));
        fds.extend(self.backend.wakes().map(|fd| PollFd::new(fd, PollFlags::POLLIN)));
        // whatever it says, everything is looked at without waiting
        let _ = poll(&mut fds, limit);
    }

    fn then(&mut self, work: Work, kind: Kind, op: &str, sender: Option<&SignalInfo>) {
        let record = self.stamps.signalled(kind, op, sender);
        self.send(work);
        self.record(record);
    }

    fn reconfigure(&mut self, sender: Option<&SignalInfo>) {
        let loaded: Result<_, ConfigError> = AuditdConf::load(&self.config, self.allow_links);
        let record = match loaded {
            Ok((conf, warnings)) => {
                for warning in warnings {
                    say::warning(warning.to_string());
                }
                self.reconfigure_remote(&conf);
                self.send(Work::Reconfigure(Box::new(conf)));
                say::notice("log settings were read again; format, node name and plugins keep theirs until a restart");
                self.reconfigure_capture();
                self.stamps.signalled(Kind::DAEMON_CONFIG, "op=reconfigure state=changed", sender)
            }
            Err(e) => {
                say::error(format!("{e}; the old settings stay"));
                let mut record = self.stamps.signalled(Kind::DAEMON_CONFIG, "op=reconfigure state=no-change", sender);
                let len = record.text.len() - b"success".len();
                record.text.truncate(len);
                record.text.extend_from_slice(b"failed");
                record
            }
        };
        self.record(record);
    }

    fn reconfigure_remote(&mut self, conf: &AuditdConf) {
        let waiting = self.remote.reconfigure(conf);
        if !waiting.is_empty() {
            say::notice(format!("{}: changed, but kept as it was until a restart", waiting.join(", ")));
        }
    }

    /// rauditd.conf is beside auditd.conf; of it, what is critical may change.
    fn reconfigure_capture(&mut self) {
        match RauditdConf::load(&self.config.with_file_name("rauditd.conf"), self.allow_links) {
            Ok((conf, warnings)) => {
                warnings.into_iter().for_each(|warning| say::warning(warning.to_string()));
                self.backend.reconfigure(&conf);
            }
            Err(e) => say::error(format!("{e}; the old settings stay")),
        }
    }

    /// Writes a record of the daemon's own.
    pub fn record(&self, message: Message) {
        self.send(Work::Records(message.into()));
    }

    fn send(&self, work: Work) {
        // the writer outlives control
        self.work.send(work);
    }
}

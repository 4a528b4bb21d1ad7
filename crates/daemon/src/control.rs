//! The main thread after the start: signals, the control socket, the backend's clock.

use crate::alarm::{Alarm, Alarms, Event};
use crate::backend::Backend;
use crate::event::Stamps;
use crate::feeder::Known;
use crate::orders::Orders;
use crate::privilege::Root;
use crate::process;
use crate::ready::{self, Watchdog};
use crate::reload::{self, Loaded};
use crate::say;
use crate::source::remote::Remote;
use crate::work::{Outbox, Work};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use raudit_netlink::server::{Reply, Request};
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
    /// How plugins are.
    pub plugins: Known,
    /// Other machines.
    pub remote: Remote,
    /// To the writer.
    pub work: Outbox,
    /// For the daemon's own records.
    pub stamps: Stamps,
    /// What other threads tell.
    pub alarms: Alarms,
    /// Their end of it.
    pub alarm: Alarm,
    /// Where actions of auditd.conf are carried out.
    pub orders: Orders,
    /// For what needs root's rights.
    pub root: Root,
    /// The directory of auditd.conf and rauditd.conf, read again on HUP.
    pub config_dir: PathBuf,
    /// Whether they may be links.
    pub allow_links: bool,
    /// What is set now.
    pub loaded: Loaded,
    /// Who asked for the settings that are being read again, while they are.
    pub reloading: Option<Option<SignalInfo>>,
    /// When the next state report is due.
    pub report: Option<Instant>,
    /// What systemd waits for.
    pub watchdog: Watchdog,
}

impl Control {
    /// Serves until told to stop, or to execute what `can_upgrade` finds that it can.
    pub fn run(&mut self, can_upgrade: impl Fn() -> Result<(), String>) -> Ending {
        self.schedule_report();
        loop {
            self.backend.tick();
            self.watchdog.tick();
            if self.report.is_some_and(|due| Instant::now() >= due) {
                self.send(Work::Report);
                self.schedule_report();
            }
            self.wait();
            while let Ok(Some(info)) = self.signals.read_signal() {
                let signal = i32::try_from(info.ssi_signo).ok().and_then(|n| Signal::try_from(n).ok());
                if let Some(ending) = signal.and_then(|signal| self.signalled(signal, &can_upgrade)) {
                    return ending;
                }
            }
            while let Some(event) = self.alarms.next() {
                if let Some(ending) = self.happened(event) {
                    return ending;
                }
            }
            let (backend, plugins) = (&mut self.backend, &self.plugins);
            if let Err(e) = self.server.serve(|request, peer| match request {
                Request::ListPlugins => Reply::Objects(plugins.objects()),
                _ => backend.answer(request, peer),
            }) {
                say::error(e.to_string());
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }

    fn wait(&self) {
        let due = [self.backend.due(), self.report, self.watchdog.due()];
        let limit = due.into_iter().flatten().min();
        let limit = limit.map_or(IDLE, |due| due.saturating_duration_since(Instant::now()).min(IDLE));
        // rounded up: a millisecond early would mean a turn for nothing
        let limit = PollTimeout::try_from(limit + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX);
        let mut fds = self.server.poll_fds();
        fds.push(PollFd::new(self.signals.as_fd(), PollFlags::POLLIN));
        fds.push(PollFd::new(self.alarms.as_fd(), PollFlags::POLLIN));
        fds.extend(self.backend.wakes().map(|fd| PollFd::new(fd, PollFlags::POLLIN)));
        // whatever it says, everything is looked at without waiting
        let _ = poll(&mut fds, limit);
    }

    fn signalled(&mut self, signal: Signal, can_upgrade: impl Fn() -> Result<(), String>) -> Option<Ending> {
        let sender = self.backend.signal_info();
        match signal {
            Signal::SIGTERM | Signal::SIGINT => return Some(Ending::Stop(sender)),
            UPGRADE => match can_upgrade() {
                Ok(()) => return Some(Ending::Upgrade(sender)),
                Err(e) => say::error(format!("no upgrade, this rauditd goes on: {e}")),
            },
            Signal::SIGHUP => self.begin_reload(sender),
            Signal::SIGUSR1 => self.then(Work::Rotate, Kind::DAEMON_ROTATE, "rotate-logs", sender.as_ref()),
            Signal::SIGUSR2 => {
                say::notice("Audit daemon is attempting to resume logging.");
                self.then(Work::Resume, Kind::DAEMON_RESUME, "resume-logging", sender.as_ref());
            }
            _ => self.send(Work::Report),
        }
        None
    }

    /// Another thread has told something.
    fn happened(&mut self, event: Event) -> Option<Ending> {
        match event {
            Event::Settings(loaded) => self.end_reload(loaded),
            Event::HelperEnded => self.send(Work::ResumeLog),
            Event::Overflow(action) => self.orders.take_down_machine(&action),
            Event::Stop => return Some(Ending::Stop(None)),
        }
        None
    }

    fn schedule_report(&mut self) {
        let seconds = self.loaded.conf.report_interval;
        self.report = (seconds > 0).then(|| Instant::now() + Duration::from_secs(seconds.into()));
    }

    fn then(&mut self, work: Work, kind: Kind, op: &str, sender: Option<&SignalInfo>) {
        let record = self.stamps.signalled(kind, op, sender, true);
        self.send(work);
        self.record(record);
    }

    fn begin_reload(&mut self, sender: Option<SignalInfo>) {
        let refused = if self.reloading.is_some() {
            Some("Reconfiguration already in progress, no config changes".to_owned())
        } else {
            let begun = reload::begin(self.config_dir.clone(), self.allow_links, self.alarm.clone());
            begun.err().map(|e| format!("no thread to read the configuration again, no config changes: {e}"))
        };
        match refused {
            Some(why) => self.keep_settings(&why, sender.as_ref()),
            None => {
                ready::reloading();
                self.reloading = Some(sender);
            }
        }
    }

    fn end_reload(&mut self, loaded: Result<Box<Loaded>, String>) {
        let sender = self.reloading.take().flatten();
        match loaded {
            Ok(loaded) => self.take_settings(*loaded, sender.as_ref()),
            Err(why) => self.keep_settings(&format!("{why}; the old settings stay"), sender.as_ref()),
        }
        ready::ready();
    }

    fn keep_settings(&mut self, why: &str, sender: Option<&SignalInfo>) {
        say::error(why);
        let record = self.stamps.signalled(Kind::DAEMON_CONFIG, "reconfigure state=no-change", sender, false);
        self.record(record);
    }

    /// In auditd's order: what concerns the process, then the log and the plugins (the writer does that), then the record that says so.
    fn take_settings(&mut self, loaded: Loaded, sender: Option<&SignalInfo>) {
        let old = std::mem::replace(&mut self.loaded, loaded);
        let (conf, before) = (&self.loaded.conf, &old.conf);
        if conf.priority_boost != before.priority_boost {
            let nice = process::niceness(conf.priority_boost);
            let set = self.root.run(move || process::set_nice(nice)).and_then(|result| result);
            if let Err(e) = set {
                say::warning(format!("Cannot change priority in reconfigure ({e})"));
            }
        }
        let mut kept = self.loaded.kept_until_restart(&old);
        kept.extend(self.remote.reconfigure(&self.loaded.conf));
        if !kept.is_empty() {
            say::notice(format!(
                "these settings have changed and are taken at the next start only: {}",
                kept.join(", ")
            ));
        }
        if conf.report_interval != before.report_interval {
            self.schedule_report();
        }
        self.backend.reconfigure(&self.loaded.own);
        self.send(Work::Reconfigure(Box::new(self.loaded.clone())));
        let record = self.stamps.reconfigured(sender);
        self.record(record);
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

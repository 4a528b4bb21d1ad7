//! The thread at the daemon's end of the link.

use super::Command;
use super::group::Group;
use super::records::{self, Sender};
use super::voice::Voice;
use crate::alarm::Alarms;
use crate::event::Stamps;
use crate::privilege::Root;
use crate::say;
use crate::work::{Outbox, Work};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use raudit_record::Kind;
use raudit_remote::link::{CONNECTIONS_MAX, Level, MESSAGE_MAX};
use raudit_remote::{Process, Settings, ToCollector, ToDaemon};
use std::collections::BTreeMap;
use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// Messages read before senders are answered.
const TURN: usize = 256;
/// How long a collector that is told to end may take.
const STOP: Duration = Duration::from_secs(5);
/// The longest wait before a collector that ended is started again.
const PATIENCE: Duration = Duration::from_secs(30);
/// One that lived so long may be started again at once.
const HEALTHY: Duration = Duration::from_secs(10);

/// The thread's state.
#[derive(Debug)]
pub struct Receiver {
    process: Option<Process>,
    /// When it was started; while there is none, when the next will be.
    since: Instant,
    /// How long to wait before that.
    delay: Duration,
    settings: Settings,
    work: Outbox,
    commands: Alarms<Command>,
    /// Where another collector is started.
    root: Root,
    stamps: Stamps,
    voice: Voice,
    group: Group,
    open: BTreeMap<u64, Sender>,
    /// When it is killed, since it does not end.
    stops: Option<Instant>,
}

/// Why a collector is not served any longer.
#[derive(Debug)]
enum Broken {
    /// It has ended.
    Ended,
    /// It does not do what a collector does.
    Strange(String),
    /// The writer is gone.
    NoWriter,
}

impl Receiver {
    /// A thread's state for a collector that listens.
    pub fn new(process: Process, settings: Settings, work: Outbox, commands: Alarms<Command>, root: Root) -> Self {
        Self {
            process: Some(process),
            since: Instant::now(),
            delay: Duration::ZERO,
            settings,
            work,
            commands,
            root,
            stamps: Stamps::new(),
            voice: Voice::new(),
            group: Group::default(),
            open: BTreeMap::new(),
            stops: None,
        }
    }

    /// Serves until told to stop.
    pub fn run(mut self) {
        let mut buffer = vec![0; MESSAGE_MAX];
        loop {
            self.wait();
            while let Some(command) = self.commands.next() {
                self.obey(command);
            }
            if self.process.is_none() {
                if self.stops.is_some() {
                    return;
                }
                self.start_again();
                continue;
            }
            let broken = self.turn(&mut buffer).err().or_else(|| {
                let is_late = self.stops.is_some_and(|deadline| Instant::now() >= deadline);
                is_late.then(|| Broken::Strange("it does not end".into()))
            });
            match broken {
                None => {}
                Some(Broken::NoWriter) => return,
                Some(broken) => self.bury(&broken),
            }
        }
    }

    fn wait(&self) {
        let now = Instant::now();
        let due = if self.process.is_none() { Some(self.since) } else { self.stops };
        let limit = due.map(|due| due.saturating_duration_since(now) + Duration::from_millis(1));
        let limit = limit.map_or(PollTimeout::NONE, |limit| PollTimeout::try_from(limit).unwrap_or(PollTimeout::MAX));
        let mut fds = vec![PollFd::new(self.commands.as_fd(), PollFlags::POLLIN)];
        fds.extend(self.process.as_ref().map(|process| PollFd::new(process.as_fd(), PollFlags::POLLIN)));
        // whatever it says, everything is looked at without waiting
        let _ = poll(&mut fds, limit);
    }

    fn obey(&mut self, command: Command) {
        let message = match command {
            Command::Settings(settings) => {
                self.settings = settings.clone();
                ToCollector::Settings(Box::new(settings))
            }
            Command::Stop => {
                self.stops = Some(Instant::now() + STOP);
                ToCollector::Stop
            }
        };
        if let Some(process) = &self.process
            && let Err(e) = process.send(&message)
        {
            self.bury(&Broken::Strange(format!("it does not listen: {e}")));
        }
    }

    /// Deals with what the collector has said.
    fn turn(&mut self, buffer: &mut [u8]) -> Result<(), Broken> {
        let mut ended = Ok(());
        for _ in 0..TURN {
            let Some(process) = &self.process else { break };
            let said = match process.receive(buffer) {
                Ok(Some(said)) => said,
                Ok(None) => {
                    ended = Err(Broken::Ended);
                    break;
                }
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                Err(e) => {
                    ended = Err(Broken::Strange(e.to_string()));
                    break;
                }
            };
            if let Err(broken) = self.take(said) {
                ended = Err(broken);
                break;
            }
            if self.group.is_full() {
                break;
            }
        }
        // what was received is written, whatever became of the collector
        self.write()?;
        ended
    }

    fn take(&mut self, said: ToDaemon) -> Result<(), Broken> {
        let strange = |what: &str| Err(Broken::Strange(what.to_owned()));
        match said {
            ToDaemon::Records(connection, records, lines) => {
                if !self.open.contains_key(&connection) || !self.group.push(connection, records, &lines) {
                    return strange("it sent records nobody can have sent");
                }
            }
            ToDaemon::Accepted(connection, from, session) => {
                let sender = Sender { from, session };
                let records = sender.accepted(self.settings.profile());
                if self.open.len() >= CONNECTIONS_MAX || self.open.insert(connection, sender).is_some() {
                    return strange("it accepted a connection twice, or too many");
                }
                self.record(records)?;
            }
            ToDaemon::Refused(why, from) => {
                self.voice.say(Level::Warning, &format!("connection from {from} refused (op={})", why.op()));
                self.record(vec![records::refused(why, from)])?;
            }
            ToDaemon::Failure(from, session, why) => {
                self.record(vec![records::failed(from, &session, self.settings.profile(), &why)])?;
            }
            ToDaemon::Closed(connection) => {
                let Some(sender) = self.open.remove(&connection) else {
                    return strange("it closed a connection that is not open");
                };
                self.record(sender.closed())?;
            }
            ToDaemon::Log(level, text) => self.voice.say(level, &text),
            ToDaemon::Ready | ToDaemon::Failed(_) => return strange("it began a second time"),
        }
        Ok(())
    }

    /// Records of ours, in their place among those of the senders.
    fn record(&mut self, records: Vec<(Kind, String)>) -> Result<(), Broken> {
        self.write()?;
        for (kind, body) in records {
            let record = self.stamps.message(kind, &body);
            if !self.work.send(Work::Records(record.into())) {
                return Err(Broken::NoWriter);
            }
        }
        Ok(())
    }

    /// Has what waits written, and answers.
    fn write(&mut self) -> Result<(), Broken> {
        for verdict in self.group.write(&self.work).ok_or(Broken::NoWriter)? {
            let Some(process) = &self.process else { continue };
            match process.send(&ToCollector::Verdict(verdict)) {
                Ok(()) => {}
                // it ends: what it said before is still there to be read
                Err(e) if matches!(e.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset) => {}
                Err(e) => return Err(Broken::Strange(format!("it does not take answers: {e}"))),
            }
        }
        Ok(())
    }

    /// It has ended, or has to.
    fn bury(&mut self, broken: &Broken) {
        let Some(mut process) = self.process.take() else { return };
        let is_expected = self.stops.is_some() && matches!(broken, Broken::Ended);
        if matches!(broken, Broken::Strange(_)) {
            process.kill();
        }
        let how = process.end();
        if !is_expected {
            let why =
                if let Broken::Strange(why) = broken { why.clone() } else { format!("it ended by itself: {how}") };
            say::error(format!("the collector for other machines is gone: {why}"));
        }
        for (_, sender) in std::mem::take(&mut self.open) {
            if self.record(sender.closed()).is_err() {
                return;
            }
        }
        let lived = self.since.elapsed();
        self.delay = if lived > HEALTHY { Duration::ZERO } else { self.delay };
        self.since = Instant::now() + self.delay;
    }

    fn start_again(&mut self) {
        if Instant::now() < self.since {
            return;
        }
        // the next one waits longer, unless this one lives
        self.delay = (self.delay * 2).clamp(Duration::from_secs(1), PATIENCE);
        match super::start(&self.settings, &self.root) {
            Ok(process) => {
                say::notice("the collector for other machines was started again");
                self.process = Some(process);
                self.since = Instant::now();
            }
            Err(e) => {
                say::error(format!("{e}; tried again in {} s", self.delay.as_secs()));
                self.since = Instant::now() + self.delay;
            }
        }
    }
}

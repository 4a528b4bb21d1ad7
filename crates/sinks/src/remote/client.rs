//! The sender: standard input into the queue, the queue to the collector, one record at a time.
//!
//! One thread waits for everything at once. So input is read while a name is looked up, while the collector is slow and while a retry
//! is waited for; but with a connection, or the first attempt at one under way, a full queue is not overflowed: then input waits.

mod answers;
mod delivery;
mod input;

use super::actions::{Actions, Level, Outcome, bury};
use super::connect::Connector;
use super::losses::Losses;
use super::queue::Queue;
use super::state::State;
use super::stream::Connection;
use crate::source::{Source, Woken};
use delivery::{Delivery, Phase};
use nix::poll::PollFlags;
use raudit_config::AudispRemoteConf;
use raudit_config::audisp_remote_conf::{Failure, WireFormat};
use raudit_dispatch::feed::Event;
use raudit_dispatch::say;
use std::collections::VecDeque;
use std::io;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long what is left is sent after the end of the input.
const FLUSH: Duration = Duration::from_secs(60);
/// The same after SIGTERM: the dispatcher's patience is two seconds.
const FLUSH_AFTER_TERM: Duration = Duration::from_millis(1500);

/// The sender.
#[derive(Debug)]
pub struct Client {
    conf: AudispRemoteConf,
    state_file: PathBuf,
    source: Source,
    /// Records that were read and have no room in the queue yet.
    pending: VecDeque<Event>,
    queue: Queue,
    most_queued: usize,
    connector: Connector,
    connection: Option<Connection>,
    delivery: Option<Delivery>,
    /// The last message's.
    sequence: u32,
    actions: Actions,
    losses: Losses,
    /// An action says so; until SIGUSR2.
    suspended: bool,
    /// An action says so.
    stopped: bool,
    /// The collector has closed the connection, or there has been none.
    ended: bool,
    connected_once: bool,
    /// There is no connection, and the last attempt failed.
    failed: bool,
    /// The last reason for that, which is not told twice.
    told: String,
    /// Nothing is begun before.
    pause: Option<Instant>,
    /// What has come over the connection may not have been read to the end.
    more_to_hear: bool,
    /// When something last happened.
    idle_since: Instant,
    /// The input has ended, or we are to: until when the rest is sent.
    flush_until: Option<Instant>,
    input_open: bool,
    /// SIGTERM has come: what is there is still read, but not waited for.
    ending: bool,
    /// The input could not be read to its end.
    input_failed: bool,
    /// Records that were too long.
    cut: u64,
}

impl Client {
    /// Puts it together.
    pub fn new(
        conf: AudispRemoteConf,
        state_file: PathBuf,
        source: Source,
        queue: Queue,
        connector: Connector,
    ) -> Self {
        let most_queued = queue.len();
        Self {
            conf,
            state_file,
            source,
            pending: VecDeque::new(),
            queue,
            most_queued,
            connector,
            connection: None,
            delivery: None,
            sequence: 1,
            actions: Actions::default(),
            losses: Losses::default(),
            suspended: false,
            stopped: false,
            ended: true,
            connected_once: false,
            failed: false,
            told: String::new(),
            pause: None,
            more_to_hear: false,
            idle_since: Instant::now(),
            flush_until: None,
            input_open: true,
            ending: false,
            input_failed: false,
            cut: 0,
        }
    }

    /// Sends until the input ends or an action says to stop. Whether nothing is left.
    pub fn run(mut self) -> bool {
        loop {
            self.admit();
            self.advance(Instant::now());
            if self.stopped || self.is_flushed(Instant::now()) {
                return self.finish();
            }
            let woken = self.wait();
            self.signalled(&woken);
            if woken.input {
                self.read();
            }
            bury();
        }
    }

    fn wait(&mut self) -> Woken {
        let now = Instant::now();
        let time = self.next_deadline(now).map(|at| at.saturating_duration_since(now));
        let reads = self.reads(now);
        let mut others = Vec::new();
        if let Some(connection) = &self.connection {
            let writes = if connection.is_writing() { PollFlags::POLLOUT } else { PollFlags::empty() };
            others.push((connection.as_fd(), PollFlags::POLLIN | writes));
        }
        others.extend(self.connector.wake().map(|wake| (wake, PollFlags::POLLIN)));
        let woken = self.source.wait(reads, &others, time);
        let mut happened = woken.others.iter().map(|flags| !flags.is_empty());
        self.input_open &= !(self.ending && reads && !woken.input);
        let (at_connection, at_connector) =
            (self.connection.is_some() && happened.next() == Some(true), happened.next_back() == Some(true));
        if at_connection || self.more_to_hear {
            self.idle_since = Instant::now();
            self.hear();
        }
        if at_connector {
            self.connected();
        }
        woken
    }

    /// When something is to be done although nothing happens; `now` if there is.
    fn next_deadline(&self, now: Instant) -> Option<Instant> {
        if (self.ending && self.reads(now)) || (self.more_to_hear && self.connection.is_some()) {
            return Some(now);
        }
        let next = match self.delivery.as_ref().map(|delivery| &delivery.phase) {
            Some(Phase::Pause(until) | Phase::Answer(until)) => Some(*until),
            Some(Phase::Connecting) => None,
            None if self.suspended => None,
            None if self.pause.is_some_and(|pause| now < pause) => self.pause,
            None if self.connection.is_some() && !self.queue.is_empty() => Some(now),
            None => self.next_heartbeat(),
        };
        next.into_iter().chain(self.flush_until).min()
    }

    fn signalled(&mut self, woken: &Woken) {
        if woken.report
            && let Err(e) = self.state().write(&self.state_file)
        {
            say::error(format!("cannot write {}: {e}", self.state_file.display()));
        }
        if woken.resume && std::mem::take(&mut self.suspended) {
            say::notice("remote logging resumed");
            self.pause = None;
        }
        if woken.reload {
            self.reconnect();
        }
        if woken.end {
            self.ending = true;
            let until = Instant::now() + FLUSH_AFTER_TERM;
            self.flush_until = Some(self.flush_until.map_or(until, |before| before.min(until)));
        }
    }

    /// SIGHUP: as auditd's program, the connection is made anew (with TLS, by the key that is in the file now); the settings stay.
    fn reconnect(&mut self) {
        say::notice("SIGHUP: connecting anew, with the settings of the start");
        self.lose_connection();
        self.connector.forget();
        (self.ended, self.failed, self.pause) = (false, false, None);
        if matches!(self.delivery.as_ref().map(|delivery| &delivery.phase), Some(Phase::Connecting | Phase::Answer(_)))
        {
            self.attempt(true);
        }
    }

    fn state(&self) -> State {
        State {
            suspended: self.suspended,
            ended: self.ended,
            connected: self.connection.is_some(),
            queued: self.queue.len(),
            most_queued: self.most_queued,
            depth: self.conf.queue_depth,
            lost: self.losses.total(),
        }
    }

    /// Carries out an action; what follows from it for the record is for the caller.
    fn act(&mut self, action: &Failure, level: Level, what: &str, message: &str) -> Outcome {
        let outcome = self.actions.carry_out(action, level, what, message);
        match outcome {
            Outcome::GoOn => {}
            Outcome::Keep => self.pause_now(),
            Outcome::Suspend => self.suspended = true,
            Outcome::Stop => self.stopped = true,
        }
        outcome
    }

    fn queue_failed(&mut self, error: &io::Error) {
        let action = self.conf.queue_error_action.clone();
        self.act(&action, Level::Error, "queue error", &error.to_string());
        self.pause_now();
    }

    /// What failed is not tried again at once.
    fn pause_now(&mut self) {
        self.pause = Some(Instant::now() + Duration::from_secs(self.conf.network_retry_time.into()));
    }

    fn is_managed(&self) -> bool {
        self.conf.format == WireFormat::Managed
    }

    fn server(&self) -> &str {
        self.conf.remote_server.as_deref().unwrap_or_default()
    }

    /// Whether the input has ended and nothing more can be sent.
    fn is_flushed(&self, now: Instant) -> bool {
        let Some(until) = self.flush_until else { return false };
        if now >= until {
            return true;
        }
        // what is there is read first: it may have room in a queue that stays
        if self.input_open || self.delivery.is_some() {
            return false;
        }
        if self.suspended {
            return true;
        }
        let nothing_left = self.queue.is_empty() && self.pending.is_empty();
        let waits_in_vain = self.pause.is_some_and(|pause| now < pause);
        let connects = self.connection.is_some() || self.connector.is_running();
        nothing_left || waits_in_vain || !connects
    }

    /// Says what is left, and where.
    fn finish(mut self) -> bool {
        if let Queue::File(_) = self.queue {
            self.keep_pending();
        }
        let left = self.queue.len();
        let unsent = match &self.queue {
            Queue::Memory(..) => left + self.pending.len(),
            Queue::File(_) => self.pending.len(),
        };
        self.losses.add(unsent as u64, "ending before everything was sent", true);
        self.losses.tell_rest();
        if let (Queue::File(_), 1..) = (&self.queue, left) {
            say::notice(format!("{left} records stay in {}", self.conf.queue_file.display()));
        }
        self.lose_connection();
        say::notice(format!("ends, queue_size: {left}"));
        left == 0 && unsent == 0 && !self.input_failed
    }
}

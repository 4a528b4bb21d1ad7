//! Getting one message through: connecting, sending, trying again.

use super::Client;
use crate::remote::actions::Level;
use crate::remote::queue::Front;
use raudit_config::audisp_remote_conf::Failure;
use raudit_dispatch::say;
use raudit_remote::protocol::{kind, push_message};
use std::time::{Duration, Instant};

/// What is sent.
#[derive(Debug)]
pub(super) enum Item {
    /// The record at the front of the queue.
    Record(Vec<u8>),
    /// Is anybody there?
    Heartbeat,
}

/// How far it has come.
#[derive(Debug)]
pub(super) enum Phase {
    /// Tried again then.
    Pause(Instant),
    /// Waits for a connection.
    Connecting,
    /// Is being sent, or was, and is answered by then.
    Answer(Instant),
}

/// A message on its way.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) item: Item,
    pub(super) sequence: u32,
    begun: Instant,
    tries: u32,
    pub(super) phase: Phase,
}

/// How many lines are sent before something else gets its turn.
const AT_ONCE: usize = 64;

fn seconds(number: u32) -> Duration {
    Duration::from_secs(number.into())
}

impl Client {
    /// Begins what can be begun, and gives up what has taken too long.
    pub(super) fn advance(&mut self, now: Instant) {
        match self.delivery.as_ref().map(|delivery| &delivery.phase) {
            Some(Phase::Pause(until)) if now >= *until => self.attempt(true),
            Some(Phase::Answer(until)) if now >= *until => {
                say::error(format!("ack from {} timed out", self.server()));
                self.try_again();
            }
            Some(_) => {}
            None => self.begin_some(now),
        }
    }

    /// One message, if it is answered; of lines, which are not, several.
    fn begin_some(&mut self, now: Instant) {
        for _ in 0..AT_ONCE {
            let waits = self.suspended || self.stopped || self.pause.is_some_and(|pause| now < pause);
            if waits || self.delivery.is_some() {
                return;
            }
            if self.connection.is_none() {
                if self.wants_connection() {
                    self.start_connecting();
                }
                return;
            }
            self.begin_next(now);
        }
    }

    /// The next record, or else a heartbeat if it is time.
    fn begin_next(&mut self, now: Instant) {
        match self.queue.front() {
            Ok(Front::Record(record)) => self.begin(Item::Record(record)),
            Ok(Front::Broken) => {
                self.losses.add(1, "the queue file has an entry that holds no record", false);
                self.pop();
            }
            Ok(Front::Empty) if self.next_heartbeat().is_some_and(|at| now >= at) => self.begin(Item::Heartbeat),
            Ok(Front::Empty) => {}
            Err(e) => self.queue_failed(&e),
        }
    }

    fn begin(&mut self, item: Item) {
        self.sequence = self.sequence.wrapping_add(1);
        let phase = Phase::Connecting;
        self.delivery = Some(Delivery { item, sequence: self.sequence, begun: Instant::now(), tries: 0, phase });
        self.attempt(false);
    }

    /// When the next heartbeat is due.
    pub(super) fn next_heartbeat(&self) -> Option<Instant> {
        let wanted = self.is_managed() && self.conf.heartbeat_timeout > 0 && self.connection.is_some();
        wanted.then(|| self.idle_since + seconds(self.conf.heartbeat_timeout))
    }

    /// One attempt more, unless there were too many. The first two follow each other at once, the others after a pause.
    pub(super) fn attempt(&mut self, has_paused: bool) {
        let Some(delivery) = &mut self.delivery else { return };
        if delivery.tries > 1 && !has_paused {
            delivery.phase = Phase::Pause(Instant::now() + seconds(self.conf.network_retry_time));
            return;
        }
        if delivery.tries > self.conf.max_tries_per_record {
            return self.deliver_failed("max retries exhausted");
        }
        if delivery.begun.elapsed().as_secs() > self.conf.max_time_per_record.into() {
            return self.deliver_failed("max retry time exhausted");
        }
        delivery.tries += 1;
        if self.connection.is_some() {
            self.transmit();
        } else {
            delivery.phase = Phase::Connecting;
            self.start_connecting();
        }
    }

    fn deliver_failed(&mut self, why: &str) {
        self.delivery = None;
        self.lose_connection();
        self.failed = true;
        let action = self.conf.network_failure_action.clone();
        self.act(&action, Level::Warning, "network failure", why);
        self.pause_now();
    }

    fn transmit(&mut self) {
        let until = Instant::now() + seconds(self.conf.max_time_per_record);
        let (Some(delivery), Some(connection)) = (&mut self.delivery, &mut self.connection) else { return };
        let mut message = Vec::new();
        match &delivery.item {
            Item::Record(line) if self.conf.format == raudit_config::audisp_remote_conf::WireFormat::Ascii => {
                message.extend_from_slice(line);
            }
            Item::Record(line) => push_message(&mut message, kind::MESSAGE, delivery.sequence, line),
            Item::Heartbeat => push_message(&mut message, kind::HEARTBEAT, delivery.sequence, b""),
        }
        delivery.phase = Phase::Answer(until);
        match connection.send(&message) {
            Ok(()) => self.check_written(),
            Err(e) => self.broken(&format!("send to {} failed: {e}", self.server())),
        }
    }

    /// A line is not answered: it is done with when it is written.
    pub(super) fn check_written(&mut self) {
        let is_written = self.connection.as_ref().is_some_and(|connection| !connection.is_writing());
        if !self.is_managed() && is_written && self.delivery.is_some() {
            self.delivered();
        }
    }

    /// The message got through.
    pub(super) fn delivered(&mut self) {
        self.idle_since = Instant::now();
        if let Some(Delivery { item: Item::Record(_), .. }) = self.delivery.take() {
            self.actions.got_through();
            self.pop();
        }
    }

    /// Removes the record at the front of the queue.
    pub(super) fn pop(&mut self) {
        if let Err(e) = self.queue.pop() {
            self.queue_failed(&e);
        }
    }

    /// The connection is of no more use, and the message, if one is on its way, is tried again.
    pub(super) fn try_again(&mut self) {
        self.lose_connection();
        if self.delivery.is_some() {
            self.attempt(false);
        }
    }

    /// The same; with lines nobody knows what arrived, and we end, as auditd's program.
    pub(super) fn broken(&mut self, why: &str) {
        if !self.is_managed() {
            self.lose_connection();
            self.delivery = None;
            self.stopped = true;
            say::error(format!("{why} - connection closed unexpectedly, ending (format = ascii)"));
            return;
        }
        if self.delivery.is_some() {
            say::error(why);
        } else {
            say::notice(why);
        }
        self.try_again();
    }

    pub(super) fn lose_connection(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.close();
        }
    }

    /// Whether the configuration lets us connect: after the collector has ended it, only `reconnect` does.
    pub(super) fn may_connect(&self) -> bool {
        !self.ended || !self.connected_once || self.conf.remote_ending_action == Failure::Reconnect
    }

    fn wants_connection(&self) -> bool {
        let has_heartbeat = self.is_managed() && self.conf.heartbeat_timeout > 0 && self.connected_once && !self.ended;
        self.may_connect() && (has_heartbeat || !self.queue.is_empty())
    }

    fn start_connecting(&mut self) {
        if let Err(e) = self.connector.start() {
            self.connect_failed(format!("cannot connect: no thread: {e}"));
        }
    }

    /// The connector may be done.
    pub(super) fn connected(&mut self) {
        match self.connector.made() {
            None => {}
            Some(Err(why)) => self.connect_failed(why),
            Some(Ok(connection)) => {
                say::notice(format!("connected to {}", self.server()));
                self.connection = Some(connection);
                (self.ended, self.connected_once, self.failed, self.pause) = (false, true, false, None);
                self.told.clear();
                self.idle_since = Instant::now();
                if self.delivery.is_some() {
                    self.transmit();
                }
            }
        }
    }

    fn connect_failed(&mut self, why: String) {
        if why != self.told {
            say::error(&why);
            self.told = why;
        }
        let is_first = !self.connected_once && !self.failed;
        self.failed = true;
        if self.delivery.is_some() {
            return self.attempt(false);
        }
        self.pause_now();
        if is_first {
            let action = self.conf.startup_failure_action.clone();
            let message = "first attempt at connecting to server unsuccessful";
            self.act(&action, Level::Warning, "startup network failure", message);
        }
    }
}

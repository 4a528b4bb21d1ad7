//! Standard input into the queue.

use super::{Client, FLUSH};
use crate::remote::intake::{LINE_MAX, Taken, take};
use raudit_config::audisp_remote_conf::Overflow;
use raudit_dispatch::say;
use std::time::Instant;

impl Client {
    /// Whether input is read now. What has no room yet waits where it is: what we have taken dies with us.
    pub(super) fn reads(&self, now: Instant) -> bool {
        self.input_open && self.pending.is_empty() && !(self.queue.is_full() && self.expects_room(now))
    }

    /// Reads what has come.
    pub(super) fn read(&mut self) {
        let pending = &mut self.pending;
        match self.source.read(|event| pending.push_back(event)) {
            Ok(true) => {}
            Ok(false) => self.input_ended(),
            Err(e) => {
                say::error(e.to_string());
                self.input_failed = true;
                self.input_ended();
            }
        }
        self.idle_since = Instant::now();
    }

    fn input_ended(&mut self) {
        self.input_open = false;
        self.flush_until.get_or_insert_with(|| Instant::now() + FLUSH);
    }

    /// Puts what was read into the queue, as far as there is room or none is to be expected.
    pub(super) fn admit(&mut self) {
        while !self.pending.is_empty() && !self.stopped {
            if self.queue.is_full() && self.expects_room(Instant::now()) {
                return;
            }
            self.admit_one();
        }
    }

    /// Whether it goes on soon.
    fn expects_room(&self, now: Instant) -> bool {
        let waits = self.pause.is_some_and(|pause| now < pause);
        let connects = self.connection.is_some() || (!self.failed && self.may_connect());
        !self.suspended && (self.delivery.is_some() || (connects && !waits))
    }

    fn admit_one(&mut self) {
        let Some(event) = self.pending.pop_front() else { return };
        let line = match take(&event) {
            Taken::Line(line, is_cut) => {
                self.cut += u64::from(is_cut);
                if is_cut && self.cut.is_power_of_two() {
                    say::warning(format!("too long, and cut to {LINE_MAX} bytes: {} records so far", self.cut));
                }
                line
            }
            Taken::EndOfEvent => return,
            Taken::NotARecord => return self.losses.add(1, "standard input has a line that is no record", false),
        };
        if self.queue.is_full() {
            return self.overflow();
        }
        if let Err(e) = self.queue.push(line) {
            self.losses.add(1, "a record could not be queued", false);
            self.queue_failed(&e);
        }
        self.most_queued = self.most_queued.max(self.queue.len());
    }

    fn overflow(&mut self) {
        let action = self.conf.overflow_action;
        self.losses.add(1, "queue is full - dropping records", action == Overflow::Ignore);
        // who has suspended has nothing more to say
        if !(self.suspended && action == Overflow::Suspend) {
            self.suspended |= self.actions.overflow(action);
        }
    }

    /// At the end: what has room in the queue's file stays.
    pub(super) fn keep_pending(&mut self) {
        while !self.pending.is_empty() && !self.queue.is_full() {
            self.admit_one();
        }
    }
}

//! What the collector says.

use super::Client;
use super::delivery::{Item, Phase};
use crate::remote::actions::{Level, Outcome};
use raudit_config::audisp_remote_conf::Failure;
use raudit_dispatch::say;
use raudit_remote::protocol::{kind, next_answer};

/// How often the connection is read from before something else gets its turn.
const ROUNDS: usize = 8;

impl Client {
    /// Something has happened at the connection.
    pub(super) fn hear(&mut self) {
        // a collector that never stops talking is not to keep us from all else
        for _ in 0..ROUNDS {
            self.more_to_hear = false;
            let Some(connection) = &mut self.connection else { return };
            let is_open = connection.go_on().and_then(|()| connection.receive());
            let before = connection.received().len();
            self.check_written();
            if self.is_managed() {
                self.take_answers();
            } else if let Some(connection) = &mut self.connection {
                // to lines there is no answer
                connection.used(before);
            }
            if self.connection.is_none() {
                return;
            }
            match is_open {
                // there may be more where that came from, also within TLS, where poll(2) does not see it
                Ok(true) if self.connection.as_ref().is_some_and(|c| before > c.received().len()) => {
                    self.more_to_hear = true;
                }
                Ok(true) => return,
                Ok(false) => {
                    self.ended = true;
                    return self.broken(&format!("{} has closed the connection", self.server()));
                }
                Err(e) => return self.broken(&format!("read from {} failed: {e}", self.server())),
            }
        }
    }

    fn take_answers(&mut self) {
        while let Some(connection) = &mut self.connection {
            match next_answer(connection.received()) {
                Ok(None) => return,
                Ok(Some((answer, len))) => {
                    let (kind, sequence) = (answer.kind, answer.sequence);
                    let text = String::from_utf8_lossy(answer.text).replace(char::is_control, " ");
                    connection.used(len);
                    self.answered(kind, sequence, &text);
                }
                Err(e) => return self.lost_sync(&e.to_string()),
            }
        }
    }

    fn lost_sync(&mut self, why: &str) {
        say::error(format!("lost/losing sync, {why}"));
        self.try_again();
    }

    fn answered(&mut self, kind: u32, sequence: u32, text: &str) {
        if kind == kind::ENDING {
            return self.ending(text);
        }
        let awaited = self.delivery.as_ref().filter(|delivery| matches!(delivery.phase, Phase::Answer(_)));
        let Some(awaited) = awaited.map(|delivery| delivery.sequence) else { return self.told_unasked(kind, text) };
        if sequence != awaited {
            return self.lost_sync("mismatched response");
        }
        let (full, broken) = (self.conf.disk_full_action.clone(), self.conf.disk_error_action.clone());
        match kind {
            // it has been stored, whatever the action: another time would be once too often
            kind::DISK_LOW => {
                self.delivered();
                self.disk_low(text);
            }
            kind::DISK_FULL => self.refused(true, &full, "remote server's disk is full", text),
            kind::DISK_ERROR => self.refused(true, &broken, "remote server has a disk error", text),
            kind if kind & kind::ERROR_BIT != 0 => {
                let action = self.conf.generic_error_action.clone();
                self.refused(false, &action, "unrecognized remote error", text);
            }
            kind if kind & kind::WARNING_BIT != 0 => {
                let action = self.conf.generic_warning_action.clone();
                match self.act(&action, Level::Warning, "unrecognized remote warning", text) {
                    Outcome::GoOn => self.delivered(),
                    _ => self.delivery = None,
                }
            }
            _ => self.delivered(),
        }
    }

    fn disk_low(&mut self, text: &str) {
        let action = self.conf.disk_low_action.clone();
        self.act(&action, Level::Warning, "remote server is low on disk space", text);
    }

    fn ending(&mut self, text: &str) {
        self.lose_connection();
        self.ended = true;
        // it was not answered, and stays in the queue
        self.delivery = None;
        let action = self.conf.remote_ending_action.clone();
        self.act(&action, Level::Warning, "remote server is going down", text);
        // whoever goes down still listens for a moment
        self.pause_now();
    }

    /// The collector has not stored the record.
    fn refused(&mut self, closes: bool, action: &Failure, what: &str, text: &str) {
        if closes {
            self.lose_connection();
        }
        let outcome = self.act(action, Level::Error, what, text);
        let is_record = self.delivery.take().is_some_and(|delivery| matches!(delivery.item, Item::Record(_)));
        if outcome == Outcome::GoOn && is_record {
            self.losses.add(1, what, *action == Failure::Ignore);
            self.pop();
        }
    }

    /// What comes without having been asked for.
    fn told_unasked(&mut self, kind: u32, text: &str) {
        let (action, what) = match kind {
            kind::DISK_LOW => return self.disk_low(text),
            kind::DISK_FULL => (self.conf.disk_full_action.clone(), "remote server's disk is full"),
            kind::DISK_ERROR => (self.conf.disk_error_action.clone(), "remote server has a disk error"),
            _ => return,
        };
        self.lose_connection();
        self.act(&action, Level::Error, what, text);
        self.pause_now();
    }
}

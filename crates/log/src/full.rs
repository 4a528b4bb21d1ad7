//! What the writer does when the log or the disk is full, or the disk fails: the actions of auditd.conf.

use crate::create;
use crate::notice::{Notice, Occasion, suspends};
use crate::rotate::{Keep, remove_oldest, rotate};
use crate::space::Free;
use crate::writer::{LogError, Sink, Writer};
use nix::errno::Errno;
use raudit_config::Action;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::time::SystemTime;

/// How often `disk_error_action = syslog` says so: a dying disk must not fill the system log as well.
const DISK_ERRORS_SAID: u32 = 5;

impl Writer {
    /// Rotates now (SIGUSR1): keeping all archives if `max_log_file_action` is `keep_logs`. Says whether it did.
    pub fn rotate(&mut self) -> bool {
        let keep = match self.conf.max_log_file_action {
            Action::KeepLogs => Keep::All,
            _ => self.keep(),
        };
        self.rotate_keeping(keep)
    }

    /// Writes to disk again after a suspension (SIGUSR2); all actions are armed again.
    ///
    /// # Errors
    /// The log could not be opened; it is tried again with the next batch.
    pub fn resume(&mut self) -> Result<(), LogError> {
        self.disk_full_acted = false;
        self.disk_errors = 0;
        self.low_space.rearm();
        self.admin_space.rearm();
        if !matches!(self.sink, Sink::Suspended) {
            return Ok(());
        }
        self.reopen().map_err(|error| LogError::Open(self.conf.log_file.clone(), error))?;
        self.notices.push(Notice::Resumed);
        Ok(())
    }

    fn keep(&self) -> Keep {
        Keep::Files(self.conf.num_logs as usize)
    }

    /// Whether the log is full, and what then.
    pub(crate) fn check_size(&mut self) {
        let Sink::Open(open) = &mut self.sink else { return };
        if open.size < open.full_at {
            return;
        }
        // Should the action not give us an empty log, it comes again after as much again.
        open.full_at = open.size.saturating_add(open.full_at);
        let action = self.conf.max_log_file_action.clone();
        self.act(Occasion::LogFull, &action);
    }

    /// Whether space is left on the disk, and what if not.
    pub(crate) fn check_space(&mut self) {
        let Sink::Open(open) = &self.sink else { return };
        let free = match Free::of(&open.file) {
            Ok(free) => free,
            Err(error) => {
                self.notices.push(Notice::Failed("ask for the space left for", self.conf.log_file.clone(), error));
                return;
            }
        };
        if free.is_full() {
            self.disk_full();
            return;
        }
        self.disk_full_acted = false;
        if let Some(action) = self.low_space.action(&free) {
            self.act(Occasion::LowSpace, &action);
        }
        if let Some(action) = self.admin_space.action(&free) {
            self.act(Occasion::AdminSpace, &action);
        }
    }

    /// A write, a sync or an open failed. Says whether it is worth trying again.
    pub(crate) fn failed(&mut self, error: &io::Error) -> bool {
        match error.raw_os_error().map(Errno::from_raw) {
            Some(Errno::ENOSPC | Errno::EDQUOT) => self.disk_full(),
            _ => self.disk_error(error),
        }
    }

    fn disk_full(&mut self) -> bool {
        if self.stop_packing() {
            // What was being compressed took the space.
            return true;
        }
        if std::mem::replace(&mut self.disk_full_acted, true) {
            return false;
        }
        let action = self.conf.disk_full_action.clone();
        let rotated = self.act(Occasion::DiskFull, &action);
        if action == Action::Rotate && self.keep().rotates() {
            self.make_room();
        }
        rotated
    }

    /// Removes the oldest archives until the disk is not full any more: what `rotate` is asked for when it is. Renaming
    /// alone frees nothing before there are `num_logs` files.
    fn make_room(&mut self) {
        while let Sink::Open(open) = &self.sink
            && Free::of(&open.file).is_ok_and(|free| free.is_full())
            && remove_oldest(&self.conf.log_file, &mut self.notices)
        {}
    }

    fn disk_error(&mut self, error: &io::Error) -> bool {
        self.disk_errors = self.disk_errors.saturating_add(1);
        if self.disk_errors <= DISK_ERRORS_SAID {
            let same = error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
            self.notices.push(Notice::Failed("write", self.conf.log_file.clone(), same));
        }
        match self.conf.disk_error_action.clone() {
            Action::Syslog if self.disk_errors > DISK_ERRORS_SAID => false,
            action => self.act(Occasion::DiskError, &action),
        }
    }

    /// Takes an action. Says whether there is now an empty log to write to.
    fn act(&mut self, occasion: Occasion, action: &Action) -> bool {
        match action {
            Action::Ignore => {}
            Action::Syslog => self.notices.push(Notice::Happened(occasion)),
            Action::Rotate => return self.rotate_keeping(self.keep()),
            Action::KeepLogs => return self.rotate_keeping(Keep::All),
            Action::Suspend => self.suspend(occasion),
            Action::Email | Action::Exec(_) | Action::Single | Action::Halt => {
                self.notices.push(Notice::Replaced(occasion, action.clone()));
                if suspends(action) {
                    self.suspend(occasion);
                } else {
                    self.notices.push(Notice::Happened(occasion));
                }
            }
        }
        false
    }

    fn suspend(&mut self, occasion: Occasion) {
        self.sink = Sink::Suspended;
        self.notices.push(Notice::Suspended(occasion));
    }

    fn rotate_keeping(&mut self, keep: Keep) -> bool {
        let Sink::Open(open) = &self.sink else { return false };
        if !keep.rotates() {
            self.notices.push(Notice::RotationOff);
            return false;
        }
        // An empty log has nothing to give.
        if open.size == 0 {
            return false;
        }
        let log = self.conf.log_file.clone();
        if let Err(error) = self.flusher.finish(&open.file) {
            self.notices.push(Notice::Failed("sync", log.clone(), error));
        }
        if let Err(error) = rotate(&log, &open.file, self.conf.log_group, keep, &mut self.notices) {
            self.notices.push(Notice::Failed("rotate", log, error));
            // It stays the log: give it back its mode, as far as possible.
            drop(open.file.set_permissions(Permissions::from_mode(create::live_mode(self.conf.log_group))));
            return false;
        }
        self.rotated = Some(SystemTime::now());
        self.upkeep.rotated();
        if let Err(error) = self.reopen() {
            self.notices.push(Notice::Failed("open", log, error));
            return false;
        }
        self.notices.push(Notice::Rotated);
        true
    }
}

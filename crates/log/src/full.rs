//! What the writer does when the log or the disk is full, or the disk fails: the actions of auditd.conf.

use crate::create;
use crate::notice::{Notice, Occasion};
use crate::order::Order;
use crate::rotate::{Keep, remove_oldest, rotate};
use crate::space::Free;
use crate::writer::{LogError, Open, Sink, Writer};
use nix::errno::Errno;
use raudit_config::Action;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;

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
        self.notices.push(Notice::DiskFull);
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
            self.notices.push(Notice::DiskError(same));
        }
        match self.conf.disk_error_action.clone() {
            Action::Syslog if self.disk_errors > DISK_ERRORS_SAID => false,
            action => self.act(Occasion::DiskError, &action),
        }
    }

    /// Takes an action. Says whether there is now an empty log to write to.
    fn act(&mut self, occasion: Occasion, action: &Action) -> bool {
        if matches!(occasion, Occasion::LowSpace | Occasion::AdminSpace) {
            self.warn_everybody();
        }
        match action {
            Action::Ignore => {}
            Action::Syslog => self.say_happened(occasion),
            Action::Rotate if self.keep().rotates() => return self.rotate_keeping(self.keep()),
            // as auditd: nothing, and nothing said
            Action::Rotate => {}
            Action::KeepLogs => return self.rotate_keeping(Keep::All),
            Action::Suspend => {
                self.suspend();
                self.notices.push(Notice::Suspended(occasion));
            }
            Action::Email => {
                self.say_happened(occasion);
                self.orders.push(self.mail(occasion));
            }
            Action::Exec(program) => {
                // it may compress or move the log: nobody writes to it meanwhile
                self.suspend();
                self.notices.push(Notice::Handed(occasion, program.clone()));
                self.orders.push(Order::Run { program: program.clone(), resume: occasion == Occasion::LogFull });
            }
            Action::Single | Action::Halt => {
                self.notices.push(Notice::Leaving(occasion, action.clone()));
                self.orders.push(if *action == Action::Halt { Order::Halt } else { Order::Single });
            }
        }
        false
    }

    /// Closes the log, so that it can be moved or compressed.
    fn suspend(&mut self) {
        if let Sink::Open(open) = &self.sink {
            self.size_before = open.size;
        }
        self.sink = Sink::Suspended;
    }

    /// The syslog action. That the disk is full or failed has been said already.
    fn say_happened(&mut self, occasion: Occasion) {
        match occasion {
            Occasion::LogFull => self.notices.push(Notice::LogFull),
            Occasion::LowSpace | Occasion::AdminSpace => {
                let next = self.what_comes_next(occasion);
                self.notices.push(Notice::LowSpace(next));
            }
            Occasion::DiskFull | Occasion::DiskError | Occasion::Overflow => {}
        }
    }

    /// What is done should space get lower still.
    fn what_comes_next(&self, occasion: Occasion) -> String {
        let full = format!("If the disk becomes full, audit will {}.", self.conf.disk_full_action.word());
        if occasion == Occasion::AdminSpace {
            return full;
        }
        let admin = self.conf.admin_space_left_action.word();
        format!("If the admin space left threshold is reached, audit will {admin}. {full}")
    }

    fn mail(&self, occasion: Occasion) -> Order {
        let (subject, low) = match occasion {
            Occasion::AdminSpace => ("Audit Admin Space Alert", "very low on disk space for logging! Act at once"),
            _ => ("Audit Disk Space Alert", "low on disk space for logging! Please act"),
        };
        let log = self.conf.log_file.display();
        let text = format!("The audit daemon is {low}.\n{}\nThe log is {log}.", self.what_comes_next(occasion));
        Order::Mail { to: self.conf.action_mail_acct.clone(), subject, text }
    }

    /// Should the machine be halted when space gets lower still, those who are logged in are told.
    fn warn_everybody(&mut self) {
        if self.conf.admin_space_left_action == Action::Halt || self.conf.disk_full_action == Action::Halt {
            self.orders.push(Order::Wall(
                "The audit system is low on disk space and is now halting the system for admin corrective action.",
            ));
        }
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
        match rotate(&log, &open.file, self.conf.log_group, keep, &mut self.notices) {
            Ok(files) => self.known_files = files,
            Err(error) => {
                self.notices.push(Notice::Failed("rotate", log, error));
                // It stays the log: give it back its mode, as far as possible.
                drop(open.file.set_permissions(Permissions::from_mode(create::live_mode(self.conf.log_group))));
                return false;
            }
        }
        self.upkeep.rotated();
        let before = std::mem::replace(&mut self.sink, Sink::Broken);
        if let Err(error) = self.reopen() {
            self.notices.push(Notice::Failed("open", log, error));
            // what was the log takes records until there is a new one
            if let Sink::Open(open) = before {
                self.sink = Sink::Open(Open { is_archive: true, full_at: u64::MAX, ..open });
            }
            return false;
        }
        self.notices.push(Notice::Rotated(keep == Keep::All));
        true
    }
}

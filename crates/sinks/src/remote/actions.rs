//! What is done when something fails: the `*_action` keys.

use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use raudit_config::audisp_remote_conf::{Failure, Overflow};
use raudit_dispatch::say;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Changes the run level.
const INIT: &str = "/sbin/init";

/// How bad it is, for the system log.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Level {
    /// It may pass.
    Warning,
    /// It is an error.
    Error,
}

/// What follows from an action for the record that was being sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It is done with.
    GoOn,
    /// It is kept, and tried again later.
    Keep,
    /// It is kept, and nothing is sent until told to resume.
    Suspend,
    /// It is kept, and we end.
    Stop,
}

/// Carries out actions.
#[derive(Debug)]
pub struct Actions {
    init: PathBuf,
    /// `warn_once_continue` and `warn_once` have spoken.
    warned: [bool; 2],
    /// The machine is being taken down: once is enough.
    leaving: bool,
}

impl Default for Actions {
    fn default() -> Self {
        Self::with_init(INIT)
    }
}

impl Actions {
    /// With another program to change the run level.
    fn with_init(init: impl Into<PathBuf>) -> Self {
        Self { init: init.into(), warned: [false; 2], leaving: false }
    }

    /// A record got through: who warns once may warn again.
    pub fn got_through(&mut self) {
        self.warned = [false; 2];
    }

    /// `what` has happened, which `message` says more of.
    pub fn carry_out(&mut self, action: &Failure, level: Level, what: &str, message: &str) -> Outcome {
        let both = if message.is_empty() { what.to_owned() } else { format!("{what}, {message}") };
        match action {
            Failure::Ignore => Outcome::GoOn,
            Failure::Syslog => {
                tell(level, &both);
                Outcome::GoOn
            }
            Failure::Exec(program) => {
                start(program, message);
                Outcome::GoOn
            }
            Failure::WarnOnceContinue => self.warn_once(0, level, &both, Outcome::GoOn),
            Failure::WarnOnce => self.warn_once(1, level, &both, Outcome::Keep),
            Failure::Reconnect => {
                tell(level, &format!("disconnected due to {both}, will attempt to connect again"));
                Outcome::Keep
            }
            Failure::Suspend => {
                tell(level, &format!("suspending remote logging due to {both}; SIGUSR2 resumes it"));
                Outcome::Suspend
            }
            Failure::Single => {
                tell(level, &format!("switching the system to single user mode due to {both}"));
                self.change_run_level("1");
                Outcome::Keep
            }
            Failure::Halt => {
                tell(level, &format!("halting the system due to {both}"));
                self.change_run_level("0");
                Outcome::Keep
            }
            Failure::Stop => {
                tell(level, &format!("stopping remote logging due to {both}"));
                Outcome::Stop
            }
        }
    }

    fn warn_once(&mut self, which: usize, level: Level, text: &str, first: Outcome) -> Outcome {
        let has_warned = self.warned.get_mut(which).is_none_or(|warned| std::mem::replace(warned, true));
        if has_warned {
            // as auditd's program: from the second time on the record is kept, whichever of the two it is
            return Outcome::Keep;
        }
        tell(level, text);
        first
    }

    /// The queue is full, and a record was lost. Whether nothing is to be sent from now on.
    pub fn overflow(&mut self, action: Overflow) -> bool {
        let level = match action {
            // who counts what is lost says so
            Overflow::Ignore | Overflow::Syslog => return false,
            Overflow::Suspend => {
                say::error("the queue is full: suspending remote logging; SIGUSR2 resumes it");
                return true;
            }
            Overflow::Single => "1",
            Overflow::Halt => "0",
        };
        if !self.leaving {
            let what = if level == "1" { "changing the system to single user mode" } else { "halting the system" };
            say::error(format!("the queue is full: {what}"));
        }
        self.change_run_level(level);
        false
    }

    fn change_run_level(&mut self, level: &str) {
        if !std::mem::replace(&mut self.leaving, true) {
            start(&self.init, level);
        }
    }
}

fn tell(level: Level, text: &str) {
    match level {
        Level::Warning => say::warning(text),
        Level::Error => say::error(text),
    }
}

/// Starts a program with one argument, and does not wait for it. Records are not its business.
fn start(program: &Path, argument: &str) {
    if let Err(e) = Command::new(program).arg(argument).env_clear().stdin(Stdio::null()).spawn() {
        say::error(format!("cannot run {}: {e}", program.display()));
    }
}

/// Buries programs that have ended, and says which of them failed.
pub fn bury() {
    while let Ok(status) = waitpid(Pid::from_raw(-1), Some(WaitPidFlag::WNOHANG)) {
        match status {
            WaitStatus::StillAlive => return,
            WaitStatus::Exited(_, 0) => {}
            status => say::warning(format!("a program run by an action failed: {status:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    fn carry_out(actions: &mut Actions, action: Failure) -> Outcome {
        actions.carry_out(&action, Level::Warning, "a test", "why")
    }

    #[test]
    fn actions_say_what_becomes_of_the_record() {
        let mut actions = Actions::default();
        let mut outcome = |action| carry_out(&mut actions, action);
        assert_eq!(outcome(Failure::Ignore), Outcome::GoOn);
        assert_eq!(outcome(Failure::Syslog), Outcome::GoOn);
        assert_eq!(outcome(Failure::Reconnect), Outcome::Keep);
        assert_eq!(outcome(Failure::Suspend), Outcome::Suspend);
        assert_eq!(outcome(Failure::Stop), Outcome::Stop);
        assert_eq!(outcome(Failure::WarnOnce), Outcome::Keep);
        assert_eq!(outcome(Failure::WarnOnce), Outcome::Keep);
        assert_eq!(outcome(Failure::WarnOnceContinue), Outcome::GoOn);
        assert_eq!(outcome(Failure::WarnOnceContinue), Outcome::Keep);
        actions.got_through();
        assert_eq!(carry_out(&mut actions, Failure::WarnOnceContinue), Outcome::GoOn);
    }

    fn wait_for(path: &Path, text: &str) {
        for _ in 0..3000 {
            if fs::read_to_string(path).is_ok_and(|found| found == text) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{} has not {text:?}", path.display());
    }

    #[test]
    fn programs_are_run_with_one_argument_and_the_run_level_is_changed_once() {
        let dir = tempfile::tempdir().unwrap();
        let (program, out) = (dir.path().join("program"), dir.path().join("out"));
        fs::write(&program, format!("#!/bin/sh\necho \"$# $1\" >> {}\n", out.display())).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o750)).unwrap();
        let mut actions = Actions::with_init(&program);
        assert_eq!(carry_out(&mut actions, Failure::Exec(program.clone())), Outcome::GoOn);
        wait_for(&out, "1 why\n");
        assert_eq!(carry_out(&mut actions, Failure::Halt), Outcome::Keep);
        wait_for(&out, "1 why\n1 0\n");
        assert_eq!(carry_out(&mut actions, Failure::Single), Outcome::Keep);
        assert!(!actions.overflow(Overflow::Single) && !actions.overflow(Overflow::Ignore));
        assert!(actions.overflow(Overflow::Suspend));
        let mut actions = Actions::with_init(&program);
        assert!(!actions.overflow(Overflow::Single) && !actions.overflow(Overflow::Single));
        wait_for(&out, "1 why\n1 0\n1 1\n");
        carry_out(&mut actions, Failure::Exec("/nosuch/program".into()));
    }
}

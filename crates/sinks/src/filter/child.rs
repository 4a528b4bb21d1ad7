//! The plugin that a filter feeds.

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use raudit_dispatch::inherited::ignore_signals;
use raudit_dispatch::say;
use rustix::process::{PidfdFlags, pidfd_open};
use std::ffi::OsString;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often a wait looks whether it is over.
const STEP: Duration = Duration::from_millis(5);
/// How long the child may take to end by itself when its input has, before SIGTERM is passed on.
const BEFORE_TERM: Duration = Duration::from_millis(50);
/// How long one that has closed its input may take to end, so that it can be said which of both it was.
const DYING: Duration = Duration::from_millis(200);

/// A running plugin, and what it has not taken yet.
#[derive(Debug)]
pub(super) struct Child {
    child: std::process::Child,
    stdin: ChildStdin,
    life: OwnedFd,
    name: PathBuf,
    owed: Vec<u8>,
}

impl Child {
    /// Runs a program with an empty environment and a pipe as standard input.
    pub(super) fn start(binary: &Path, args: &[OsString]) -> io::Result<Self> {
        let mut command = Command::new(binary);
        command.args(args).env_clear().stdin(Stdio::piped());
        // as auditd's, which has inherited that itself
        ignore_signals(&mut command);
        let mut child = command.spawn()?;
        let stdin = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        fcntl(&stdin, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        let life = pidfd_open(rustix::process::Pid::from_child(&child), PidfdFlags::empty())?;
        Ok(Self { child, stdin, life, name: binary.to_owned(), owed: Vec::new() })
    }

    /// Where it can be seen whether it takes more.
    pub(super) fn input(&self) -> BorrowedFd<'_> {
        self.stdin.as_fd()
    }

    /// Readable when it has ended.
    pub(super) fn life(&self) -> BorrowedFd<'_> {
        self.life.as_fd()
    }

    /// How many bytes it has not taken yet.
    pub(super) fn owed(&self) -> usize {
        self.owed.len()
    }

    /// Adds to what it is to get.
    pub(super) fn push(&mut self, parts: &[&[u8]]) {
        parts.iter().for_each(|part| self.owed.extend_from_slice(part));
    }

    /// Writes as much as it takes now.
    ///
    /// # Errors
    /// It has closed its input.
    pub(super) fn write(&mut self) -> io::Result<()> {
        let mut done = 0;
        let result = loop {
            let Some(rest) = self.owed.get(done..).filter(|rest| !rest.is_empty()) else { break Ok(()) };
            match self.stdin.write(rest) {
                Ok(n) => done += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        self.owed.drain(..done);
        result
    }

    /// Passes a signal on.
    pub(super) fn signal(&mut self, signal: Signal) {
        pass_on(&mut self.child, signal);
    }

    /// It has ended, or takes no more: says so.
    pub(super) fn report(&mut self) {
        // A process that ends closes its input first.
        ended(&self.life, DYING);
        let how = match self.child.try_wait() {
            Ok(Some(status)) => format!("has ended ({status})"),
            _ => "has closed its input".to_owned(),
        };
        say::warning(format!("{} {how}; {} bytes of records did not reach it", self.name.display(), self.owed()));
    }

    /// Ends its input when it has taken what it is owed, or half of `time` is over, and passes SIGTERM on if that is to
    /// be so. Waits for its end, but no longer than `time`: it may have work of its own left.
    pub(super) fn end(mut self, time: Duration, terminate: bool) {
        let begun = Instant::now();
        while self.write().is_ok() && self.owed() > 0 && begun.elapsed() < time / 2 {
            sleep(STEP);
        }
        if self.owed() > 0 {
            self.report();
        }
        let Self { mut child, stdin, life, .. } = self;
        drop(stdin);
        if terminate && !ended(&life, BEFORE_TERM) {
            pass_on(&mut child, Signal::SIGTERM);
        }
        if ended(&life, time.saturating_sub(begun.elapsed())) {
            drop(child.wait());
        }
    }
}

/// Waits for the end of a process. False: it has not come in time.
fn ended(life: &OwnedFd, time: Duration) -> bool {
    let timeout = PollTimeout::try_from(time).unwrap_or(PollTimeout::ZERO);
    poll(&mut [PollFd::new(life.as_fd(), PollFlags::POLLIN)], timeout).is_ok_and(|count| count > 0)
}

fn pass_on(child: &mut std::process::Child, signal: Signal) {
    // Not reaped yet, so its id is still its own.
    if let (Ok(None), Ok(pid)) = (child.try_wait(), i32::try_from(child.id())) {
        // It may have ended just now.
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

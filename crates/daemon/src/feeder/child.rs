//! raudispd, as rauditd's child: started with root's rights, listened to, signalled, and waited for.

use super::Known;
use crate::alarm::{Alarm, Event};
use crate::privilege::Root;
use crate::say;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use raudit_config::Action;
use raudit_dispatch::status::Reader;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::Builder;
use std::time::{Duration, Instant};

/// How long raudispd may take to stop its plugins when its input ends: those of a configuration that has just been read again wait for the
/// end of the ones before.
const STOP: Duration = Duration::from_secs(20);
/// How long raudispd may read nothing before it counts as stuck. It waits for no plugin that long.
const STUCK: Duration = Duration::from_secs(30);
/// The longest line of raudispd's, or of a plugin's, that is passed on in one piece.
const LINE_MAX: u64 = 4096;

/// How many lines of plugins are passed on to the system log in a [`WINDOW`]. Under auditd it gets none.
const LINES: u32 = 200;
/// See [`LINES`].
const WINDOW: Duration = Duration::from_secs(10);

/// How to start raudispd.
#[derive(Clone, Debug)]
pub struct Starter {
    pub program: PathBuf,
    /// Where auditd.conf is.
    pub config_dir: PathBuf,
    pub daemon: bool,
    pub root: Root,
    pub alarm: Alarm,
    pub known: Known,
}

/// A raudispd that was started.
#[derive(Debug)]
pub struct Host {
    child: Child,
    stream: UnixStream,
}

impl Starter {
    /// Starts it.
    pub fn start(&self) -> io::Result<Host> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_write_timeout(Some(STUCK))?;
        let mut command = Command::new(&self.program);
        command.env_remove(crate::upgrade::FOLLOWS).env_remove("NOTIFY_SOCKET").env_remove("WATCHDOG_USEC");
        command.arg("-c").arg(&self.config_dir).stdin(Stdio::from(OwnedFd::from(theirs)));
        if self.daemon {
            // what started us may wait until nobody has its standard output and error any more
            command.stdout(Stdio::null()).stderr(Stdio::piped());
        }
        let mut child = self.root.spawn(command)?;
        if let Some(said) = child.stderr.take() {
            Builder::new().name("raudispd".into()).spawn(move || relay(said))?;
        }
        let (answers, known, alarm) = (ours.try_clone()?, self.known.clone(), self.alarm.clone());
        Builder::new().name("plugin-status".into()).spawn(move || listen(answers, &known, &alarm))?;
        Ok(Host { child, stream: ours })
    }
}

/// The thread: says what raudispd and its plugins say, within bounds.
fn relay(said: impl Read) {
    let mut said = BufReader::new(said);
    let (mut line, mut bound) = (Vec::new(), Bound::new(Instant::now()));
    while said.by_ref().take(LINE_MAX).read_until(b'\n', &mut line).is_ok_and(|len| len > 0) {
        let (says, left_out) = bound.take(Instant::now());
        if left_out > 0 {
            say::warning(format!("{left_out} lines of plugins were left out"));
        }
        if says {
            let text = String::from_utf8_lossy(&line);
            say::warning(text.trim_end().replace(char::is_control, "?"));
        }
        line.clear();
    }
}

/// How many lines are passed on in a time.
#[derive(Debug)]
struct Bound {
    begun: Instant,
    lines: u32,
    left_out: u64,
}

impl Bound {
    fn new(now: Instant) -> Self {
        Self { begun: now, lines: 0, left_out: 0 }
    }

    /// Whether a line is passed on, and how many were left out that have not been told of.
    fn take(&mut self, now: Instant) -> (bool, u64) {
        let mut left_out = 0;
        if now.duration_since(self.begun) >= WINDOW {
            left_out = self.left_out;
            *self = Self::new(now);
        }
        self.lines += 1;
        let says = self.lines <= LINES;
        self.left_out += u64::from(!says);
        (says, left_out)
    }
}

/// The thread: remembers what raudispd tells of its plugins.
fn listen(answers: UnixStream, known: &Known, alarm: &Alarm) {
    let mut answers = BufReader::new(answers);
    let (mut line, mut reader, mut acted) = (Vec::new(), Reader::default(), false);
    while answers.by_ref().take(LINE_MAX).read_until(b'\n', &mut line).is_ok_and(|len| len > 0) {
        if let Some(status) = str::from_utf8(&line).ok().and_then(|line| reader.line(line)) {
            let action = status.action.clone();
            known.set(status);
            if action != Action::Ignore && !std::mem::replace(&mut acted, true) {
                alarm.tell(Event::Overflow(action));
            }
        }
        line.clear();
    }
}

impl Host {
    /// Writes frames, waiting for it to read.
    ///
    /// # Errors
    /// It has ended, or is stuck.
    pub fn write(&mut self, frames: &[u8]) -> io::Result<()> {
        self.stream.write_all(frames).map_err(|e| match e.kind() {
            io::ErrorKind::WouldBlock => io::Error::other(format!("it has read nothing for {} s", STUCK.as_secs())),
            _ => e,
        })
    }

    /// Sends a signal. It has not been waited for, so the process id is still its own.
    pub fn signal(&self, signal: Signal) {
        if let Ok(pid) = i32::try_from(self.child.id()) {
            // one that has just ended is noticed soon
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Kills it.
    pub fn kill(mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Ends its input and waits, but not for ever.
    pub fn stop(mut self) {
        // the other half of the socket is held by the thread that listens
        drop(self.stream.shutdown(std::net::Shutdown::Write));
        let deadline = Instant::now() + STOP;
        while self.ended().is_none() {
            if Instant::now() > deadline {
                say::warning("the plugin host did not end in time and is killed");
                return self.kill();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_that_talks_without_end_is_cut_short_and_that_is_told() {
        let now = Instant::now();
        let mut bound = Bound::new(now);
        let said = (0..1000).filter(|_| bound.take(now).0).count();
        assert_eq!(said, LINES as usize);
        assert_eq!(bound.take(now + WINDOW), (true, 800));
        assert_eq!(bound.take(now + WINDOW), (true, 0));
    }
}

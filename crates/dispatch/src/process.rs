//! One plugin's process: started as auditd does, fed through its standard input, stopped in the end.

use crate::inherited::{ignore_signals, is_read};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use raudit_config::PluginConf;
use raudit_config::plugin_conf::is_built_in;
use std::fs;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a plugin has between the end of its input and SIGTERM: auditd's.
const BEFORE_TERM: Duration = Duration::from_millis(50);
/// How long SIGTERM is put off for a plugin that is still at work after that.
const WHILE_BUSY: Duration = Duration::from_secs(1);
/// How long a plugin has between SIGTERM and SIGKILL.
const BEFORE_KILL: Duration = Duration::from_secs(2);
/// How often a wait looks whether it is over.
const STEP: Duration = Duration::from_millis(5);

/// How a write to a plugin ended before all was written.
#[derive(Debug)]
pub enum Stopped {
    /// The plugin has ended, or closed its input.
    Gone,
    /// The caller did not want to wait any longer.
    GaveUp,
}

/// A running plugin. Dropping it kills the process.
#[derive(Debug)]
pub struct Process {
    child: Child,
    socket: UnixStream,
    ended: Option<ExitStatus>,
}

impl Process {
    /// Starts a plugin: `execve` of its path and arguments, an empty environment, one end of a socket pair as standard
    /// input, no other descriptors but standard output and error, no signal blocked, most ignored.
    ///
    /// # Errors
    /// What `socketpair`, `fork` or `execve` give.
    pub fn start(program: &Path, conf: &PluginConf) -> io::Result<Self> {
        let (ours, theirs) = UnixStream::pair()?;
        // Ours only: blocking or not is a property of each end.
        ours.set_nonblocking(true)?;
        let mut command = Command::new(if is_built_in(program) { Path::new("/proc/self/exe") } else { program });
        command.arg0(program).args(&conf.args).env_clear().stdin(Stdio::from(OwnedFd::from(theirs)));
        ignore_signals(&mut command);
        let child = command.spawn()?;
        Ok(Self { child, socket: ours, ended: None })
    }

    /// Writes all of `bytes`. While the plugin does not read, `go_on` is asked every so often whether to wait further.
    ///
    /// # Errors
    /// How many bytes the plugin's input has taken, and why not all.
    pub fn write(&mut self, bytes: &[u8], mut go_on: impl FnMut(bool) -> bool) -> Result<(), (usize, Stopped)> {
        let mut done = 0;
        let mut moved = false;
        while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
            match self.socket.write(rest) {
                Ok(n) => {
                    done += n;
                    moved = true;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if !go_on(std::mem::take(&mut moved)) {
                        return Err((done, Stopped::GaveUp));
                    }
                    self.wait_for_room(Duration::from_millis(100));
                }
                Err(_) => return Err((done, Stopped::Gone)),
            }
        }
        Ok(())
    }

    fn wait_for_room(&self, time: Duration) {
        let mut fds = [PollFd::new(self.socket.as_fd(), PollFlags::POLLOUT)];
        // An error shows at the next write.
        let _ = poll(&mut fds, PollTimeout::try_from(time).unwrap_or(PollTimeout::ZERO));
    }

    /// Whether the plugin has read all it was given.
    pub fn has_read_all(&self) -> bool {
        is_read(self.socket.as_fd())
    }

    /// How the process ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().ok().flatten();
        }
        self.ended
    }

    /// Stops the plugin: end of input, SIGTERM after 50 ms (up to a second if it is at work), SIGKILL after two seconds
    /// more. Says how it ended.
    ///
    /// # Errors
    /// What `kill` or `wait` give.
    pub fn stop(mut self) -> io::Result<ExitStatus> {
        // Both directions: the plugin may have passed the socket on, but sees its end all the same.
        drop(self.socket.shutdown(std::net::Shutdown::Both));
        let begun = Instant::now();
        loop {
            if let Some(status) = self.wait(BEFORE_TERM) {
                return Ok(status);
            }
            // On a busy machine it may not even have run yet; what it has read would be lost.
            if begun.elapsed() > WHILE_BUSY || !self.is_busy() {
                break;
            }
        }
        self.signal(Signal::SIGTERM)?;
        if let Some(status) = self.wait(BEFORE_KILL) {
            return Ok(status);
        }
        self.child.kill()?;
        let status = self.child.wait()?;
        self.ended = Some(status);
        Ok(status)
    }

    fn wait(&mut self, time: Duration) -> Option<ExitStatus> {
        let end = Instant::now() + time;
        loop {
            let status = self.ended();
            if status.is_some() || Instant::now() >= end {
                return status;
            }
            sleep(STEP);
        }
    }

    /// Whether the process runs, waits to run, or waits for a disk (proc_pid_stat(5), field 3).
    fn is_busy(&self) -> bool {
        let stat = fs::read(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let after_name = stat.iter().rposition(|byte| *byte == b')').and_then(|at| stat.get(at + 2));
        matches!(after_name, Some(b'R' | b'D'))
    }

    /// The process is our child and not reaped yet, so its id is still its own.
    fn signal(&self, signal: Signal) -> io::Result<()> {
        let Ok(pid) = i32::try_from(self.child.id()) else { return Ok(()) };
        match kill(Pid::from_raw(pid), signal) {
            Ok(()) | Err(Errno::ESRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.ended().is_none() {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

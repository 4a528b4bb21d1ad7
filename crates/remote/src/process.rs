//! The collector's process, as the daemon sees it: the daemon's own program file, executed again.

use crate::link::{Level, Link, MESSAGE_MAX, ToCollector, ToDaemon};
use crate::settings::Settings;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The only argument of rauditd as a collector. Nobody else is to use it.
pub const ARGUMENT: &str = "--collector";
/// This very program, also if its file was replaced meanwhile.
pub const THIS_PROGRAM: &str = "/proc/self/exe";

/// How long a collector that is behind may take to read the next message.
const LISTEN: Duration = Duration::from_secs(5);
/// How long a collector may take to listen.
const START: Duration = Duration::from_secs(10);

/// Whether this process was started to be a collector.
pub fn is_collector() -> bool {
    let mut arguments = std::env::args_os().skip(1);
    arguments.next().as_deref() == Some(OsStr::new(ARGUMENT)) && arguments.next().is_none()
}

/// A collector that listens. It is killed when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    link: Link,
}

impl Process {
    /// Starts it and waits until it listens. It dies with the thread that `spawn` starts it in. `log` gets what it says meanwhile.
    ///
    /// # Errors
    /// Why it does not listen.
    pub fn start(
        program: &Path,
        settings: &Settings,
        spawn: &dyn Fn(Command) -> io::Result<Child>,
        log: &mut dyn FnMut(Level, &str),
    ) -> Result<Self, String> {
        let cannot = |e: io::Error| format!("cannot start the collector: {e}");
        let (link, theirs) = Link::pair().map_err(cannot)?;
        let mut command = Command::new(program);
        command.arg0("rauditd").arg(ARGUMENT).env_clear();
        // what it has to say comes over the link
        command.stdin(Stdio::from(theirs.into_fd())).stdout(Stdio::null()).stderr(Stdio::null());
        // the other end is the child's alone then: the command held it
        let child = spawn(command).map_err(cannot)?;
        let mut process = Self { child, link };
        process.send(&ToCollector::Settings(Box::new(settings.clone()))).map_err(cannot)?;
        process.wait_until_ready(log)?;
        Ok(process)
    }

    fn wait_until_ready(&mut self, log: &mut dyn FnMut(Level, &str)) -> Result<(), String> {
        let deadline = Instant::now() + START;
        let mut buffer = vec![0; MESSAGE_MAX];
        loop {
            match self.receive(&mut buffer) {
                Ok(Some(ToDaemon::Ready)) => return Ok(()),
                Ok(Some(ToDaemon::Failed(why))) => return Err(why),
                Ok(Some(ToDaemon::Log(level, text))) => log(level, &text),
                Ok(Some(other)) => return Err(format!("the collector says {other:?} before it listens")),
                Ok(None) => return Err(format!("the collector ended at once: {}", self.end())),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(format!("the collector does not listen after {} s", START.as_secs()));
                    }
                    let limit = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
                    let _ = poll(&mut [PollFd::new(self.link.as_fd(), PollFlags::POLLIN)], limit);
                }
                Err(e) => return Err(format!("cannot hear the collector: {e}")),
            }
        }
    }

    /// Says something; `TimedOut` when the collector does not listen. It never waits for us before it reads.
    pub fn send(&self, message: &ToCollector) -> io::Result<()> {
        let message = message.encode();
        let deadline = Instant::now() + LISTEN;
        loop {
            match self.link.send(&message) {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                done => return done,
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let limit = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
            let _ = poll(&mut [PollFd::new(self.link.as_fd(), PollFlags::POLLOUT)], limit);
        }
    }

    /// What it says next, with a buffer of [`MESSAGE_MAX`] bytes: `None` when it has ended, `WouldBlock` when it is silent, and
    /// `InvalidData` for what is no message.
    pub fn receive(&self, buffer: &mut [u8]) -> io::Result<Option<ToDaemon>> {
        let Some(message) = self.link.receive(buffer)? else { return Ok(None) };
        let said = ToDaemon::decode(message).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
        Ok(Some(said))
    }

    /// Kills it unless it has ended; how it ended.
    pub fn end(&mut self) -> String {
        // one that has just closed its end is about to exit
        let deadline = Instant::now() + Duration::from_millis(200);
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return status.to_string(),
                Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
                _ => break,
            }
        }
        drop(self.child.kill());
        self.child.wait().map_or_else(|e| e.to_string(), |status| status.to_string())
    }

    /// Kills it at once.
    pub fn kill(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl AsFd for Process {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.link.as_fd()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

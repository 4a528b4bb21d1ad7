//! What a sink waits for: records on standard input, signals, and descriptors of its own.

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::getppid;
use raudit_dispatch::feed::Event;
use raudit_dispatch::inherited;
use raudit_dispatch::stream::{Stream, StreamError};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::WithOrigin;
use std::io::{self, Stdin};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// How long what was sent before SIGTERM is read.
const REST: Duration = Duration::from_secs(1);

/// What has happened while a sink waited.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Woken {
    /// There is something to read, or the input has ended.
    pub input: bool,
    /// SIGHUP: read the settings again.
    pub reload: bool,
    /// SIGUSR1: tell how things are.
    pub report: bool,
    /// SIGUSR2: go on with what was suspended.
    pub resume: bool,
    /// SIGTERM of the dispatcher, or SIGINT: end.
    pub end: bool,
    /// What happened at each of the sink's own descriptors, in their order.
    pub others: Vec<PollFlags>,
}

/// Standard input and the signals.
#[derive(Debug)]
pub struct Source {
    stream: Stream<Stdin>,
    wake: UnixStream,
    signals: SignalsInfo<WithOrigin>,
    parent: nix::unistd::Pid,
}

impl Source {
    /// Takes over signals and standard input.
    ///
    /// # Errors
    /// What `sigaction` and `socketpair` give.
    pub fn new() -> io::Result<Self> {
        inherited::reset_signals()?;
        let (wake, sender) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        let watched = [SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2];
        for signal in watched {
            signal_hook::low_level::pipe::register(signal, sender.try_clone()?)?;
        }
        let signals = SignalsInfo::new(watched)?;
        Ok(Self { stream: Stream::new(io::stdin()), wake, signals, parent: getppid() })
    }

    /// Waits for input (if `reads`), a signal, one of `others`, or the end of `time`.
    pub fn wait(&mut self, reads: bool, others: &[(BorrowedFd<'_>, PollFlags)], time: Option<Duration>) -> Woken {
        let input = if reads { PollFlags::POLLIN } else { PollFlags::empty() };
        let mut fds = vec![PollFd::new(self.wake.as_fd(), PollFlags::POLLIN)];
        fds.extend(others.iter().map(|(fd, flags)| PollFd::new(*fd, *flags)));
        // poll(2) reports a closed input even if it is not asked for.
        if reads {
            fds.push(PollFd::new(self.stream.source().as_fd(), input));
        }
        // Rounded up: a wait of less than a millisecond must not become a busy loop.
        let time = time.map(|time| time + Duration::from_millis(u64::from(!time.is_zero())));
        let timeout = time.map_or(PollTimeout::NONE, |time| PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX));
        let ready = !matches!(poll(&mut fds, timeout), Ok(0) | Err(_));
        let flags = |fd: &PollFd<'_>| fd.revents().filter(|_| ready).unwrap_or(PollFlags::empty());
        let found: Vec<PollFlags> = fds.iter().skip(1).map(flags).collect();
        drop(fds);
        let mut woken = Woken {
            input: reads && found.last().is_some_and(|flags| !flags.is_empty()),
            others: found.into_iter().take(others.len()).collect(),
            ..Woken::default()
        };
        self.signals(&mut woken);
        woken
    }

    /// Hands every whole record that can be read now to `each`, as a frame. False at the end of the input.
    ///
    /// # Errors
    /// The input is broken. Records before that have been handed out.
    pub fn read(&mut self, each: impl FnMut(Event)) -> Result<bool, StreamError> {
        self.stream.read(each)
    }

    /// After SIGTERM: hands out what has been sent already, as [`Source::read`] does, for a bounded time. The end of the input may never come.
    ///
    /// # Errors
    /// The input is broken.
    pub fn rest(&mut self, mut each: impl FnMut(Event)) -> Result<(), StreamError> {
        let end = Instant::now() + REST;
        while Instant::now() < end && self.wait(true, &[], Some(Duration::ZERO)).input && self.read(&mut each)? {}
        Ok(())
    }

    /// Whether the input is lines of text. False until something has come.
    pub fn is_text(&self) -> bool {
        self.stream.is_text()
    }

    /// How many lines were too long, and were cut.
    pub fn cut(&self) -> u64 {
        self.stream.cut()
    }

    fn signals(&mut self, woken: &mut Woken) {
        let mut bytes = [0; 64];
        while matches!(nix::unistd::read(&self.wake, &mut bytes), Ok(n) if n > 0) || self.interrupted(&mut bytes) {}
        for origin in self.signals.pending() {
            match origin.signal {
                SIGHUP => woken.reload = true,
                SIGUSR1 => woken.report = true,
                SIGUSR2 => woken.resume = true,
                // A stray `pkill` is not to cost records, as with auditd's plugins since 4.1; the kernel's own, and a
                // sender that is not known, count as the dispatcher's.
                SIGTERM => {
                    let stranger = origin.process.is_some_and(|process| process.pid != self.parent.as_raw());
                    woken.end |= !stranger || getppid() != self.parent;
                }
                _ => woken.end = true,
            }
        }
    }

    fn interrupted(&self, bytes: &mut [u8]) -> bool {
        matches!(nix::unistd::read(&self.wake, bytes), Err(Errno::EINTR))
    }
}

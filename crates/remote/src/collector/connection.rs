//! One sender: what it sent and has not been dealt with, and what it is to be told.

use super::stream::Stream;
use crate::link::{BATCH_MAX, Verdict};
use crate::protocol::{self, Item, kind};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{setsockopt, sockopt};
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

/// Bytes read at once. What is kept of a sender is not more than that and the beginning of one record.
const READ: usize = 32 << 10;
/// Memory that a sender keeps though it has nothing in it.
const KEPT: usize = 4 << 10;

/// What comes next for a connection.
#[derive(Debug, Eq, PartialEq)]
pub enum Next {
    /// Nothing, until it is ready again or answered.
    Nothing,
    /// So many records for the daemon, as lines. Until they are answered nothing more is read.
    Records(u32, Vec<u8>),
    /// It ends, and why if that is worth telling.
    Close(Option<String>),
}

/// A connection.
#[derive(Debug)]
pub struct Connection {
    peer: SocketAddr,
    stream: Stream,
    /// Who the sender has proved to be.
    identity: Option<String>,
    input: Vec<u8>,
    output: Vec<u8>,
    /// The sequence numbers of the records the daemon has; none for a line, which is not answered.
    waiting: Option<Vec<Option<u32>>>,
    /// The sender will send no more.
    has_ended: bool,
    /// When it last sent or took anything.
    active: Instant,
}

impl Connection {
    /// A sender that was accepted, and its name if it has proved one.
    pub fn new(stream: Stream, peer: SocketAddr, identity: Option<String>) -> io::Result<Self> {
        stream.socket().set_nonblocking(true)?;
        stream.socket().set_nodelay(true)?;
        setsockopt(stream.socket(), sockopt::KeepAlive, &true)?;
        let (input, output) = (Vec::new(), Vec::new());
        Ok(Self { peer, stream, identity, input, output, waiting: None, has_ended: false, active: Instant::now() })
    }

    /// Who it is.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Who it has proved to be, over TLS.
    pub fn identity(&self) -> Option<&str> {
        self.identity.as_deref()
    }

    /// Whether the sender has closed its end, though there may be something left to do for it.
    pub fn has_gone(&self) -> bool {
        let gone = PollFlags::from_bits_retain(libc::POLLRDHUP);
        let mut fds = [PollFd::new(self.as_fd(), gone)];
        let found = poll(&mut fds, PollTimeout::ZERO).is_ok_and(|ready| ready > 0);
        self.has_ended || found
    }

    /// Whether the daemon has records of it.
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Since when it has been idle; the daemon's time is not the sender's.
    pub fn idle_since(&self) -> Option<Instant> {
        (!self.is_waiting()).then_some(self.active)
    }

    /// What to wait for, if its records are wanted or not. A sender that does not take its answers is not read from.
    pub fn interest(&self, is_wanted: bool) -> PollFlags {
        if !self.output.is_empty() {
            PollFlags::POLLOUT
        } else if is_wanted && !self.is_waiting() {
            PollFlags::POLLIN
        } else {
            PollFlags::empty()
        }
    }

    /// Goes on after it became ready.
    pub fn turn(&mut self, buffer: &mut [u8]) -> Next {
        if let Err(e) = self.flush() {
            return Next::Close(Some(e.to_string()));
        }
        if !self.output.is_empty() || self.is_waiting() {
            return Next::Nothing;
        }
        if let Err(e) = self.read(buffer) {
            return Next::Close(Some(e.to_string()));
        }
        self.go_on()
    }

    /// Takes the daemon's answer, and goes on.
    pub fn answer(&mut self, verdict: &Verdict) -> Next {
        let Some(sequences) = self.waiting.take() else { return Next::Nothing };
        let Verdict { written, good, bad, why, .. } = verdict;
        for (at, sequence) in (0_u32..).zip(sequences) {
            let Some(sequence) = sequence else { continue };
            let (kind, text) = if at < *written { (*good, "") } else { (*bad, why.as_str()) };
            protocol::push_answer(&mut self.output, kind, sequence, text);
        }
        self.active = Instant::now();
        match self.flush() {
            Ok(()) if self.output.is_empty() || self.has_ended => self.go_on(),
            Ok(()) => Next::Nothing,
            Err(e) => Next::Close(Some(e.to_string())),
        }
    }

    /// Tells the sender that we end, if it listens.
    pub fn say_ending(&mut self) {
        protocol::push_answer(&mut self.output, kind::ENDING, 0, "");
        drop(self.flush());
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        if self.has_ended || self.input.len() > READ {
            return Ok(());
        }
        let len = buffer.len().min(READ);
        match self.stream.read(buffer.get_mut(..len).unwrap_or_default()) {
            Ok(0) => self.has_ended = true,
            Ok(len) => {
                self.input.extend_from_slice(buffer.get(..len).unwrap_or_default());
                self.active = Instant::now();
            }
            Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            // what it sent before is as good as ever
            Err(e) if self.input.is_empty() => return Err(e),
            Err(_) => self.has_ended = true,
        }
        Ok(())
    }

    /// Makes a batch of what is there, and answers heartbeats in their turn.
    fn go_on(&mut self) -> Next {
        let (mut lines, mut sequences, mut taken) = (Vec::new(), Vec::new(), 0);
        let mut wrong = None;
        loop {
            let rest = self.input.get(taken..).unwrap_or_default();
            let (sequence, text, len) = match protocol::next(rest) {
                Ok(Some((Item::Record(sequence, text), len))) => (sequence, text, len),
                Ok(Some((Item::Heartbeat(sequence), len))) if sequences.is_empty() => {
                    protocol::push_answer(&mut self.output, kind::ACK, sequence, "");
                    taken += len;
                    continue;
                }
                // not before the records ahead of it
                Ok(Some((Item::Heartbeat(_), _))) => break,
                // auditd, too, takes a last line that has no end
                Ok(None) if self.has_ended => match protocol::last(rest) {
                    Some(text) => (None, text, rest.len()),
                    None => break,
                },
                Ok(None) => break,
                Err(e) => {
                    wrong = Some(e);
                    break;
                }
            };
            if lines.len() + text.len() >= BATCH_MAX {
                break;
            }
            protocol::push_line(&mut lines, text);
            sequences.push(sequence);
            taken += len;
        }
        self.input.drain(..taken);
        if self.input.is_empty() {
            self.input.shrink_to(KEPT);
        }
        if !sequences.is_empty() {
            let records = sequences.len() as u32;
            self.waiting = Some(sequences);
            return Next::Records(records, lines);
        }
        if let Err(e) = self.flush() {
            return Next::Close(Some(e.to_string()));
        }
        match wrong {
            Some(wrong) => Next::Close(Some(format!("it sent {wrong}"))),
            // answers that do not fit into its socket's buffer are nothing to stay for
            None if self.has_ended => Next::Close(None),
            None => Next::Nothing,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        while !self.output.is_empty() {
            match self.stream.write(&self.output) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(len) => {
                    self.output.drain(..len);
                    self.active = Instant::now();
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(e) => return Err(e),
            }
        }
        self.output.shrink_to(KEPT);
        Ok(())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.stream.say_goodbye();
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

//! One program that reads.

use crate::af_unix::queue::Queue;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
use raudit_dispatch::patience::Patience;
use raudit_dispatch::say;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// The least time between two messages about records one reader lost.
const BETWEEN_REPORTS: Duration = Duration::from_secs(10);

/// A reader and what waits for it.
#[derive(Debug)]
pub struct Reader {
    socket: UnixStream,
    /// As messages call it: by the process that connected.
    name: String,
    queue: Queue,
    patience: Patience,
    /// Records its socket has taken.
    delivered: u64,
    lost: u64,
    /// Of the lost ones, how many have been told of, and when to tell again.
    told: u64,
    tell_next: Instant,
    gone: bool,
}

impl Reader {
    /// A reader that has just connected, and what waits for it already.
    pub fn new(socket: UnixStream, queue: Queue, now: Instant) -> Self {
        let name = match getsockopt(&socket, PeerCredentials) {
            Ok(peer) => format!("reader (process {})", peer.pid()),
            Err(_) => "reader".into(),
        };
        let (patience, delivered, lost, told) = (Patience::new(now), 0, 0, 0);
        Self { socket, name, queue, patience, delivered, lost, told, tell_next: now, gone: false }
    }

    /// What to call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What waits for it.
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Whether it has left.
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// Records it got too late for.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Its descriptor, and what to wait for there.
    pub fn polled(&self) -> (BorrowedFd<'_>, PollFlags) {
        // That the other end is closed shows unasked.
        let wanted = if self.queue.is_empty() { PollFlags::empty() } else { PollFlags::POLLOUT };
        (self.socket.as_fd(), wanted)
    }

    /// What has happened at the descriptor.
    pub fn woken(&mut self, flags: PollFlags) {
        if flags.intersects(PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL) {
            self.gone = true;
        } else if flags.contains(PollFlags::POLLOUT) {
            self.flush();
        }
    }

    /// Queues a record. A full queue is waited for as [`Patience`] allows, this reader's and that with `all` of them, so that a reader
    /// that reads loses nothing in a burst, and those that do not hardly hold up others. False if it turns out to have left, with a
    /// full queue.
    pub fn offer(&mut self, record: &[u8], all: &mut Patience) -> bool {
        if self.queue.push(record) {
            return true;
        }
        self.flush();
        if self.queue.push(record) || (!self.gone && self.wait_for_room(all) && self.queue.push(record)) {
            return true;
        }
        self.lost += u64::from(!self.gone);
        !self.gone
    }

    fn wait_for_room(&mut self, all: &mut Patience) -> bool {
        let (start, progress) = (Instant::now(), self.delivered);
        let Some(time) = self.patience.wait(start, progress) else { return false };
        let Some(time) = all.wait(start, progress).map(|most| most.min(time)) else { return false };
        let mut fds = [PollFd::new(self.socket.as_fd(), PollFlags::POLLOUT)];
        // Interrupted: a signal is not worth more records.
        let _ = poll(&mut fds, PollTimeout::try_from(time).unwrap_or(PollTimeout::ZERO));
        self.flush();
        let found = self.delivered > progress;
        let waited = start.elapsed();
        self.patience.waited(waited, progress, !found);
        // That it was in vain is this one's alone.
        all.waited(waited, progress, false);
        found
    }

    /// Writes as much as the socket takes.
    pub fn flush(&mut self) {
        while !self.gone && !self.queue.is_empty() {
            match self.socket.write(self.queue.unsent()) {
                Ok(taken) => self.delivered += self.queue.sent(taken),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => self.gone = true,
            }
        }
    }

    /// Says how many records it has lost, if that has changed and it is time. Gives when to ask again.
    pub fn report(&mut self, now: Instant) -> Option<Instant> {
        if self.lost == self.told {
            return None;
        }
        if now < self.tell_next {
            return Some(self.tell_next);
        }
        (self.told, self.tell_next) = (self.lost, now + BETWEEN_REPORTS);
        say::warning(format!("{}: {} records lost so far: it does not read them in time", self.name, self.lost));
        None
    }

    /// It has left, or is to be left. Says so, and gives what it has not read.
    pub fn leave(self) -> Queue {
        let (name, delivered, lost, unread) = (&self.name, self.delivered, self.lost, self.queue.len());
        let text = format!("{name} disconnected: {delivered} records delivered, {lost} lost, {unread} unread");
        if lost > 0 {
            say::warning(text)
        } else {
            say::notice(text)
        }
        self.queue
    }
}

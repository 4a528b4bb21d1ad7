//! Tells rauditd how the plugins are, without ever waiting for it.

use crate::status::Status;
use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, send};
use std::os::fd::{AsFd, AsRawFd};
use std::time::{Duration, Instant};

/// The least time between two lines.
const BETWEEN: Duration = Duration::from_secs(1);

/// The most that is sent at once; a line is shorter.
const MESSAGE: usize = 8 << 10;

/// Remembers what has been told.
#[derive(Debug, Default)]
pub struct Teller {
    told: Option<Status>,
    next: Option<Instant>,
    /// Standard input is no socket: nobody listens.
    deaf: bool,
}

impl Teller {
    /// Tells it on a socket if it is news, and not too soon. Gives the time until it is to be tried again, if it is.
    pub fn tell(&mut self, socket: impl AsFd, status: impl FnOnce() -> Status, now: Instant) -> Option<Duration> {
        if self.deaf {
            return None;
        }
        if let Some(next) = self.next.filter(|next| now < *next) {
            return Some(next - now);
        }
        let status = status();
        if self.told.as_ref() == Some(&status) {
            return None;
        }
        self.next = Some(now + BETWEEN);
        match send_lines(&socket, &format!("{status}\n")) {
            Ok(()) => self.told = Some(status),
            // it does not read now
            Err(Errno::EAGAIN | Errno::EINTR | Errno::ENOBUFS) => {}
            Err(_) => {
                self.deaf = true;
                return None;
            }
        }
        Some(BETWEEN)
    }
}

/// Sends whole lines only: a message of this size goes into a unix socket as a whole, or not at all.
fn send_lines(socket: &impl AsFd, text: &str) -> Result<(), Errno> {
    let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
    let mut message = String::new();
    for line in text.split_inclusive('\n') {
        if message.len() + line.len() > MESSAGE {
            send(socket.as_fd().as_raw_fd(), message.as_bytes(), flags)?;
            message.clear();
        }
        message.push_str(line);
    }
    send(socket.as_fd().as_raw_fd(), message.as_bytes(), flags).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Reader;
    use std::io::Read;
    use std::os::unix::net::UnixStream;

    #[test]
    fn news_is_told_once_a_second_at_most() {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        let (mut teller, now) = (Teller::default(), Instant::now());
        let status = |depth| Status { depth, ..Status::default() };
        assert_eq!(teller.tell(&theirs, || status(1), now), Some(BETWEEN));
        assert_eq!(teller.tell(&theirs, || status(2), now), Some(BETWEEN));
        assert_eq!(teller.tell(&theirs, || status(3), now + BETWEEN), Some(BETWEEN));
        assert_eq!(teller.tell(&theirs, || status(3), now + 2 * BETWEEN), None);
        drop(theirs);
        let mut text = String::new();
        ours.read_to_string(&mut text).unwrap();
        let mut reader = Reader::default();
        let depths: Vec<u64> = text.lines().map(|line| reader.line(line).unwrap().depth).collect();
        assert_eq!(depths, [1, 3]);
    }

    #[test]
    fn who_does_not_read_or_is_no_socket_is_not_waited_for() {
        let (_ours, theirs) = UnixStream::pair().unwrap();
        let (mut teller, mut now) = (Teller::default(), Instant::now());
        for depth in 0..20_000 {
            now += BETWEEN;
            teller.tell(&theirs, || Status { depth, ..Status::default() }, now);
        }
        assert!(!teller.deaf && teller.told.as_ref().is_some_and(|told| told.depth < 19_999));
        let pipe = std::io::pipe().unwrap();
        let mut teller = Teller::default();
        assert_eq!(teller.tell(&pipe.1, Status::default, now), None);
        assert!(teller.deaf);
    }
}

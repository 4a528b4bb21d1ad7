//! What goes between the collector and the daemon: messages over a `SOCK_SEQPACKET` socket pair.
//!
//! Both ends take what they get for hostile: a message that is too long, cut short, or has something behind its end is none.

pub mod codec;
pub mod message;

pub use message::{Level, Refusal, Session, ToCollector, ToDaemon, Verdict};
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, recv, send, socketpair};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

/// The longest message. A unix socket takes it with its default buffer.
pub const MESSAGE_MAX: usize = 96 << 10;
/// The longest batch of records, newlines included.
pub const BATCH_MAX: usize = 32 << 10;
/// The most connections.
pub const CONNECTIONS_MAX: usize = 1024;

/// One end.
#[derive(Debug)]
pub struct Link(OwnedFd);

impl Link {
    /// Both ends: the daemon's, and the collector's, which blocks as little as the other.
    pub fn pair() -> io::Result<(Self, Self)> {
        let (ours, theirs) = socketpair(
            AddressFamily::Unix,
            SockType::SeqPacket,
            None,
            SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK,
        )?;
        Ok((Self(ours), Self(theirs)))
    }

    /// A descriptor that is an end.
    pub fn new(fd: OwnedFd) -> Self {
        Self(fd)
    }

    /// The descriptor.
    pub fn into_fd(self) -> OwnedFd {
        self.0
    }

    /// Sends a message; `WouldBlock` when the other end is behind.
    pub fn send(&self, message: &[u8]) -> io::Result<()> {
        loop {
            match send(self.0.as_raw_fd(), message, MsgFlags::MSG_NOSIGNAL | MsgFlags::MSG_DONTWAIT) {
                Ok(_) => return Ok(()),
                Err(nix::errno::Errno::EINTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
    }

    /// The next message in `buffer`, which has [`MESSAGE_MAX`] bytes; `None` when the other end is gone, `WouldBlock` when there is none.
    pub fn receive<'a>(&self, buffer: &'a mut [u8]) -> io::Result<Option<&'a [u8]>> {
        loop {
            match recv(self.0.as_raw_fd(), buffer, MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_TRUNC) {
                Ok(0) | Err(nix::errno::Errno::ECONNRESET) => return Ok(None),
                Ok(len) if len > buffer.len() => {
                    return Err(io::Error::other(format!("a message of {len} bytes on the link")));
                }
                Ok(len) => return Ok(buffer.get(..len)),
                Err(nix::errno::Errno::EINTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
    }
}

impl AsFd for Link {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests;

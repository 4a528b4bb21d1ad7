//! The two sockets a client may hold: the kernel's netlink socket, and rauditd's control socket.

use crate::Error;
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_AUDIT};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{self, AddressFamily, MsgFlags, SockFlag, SockType, UnixAddr};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::time::{Duration, Instant};

/// A socket that carries one message a datagram.
#[derive(Debug)]
pub(crate) enum Transport {
    Kernel(Socket),
    Control(OwnedFd),
}

fn audit_socket() -> Result<Socket, Error> {
    Socket::new(NETLINK_AUDIT).map_err(|e| Error::os("open the kernel's audit socket", &e))
}

impl Transport {
    /// The kernel's socket, unbound as libaudit leaves it: the kernel picks a port at the first send.
    pub(crate) fn kernel() -> Result<Self, Error> {
        audit_socket().map(Self::Kernel)
    }

    /// The kernel's socket, with a copy of every record (`AUDIT_NLGRP_READLOG`, group 1).
    pub(crate) fn kernel_copy() -> Result<Self, Error> {
        let mut socket = audit_socket()?;
        socket.bind(&SocketAddr::new(0, 1)).map_err(|e| Error::os("read a copy of the kernel's records", &e))?;
        Ok(Self::Kernel(socket))
    }

    /// A connection to the daemon that listens at `path`.
    pub(crate) fn control(path: &Path) -> Result<Self, Error> {
        let failed = |errno| Error::Os { what: format!("connect to {}", path.display()), errno };
        let fd =
            socket::socket(AddressFamily::Unix, SockType::SeqPacket, SockFlag::SOCK_CLOEXEC, None).map_err(failed)?;
        let address = UnixAddr::new(path).map_err(failed)?;
        socket::connect(fd.as_raw_fd(), &address).map_err(failed)?;
        Ok(Self::Control(fd))
    }

    pub(crate) fn is_kernel(&self) -> bool {
        matches!(self, Self::Kernel(_))
    }

    /// Sends one message.
    pub(crate) fn send(&self, message: &[u8]) -> io::Result<()> {
        loop {
            let sent = match self {
                Self::Kernel(socket) => socket.send_to(message, &SocketAddr::new(0, 0), 0),
                Self::Control(fd) => Ok(socket::send(fd.as_raw_fd(), message, MsgFlags::MSG_NOSIGNAL)?),
            };
            match sent {
                Ok(len) if len == message.len() => return Ok(()),
                Ok(_) => return Err(io::Error::from_raw_os_error(libc::EMSGSIZE)),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }

    /// Receives one datagram without waiting. The length may exceed the buffer: then it was cut.
    ///
    /// Netlink datagrams that do not come from the kernel are dropped: another process could have sent them.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let received = match self {
                Self::Kernel(socket) => {
                    let mut room = &mut *buffer;
                    match socket.recv_from(&mut room, libc::MSG_DONTWAIT | libc::MSG_TRUNC) {
                        Ok((_, from)) if from.port_number() != 0 => continue,
                        Ok((len, _)) => Ok(len),
                        Err(e) => Err(e),
                    }
                }
                Self::Control(fd) => {
                    let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_TRUNC;
                    socket::recv(fd.as_raw_fd(), buffer, flags).map_err(io::Error::from)
                }
            };
            match received {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }
}

impl Transport {
    /// Waits until a datagram can be received, or a signal or the deadline comes; false if the deadline has passed.
    pub(crate) fn wait(&self, deadline: Instant) -> Result<bool, Errno> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        // Rounded up, or the last millisecond would be spent spinning.
        let time = PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX);
        match poll(&mut [PollFd::new(self.as_fd(), PollFlags::POLLIN)], time) {
            Ok(_) | Err(Errno::EINTR) => Ok(true),
            Err(errno) => Err(errno),
        }
    }
}

impl AsFd for Transport {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Kernel(socket) => socket.as_fd(),
            Self::Control(fd) => fd.as_fd(),
        }
    }
}

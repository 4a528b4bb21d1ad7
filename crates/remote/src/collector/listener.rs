//! The port.

use nix::sys::socket::{Backlog, listen};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};

/// Addresses of IPv6 of this machine.
const IPV6_ADDRESSES: &str = "/proc/net/if_inet6";

/// A socket that listens.
#[derive(Debug)]
pub struct Listener(TcpListener);

impl Listener {
    /// Binds the port on all addresses: one socket for both families, or for IPv4 alone where nobody can come by IPv6. So does
    /// auditd, by AI_ADDRCONFIG; an IPv4 sender is `::ffff:a.b.c.d` to the former.
    pub fn bind(port: u16, queue: u32) -> io::Result<Self> {
        let any: IpAddr = if has_ipv6() { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
        let listener = Self(TcpListener::bind((any, port))?);
        listener.0.set_nonblocking(true)?;
        listener.set_queue(queue)?;
        Ok(listener)
    }

    /// How many connections may wait to be accepted.
    pub fn set_queue(&self, queue: u32) -> io::Result<()> {
        // the kernel takes its own limit for whatever is more
        let queue = i32::try_from(queue).ok().and_then(|queue| Backlog::new(queue).ok()).unwrap_or(Backlog::MAXCONN);
        Ok(listen(&self.0, queue)?)
    }

    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// The next connection.
    pub fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        self.0.accept()
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Whether any interface but the loopback has an IPv6 address.
fn has_ipv6() -> bool {
    let addresses = std::fs::read_to_string(IPV6_ADDRESSES).unwrap_or_default();
    addresses.lines().any(|line| line.split_whitespace().last().is_some_and(|name| name != "lo"))
}

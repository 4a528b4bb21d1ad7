//! A connection to the collector, which never blocks.

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use raudit_remote::protocol::{HEADER, RECORD_MAX};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

/// How much is kept of what the collector says; a whole answer fits.
const RECEIVED_MAX: usize = 2 * (HEADER + RECORD_MAX);

/// What carries the bytes.
#[derive(Debug)]
pub enum Stream {
    /// In the clear.
    Tcp(TcpStream),
    /// TLS.
    #[cfg(feature = "tls")]
    Tls(openssl::ssl::SslStream<TcpStream>),
}

impl Stream {
    fn socket(&self) -> &TcpStream {
        match self {
            Self::Tcp(stream) => stream,
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.get_ref(),
        }
    }

    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(bytes),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.read(bytes),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.write(bytes),
        }
    }
}

/// A connection, what is still to be written to it, and what was read from it and not used yet.
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    unwritten: Vec<u8>,
    received: Vec<u8>,
}

impl Connection {
    /// Takes a stream that does not block.
    pub fn new(stream: Stream) -> Self {
        Self { stream, unwritten: Vec::new(), received: Vec::new() }
    }

    /// Writes as much as can be written now; the rest is kept.
    ///
    /// # Errors
    /// The connection is broken.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.unwritten.extend_from_slice(bytes);
        self.go_on()
    }

    /// Writes more of what was kept.
    ///
    /// # Errors
    /// The connection is broken.
    pub fn go_on(&mut self) -> io::Result<()> {
        while !self.unwritten.is_empty() {
            match self.stream.write(&self.unwritten) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => drop(self.unwritten.drain(..n)),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Whether something is still to be written.
    pub fn is_writing(&self) -> bool {
        !self.unwritten.is_empty()
    }

    /// Reads what has come. False: the collector has closed its end.
    ///
    /// # Errors
    /// The connection is broken.
    pub fn receive(&mut self) -> io::Result<bool> {
        let mut bytes = [0; 4096];
        while self.received.len() < RECEIVED_MAX {
            match self.stream.read(&mut bytes) {
                Ok(0) => return Ok(false),
                Ok(n) => self.received.extend_from_slice(bytes.get(..n).unwrap_or_default()),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                Err(e) => return Err(e),
            }
        }
        Ok(true)
    }

    /// What has come and was not used.
    pub fn received(&self) -> &[u8] {
        &self.received
    }

    /// The first `len` bytes of it have been used.
    pub fn used(&mut self, len: usize) {
        self.received.drain(..len.min(self.received.len()));
    }

    /// Says goodbye, waiting for nothing.
    pub fn close(self) {
        match self.stream {
            Stream::Tcp(stream) => drop(stream.shutdown(Shutdown::Both)),
            #[cfg(feature = "tls")]
            Stream::Tls(mut stream) => {
                // one that has gone needs no goodbye
                drop(stream.shutdown());
                drop(stream.get_ref().shutdown(Shutdown::Both));
            }
        }
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.socket().as_fd()
    }
}

/// Waits for a socket, until `deadline` at the latest.
///
/// # Errors
/// `TimedOut`.
pub fn wait(socket: &impl AsFd, flags: PollFlags, deadline: Instant) -> io::Result<()> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
        match poll(&mut [PollFd::new(socket.as_fd(), flags)], timeout) {
            Ok(0) if Instant::now() >= deadline => return Err(io::ErrorKind::TimedOut.into()),
            Ok(0) | Err(nix::errno::Errno::EINTR) => {}
            Ok(_) => return Ok(()),
            Err(e) => return Err(e.into()),
        }
    }
}

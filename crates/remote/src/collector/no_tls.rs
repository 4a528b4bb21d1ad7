//! In place of TLS, in a build without OpenSSL: there is no value of these types.

use crate::link::Session;
use crate::psk::Clients;
use crate::settings::Tls;
use std::convert::Infallible;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

/// What accepts TLS connections.
#[derive(Debug)]
pub struct Acceptor(Infallible);

impl Acceptor {
    pub fn new(_: &Tls) -> Result<Self, String> {
        Err("this build has no TLS".into())
    }
    pub fn set_clients(&self, _: Clients) {
        match self.0 {}
    }
    pub fn allows(&self, _: &str) -> bool {
        match self.0 {}
    }
    pub fn begin(&self, _: TcpStream, _: SocketAddr) -> io::Result<Handshake> {
        match self.0 {}
    }
}

/// A handshake under way.
#[derive(Debug)]
pub struct Handshake(Infallible);

/// How far a handshake has come.
#[derive(Debug)]
pub enum Progress {
    Done,
    Wait,
    Failed(&'static str, String),
}

impl Handshake {
    pub fn peer(&self) -> SocketAddr {
        match self.0 {}
    }
    pub fn deadline(&self) -> Instant {
        match self.0 {}
    }
    pub fn wants_to_write(&self) -> bool {
        match self.0 {}
    }
    pub fn turn(&mut self) -> Progress {
        match self.0 {}
    }
    pub fn session(&self) -> Session {
        match self.0 {}
    }
    pub fn into_stream(self) -> Stream {
        match self.0 {}
    }
}

impl AsFd for Handshake {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self.0 {}
    }
}

/// An encrypted connection.
#[derive(Debug)]
pub struct Stream(Infallible);

impl Read for Stream {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        match self.0 {}
    }
}

impl Write for Stream {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        match self.0 {}
    }
    fn flush(&mut self) -> io::Result<()> {
        match self.0 {}
    }
}

impl Stream {
    pub fn get_ref(&self) -> &TcpStream {
        match self.0 {}
    }
    pub fn say_goodbye(&mut self) {
        match self.0 {}
    }
}

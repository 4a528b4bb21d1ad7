//! Where messages go.

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::fmt;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs, UdpSocket};
use std::os::fd::AsFd;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::PathBuf;
use std::time::Duration;

/// How long a connection may take to be made, for each address of the host.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a stream may take nothing before the connection counts as dead.
const WRITE: Duration = Duration::from_secs(10);
/// How long the peer may take to close its side in the end.
#[cfg(feature = "tls")]
const LAST: Duration = Duration::from_millis(300);
/// How long a full socket of a local log is waited for at once.
const LOCAL: Duration = Duration::from_secs(1);
/// `POLLRDHUP` of poll(2): the peer has closed its side. A log host sends nothing, so that it would not be seen
/// otherwise.
const RDHUP: PollFlags = PollFlags::from_bits_retain(0x2000);

/// A place for messages.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Target {
    /// A socket such as /dev/log: of datagrams, or a stream in which messages end with NUL.
    Unix(PathBuf),
    /// A message is a datagram (RFC 5426).
    Udp(String),
    /// With the length before each message (RFC 6587, 3.4.1).
    Tcp(String),
    /// The same over TLS (RFC 5425).
    Tls(String, Option<PathBuf>),
}

impl Target {
    /// `unix:/PATH`, `udp:HOST:PORT`, `tcp:HOST:PORT`, `tls:HOST:PORT`; with tls also a file of authorities.
    pub(super) fn parse(text: &str, ca: Option<PathBuf>) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no target: unix:/PATH, udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT");
        let (kind, place) = text.split_once(':').ok_or_else(wrong)?;
        if ca.is_some() && kind != "tls" {
            return Err("--ca needs --to tls:HOST:PORT with it".to_owned());
        }
        if kind == "unix" && place.starts_with('/') {
            return Ok(Self::Unix(place.into()));
        }
        let (host, port) = place.rsplit_once(':').ok_or_else(wrong)?;
        if host.is_empty() || port.parse::<u16>().map_or(true, |port| port == 0) {
            return Err(wrong());
        }
        match kind {
            "udp" => Ok(Self::Udp(place.to_owned())),
            "tcp" => Ok(Self::Tcp(place.to_owned())),
            "tls" if cfg!(feature = "tls") => Ok(Self::Tls(place.to_owned(), ca)),
            "tls" => Err("tls is not supported: this program was built without it".to_owned()),
            _ => Err(wrong()),
        }
    }

    /// Opens the way there.
    pub(super) fn connect(&self) -> io::Result<Connection> {
        match self {
            Self::Unix(path) => {
                let socket = UnixDatagram::unbound()?;
                match socket.connect(path) {
                    // syslog(3) tries the same then
                    Err(error) if error.raw_os_error() == Some(Errno::EPROTOTYPE as i32) => {
                        let stream = UnixStream::connect(path)?;
                        stream.set_write_timeout(Some(WRITE))?;
                        return Ok(Connection::Local(stream));
                    }
                    connected => connected?,
                }
                socket.set_write_timeout(Some(LOCAL))?;
                Ok(Connection::Unix(socket))
            }
            Self::Udp(place) => first(place, |address| {
                let any = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
                let socket = UdpSocket::bind(any)?;
                socket.connect(address)?;
                Ok(Connection::Udp(socket))
            }),
            Self::Tcp(place) => first(place, |address| Ok(Connection::Tcp(stream(address)?))),
            #[cfg(feature = "tls")]
            Self::Tls(place, ca) => first(place, |address| {
                let host = place.rsplit_once(':').map_or(&place[..], |(host, _)| host);
                let host = host.trim_start_matches('[').trim_end_matches(']');
                super::tls::connect(stream(address)?, host, ca.as_deref()).map(Connection::Tls)
            }),
            #[cfg(not(feature = "tls"))]
            Self::Tls(..) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "{}", path.display()),
            Self::Udp(place) => write!(f, "udp:{place}"),
            Self::Tcp(place) => write!(f, "tcp:{place}"),
            Self::Tls(place, _) => write!(f, "tls:{place}"),
        }
    }
}

/// The first of a host's addresses that answers.
fn first(place: &str, connect: impl Fn(SocketAddr) -> io::Result<Connection>) -> io::Result<Connection> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in place.to_socket_addrs()? {
        match connect(address) {
            Ok(connection) => return Ok(connection),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn stream(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, CONNECT)?;
    // Of TLS's handshake too.
    stream.set_read_timeout(Some(WRITE))?;
    stream.set_write_timeout(Some(WRITE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// An open way.
#[derive(Debug)]
pub(super) enum Connection {
    Unix(UnixDatagram),
    Local(UnixStream),
    Udp(UdpSocket),
    Tcp(TcpStream),
    #[cfg(feature = "tls")]
    Tls(openssl::ssl::SslStream<TcpStream>),
}

/// Why a message was not sent.
#[derive(Debug)]
pub(super) enum Unsent {
    /// It never can be: it is too large for a datagram.
    TooLarge,
    /// The socket is full; the same way may be tried again.
    Full,
    /// The way is gone.
    Broken(io::Error),
}

impl Connection {
    /// Sends a message.
    pub(super) fn send(&mut self, message: &[u8]) -> Result<(), Unsent> {
        let sent = match self {
            Self::Unix(socket) => socket.send(message).map(drop),
            Self::Udp(socket) => socket.send(message).map(drop),
            Self::Local(stream) => alive(stream).and_then(|()| stream.write_all(&[message, b"\0"].concat())),
            Self::Tcp(stream) => alive(stream).and_then(|()| stream.write_all(&framed(message))),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => alive(stream.get_ref()).and_then(|()| stream.write_all(&framed(message))),
        };
        let is_datagram = matches!(self, Self::Unix(_) | Self::Udp(_));
        sent.map_err(|error| match Errno::from_raw(error.raw_os_error().unwrap_or(0)) {
            Errno::EMSGSIZE if is_datagram => Unsent::TooLarge,
            Errno::EAGAIN | Errno::EINTR | Errno::ENOBUFS if is_datagram => Unsent::Full,
            _ => Unsent::Broken(error),
        })
    }

    /// Ends it in order, so that what was sent arrives.
    pub(super) fn close(self) {
        #[cfg(feature = "tls")]
        if let Self::Tls(mut stream) = self {
            // The peer may be gone; nothing is to be done then.
            drop(stream.shutdown());
            drain(stream.get_mut());
        }
    }
}

/// Reads what TLS has sent by itself (session tickets): a socket closed with something unread resets the connection,
/// and the peer may lose what it has not read yet.
#[cfg(feature = "tls")]
fn drain(stream: &mut TcpStream) {
    use io::Read;
    drop(stream.shutdown(std::net::Shutdown::Write));
    drop(stream.set_read_timeout(Some(LAST)));
    let mut bytes = [0; 4096];
    for _ in 0..16 {
        if !matches!(stream.read(&mut bytes), Ok(n) if n > 0) {
            return;
        }
    }
}

fn framed(message: &[u8]) -> Vec<u8> {
    [format!("{} ", message.len()).as_bytes(), message].concat()
}

/// What was written to a stream whose other end is closed would be lost without a word.
fn alive(stream: &impl AsFd) -> io::Result<()> {
    let mut fds = [PollFd::new(stream.as_fd(), RDHUP)];
    match poll(&mut fds, PollTimeout::ZERO) {
        Ok(0) | Err(Errno::EINTR) => Ok(()),
        Ok(_) => Err(io::Error::new(io::ErrorKind::ConnectionReset, "the other end has closed the connection")),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        for text in ["unix:/dev/log", "udp:h:1", "tcp:[::1]:65535"] {
            let shown = Target::parse(text, None).unwrap().to_string();
            assert_eq!(shown, text.trim_start_matches("unix:"));
        }
        for text in ["", "unix:log", "udp:h", "udp::1", "tcp:h:0", "tcp:h:65536", "sctp:h:1"] {
            assert!(Target::parse(text, None).is_err(), "{text}");
        }
        assert_eq!(Target::parse("tls:h:1", None).is_ok(), cfg!(feature = "tls"));
    }
}

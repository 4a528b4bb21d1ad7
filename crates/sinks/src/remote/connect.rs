//! Making connections, in a thread: to look up a name or to shake hands may take long, and standard input is to be read meanwhile.

use super::stream::{Connection, Stream};
use raudit_config::AudispRemoteConf;
use raudit_config::audisp_remote_conf::WireFormat;
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::Builder;
use std::time::{Duration, Instant};

#[cfg(feature = "tls")]
pub use super::tls::Tls;
/// There is none.
#[cfg(not(feature = "tls"))]
#[derive(Debug)]
pub struct Tls;

/// A connection, or why there is none.
type Made = Result<Connection, String>;

/// Connects to one collector.
#[derive(Debug)]
pub struct Connector {
    target: Arc<Target>,
    running: Option<(Receiver<Made>, UnixStream)>,
}

/// Where to, and how.
#[derive(Debug)]
struct Target {
    host: String,
    port: u16,
    local_port: u16,
    /// For a connection, after its address has been found.
    time: Duration,
    no_delay: bool,
    #[cfg_attr(not(feature = "tls"), allow(dead_code, reason = "always None"))]
    tls: Option<Tls>,
}

impl Connector {
    /// Connects as `conf` says.
    pub fn new(conf: &AudispRemoteConf, tls: Option<Tls>) -> Self {
        let port = |number: u32| u16::try_from(number).unwrap_or_default();
        let target = Target {
            host: conf.remote_server.clone().unwrap_or_default(),
            port: port(conf.port),
            local_port: port(conf.local_port),
            time: Duration::from_secs(conf.max_time_per_record.into()),
            no_delay: conf.format == WireFormat::Managed,
            tls,
        };
        Self { target: Arc::new(target), running: None }
    }

    /// Begins to connect, if that is not under way.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(&mut self) -> io::Result<()> {
        if self.running.is_some() {
            return Ok(());
        }
        let (wake, done) = UnixStream::pair()?;
        let (sender, receiver) = channel();
        let target = Arc::clone(&self.target);
        Builder::new().name("connect".into()).spawn(move || {
            // nobody waits any more: then the connection is closed
            drop(sender.send(target.connect()));
            // its end is what wakes up
            drop(done);
        })?;
        self.running = Some((receiver, wake));
        Ok(())
    }

    /// Whether it is under way.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Readable when it is done.
    pub fn wake(&self) -> Option<BorrowedFd<'_>> {
        self.running.as_ref().map(|(_, wake)| wake.as_fd())
    }

    /// What came of it, if it is done.
    pub fn made(&mut self) -> Option<Made> {
        use std::sync::mpsc::TryRecvError;
        let (receiver, _) = self.running.as_ref()?;
        let made = match receiver.try_recv() {
            Ok(made) => made,
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => Err("the connecting thread has ended".into()),
        };
        self.running = None;
        Some(made)
    }

    /// What is under way is not wanted any more.
    pub fn forget(&mut self) {
        self.running = None;
    }
}

impl Target {
    fn connect(&self) -> Made {
        let addresses = (self.host.as_str(), self.port).to_socket_addrs();
        let addresses = addresses.map_err(|e| format!("cannot look up {}: {e}", self.host))?;
        let deadline = Instant::now() + self.time;
        let mut why = "it has no address".to_owned();
        for address in addresses {
            match self.tcp(address, deadline) {
                Ok(stream) => return self.secured(stream, deadline),
                Err(error) => why = format!("{address}: {error}"),
            }
        }
        Err(format!("cannot connect to {}: {why}", self.host))
    }

    fn tcp(&self, address: SocketAddr, deadline: Instant) -> io::Result<TcpStream> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        if self.local_port != 0 {
            let any = if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
            let local = SocketAddr::new(any, self.local_port);
            let cannot = |e| io::Error::new(io::Error::kind(&e), format!("cannot use local_port {local}: {e}"));
            socket.bind(&local.into()).map_err(cannot)?;
        }
        let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        socket.connect_timeout(&address.into(), left)?;
        socket.set_keepalive(true)?;
        socket.set_tcp_nodelay(self.no_delay)?;
        socket.set_nonblocking(true)?;
        Ok(socket.into())
    }

    #[cfg_attr(not(feature = "tls"), allow(clippy::unnecessary_wraps, unused_variables, reason = "TLS may fail"))]
    fn secured(&self, stream: TcpStream, deadline: Instant) -> Made {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            let stream = tls.connect(stream, deadline).map_err(|e| format!("TLS with {} failed: {e}", self.host))?;
            return Ok(Connection::new(Stream::Tls(stream)));
        }
        Ok(Connection::new(Stream::Tcp(stream)))
    }
}

//! TLS 1.3 with pre-shared keys: OpenSSL's, since no library of Rust's own has external keys.
//!
//! Without a certificate a handshake comes about by a key or not at all. Early data, tickets and caches, which would make a
//! connection out of an old one, are off.

use crate::link::Session;
use crate::psk::{Clients, is_identity};
use crate::settings::Tls;
use crate::tls::group;
use openssl::ex_data::Index;
use openssl::ssl::{ErrorCode, Ssl, SslContext, SslMethod, SslStream, SslVersion};
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// How long a handshake may take; as auditd.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// What the callback found: who connects, or why not.
type Found = Result<String, (&'static str, String)>;

/// Where that is kept, with the connection.
#[derive(Clone, Copy)]
struct Slot(Index<Ssl, Found>);

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slot")
    }
}

/// Accepts TLS connections.
#[derive(Debug)]
pub struct Acceptor {
    context: SslContext,
    clients: Arc<RwLock<Clients>>,
    found: Slot,
    needs_pqc: bool,
}

impl Acceptor {
    /// Takes the settings.
    ///
    /// # Errors
    /// OpenSSL does not know the ciphers or groups.
    pub fn new(tls: &Tls) -> Result<Self, String> {
        let clients = Arc::new(RwLock::new(tls.clients.clone()));
        let found = Ssl::new_ex_index::<Found>().map(Slot).map_err(|e| e.to_string())?;
        let context = context(tls, Arc::clone(&clients), found)?;
        Ok(Self { context, clients, found, needs_pqc: tls.needs_pqc })
    }

    /// From now on these may connect.
    pub fn set_clients(&self, clients: Clients) {
        *self.clients.write().unwrap_or_else(PoisonError::into_inner) = clients;
    }

    /// Whether somebody may be connected.
    pub fn allows(&self, identity: &str) -> bool {
        self.clients.read().unwrap_or_else(PoisonError::into_inner).key(identity.as_bytes()).is_ok()
    }

    /// Begins with somebody.
    pub fn begin(&self, stream: TcpStream, peer: SocketAddr) -> io::Result<Handshake> {
        stream.set_nonblocking(true)?;
        let local = stream.local_addr()?;
        let stream = Ssl::new(&self.context).and_then(|ssl| SslStream::new(ssl, stream)).map_err(io::Error::other)?;
        let (found, needs_pqc, deadline) = (self.found, self.needs_pqc, Instant::now() + HANDSHAKE);
        Ok(Handshake { stream, peer, local, found, needs_pqc, deadline, wants_to_write: false })
    }
}

fn context(tls: &Tls, clients: Arc<RwLock<Clients>>, found: Slot) -> Result<SslContext, String> {
    let mut context = crate::tls::builder(SslMethod::tls_server(), tls.ciphers.as_deref(), &tls.groups)?;
    context.set_psk_server_callback(move |ssl, identity, key| {
        let identity = identity.unwrap_or_default();
        let clients = clients.read().unwrap_or_else(PoisonError::into_inner);
        let answer = clients.key(identity);
        let said = word(&String::from_utf8_lossy(identity));
        let len = match answer.map(|found| (found, key.get_mut(..found.bytes().len()))) {
            Ok((found_key, Some(room))) => {
                room.copy_from_slice(found_key.bytes());
                ssl.set_ex_data(found.0, Ok(said));
                room.len()
            }
            Ok((_, None)) => {
                ssl.set_ex_data(found.0, Err(("session-setup-failed", said)));
                0
            }
            Err(why) => {
                ssl.set_ex_data(found.0, Err((why, said)));
                0
            }
        };
        // 0: there is no such key
        Ok(len)
    });
    Ok(context.build())
}

/// A text as it may stand in a record.
fn word(text: &str) -> String {
    let word: String = text.chars().take(128).map(|c| if c.is_ascii_graphic() { c } else { '.' }).collect();
    if is_identity(&word) { word } else { "?".into() }
}

/// How far a handshake has come.
#[derive(Debug)]
pub enum Progress {
    /// It is done, and the sender is who it says.
    Done,
    /// It goes on when the socket is ready.
    Wait,
    /// It will not be: the word for the record, and the reason for people.
    Failed(&'static str, String),
}

/// A handshake under way.
#[derive(Debug)]
pub struct Handshake {
    stream: SslStream<TcpStream>,
    peer: SocketAddr,
    local: SocketAddr,
    found: Slot,
    needs_pqc: bool,
    deadline: Instant,
    wants_to_write: bool,
}

impl Handshake {
    /// With whom.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// When it has taken too long.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether it waits to write, and not to read.
    pub fn wants_to_write(&self) -> bool {
        self.wants_to_write
    }

    /// Goes on.
    pub fn turn(&mut self) -> Progress {
        let Err(error) = self.stream.accept() else { return self.judge() };
        match error.code() {
            ErrorCode::WANT_READ | ErrorCode::WANT_WRITE => {
                self.wants_to_write = error.code() == ErrorCode::WANT_WRITE;
                Progress::Wait
            }
            _ => match self.stream.ssl().ex_data(self.found.0) {
                Some(Err((why, _))) => Progress::Failed(why, error.to_string()),
                _ => Progress::Failed("handshake-error", error.to_string()),
            },
        }
    }

    fn judge(&self) -> Progress {
        if self.needs_pqc && !group::withstands_quantum_computers(self.stream.ssl()) {
            return Progress::Failed("handshake-pqc", "the key exchange does not withstand quantum computers".into());
        }
        match self.stream.ssl().ex_data(self.found.0) {
            Some(Ok(_)) if self.stream.ssl().version2() == Some(SslVersion::TLS1_3) => Progress::Done,
            _ => Progress::Failed("no-psk-identity", "it came about without a key".into()),
        }
    }

    /// What it is like.
    pub fn session(&self) -> Session {
        let ssl = self.stream.ssl();
        let identity = match ssl.ex_data(self.found.0) {
            Some(Ok(identity) | Err((_, identity))) => identity.clone(),
            None => "?".into(),
        };
        let cipher = ssl.current_cipher();
        Session {
            identity,
            version: word(ssl.version_str()),
            cipher: cipher.map_or_else(|| "(NONE)".into(), |cipher| word(cipher.name())),
            bits: cipher.map_or(0, |cipher| cipher.bits().secret.try_into().unwrap_or_default()),
            group: group::name(ssl).map_or_else(|| "?".into(), |group| word(&group)),
            local: self.local,
        }
    }

    /// The connection, when it is done.
    pub fn into_stream(self) -> Stream {
        Stream(self.stream)
    }
}

impl AsFd for Handshake {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.get_ref().as_fd()
    }
}

/// An encrypted connection.
#[derive(Debug)]
pub struct Stream(SslStream<TcpStream>);

impl Stream {
    /// What carries it.
    pub fn get_ref(&self) -> &TcpStream {
        self.0.get_ref()
    }

    /// Says that nothing more comes; an answer is not waited for.
    pub fn say_goodbye(&mut self) {
        // one that has gone needs no goodbye
        drop(self.0.shutdown());
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests;

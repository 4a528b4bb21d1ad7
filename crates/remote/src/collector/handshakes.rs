//! TLS handshakes under way: as many as auditd allows, and for as long.

use super::tls::{Acceptor, Handshake, Progress, Stream};
use crate::link::Session;
use nix::poll::PollFlags;
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

/// How many there may be at a time.
const MAX: usize = 32;

/// One that came to nothing.
#[derive(Debug)]
pub struct Failure {
    /// With whom.
    pub peer: SocketAddr,
    /// How far it came.
    pub session: Session,
    /// The word for the record.
    pub word: &'static str,
    /// The reason for people.
    pub why: String,
}

/// All that are under way.
#[derive(Debug)]
pub struct Handshakes {
    acceptor: Acceptor,
    all: BTreeMap<u64, Handshake>,
}

impl Handshakes {
    /// None yet.
    pub fn new(acceptor: Acceptor) -> Self {
        Self { acceptor, all: BTreeMap::new() }
    }

    /// Who may connect.
    pub fn acceptor(&self) -> &Acceptor {
        &self.acceptor
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there may not be any more.
    pub fn is_full(&self) -> bool {
        self.all.len() >= MAX
    }

    /// How many there are with an address.
    pub fn count(&self, address: IpAddr) -> usize {
        self.all.values().filter(|one| one.peer().ip().to_canonical() == address.to_canonical()).count()
    }

    /// Begins one.
    pub fn begin(&mut self, id: u64, stream: TcpStream, peer: SocketAddr) -> io::Result<()> {
        let handshake = self.acceptor.begin(stream, peer)?;
        self.all.insert(id, handshake);
        Ok(())
    }

    /// What each waits for.
    pub fn waiting(&self) -> impl Iterator<Item = (u64, PollFlags, BorrowedFd<'_>)> {
        let interest = |one: &Handshake| if one.wants_to_write() { PollFlags::POLLOUT } else { PollFlags::POLLIN };
        self.all.iter().map(move |(&id, one)| (id, interest(one), one.as_fd()))
    }

    /// When the first of them will have taken too long.
    pub fn due(&self) -> Option<Instant> {
        self.all.values().map(Handshake::deadline).min()
    }

    /// Goes on with one; `None` if it is not at its end.
    pub fn turn(&mut self, id: u64) -> Option<Result<(Stream, Session, SocketAddr), Failure>> {
        let progress = self.all.get_mut(&id)?.turn();
        if matches!(progress, Progress::Wait) {
            return None;
        }
        let one = self.all.remove(&id)?;
        Some(match progress {
            Progress::Failed(word, why) => Err(failure(&one, word, why)),
            // the list may have changed since the key was looked up
            _ if !self.acceptor.allows(&one.session().identity) => {
                Err(failure(&one, "identity-revoked", "its identity may not connect any more".into()))
            }
            _ => {
                let (session, peer) = (one.session(), one.peer());
                Ok((one.into_stream(), session, peer))
            }
        })
    }

    /// Ends those that have taken too long.
    pub fn end_late(&mut self) -> Vec<Failure> {
        let now = Instant::now();
        let late: Vec<u64> = self.all.iter().filter(|(_, one)| one.deadline() <= now).map(|(&id, _)| id).collect();
        let late = late.iter().filter_map(|id| self.all.remove(id));
        late.map(|one| failure(&one, "handshake-timeout", "the handshake takes too long".into())).collect()
    }

    /// Ends all.
    pub fn end_all(self) -> Vec<Failure> {
        self.all.values().map(|one| failure(one, "shutdown", "rauditd ends".into())).collect()
    }
}

fn failure(one: &Handshake, word: &'static str, why: String) -> Failure {
    Failure { peer: one.peer(), session: one.session(), word, why }
}

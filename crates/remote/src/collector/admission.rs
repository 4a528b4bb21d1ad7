//! Who gets in: connections accepted, refused, and made over TLS.

use super::Collector;
use super::connection::Connection;
use super::handshakes::{Failure, Handshakes};
use super::stream::Stream;
use crate::hosts_access::Access;
use crate::link::{CONNECTIONS_MAX, Level, Refusal, ToDaemon};
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Connections accepted before others have their turn.
const ACCEPTS: usize = 32;
/// How long nobody is accepted after the system refused to.
const PAUSE: Duration = Duration::from_secs(1);

impl Collector {
    /// Accepts those who wait.
    pub(super) fn accept(&mut self) {
        for _ in 0..ACCEPTS {
            if !self.has_room() {
                if !std::mem::replace(&mut self.is_full, true) {
                    self.log(
                        Level::Warning,
                        format!("{CONNECTIONS_MAX} connections: others wait until one of them ends"),
                    );
                }
                return;
            }
            let Some(listener) = &self.listener else { return };
            match listener.accept() {
                Ok((stream, peer)) => self.admit(stream, peer),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return,
                // gone before its turn
                Err(e) if e.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(e) => {
                    self.paused = Some(Instant::now() + PAUSE);
                    return self.log(Level::Error, format!("cannot accept connections: {e}"));
                }
            }
        }
    }

    /// Whether one more may come. A handshake is about to be a connection.
    pub(super) fn has_room(&self) -> bool {
        let on_the_way = self.handshakes.as_ref().map_or(0, Handshakes::len);
        self.connections.len() + on_the_way < CONNECTIONS_MAX
    }

    fn admit(&mut self, stream: TcpStream, peer: SocketAddr) {
        if let Some(why) = self.refusal(peer) {
            return self.tell(&ToDaemon::Refused(why, peer));
        }
        self.last += 1;
        let begun = match &mut self.handshakes {
            Some(handshakes) => handshakes.begin(self.last, stream, peer),
            None => Connection::new(Stream::Plain(stream), peer, None).map(|connection| {
                self.connections.insert(self.last, connection);
                self.tell(&ToDaemon::Accepted(self.last, peer, None));
            }),
        };
        if let Err(e) = begun {
            self.log(Level::Error, format!("connection from {peer} closed: {e}"));
        }
    }

    /// Goes on with a handshake.
    pub(super) fn shake_hands(&mut self, id: u64) {
        match self.handshakes.as_mut().and_then(|handshakes| handshakes.turn(id)) {
            None => {}
            Some(Ok((stream, session, peer))) => {
                match Connection::new(Stream::Tls(Box::new(stream)), peer, Some(session.identity.clone())) {
                    Ok(connection) => {
                        self.connections.insert(id, connection);
                        self.tell(&ToDaemon::Accepted(id, peer, Some(session)));
                    }
                    Err(e) => self.log(Level::Error, format!("connection from {peer} closed: {e}")),
                }
            }
            Some(Err(failure)) => self.handshake_failed(failure),
        }
    }

    /// Tells of a handshake that came to nothing.
    pub(super) fn handshake_failed(&mut self, failure: Failure) {
        let Failure { peer, session, word, why } = failure;
        self.log(Level::Warning, format!("no TLS with {peer}: {why}"));
        self.tell(&ToDaemon::Failure(peer, session, word.into()));
    }

    /// Ends handshakes that take too long.
    pub(super) fn end_late_handshakes(&mut self) {
        for failure in self.handshakes.as_mut().map(Handshakes::end_late).unwrap_or_default() {
            self.handshake_failed(failure);
        }
    }

    /// As auditd: first hosts.deny, then the port, then how many there are.
    fn refusal(&mut self, peer: SocketAddr) -> Option<Refusal> {
        if self.settings.ask_hosts_access {
            match self.hosts.ask(peer.ip()) {
                Access::Granted => {}
                Access::Refused => return Some(Refusal::Wrap),
                Access::Unsure(why) => {
                    self.log(Level::Warning, format!("use_libwrap: {why}"));
                    return Some(Refusal::Wrap);
                }
            }
        }
        let ports = self.settings.client_ports;
        if !(ports.low..=ports.high).contains(&peer.port()) {
            return Some(Refusal::Port);
        }
        let same = |c: &&Connection| c.peer().ip().to_canonical() == peer.ip().to_canonical();
        let on_the_way = self.handshakes.iter().map(|handshakes| handshakes.count(peer.ip())).sum::<usize>();
        // one that lost patience, closed and comes again is not refused because we still deal with what it sent before
        let there = self.connections.values().filter(same).filter(|c| !c.has_gone()).count() + on_the_way;
        if there >= self.settings.per_address as usize {
            return Some(Refusal::Dup);
        }
        self.handshakes.as_ref().is_some_and(Handshakes::is_full).then_some(Refusal::HandshakeLimit)
    }
}

//! The collector: one thread, one poll loop, all senders.
//!
//! * `entry`: becoming it; [`listener`]: the port; `admission`: who gets in
//! * [`connection`]: one sender, its records and their answers; [`stream`]: what carries them
//! * `handshakes`: those who are to be senders over TLS; [`tls`]: OpenSSL

mod admission;
pub mod connection;
mod entry;
mod handshakes;
pub mod listener;
pub mod stream;
#[cfg(feature = "tls")]
pub mod tls;
#[cfg(not(feature = "tls"))]
#[path = "collector/no_tls.rs"]
#[allow(missing_docs, reason = "what it stands for is documented there")]
pub mod tls;

use crate::hosts_access::HostsAccess;
use crate::link::{Level, Link, MESSAGE_MAX, ToCollector, ToDaemon, Verdict};
use crate::settings::Settings;
use connection::{Connection, Next};
pub use entry::main;
use handshakes::Handshakes;
use listener::Listener;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};
use tls::Acceptor;

/// How long the daemon may take to answer the last batches when all ends.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// The collector's state.
#[derive(Debug)]
pub struct Collector {
    link: Link,
    /// `None`: it ends.
    listener: Option<Listener>,
    settings: Settings,
    hosts: HostsAccess,
    connections: BTreeMap<u64, Connection>,
    handshakes: Option<Handshakes>,
    last: u64,
    /// For the daemon, which is behind. While there is anything nobody is read from or accepted.
    queue: VecDeque<Vec<u8>>,
    /// Until when nobody is accepted, since that failed.
    paused: Option<Instant>,
    /// That there are too many connections was said.
    is_full: bool,
    /// When it ends, answered or not.
    ends: Option<Instant>,
}

/// Something to look at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ready {
    Link,
    Listener,
    Connection(u64),
    Handshake(u64),
}

impl Collector {
    /// A collector that has its port.
    pub fn new(link: Link, listener: Listener, acceptor: Option<Acceptor>, settings: Settings) -> Self {
        Self {
            link,
            listener: Some(listener),
            settings,
            hosts: HostsAccess::default(),
            connections: BTreeMap::new(),
            handshakes: acceptor.map(Handshakes::new),
            last: 0,
            queue: VecDeque::new(),
            paused: None,
            is_full: false,
            ends: None,
        }
    }

    /// Asks other files than those in /etc.
    pub fn with_hosts_access(self, hosts: HostsAccess) -> Self {
        Self { hosts, ..self }
    }

    /// Serves until it is told to end, or the daemon is gone.
    pub fn run(mut self) {
        self.tell(&ToDaemon::Ready);
        let mut buffer = vec![0; MESSAGE_MAX];
        loop {
            if self.flush().is_err() || self.end_if_due() {
                return;
            }
            for ready in self.wait() {
                match ready {
                    Ready::Link => {
                        if !self.hear(&mut buffer) {
                            return;
                        }
                    }
                    Ready::Listener => self.accept(),
                    Ready::Connection(id) => {
                        let next = self.connections.get_mut(&id).map(|connection| connection.turn(&mut buffer));
                        self.then(id, next);
                    }
                    Ready::Handshake(id) => self.shake_hands(id),
                }
            }
            self.end_late_handshakes();
            self.close_idle();
            self.paused = self.paused.filter(|&until| until > Instant::now());
        }
    }

    fn wait(&self) -> Vec<Ready> {
        let mut what = vec![Ready::Link];
        let behind = !self.queue.is_empty();
        let flags = if behind { PollFlags::POLLIN | PollFlags::POLLOUT } else { PollFlags::POLLIN };
        let mut fds = vec![PollFd::new(self.link.as_fd(), flags)];
        let now = Instant::now();
        for (&id, connection) in &self.connections {
            let interest = connection.interest(!behind && self.ends.is_none());
            if !interest.is_empty() {
                what.push(Ready::Connection(id));
                fds.push(PollFd::new(connection.as_fd(), interest));
            }
        }
        for (id, interest, fd) in self.handshakes.iter().flat_map(Handshakes::waiting) {
            what.push(Ready::Handshake(id));
            fds.push(PollFd::new(fd, interest));
        }
        // behind the connections: one that has ended makes room
        if let Some(listener) = &self.listener
            && !behind
            && self.has_room()
            && self.paused.is_none()
        {
            what.push(Ready::Listener);
            fds.push(PollFd::new(listener.as_fd(), PollFlags::POLLIN));
        }
        let due = self.due().map(|due| due.saturating_duration_since(now) + Duration::from_millis(1));
        let limit = due.map_or(PollTimeout::NONE, |due| PollTimeout::try_from(due).unwrap_or(PollTimeout::MAX));
        if poll(&mut fds, limit).is_err() {
            return Vec::new();
        }
        let is_ready = |fd: &PollFd<'_>| fd.revents().is_none_or(|found| !found.is_empty());
        what.into_iter().zip(&fds).filter_map(|(what, fd)| is_ready(fd).then_some(what)).collect()
    }

    /// When there is something to do though nothing happens.
    fn due(&self) -> Option<Instant> {
        let idle = self
            .max_idle()
            .and_then(|max| self.connections.values().filter_map(Connection::idle_since).min().map(|at| at + max));
        let handshake = self.handshakes.as_ref().and_then(Handshakes::due);
        [idle, handshake, self.paused, self.ends].into_iter().flatten().min()
    }

    fn max_idle(&self) -> Option<Duration> {
        (self.settings.max_idle > 0).then(|| Duration::from_secs(self.settings.max_idle.into()))
    }

    /// What the daemon says; false when it is gone.
    fn hear(&mut self, buffer: &mut [u8]) -> bool {
        loop {
            match self.link.receive(buffer) {
                Ok(Some(message)) => match ToCollector::decode(message) {
                    Some(ToCollector::Settings(settings)) => self.take(*settings),
                    Some(ToCollector::Verdict(verdict)) => self.answer(&verdict),
                    Some(ToCollector::Stop) => {
                        self.listener = None;
                        self.ends = Some(Instant::now() + LAST_ANSWERS);
                    }
                    None => return false,
                },
                Err(e) => return e.kind() == io::ErrorKind::WouldBlock,
                Ok(None) => return false,
            }
        }
    }

    fn take(&mut self, settings: Settings) {
        if settings.queue != self.settings.queue
            && let Some(listener) = &self.listener
            && let Err(e) = listener.set_queue(settings.queue)
        {
            self.log(Level::Error, format!("tcp_listen_queue stays as it was: {e}"));
        }
        if let (Some(handshakes), Some(tls)) = (&self.handshakes, &settings.tls) {
            handshakes.acceptor().set_clients(tls.clients.clone());
            let is_out = |c: &Connection| c.identity().is_some_and(|identity| !handshakes.acceptor().allows(identity));
            let out: Vec<u64> = self.connections.iter().filter(|(_, c)| is_out(c)).map(|(&id, _)| id).collect();
            for id in out {
                self.close(id, Some("its identity may not connect any more (tls_allowed_clients)".into()));
            }
        }
        self.settings = settings;
    }

    fn answer(&mut self, verdict: &Verdict) {
        // it may have gone meanwhile
        let next = self.connections.get_mut(&verdict.connection).map(|connection| connection.answer(verdict));
        self.then(verdict.connection, next);
    }

    /// Goes on with what a connection came to.
    fn then(&mut self, id: u64, next: Option<Next>) {
        match next {
            None | Some(Next::Nothing) => {}
            Some(Next::Records(records, lines)) => self.tell(&ToDaemon::Records(id, records, lines)),
            Some(Next::Close(why)) => self.close(id, why),
        }
    }

    fn close(&mut self, id: u64, why: Option<String>) {
        let Some(connection) = self.connections.remove(&id) else { return };
        if let Some(why) = why {
            self.log(Level::Warning, format!("connection from {} closed: {why}", connection.peer()));
        }
        self.tell(&ToDaemon::Closed(id));
        self.is_full = false;
    }

    fn close_idle(&mut self) {
        let Some(max) = self.max_idle() else { return };
        let now = Instant::now();
        let is_idle = |c: &Connection| c.idle_since().is_some_and(|at| at + max <= now);
        let idle: Vec<u64> = self.connections.iter().filter(|(_, c)| is_idle(c)).map(|(&id, _)| id).collect();
        for id in idle {
            self.close(id, Some(format!("idle for {} s (tcp_client_max_idle)", max.as_secs())));
        }
    }

    /// Whether it ends now. When the last answers are there, or it took too long, all senders are told.
    fn end_if_due(&mut self) -> bool {
        let Some(deadline) = self.ends else { return false };
        let is_answered = self.queue.is_empty() && !self.connections.values().any(Connection::is_waiting);
        if !is_answered && Instant::now() < deadline {
            return false;
        }
        for failure in self.handshakes.take().map(Handshakes::end_all).unwrap_or_default() {
            self.handshake_failed(failure);
        }
        for (id, mut connection) in std::mem::take(&mut self.connections) {
            connection.say_ending();
            self.tell(&ToDaemon::Closed(id));
        }
        // the daemon reads until we are gone
        while self.flush().is_ok() && !self.queue.is_empty() && Instant::now() < deadline + LAST_ANSWERS {
            let _ = poll(&mut [PollFd::new(self.link.as_fd(), PollFlags::POLLOUT)], PollTimeout::from(100_u8));
        }
        true
    }

    fn log(&mut self, level: Level, text: String) {
        self.tell(&ToDaemon::Log(level, text));
    }

    fn tell(&mut self, what: &ToDaemon) {
        self.queue.push_back(what.encode());
    }

    /// Sends what the daemon takes; an error when it is gone.
    fn flush(&mut self) -> io::Result<()> {
        while let Some(message) = self.queue.front() {
            match self.link.send(message) {
                Ok(()) => drop(self.queue.pop_front()),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;

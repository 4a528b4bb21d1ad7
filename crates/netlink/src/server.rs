//! Answering audit requests on a Unix socket, as the kernel would.
//!
//! rauditd serves this when it decides by its own rules; tests serve it in the kernel's place. Nothing here waits: put
//! [`Server::poll_fds`] into your poll loop and call [`Server::serve`] when one of them is ready.

use crate::capability::may_control_audit;
use crate::protocol::{self, Equivalence, Features, Header, RuleCounts, SignalInfo, Status, StatusChange, flag, kind};
use crate::{Error, transport::Transport};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags};
use nix::sys::socket::{self, AddressFamily, Backlog, MsgFlags, SockFlag, SockType, UnixAddr, sockopt};
use raudit_record::Kind;
use raudit_rules::{Change, Rule};
use std::collections::VecDeque;
use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// Most clients at once; more wait in the socket's queue.
const MAX_CLIENTS: usize = 16;
/// Requests longer than this are refused; auditctl never sends more than 8970 bytes.
const MAX_REQUEST: usize = 64 * 1024;
/// Most changes in a batch: more rules than any backend takes, deleted and added.
const MAX_BATCH: usize = 20_000;
/// And most bytes they come in: rules without long texts are little more than a kilobyte each.
const MAX_BATCH_BYTES: usize = 64 << 20;
/// Requests of one client answered before the others have their turn.
const MAX_AT_ONCE: usize = 64;

/// Who asks, as the kernel vouches for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Peer {
    /// Process id of the client when it connected.
    pub pid: i32,
    /// Its effective user id.
    pub uid: u32,
    /// Its effective group id.
    pub gid: u32,
}

/// What is asked.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "one is made at a time, and most are changes of rules")]
pub enum Request {
    /// The state of the audit system.
    GetStatus,
    /// Change the state.
    SetStatus(StatusChange),
    /// Add or delete a rule.
    ChangeRule(Change),
    /// Whether several changes can be made as one.
    BeginBatch,
    /// Make these changes, all or none.
    ChangeRules(Vec<Change>),
    /// All rules.
    ListRules,
    /// All rules, and what was counted of each.
    ListHits,
    /// Log a user-space record.
    UserMessage(Kind, Vec<u8>),
    /// Who last sent the daemon a signal.
    SignalInfo,
    /// Switches that can be locked.
    GetFeatures,
    /// Set or lock switches.
    SetFeatures(Features),
    /// Forget trees of directory watches that are gone.
    Trim,
    /// Have directory watches on one tree cover another.
    MakeEquivalent(Equivalence),
    /// A few lines about the backend and its tier.
    Describe,
    /// How plugins are.
    ListPlugins,
    /// A message type nothing is known about.
    Other(u16),
}

/// What is answered. Everything but an error is followed by an acknowledgement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reply {
    /// Done.
    Ack,
    /// Done, with a value: what was there before a reset ([`StatusChange::reset_lost`]).
    Value(u32),
    /// Refused, with words for the user where the number alone says too little.
    Error(Errno, Option<String>),
    /// To [`Request::ChangeRules`]: none was made, because of the one with this index.
    BatchError(usize, Errno, Option<String>),
    /// To [`Request::GetStatus`].
    Status(Status),
    /// To [`Request::GetFeatures`].
    Features(Features),
    /// To [`Request::SignalInfo`].
    SignalInfo(SignalInfo),
    /// To [`Request::ListRules`], in listing order.
    Rules(Vec<Rule>),
    /// To [`Request::ListHits`], in listing order; `None` where nobody counts.
    Hits(Vec<(Rule, Option<RuleCounts>)>),
    /// To [`Request::Describe`].
    Text(String),
    /// To [`Request::ListPlugins`]: a JSON object each.
    Objects(Vec<String>),
}

/// The serving end. Dropping it removes the socket.
#[derive(Debug)]
pub struct Server {
    path: PathBuf,
    /// Of sequenced packets; the type only lends its `accept`.
    listener: UnixListener,
    clients: Vec<Connection>,
    allowed_uid: Option<u32>,
    buffer: Vec<u8>,
}

#[derive(Debug)]
struct Connection {
    fd: UnixStream,
    peer: Peer,
    unsent: VecDeque<Vec<u8>>,
    batch: Option<Batch>,
}

/// Changes that wait for their commit. With the connection they are gone.
#[derive(Debug, Default)]
struct Batch {
    changes: Vec<Change>,
    headers: Vec<Header>,
    bytes: usize,
    /// A change that could not be read: nothing will be made.
    spoilt: Option<Vec<u8>>,
}

/// Whether a connection goes on.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Line {
    Open,
    Closed,
}

impl Server {
    /// Listens at `path`, mode 0600. A socket left behind by a dead daemon is replaced; a live one's is not.
    pub fn bind(path: &Path) -> Result<Self, Error> {
        let failed = |errno| Error::Os { what: format!("serve on {}", path.display()), errno };
        remove_stale(path)?;
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        let listener = socket::socket(AddressFamily::Unix, SockType::SeqPacket, flags, None).map_err(failed)?;
        let address = UnixAddr::new(path).map_err(failed)?;
        socket::bind(listener.as_raw_fd(), &address).map_err(failed)?;
        // Before `listen` nobody can connect, so there is no moment with a wrong mode.
        let mode = fs::Permissions::from_mode(0o600);
        fs::set_permissions(path, mode).map_err(|e| Error::os(format!("set the mode of {}", path.display()), &e))?;
        socket::listen(&listener, Backlog::new(MAX_CLIENTS as i32).unwrap_or(Backlog::MAXCONN)).map_err(failed)?;
        let listener = UnixListener::from(listener);
        Ok(Self {
            path: path.to_owned(),
            listener,
            clients: Vec::new(),
            allowed_uid: None,
            buffer: vec![0; MAX_REQUEST],
        })
    }

    /// Serves `uid` too, whatever it may: for tests, which may run as anybody.
    pub fn allow_uid(&mut self, uid: u32) {
        self.allowed_uid = Some(uid);
    }

    /// What to wait for: new clients, requests, and room for replies that did not fit.
    pub fn poll_fds(&self) -> Vec<PollFd<'_>> {
        let mut fds = Vec::with_capacity(1 + self.clients.len());
        // A full house lets newcomers wait in the queue.
        let newcomers = if self.clients.len() < MAX_CLIENTS { PollFlags::POLLIN } else { PollFlags::empty() };
        fds.push(PollFd::new(self.listener.as_fd(), newcomers));
        for client in &self.clients {
            let wanted = if client.unsent.is_empty() { PollFlags::POLLIN } else { PollFlags::POLLOUT };
            fds.push(PollFd::new(client.fd.as_fd(), wanted));
        }
        fds
    }

    /// Does all that can be done without waiting: accepts, asks `answer` for each request, replies, drops who is gone.
    pub fn serve(&mut self, mut answer: impl FnMut(Request, Peer) -> Reply) -> Result<(), Error> {
        self.accept()?;
        let buffer = &mut self.buffer;
        self.clients.retain_mut(|client| client.serve(buffer, &mut answer) == Line::Open);
        Ok(())
    }

    fn accept(&mut self) -> Result<(), Error> {
        while self.clients.len() < MAX_CLIENTS {
            let fd = match self.listener.accept() {
                Ok((fd, _)) => fd,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                Err(e) if matches!(e.kind(), io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted) => continue,
                Err(e) => return Err(Error::os(format!("accept on {}", self.path.display()), &e)),
            };
            fd.set_nonblocking(true).map_err(|e| Error::os("set up a connection", &e))?;
            let Ok(credentials) = socket::getsockopt(&fd, sockopt::PeerCredentials) else { continue };
            let peer = Peer { pid: credentials.pid(), uid: credentials.uid(), gid: credentials.gid() };
            // The mode keeps other users out already; this holds should somebody change it. Root without the capability, as in
            // many containers, may no more here than in the kernel.
            let may = peer.uid == 0 && may_control_audit(&peer.pid.to_string());
            if may || Some(peer.uid) == self.allowed_uid {
                self.clients.push(Connection { fd, peer, unsent: VecDeque::new(), batch: None });
            }
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A leftover is recognised and replaced by the next daemon.
        drop(fs::remove_file(&self.path));
    }
}

impl Connection {
    /// Sends what is waiting; when nothing is, answers one request after the other.
    fn serve(&mut self, buffer: &mut [u8], answer: &mut impl FnMut(Request, Peer) -> Reply) -> Line {
        for _ in 0..MAX_AT_ONCE {
            if self.flush() == Line::Closed {
                return Line::Closed;
            }
            // Who does not read its replies gets no further requests answered.
            if !self.unsent.is_empty() {
                return Line::Open;
            }
            let len = match socket::recv(self.fd.as_raw_fd(), buffer, MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_TRUNC) {
                Ok(0) => return Line::Closed,
                Ok(len) => len,
                Err(Errno::EAGAIN) => return Line::Open,
                Err(Errno::EINTR) => continue,
                Err(_) => return Line::Closed,
            };
            let Some((header, payload)) = buffer.get(..len).and_then(Header::split_message) else {
                return Line::Closed;
            };
            let replies = self.answer(header, payload, answer);
            self.unsent.extend(replies);
        }
        self.flush()
    }

    fn answer(
        &mut self,
        header: Header,
        payload: &[u8],
        answer: &mut impl FnMut(Request, Peer) -> Reply,
    ) -> Vec<Vec<u8>> {
        let request = decode(header, payload);
        match (request, &mut self.batch) {
            (Ok(Request::BeginBatch), batch) => {
                let reply = answer(Request::BeginBatch, self.peer);
                *batch = (reply == Reply::Ack).then(Batch::default);
                encode(header, &reply)
            }
            (Ok(Request::ChangeRules(_)), batch) => {
                let Some(batch) = batch.take() else {
                    return encode(header, &Reply::Error(Errno::EINVAL, Some("there is no batch to commit".into())));
                };
                if let Some(error) = batch.spoilt {
                    return vec![protocol::message(kind::NLMSG_ERROR, 0, header.seq, &error)];
                }
                match answer(Request::ChangeRules(batch.changes), self.peer) {
                    Reply::BatchError(at, errno, text) => {
                        let about = batch.headers.get(at).copied().unwrap_or(header);
                        let payload = error_payload(about, -(errno as i32), text.as_deref().unwrap_or(""));
                        vec![protocol::message(kind::NLMSG_ERROR, 0, header.seq, &payload)]
                    }
                    reply => encode(header, &reply),
                }
            }
            (Ok(Request::ChangeRule(change)), Some(batch)) if batch.has_room(payload.len()) => {
                batch.bytes += payload.len();
                batch.changes.push(change);
                batch.headers.push(header);
                encode(header, &Reply::Ack)
            }
            (Ok(Request::ChangeRule(_)), Some(batch)) => batch.spoil(header, Errno::E2BIG, "too many changes at once"),
            (Err(Reply::Error(errno, text)), Some(batch)) => batch.spoil(header, errno, text.as_deref().unwrap_or("")),
            (Ok(request), _) => encode(header, &answer(request, self.peer)),
            (Err(reply), _) => encode(header, &reply),
        }
    }

    fn flush(&mut self) -> Line {
        while let Some(message) = self.unsent.front() {
            match socket::send(self.fd.as_raw_fd(), message, MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL) {
                Ok(_) => drop(self.unsent.pop_front()),
                Err(Errno::EAGAIN) => return Line::Open,
                Err(Errno::EINTR) => {}
                Err(_) => return Line::Closed,
            }
        }
        Line::Open
    }
}

impl Batch {
    fn has_room(&self, bytes: usize) -> bool {
        self.changes.len() < MAX_BATCH && self.bytes + bytes <= MAX_BATCH_BYTES
    }

    /// Remembers the first change that cannot be made; told at the commit.
    fn spoil(&mut self, header: Header, errno: Errno, text: &str) -> Vec<Vec<u8>> {
        self.spoilt.get_or_insert_with(|| error_payload(header, -(errno as i32), text));
        encode(header, &Reply::Ack)
    }
}

/// Reads a request; a request that is none is answered at once, as the kernel would.
fn decode(header: Header, payload: &[u8]) -> Result<Request, Reply> {
    let rule = || Rule::from_wire(payload).map_err(|e| Reply::Error(Errno::EINVAL, Some(e.to_string())));
    Ok(match header.kind {
        kind::GET => Request::GetStatus,
        kind::SET => Request::SetStatus(StatusChange::from_bytes(payload)),
        kind::ADD_RULE => rule().map(|(rule, prepend)| Request::ChangeRule(Change::Add(rule, prepend)))?,
        kind::DEL_RULE => rule().map(|(rule, _)| Request::ChangeRule(Change::Delete(rule)))?,
        kind::BATCH_BEGIN => Request::BeginBatch,
        kind::BATCH_COMMIT => Request::ChangeRules(Vec::new()),
        kind::LIST_HITS => Request::ListHits,
        kind::LIST_RULES => Request::ListRules,
        kind::SIGNAL_INFO => Request::SignalInfo,
        kind::GET_FEATURE => Request::GetFeatures,
        kind::SET_FEATURE => Request::SetFeatures(Features::from_bytes(payload)),
        kind::TRIM => Request::Trim,
        kind::MAKE_EQUIV => {
            let trees = Equivalence::from_bytes(payload).ok_or(Reply::Error(Errno::EINVAL, None))?;
            Request::MakeEquivalent(trees)
        }
        kind::DESCRIBE => Request::Describe,
        kind::LIST_PLUGINS => Request::ListPlugins,
        kind::USER | 1100..=1199 | 2100..=2999 => {
            let end = payload.iter().position(|&b| b == 0).unwrap_or(payload.len());
            let text = payload.get(..end).unwrap_or_default().to_vec();
            Request::UserMessage(Kind(header.kind.into()), text)
        }
        other => Request::Other(other),
    })
}

/// The messages of a reply, the acknowledgement last.
fn encode(asked: Header, reply: &Reply) -> Vec<Vec<u8>> {
    let one = |payload: &[u8]| vec![protocol::message(asked.kind, 0, asked.seq, payload)];
    let mut messages = match reply {
        Reply::Ack | Reply::Value(_) => Vec::new(),
        Reply::Error(errno, text) | Reply::BatchError(_, errno, text) => {
            return vec![acknowledge(asked, -(*errno as i32), text.as_deref().unwrap_or(""))];
        }
        Reply::Status(status) => one(&status.to_bytes()),
        Reply::Features(features) => one(&features.to_bytes()),
        Reply::SignalInfo(info) => one(&info.to_bytes()),
        Reply::Text(text) => one(text.as_bytes()),
        Reply::Rules(rules) => several(asked, rules.iter().map(|rule| rule.to_wire(false))),
        Reply::Objects(objects) => several(asked, objects.iter().map(|object| object.clone().into_bytes())),
        Reply::Hits(rules) => {
            let both = |(rule, counts): &(Rule, Option<RuleCounts>)| {
                [RuleCounts::to_bytes(counts.as_ref()), rule.to_wire(false)].concat()
            };
            several(asked, rules.iter().map(both))
        }
    };
    let value = if let Reply::Value(value) = reply { *value as i32 } else { 0 };
    if asked.flags & flag::ACK != 0 || value != 0 {
        messages.push(acknowledge(asked, value, ""));
    }
    messages
}

/// A reply of several messages.
fn several(asked: Header, payloads: impl Iterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    let mut parts: Vec<_> = payloads.map(|p| protocol::message(asked.kind, flag::MULTI, asked.seq, &p)).collect();
    parts.push(protocol::message(kind::NLMSG_DONE, flag::MULTI, asked.seq, &0u32.to_ne_bytes()));
    parts
}

fn acknowledge(asked: Header, value: i32, text: &str) -> Vec<u8> {
    protocol::message(kind::NLMSG_ERROR, 0, asked.seq, &error_payload(asked, value, text))
}

/// `struct nlmsgerr`: the value, the header of the request it is about, and our own words behind it.
fn error_payload(about: Header, value: i32, text: &str) -> Vec<u8> {
    let mut payload = value.to_ne_bytes().to_vec();
    payload.extend_from_slice(&protocol::message(about.kind, about.flags, about.seq, &[]));
    payload.extend_from_slice(text.as_bytes());
    payload
}

/// Makes way for a new socket at `path`, unless somebody answers there or it is no socket.
fn remove_stale(path: &Path) -> Result<(), Error> {
    let what = || format!("serve on {}", path.display());
    match fs::symlink_metadata(path) {
        Err(_) => Ok(()),
        Ok(found) if !found.file_type().is_socket() => Err(Error::Os { what: what(), errno: Errno::ENOTSOCK }),
        Ok(_) => match Transport::control(path) {
            Err(Error::Os { errno: Errno::ECONNREFUSED, .. }) => {
                fs::remove_file(path).map_err(|e| Error::os(what(), &e))
            }
            _ => Err(Error::Os { what: what(), errno: Errno::EADDRINUSE }),
        },
    }
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;

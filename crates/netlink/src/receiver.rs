//! The audit daemon's end of the kernel's socket: where the records arrive.

use crate::protocol::{self, Header, Status, StatusChange, flag, kind};
use crate::transport::Transport;
use crate::{Client, Error};
use nix::errno::Errno;
use nix::sys::socket::{setsockopt, sockopt};
use raudit_record::{Kind, Records};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// Longer than any record the kernel makes (8970 bytes is the most user space may send).
const BUFFER_LEN: usize = 16 * 1024;
/// Room for some ten thousand records while the daemon is busy; memory is only used while they wait.
const SOCKET_BUFFER: usize = 16 * 1024 * 1024;
/// How long the kernel may take to acknowledge.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The receiving end of kernel audit. Dropping it closes the socket, which alone makes the kernel forget the daemon at
/// its next record; [`unregister`](Self::unregister) does it at once.
#[derive(Debug)]
pub struct Receiver {
    transport: Transport,
    seq: u32,
    /// Records that arrived while an acknowledgement was awaited.
    early: Records,
    registered: bool,
    overruns: u64,
    cut: u64,
    buffer: Vec<u8>,
}

/// What one call of [`Receiver::recv_batch`] brought.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Batch {
    /// Messages appended.
    pub messages: usize,
    /// Whether more may be waiting: the limit was reached before the socket was empty.
    pub more: bool,
}

impl Receiver {
    /// Opens the kernel's socket. It receives nothing until [`register`](Self::register).
    ///
    /// Overruns are counted rather than switched off (`NETLINK_NO_ENOBUFS`): the kernel keeps and resends what did not
    /// fit, but whoever runs the daemon should know it was late.
    pub fn open() -> Result<Self, Error> {
        Self::of(Transport::kernel()?)
    }

    /// A copy of the records, for whoever may read them (`CAP_AUDIT_READ`), whether there is an audit daemon or not. What there is no
    /// room for here is lost here only: each time counts as an overrun.
    pub fn listen() -> Result<Self, Error> {
        Self::of(Transport::kernel_copy()?)
    }

    fn of(transport: Transport) -> Result<Self, Error> {
        // Without CAP_NET_ADMIN the size stays what it is; that costs time under load, nothing else.
        let _ = setsockopt(&transport, sockopt::RcvBufForce, &SOCKET_BUFFER);
        Ok(Self {
            transport,
            seq: 0,
            early: Records::default(),
            registered: false,
            overruns: 0,
            cut: 0,
            buffer: vec![0; BUFFER_LEN],
        })
    }

    /// Tells the kernel to send its records here, on behalf of this process.
    pub fn register(&mut self) -> Result<(), Error> {
        let change = StatusChange { pid: Some(std::process::id()), ..StatusChange::default() };
        match self.set("register as the audit daemon", &change) {
            Ok(()) => {
                self.registered = true;
                Ok(())
            }
            Err(Error::Refused { errno: Errno::EEXIST, .. }) => {
                let holder = Client::kernel().and_then(|mut kernel| kernel.status()).map_or(0, |status| status.pid);
                Err(Error::DaemonExists(holder))
            }
            Err(e) => Err(e),
        }
    }

    /// Resigns: the kernel's records go to the system log again. Nothing happens when not registered.
    ///
    /// Records that were on their way can still be read afterwards.
    pub fn unregister(&mut self) -> Result<(), Error> {
        if !self.registered {
            return Ok(());
        }
        self.registered = false;
        self.set("resign as the audit daemon", &StatusChange { pid: Some(0), ..StatusChange::default() })
    }

    /// How often the socket's buffer was full when the kernel had a record to send (`ENOBUFS`).
    pub fn overruns(&self) -> u64 {
        self.overruns
    }

    /// How many records were longer than our buffer and cut; no kernel does that.
    pub fn cut(&self) -> u64 {
        self.cut
    }

    /// Appends the records that have arrived, at most `limit`, without waiting. Wait on [`as_fd`](AsFd::as_fd).
    ///
    /// Left out is what is not a record: acknowledgements, replies, the kernel's probe whether we live (`AUDIT_REPLACE`),
    /// and echoes of daemon records (1200 to 1299).
    pub fn recv_batch(&mut self, into: &mut Records, limit: usize) -> Result<Batch, Error> {
        let before = into.len();
        let room = |into: &Records| into.len() - before < limit;
        self.early.iter().for_each(|(kind, text)| into.push(kind, text));
        self.early.clear();
        while room(into) {
            let Some(len) = self.receive()? else {
                return Ok(Batch { messages: into.len() - before, more: false });
            };
            if let Some((kind, text)) = record(self.buffer.get(..len).unwrap_or_default()) {
                into.push(kind, text);
            }
        }
        Ok(Batch { messages: into.len() - before, more: true })
    }

    /// One datagram, without waiting; its length in the buffer. `None` when there is none.
    fn receive(&mut self) -> Result<Option<usize>, Error> {
        loop {
            match self.transport.receive(&mut self.buffer) {
                Ok(len) if len > self.buffer.len() => {
                    self.cut += 1;
                    return Ok(Some(self.buffer.len()));
                }
                Ok(len) => return Ok(Some(len)),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(e) if e.raw_os_error() == Some(libc::ENOBUFS) => self.overruns += 1,
                Err(e) => return Err(Error::os("receive audit records from the kernel", &e)),
            }
        }
    }

    /// `AUDIT_SET` from this very socket, which is the one the kernel will send to. Records may arrive before the answer.
    fn set(&mut self, what: &'static str, change: &StatusChange) -> Result<(), Error> {
        self.seq = self.seq.wrapping_add(1);
        let request = protocol::message(kind::SET, flag::REQUEST | flag::ACK, self.seq, &change.to_bytes());
        self.transport.send(&request).map_err(|e| Error::os(what, &e))?;
        let deadline = Instant::now() + TIMEOUT;
        loop {
            if let Some(len) = self.receive()? {
                let datagram = self.buffer.get(..len).unwrap_or_default();
                match acknowledgement(datagram, self.seq) {
                    Some(0..) => return Ok(()),
                    Some(value) => {
                        let errno = Errno::from_raw(value.wrapping_neg());
                        return Err(Error::Refused { what, errno, text: None });
                    }
                    None => {
                        if let Some((kind, text)) = record(datagram) {
                            self.early.push(kind, text);
                        }
                    }
                }
                continue;
            }
            let waited = self.transport.wait(deadline);
            if !waited.map_err(|errno| Error::Os { what: what.into(), errno })? {
                return Err(Error::Timeout { what, seconds: TIMEOUT.as_secs() });
            }
        }
    }
}

impl AsFd for Receiver {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.transport.as_fd()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // Nobody is left to tell; closing the socket ends the registration as well.
        drop(self.unregister());
    }
}

/// Turns kernel audit on unless it is on already or locked (what auditd does at its start); the status as it was.
pub fn enable_kernel_audit(client: &mut Client) -> Result<Status, Error> {
    let status = client.status()?;
    if status.enabled == 0 {
        client.set_status(&StatusChange { enabled: Some(1), ..StatusChange::default() })?;
    }
    Ok(status)
}

/// The value of the acknowledgement of request `seq`, if the datagram is one.
fn acknowledgement(datagram: &[u8], seq: u32) -> Option<i32> {
    let (header, payload) = Header::split(datagram)?;
    (header.kind == kind::NLMSG_ERROR && header.seq == seq).then(|| protocol::error_value(payload)).flatten()
}

/// The record in a datagram, unless it is something else. The header's length is not looked at: in records the kernel
/// writes the payload's length there, and one datagram is one record.
fn record(datagram: &[u8]) -> Option<(Kind, &[u8])> {
    let (header, mut text) = Header::split(datagram)?;
    let skipped = header.kind < kind::NLMSG_MIN_TYPE
        || header.kind == kind::REPLACE
        || (header.kind != kind::USER
            && (kind::GET..=kind::GET_FEATURE).contains(&header.kind)
            && header.kind != LOGIN)
        || (1200..=1299).contains(&header.kind);
    if skipped {
        return None;
    }
    while let [rest @ .., b'\0' | b'\n'] = text {
        text = rest;
    }
    Some((Kind(header.kind.into()), text))
}

/// `AUDIT_LOGIN`: a record, though it stands among the requests.
const LOGIN: u16 = 1006;

#[cfg(test)]
mod tests {
    use super::*;

    fn datagram(kind: u16, text: &[u8]) -> Vec<u8> {
        let mut bytes = protocol::message(kind, 0, 0, &[]);
        // As the kernel does it: the length is the payload's.
        bytes[..4].copy_from_slice(&(text.len() as u32).to_ne_bytes());
        bytes.extend_from_slice(text);
        bytes
    }

    #[test]
    fn takes_records_and_nothing_else() {
        let text = b"audit(1700000000.123:456): arch=c000003e";
        for kind in [1005, 1006, 1100, 1300, 1305, 1320, 1327, 2999, 1800] {
            assert_eq!(record(&datagram(kind, text)), Some((Kind(kind.into()), text.as_slice())));
        }
        for kind in [0, 2, 3, 15, 1000, 1001, 1010, 1013, 1019, 1200, 1299, 1329] {
            assert_eq!(record(&datagram(kind, text)), None, "{kind}");
        }
        assert_eq!(record(&[0; 15]), None);
        assert_eq!(record(&datagram(1300, b"x\n\0\0")).unwrap().1, b"x");
        assert_eq!(record(&datagram(1300, b"")).unwrap().1, b"");
    }

    #[test]
    fn tells_its_acknowledgement_from_others() {
        let ack = |seq, value: i32| protocol::message(kind::NLMSG_ERROR, 0, seq, &value.to_ne_bytes());
        assert_eq!(acknowledgement(&ack(4, -17), 4), Some(-17));
        assert_eq!(acknowledgement(&ack(3, 0), 4), None);
        assert_eq!(acknowledgement(&datagram(1300, b"text"), 0), None);
        assert_eq!(acknowledgement(&protocol::message(kind::NLMSG_ERROR, 0, 4, &[]), 4), None);
    }
}

//! Asking the audit system: the kernel, or rauditd in its place.

use crate::protocol::{self, Equivalence, Features, Header, RuleCounts, SignalInfo, Status, StatusChange, flag, kind};
use crate::transport::Transport;
use crate::{CONTROL_SOCKET, Error, SOCKET_VARIABLE};
use nix::errno::Errno;
use raudit_record::Kind;
use raudit_rules::{Change, Rule};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// Larger than any reply: a rule with 64 texts of 4096 bytes.
const BUFFER_LEN: usize = 300 * 1024;
/// How long auditctl waits for the kernel; a rule on a large tree takes its time.
const TIMEOUT: Duration = Duration::from_secs(40);

/// A connection on which one request is asked at a time.
#[derive(Debug)]
pub struct Client {
    transport: Transport,
    seq: u32,
    /// Number of the request that the last refusal was about: in a batch, not the one answered.
    refused_seq: u32,
    timeout: Duration,
    buffer: Vec<u8>,
}

/// Whether a reply is complete, or more of it follows.
enum Reply {
    More,
    Complete,
}

/// Reads one message of a reply.
type Take<'a> = &'a mut dyn FnMut(Header, &[u8]) -> Result<Reply, Error>;

impl Client {
    /// Connects to rauditd's control socket if it answers, else to the kernel.
    pub fn connect() -> Result<Self, Error> {
        match std::env::var_os(SOCKET_VARIABLE) {
            Some(path) if path.is_empty() => return Self::kernel(),
            Some(path) => return Self::control(Path::new(&path)),
            None => {}
        }
        match Self::control(Path::new(CONTROL_SOCKET)) {
            Err(Error::Os { errno: Errno::ENOENT | Errno::ECONNREFUSED | Errno::ENOTDIR, .. }) => Self::kernel(),
            other => other,
        }
    }

    /// Connects to the kernel. Anyone may; what may be asked needs `CAP_AUDIT_CONTROL`.
    pub fn kernel() -> Result<Self, Error> {
        Transport::kernel().map(Self::over)
    }

    /// Connects to rauditd's control socket at `path`.
    pub fn control(path: &Path) -> Result<Self, Error> {
        Transport::control(path).map(Self::over)
    }

    fn over(transport: Transport) -> Self {
        Self { transport, seq: 0, refused_seq: 0, timeout: TIMEOUT, buffer: vec![0; BUFFER_LEN] }
    }

    /// Whether the kernel itself is at the other end.
    pub fn is_kernel(&self) -> bool {
        self.transport.is_kernel()
    }

    /// Waits at most this long for an answer, instead of 40 seconds.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// The state of the audit system (`AUDIT_GET`).
    pub fn status(&mut self) -> Result<Status, Error> {
        self.ask_one("status", kind::GET, Status::from_bytes)
    }

    /// Changes what `change` names (`AUDIT_SET`). The value acknowledged is 0, or after a reset what was there before.
    pub fn set_status(&mut self, change: &StatusChange) -> Result<u32, Error> {
        self.request("set status", kind::SET, &change.to_bytes(), None)
    }

    /// Switches that can be locked (`AUDIT_GET_FEATURE`).
    pub fn features(&mut self) -> Result<Features, Error> {
        self.ask_one("features", kind::GET_FEATURE, Features::from_bytes)
    }

    /// Sets or locks the switches in its mask (`AUDIT_SET_FEATURE`). What is locked stays so until the next boot.
    pub fn set_features(&mut self, features: &Features) -> Result<(), Error> {
        self.request("set features", kind::SET_FEATURE, &features.to_bytes(), None).map(drop)
    }

    /// Has the kernel forget trees of directory watches that are gone (`AUDIT_TRIM`).
    pub fn trim(&mut self) -> Result<(), Error> {
        self.request("trim", kind::TRIM, &[], None).map(drop)
    }

    /// Has directory watches on one tree cover another (`AUDIT_MAKE_EQUIV`).
    pub fn make_equivalent(&mut self, trees: &Equivalence) -> Result<(), Error> {
        self.request("make equivalent", kind::MAKE_EQUIV, &trees.to_bytes(), None).map(drop)
    }

    /// Who last sent the audit daemon a signal (`AUDIT_SIGNAL_INFO`).
    pub fn signal_info(&mut self) -> Result<SignalInfo, Error> {
        self.ask_one("signal info", kind::SIGNAL_INFO, SignalInfo::from_bytes)
    }

    /// Adds a rule at the end of its list or at its front. `EEXIST` when it is there already.
    pub fn add_rule(&mut self, rule: &Rule, prepend: bool) -> Result<(), Error> {
        self.request("add rule", kind::ADD_RULE, &rule.to_wire(prepend), None).map(drop)
    }

    /// Deletes a rule. `ENOENT` when it is not there.
    pub fn delete_rule(&mut self, rule: &Rule) -> Result<(), Error> {
        self.request("delete rule", kind::DEL_RULE, &rule.to_wire(false), None).map(drop)
    }

    /// All rules, in the order in which they are listed and, within a list, decide.
    pub fn rules(&mut self) -> Result<Vec<Rule>, Error> {
        const WHAT: &str = "list rules";
        let mut rules = Vec::new();
        let mut take = |header: Header, payload: &[u8]| match header.kind {
            kind::NLMSG_DONE => Ok(Reply::Complete),
            kind::LIST_RULES => match Rule::from_wire(payload) {
                Ok((rule, _)) => {
                    rules.push(rule);
                    Ok(Reply::More)
                }
                Err(e) => Err(Error::Malformed { what: WHAT, why: format!("rule {}: {e}", rules.len() + 1) }),
            },
            _ => Ok(Reply::More),
        };
        self.request(WHAT, kind::LIST_RULES, &[], Some(&mut take))?;
        Ok(rules)
    }

    /// All rules, and what was counted of each; `None` where nobody counts, as in the kernel.
    pub fn hits(&mut self) -> Result<Vec<(Rule, Option<RuleCounts>)>, Error> {
        const WHAT: &str = "list hits";
        if self.is_kernel() {
            return Ok(self.rules()?.into_iter().map(|rule| (rule, None)).collect());
        }
        let mut rules = Vec::new();
        let mut take = |header: Header, payload: &[u8]| {
            let malformed = |at: usize, why: String| Error::Malformed { what: WHAT, why: format!("rule {at}: {why}") };
            match header.kind {
                kind::NLMSG_DONE => return Ok(Reply::Complete),
                kind::LIST_HITS => {}
                _ => return Ok(Reply::More),
            }
            let at = rules.len() + 1;
            let (counts, rule) =
                RuleCounts::split(payload).ok_or_else(|| malformed(at, "no counts before it".into()))?;
            let (rule, _) = Rule::from_wire(rule).map_err(|e| malformed(at, e.to_string()))?;
            rules.push((rule, counts));
            Ok(Reply::More)
        };
        self.request(WHAT, kind::LIST_HITS, &[], Some(&mut take))?;
        Ok(rules)
    }

    /// Asks whether [`change_rules`](Self::change_rules) can be had now: never of the kernel.
    pub fn begin_batch(&mut self) -> Result<bool, Error> {
        if self.is_kernel() {
            return Ok(false);
        }
        match self.request("begin batch", kind::BATCH_BEGIN, &[], None) {
            Ok(_) => Ok(true),
            // of a rauditd that has not heard of it, too
            Err(Error::Refused { errno: Errno::EOPNOTSUPP | Errno::EINVAL, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes changes of the rules, all or none, after [`begin_batch`](Self::begin_batch). With the error comes the index of the
    /// change that was refused, if it is one's.
    pub fn change_rules(&mut self, changes: &[Change]) -> Result<(), (Option<usize>, Error)> {
        let first = self.seq;
        for change in changes {
            let (number, payload) = match change {
                Change::Add(rule, prepend) => (kind::ADD_RULE, rule.to_wire(*prepend)),
                Change::Delete(rule) => (kind::DEL_RULE, rule.to_wire(false)),
            };
            self.send("change rules", number, flag::REQUEST, &payload).map_err(|e| (None, e))?;
        }
        let committed = self.request("change rules", kind::BATCH_COMMIT, &[], None);
        committed.map(drop).map_err(|error| {
            let at = self.refused_seq.wrapping_sub(first).wrapping_sub(1) as usize;
            ((at < changes.len()).then_some(at), error)
        })
    }

    /// Has a user-space record logged. `text` must be free of control bytes; the kernel cuts it at 8560 bytes.
    pub fn user_message(&mut self, kind: Kind, text: &[u8]) -> Result<(), Error> {
        const WHAT: &str = "user message";
        let number =
            u16::try_from(kind.0).map_err(|_| Error::Refused { what: WHAT, errno: Errno::EINVAL, text: None })?;
        let mut payload = text.to_vec();
        payload.push(0);
        self.request(WHAT, number, &payload, None).map(drop)
    }

    /// rauditd's own words about its backend and tier, a few lines; nothing when the kernel is at the other end.
    pub fn describe(&mut self) -> Result<Vec<u8>, Error> {
        if self.is_kernel() {
            return Ok(Vec::new());
        }
        self.ask_one("description", kind::DESCRIBE, |payload| without_padding(payload).to_vec())
    }

    /// How rauditd's plugins are, a JSON object each; none when the kernel is at the other end.
    pub fn plugins(&mut self) -> Result<Vec<Vec<u8>>, Error> {
        let mut objects = Vec::new();
        if self.is_kernel() {
            return Ok(objects);
        }
        let mut take = |header: Header, payload: &[u8]| {
            match header.kind {
                kind::NLMSG_DONE => return Ok(Reply::Complete),
                kind::LIST_PLUGINS => objects.push(without_padding(payload).to_vec()),
                _ => {}
            }
            Ok(Reply::More)
        };
        self.request("plugins", kind::LIST_PLUGINS, &[], Some(&mut take))?;
        Ok(objects)
    }

    /// A request answered by one message of its own type.
    fn ask_one<T>(&mut self, what: &'static str, number: u16, read: impl Fn(&[u8]) -> T) -> Result<T, Error> {
        let mut answer = None;
        let mut take = |header: Header, payload: &[u8]| {
            if header.kind != number {
                return Ok(Reply::More);
            }
            answer = Some(read(payload));
            Ok(Reply::Complete)
        };
        self.request(what, number, &[], Some(&mut take))?;
        answer.ok_or(Error::Malformed { what, why: "it is empty".into() })
    }

    /// Sends a request and waits for its acknowledgement and, if `take` is given, for the whole reply. They come in either
    /// order: the kernel replies from a thread of its own.
    fn request(
        &mut self,
        what: &'static str,
        number: u16,
        payload: &[u8],
        mut take: Option<Take>,
    ) -> Result<u32, Error> {
        self.send(what, number, flag::REQUEST | flag::ACK, payload)?;
        let deadline = Instant::now() + self.timeout;
        let mut acknowledged = None;
        let mut complete = take.is_none();
        while acknowledged.is_none() || !complete {
            let len = self.receive(what, deadline)?;
            let datagram = self.buffer.get(..len).unwrap_or_default();
            let Some((header, payload)) = Header::split_message(datagram) else {
                return Err(Error::Malformed { what, why: format!("{len} bytes with a wrong header") });
            };
            if header.seq != self.seq {
                continue;
            }
            if header.kind == kind::NLMSG_ERROR {
                let value = protocol::error_value(payload);
                self.refused_seq = protocol::error_seq(payload).unwrap_or(0);
                let value = value.ok_or_else(|| Error::Malformed { what, why: "an error without number".into() })?;
                acknowledged = Some(u32::try_from(value).map_err(|_| self.refused(what, value, payload))?);
            } else if let (Some(take), false) = (take.as_mut(), complete) {
                complete = matches!(take(header, payload)?, Reply::Complete);
            }
        }
        Ok(acknowledged.unwrap_or(0))
    }

    fn send(&mut self, what: &'static str, number: u16, flags: u16, payload: &[u8]) -> Result<(), Error> {
        self.seq = self.seq.checked_add(1).filter(|&seq| seq <= i32::MAX as u32).unwrap_or(1);
        let message = protocol::message(number, flags, self.seq, payload);
        self.transport.send(&message).map_err(|e| Error::os(format!("send {what}"), &e))
    }

    /// Waits for a datagram; its length in the buffer.
    fn receive(&mut self, what: &'static str, deadline: Instant) -> Result<usize, Error> {
        loop {
            match self.transport.receive(&mut self.buffer) {
                Ok(0) => return Err(Error::Closed(what)),
                Ok(len) if len > self.buffer.len() => {
                    return Err(Error::Malformed { what, why: format!("{len} bytes are too many") });
                }
                Ok(len) => return Ok(len),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                Err(e) => return Err(Error::os(format!("receive the answer to {what}"), &e)),
            }
            let waited = self.transport.wait(deadline);
            if !waited.map_err(|errno| Error::Os { what: format!("wait for the answer to {what}"), errno })? {
                return Err(Error::Timeout { what, seconds: self.timeout.as_secs() });
            }
        }
    }

    /// An error reply. rauditd puts its words behind `struct nlmsgerr`; the kernel puts the request there.
    fn refused(&self, what: &'static str, value: i32, payload: &[u8]) -> Error {
        let text = payload.get(4 + protocol::HEADER_LEN..).unwrap_or_default();
        let text = String::from_utf8_lossy(text).trim_end_matches('\0').to_owned();
        let text = (!self.is_kernel() && !text.is_empty()).then_some(text);
        Error::Refused { what, errno: Errno::from_raw(value.wrapping_neg()), text }
    }
}

/// A text without the zeros that end every message.
fn without_padding(payload: &[u8]) -> &[u8] {
    let end = payload.iter().rposition(|&b| b != 0).map_or(0, |at| at + 1);
    payload.get(..end).unwrap_or_default()
}

/// Sentence for a user whose request was refused, in auditctl's form: `Error sending add rule data request (Rule exists)`.
pub fn sending_failed(request: &str, error: &Error) -> String {
    format!("Error sending {request} request ({})", error.reason())
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;

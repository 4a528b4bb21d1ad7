//! Numbers and structures of the audit protocol (linux/audit.h, linux/netlink.h).
//!
//! Everything is in the machine's byte order. Decoding takes whatever is there: older kernels send shorter structures, and
//! nothing here trusts a length it has not seen.

pub use raudit_rules::command::feature;

/// Message types (`AUDIT_*` and `NLMSG_*`).
#[allow(missing_docs, reason = "the names are linux/audit.h's and linux/netlink.h's")]
pub mod kind {
    pub const NLMSG_ERROR: u16 = 2;
    pub const NLMSG_DONE: u16 = 3;
    /// The first number that is not netlink's own.
    pub const NLMSG_MIN_TYPE: u16 = 16;
    pub const GET: u16 = 1000;
    pub const SET: u16 = 1001;
    pub const USER: u16 = 1005;
    pub const SIGNAL_INFO: u16 = 1010;
    pub const ADD_RULE: u16 = 1011;
    pub const DEL_RULE: u16 = 1012;
    pub const LIST_RULES: u16 = 1013;
    pub const TRIM: u16 = 1014;
    pub const MAKE_EQUIV: u16 = 1015;
    pub const SET_FEATURE: u16 = 1018;
    pub const GET_FEATURE: u16 = 1019;
    pub const REPLACE: u16 = 1329;
    /// rauditd's own: "say in words what you run and why". Never sent to a kernel, which would log it as a user message.
    pub const DESCRIBE: u16 = 2990;
    /// rauditd's own: "the rule changes that follow are one, up to [`BATCH_COMMIT`]". Refused with EOPNOTSUPP while the kernel captures.
    pub const BATCH_BEGIN: u16 = 2991;
    /// rauditd's own: "make them all, or none". A refusal quotes the header of the change it is about.
    pub const BATCH_COMMIT: u16 = 2992;
    /// rauditd's own: the rules as LIST_RULES gives them, each behind what was counted of it
    /// ([`RuleCounts`](super::RuleCounts)).
    pub const LIST_HITS: u16 = 2993;
    /// rauditd's own: how plugins are, in messages of one JSON object each.
    pub const LIST_PLUGINS: u16 = 2994;
}

/// In place of a count where nobody counts.
const NOT_COUNTED: u64 = u64::MAX;

/// What was counted of a rule.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RuleCounts {
    /// How often it decided, whether it says always or never.
    pub decided: u64,
    /// How many events were lost then, by the name of the reason; a reason that cost none is missing.
    pub lost: Vec<(String, u64)>,
}

impl RuleCounts {
    /// Adds to what was lost for a reason.
    pub fn add_lost(&mut self, reason: &str, count: u64) {
        match self.lost.iter_mut().find(|(name, _)| name == reason) {
            Some((_, sum)) => *sum += count,
            None => self.lost.push((reason.to_owned(), count)),
        }
    }

    /// For any reason.
    pub fn all_lost(&self) -> u64 {
        self.lost.iter().map(|(_, count)| count).sum()
    }

    /// The losses as text: `ring=3,shed=1`.
    pub fn lost_text(&self) -> String {
        self.lost.iter().map(|(reason, count)| format!("{reason}={count}")).collect::<Vec<_>>().join(",")
    }

    /// As they travel before a rule: 8 bytes, how often it decided, then the losses as text with a NUL behind it. So another reason
    /// is no other message.
    pub fn to_bytes(counts: Option<&Self>) -> Vec<u8> {
        let mut bytes = counts.map_or(NOT_COUNTED, |c| c.decided).to_ne_bytes().to_vec();
        bytes.extend(counts.map(Self::lost_text).unwrap_or_default().into_bytes());
        bytes.push(0);
        bytes
    }

    /// The counts, and what follows them.
    pub fn split(bytes: &[u8]) -> Option<(Option<Self>, &[u8])> {
        let (decided, rest) = bytes.split_first_chunk()?;
        let (text, rest) = rest.split_at_checked(rest.iter().position(|&b| b == 0)?)?;
        let mut counts = Self { decided: u64::from_ne_bytes(*decided), lost: Vec::new() };
        for pair in str::from_utf8(text).ok()?.split(',').filter(|pair| !pair.is_empty()) {
            let (reason, count) = pair.split_once('=')?;
            counts.add_lost(reason, count.parse().ok()?);
        }
        let counted = counts.decided != NOT_COUNTED;
        Some((counted.then_some(counts), rest.get(1..)?))
    }
}

/// Header flags (`NLM_F_*`).
pub mod flag {
    /// This is a request.
    pub const REQUEST: u16 = 1;
    /// Part of a reply of several messages.
    pub const MULTI: u16 = 2;
    /// Please acknowledge.
    pub const ACK: u16 = 4;
}

/// Bits of `audit_status.mask`: which members a change is about.
mod status_bit {
    pub const ENABLED: u32 = 0x01;
    pub const FAILURE: u32 = 0x02;
    pub const PID: u32 = 0x04;
    pub const RATE_LIMIT: u32 = 0x08;
    pub const BACKLOG_LIMIT: u32 = 0x10;
    pub const BACKLOG_WAIT_TIME: u32 = 0x20;
    pub const LOST: u32 = 0x40;
    pub const BACKLOG_WAIT_TIME_ACTUAL: u32 = 0x80;
}

/// Bytes of a header (`struct nlmsghdr`).
pub const HEADER_LEN: usize = 16;

/// `struct nlmsghdr`, without the sender's port, which is always ours or the kernel's.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Header {
    /// Length, header included, as the sender wrote it. The kernel writes the payload's length alone in audit records.
    pub len: u32,
    /// Message type.
    pub kind: u16,
    /// [`flag`]s.
    pub flags: u16,
    /// Number of the request, repeated in its replies.
    pub seq: u32,
}

impl Header {
    /// Splits a datagram into header and the rest of it, whatever length the header claims.
    pub fn split(datagram: &[u8]) -> Option<(Self, &[u8])> {
        let (head, rest) = datagram.split_at_checked(HEADER_LEN)?;
        let half = |at: usize| head.get(at..at + 2).and_then(|b| b.try_into().ok()).map_or(0, u16::from_ne_bytes);
        Some((Self { len: word(head, 0), kind: half(4), flags: half(6), seq: word(head, 2) }, rest))
    }

    /// Splits a datagram into header and payload, the payload ending where the header says.
    pub fn split_message(datagram: &[u8]) -> Option<(Self, &[u8])> {
        let (header, rest) = Self::split(datagram)?;
        let len = (header.len as usize).checked_sub(HEADER_LEN)?;
        Some((header, rest.get(..len)?))
    }
}

/// A message as it goes out. Its length is rounded up to four bytes, in the header too, as libaudit does it.
pub fn message(kind: u16, flags: u16, seq: u32, payload: &[u8]) -> Vec<u8> {
    let len = (HEADER_LEN + payload.len()).next_multiple_of(4);
    let mut bytes = Vec::with_capacity(len);
    bytes.extend_from_slice(&(len as u32).to_ne_bytes());
    bytes.extend_from_slice(&kind.to_ne_bytes());
    bytes.extend_from_slice(&flags.to_ne_bytes());
    bytes.extend_from_slice(&seq.to_ne_bytes());
    bytes.extend_from_slice(&0u32.to_ne_bytes());
    bytes.extend_from_slice(payload);
    bytes.resize(len, 0);
    bytes
}

/// The `index`th word; 0 past the end.
fn word(bytes: &[u8], index: usize) -> u32 {
    word_if_sent(bytes, index).unwrap_or(0)
}

fn word_if_sent(bytes: &[u8], index: usize) -> Option<u32> {
    bytes.get(4 * index..4 * index + 4)?.try_into().ok().map(u32::from_ne_bytes)
}

fn bytes_of(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}

/// `struct audit_status`: the state of the audit system. Members `None` were not in the reply: the kernel is older.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Status {
    /// 0 off, 1 on, 2 on and locked until the next boot.
    pub enabled: u32,
    /// What the kernel does when it cannot log: 0 nothing, 1 printk, 2 panic.
    pub failure: u32,
    /// Pid of the audit daemon, 0 if there is none.
    pub pid: u32,
    /// Most messages per second, 0 = any number.
    pub rate_limit: u32,
    /// Most messages waiting for the daemon.
    pub backlog_limit: u32,
    /// Messages lost.
    pub lost: u32,
    /// Messages waiting now.
    pub backlog: u32,
    /// [`feature`] bits (a version number in kernels before 3.19).
    pub feature_bitmap: u32,
    /// How long a task may wait while the backlog is full, in clock ticks.
    pub backlog_wait_time: Option<u32>,
    /// How long tasks have waited, in clock ticks.
    pub backlog_wait_time_actual: Option<u32>,
}

impl Status {
    /// Reads a reply to `AUDIT_GET` of any length.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self {
            enabled: word(bytes, 1),
            failure: word(bytes, 2),
            pid: word(bytes, 3),
            rate_limit: word(bytes, 4),
            backlog_limit: word(bytes, 5),
            lost: word(bytes, 6),
            backlog: word(bytes, 7),
            feature_bitmap: word(bytes, 8),
            backlog_wait_time: word_if_sent(bytes, 9),
            backlog_wait_time_actual: word_if_sent(bytes, 10),
        }
    }

    /// A reply to `AUDIT_GET`, as long as its last member that is not `None`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut words = vec![0, self.enabled, self.failure, self.pid, self.rate_limit, self.backlog_limit, self.lost];
        words.extend([self.backlog, self.feature_bitmap]);
        if let Some(time) = self.backlog_wait_time {
            words.push(time);
            words.extend(self.backlog_wait_time_actual);
        }
        bytes_of(&words)
    }
}

/// What `AUDIT_SET` is to change; `None` stays as it is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct StatusChange {
    /// 0, 1 or 2, see [`Status::enabled`].
    pub enabled: Option<u32>,
    /// 0, 1 or 2, see [`Status::failure`].
    pub failure: Option<u32>,
    /// The audit daemon's pid; 0 resigns.
    pub pid: Option<u32>,
    /// See [`Status::rate_limit`].
    pub rate_limit: Option<u32>,
    /// See [`Status::backlog_limit`].
    pub backlog_limit: Option<u32>,
    /// See [`Status::backlog_wait_time`].
    pub backlog_wait_time: Option<u32>,
    /// Set the count of lost messages to 0; the acknowledgement carries what it was. Must come alone.
    pub reset_lost: bool,
    /// Set the time tasks have waited to 0; the acknowledgement carries what it was. Must come alone.
    pub reset_backlog_wait_time_actual: bool,
}

impl StatusChange {
    /// As `AUDIT_SET` carries it.
    pub fn to_bytes(&self) -> Vec<u8> {
        use status_bit as bit;
        let asked = [
            (self.enabled, bit::ENABLED),
            (self.failure, bit::FAILURE),
            (self.pid, bit::PID),
            (self.rate_limit, bit::RATE_LIMIT),
            (self.backlog_limit, bit::BACKLOG_LIMIT),
            (self.backlog_wait_time, bit::BACKLOG_WAIT_TIME),
            (self.reset_lost.then_some(0), bit::LOST),
            (self.reset_backlog_wait_time_actual.then_some(0), bit::BACKLOG_WAIT_TIME_ACTUAL),
        ];
        let mask = asked.iter().filter(|(value, _)| value.is_some()).fold(0, |mask, (_, bit)| mask | bit);
        let or_0 = |value: Option<u32>| value.unwrap_or(0);
        let first = [mask, or_0(self.enabled), or_0(self.failure), or_0(self.pid), or_0(self.rate_limit)];
        let last = [or_0(self.backlog_limit), 0, 0, 0, or_0(self.backlog_wait_time), 0];
        bytes_of(&[first.as_slice(), last.as_slice()].concat())
    }

    /// Reads a request of any length, as the kernel does: missing members are 0.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        use status_bit as bit;
        let member = |bit: u32, index: usize| (word(bytes, 0) & bit != 0).then(|| word(bytes, index));
        Self {
            enabled: member(bit::ENABLED, 1),
            failure: member(bit::FAILURE, 2),
            pid: member(bit::PID, 3),
            rate_limit: member(bit::RATE_LIMIT, 4),
            backlog_limit: member(bit::BACKLOG_LIMIT, 5),
            backlog_wait_time: member(bit::BACKLOG_WAIT_TIME, 9),
            reset_lost: member(bit::LOST, 6).is_some(),
            reset_backlog_wait_time_actual: member(bit::BACKLOG_WAIT_TIME_ACTUAL, 10).is_some(),
        }
    }
}

/// `struct audit_features`: switches that can be locked.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Features {
    /// Which bits are meant; in a reply, which exist.
    pub mask: u32,
    /// Which are on.
    pub features: u32,
    /// Which are locked.
    pub lock: u32,
}

impl Features {
    /// A login uid, once set, cannot be changed (`AUDIT_FEATURE_LOGINUID_IMMUTABLE`).
    pub const LOGINUID_IMMUTABLE: u32 = 1 << 1;
    /// `AUDIT_FEATURE_VERSION`.
    const VERSION: u32 = 1;

    /// Reads a reply of any length.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { mask: word(bytes, 1), features: word(bytes, 2), lock: word(bytes, 3) }
    }

    /// As it crosses the socket.
    pub fn to_bytes(&self) -> Vec<u8> {
        bytes_of(&[Self::VERSION, self.mask, self.features, self.lock])
    }
}

/// The request `AUDIT_MAKE_EQUIV`: directory watches that cover `mount` are to cover `subtree` too. Both are paths without NUL.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Equivalence {
    /// The tree that is watched.
    pub mount: Vec<u8>,
    /// The tree to watch like it.
    pub subtree: Vec<u8>,
}

impl Equivalence {
    /// Reads a request; `None` if it is shorter than it says.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (lengths, texts) = bytes.split_at_checked(8)?;
        let (mount, rest) = texts.split_at_checked(word(lengths, 0) as usize)?;
        let subtree = rest.get(..word(lengths, 1) as usize)?;
        Some(Self { mount: mount.to_vec(), subtree: subtree.to_vec() })
    }

    /// As it crosses the socket: two lengths, two texts.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = bytes_of(&[self.mount.len() as u32, self.subtree.len() as u32]);
        bytes.extend_from_slice(&self.mount);
        bytes.extend_from_slice(&self.subtree);
        bytes
    }
}

/// `struct audit_sig_info`: who last sent the audit daemon a signal.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SignalInfo {
    /// The sender's login uid.
    pub uid: u32,
    /// The sender's pid.
    pub pid: u32,
    /// The sender's security label, empty if there are none.
    pub context: Vec<u8>,
}

impl SignalInfo {
    /// Reads a reply of any length.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let context = bytes.get(8..).unwrap_or_default();
        let end = context.iter().position(|&b| b == 0).unwrap_or(context.len());
        Self { uid: word(bytes, 0), pid: word(bytes, 1), context: context.iter().take(end).copied().collect() }
    }

    /// As it crosses the socket.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = bytes_of(&[self.uid, self.pid]);
        bytes.extend_from_slice(&self.context);
        bytes
    }
}

/// The first word of `struct nlmsgerr`: 0 or a positive value is an acknowledgement, a negative one an error number.
pub fn error_value(payload: &[u8]) -> Option<i32> {
    word_if_sent(payload, 0).map(|word| word as i32)
}

/// The sequence number of the request that an error message is about: of the header it quotes.
pub fn error_seq(payload: &[u8]) -> Option<u32> {
    word_if_sent(payload, 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_any_bytes() {
        let bytes = message(kind::GET, flag::REQUEST | flag::ACK, 7, b"abcde");
        assert_eq!(bytes.len(), 24);
        let (header, payload) = Header::split_message(&bytes).unwrap();
        assert_eq!(header, Header { len: 24, kind: 1000, flags: 5, seq: 7 });
        assert_eq!(payload, b"abcde\0\0\0");
        for len in 0..24 {
            assert!(Header::split_message(&bytes[..len]).is_none());
        }
        let mut lying = bytes.clone();
        for claimed in [0u32, 15, 25, u32::MAX] {
            lying[..4].copy_from_slice(&claimed.to_ne_bytes());
            assert!(Header::split_message(&lying).is_none(), "{claimed}");
            assert_eq!(Header::split(&lying).unwrap().1.len(), 8);
        }
    }

    #[test]
    fn short_status_replies_leave_the_rest_unknown() {
        let full = Status {
            enabled: 1,
            failure: 1,
            pid: 2,
            rate_limit: 3,
            backlog_limit: 4,
            lost: 5,
            backlog: 6,
            feature_bitmap: 0x7f,
            backlog_wait_time: Some(15000),
            backlog_wait_time_actual: Some(9),
        };
        let bytes = full.to_bytes();
        assert_eq!(bytes.len(), 44);
        assert_eq!(Status::from_bytes(&bytes), full);
        assert_eq!(Status::from_bytes(&bytes[..40]).backlog_wait_time_actual, None);
        assert_eq!(Status::from_bytes(&bytes[..32]).backlog_wait_time, None);
        assert_eq!(Status::from_bytes(&bytes[..39]).backlog, 6);
        assert_eq!(Status::from_bytes(&[]), Status::default());
    }

    #[test]
    fn a_change_says_only_what_changes() {
        let change = StatusChange { backlog_limit: Some(8192), enabled: Some(0), ..StatusChange::default() };
        let bytes = change.to_bytes();
        assert_eq!(bytes.len(), 44);
        assert_eq!(word(&bytes, 0), 0x11);
        assert_eq!(StatusChange::from_bytes(&bytes), change);
        let reset = StatusChange { reset_lost: true, ..StatusChange::default() };
        assert_eq!(StatusChange::from_bytes(&reset.to_bytes()), reset);
        let reset = StatusChange { reset_backlog_wait_time_actual: true, ..StatusChange::default() };
        assert_eq!(word(&reset.to_bytes(), 0), 0x80);
        assert_eq!(StatusChange::from_bytes(&reset.to_bytes()), reset);
        assert_eq!(StatusChange::from_bytes(&[]), StatusChange::default());
    }

    #[test]
    fn switches_are_version_mask_values_and_locks() {
        let bit = Features::LOGINUID_IMMUTABLE;
        let asked = Features { mask: bit, features: bit, lock: bit };
        assert_eq!(asked.to_bytes(), b"\x01\0\0\0\x02\0\0\0\x02\0\0\0\x02\0\0\0");
        assert_eq!(Features::from_bytes(&asked.to_bytes()), asked);
        assert_eq!(Features::default().to_bytes(), b"\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    }

    #[test]
    fn equal_trees_of_any_bytes() {
        let trees = Equivalence { mount: b"/proc".to_vec(), subtree: b"/sys/x".to_vec() };
        let bytes = trees.to_bytes();
        assert_eq!(bytes, b"\x05\0\0\0\x06\0\0\0/proc/sys/x");
        assert_eq!(Equivalence::from_bytes(&[bytes.as_slice(), b"\0\0\0"].concat()), Some(trees));
        for len in 0..bytes.len() {
            assert_eq!(Equivalence::from_bytes(&bytes[..len]), None, "{len}");
        }
        assert_eq!(Equivalence::from_bytes(&[0xff; 8]), None);
    }

    #[test]
    fn signal_info_ends_at_the_nul() {
        let info = SignalInfo { uid: 1000, pid: 42, context: b"unconfined".to_vec() };
        let mut bytes = info.to_bytes();
        assert_eq!(SignalInfo::from_bytes(&bytes), info);
        bytes.push(0);
        assert_eq!(SignalInfo::from_bytes(&bytes), info);
        assert_eq!(SignalInfo::from_bytes(&bytes[..5]).uid, 1000);
    }
}

//! The messages: each a byte that says what it is, and then its fields.

use super::BATCH_MAX;
use super::codec::{Rest, push_address, push_bytes};
use crate::protocol;
use crate::settings::Settings;
use std::net::SocketAddr;

/// Why a connection was not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// hosts.deny.
    Wrap,
    /// `tcp_client_ports`.
    Port,
    /// `tcp_max_per_addr`.
    Dup,
    /// Too many TLS handshakes under way.
    HandshakeLimit,
}

impl Refusal {
    pub(super) const ALL: [Self; 4] = [Self::Wrap, Self::Port, Self::Dup, Self::HandshakeLimit];

    /// `op=` of DAEMON_ACCEPT.
    pub fn op(self) -> &'static str {
        match self {
            Self::Wrap => "wrap",
            Self::Port => "port",
            Self::Dup => "dup",
            Self::HandshakeLimit => "handshake-limit",
        }
    }
}

/// How much the administrator should care, as with the system log.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Level {
    /// Something failed.
    Error,
    /// Something is odd.
    Warning,
    /// Something happened as it should.
    Notice,
}

impl Level {
    pub(super) const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Notice];
}

/// What a TLS connection is like, for records: words without spaces.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Session {
    /// Who the sender says it is; `?` when it did not come to that.
    pub identity: String,
    /// `TLSv1.3`.
    pub version: String,
    /// The cipher suite.
    pub cipher: String,
    /// Bits of its key.
    pub bits: u32,
    /// The group of the key exchange; `?` if OpenSSL does not say.
    pub group: String,
    /// Our end.
    pub local: SocketAddr,
}

impl Session {
    fn encode(&self, out: &mut Vec<u8>) {
        for text in [&self.identity, &self.version, &self.cipher, &self.group] {
            push_bytes(out, text.as_bytes());
        }
        out.extend(self.bits.to_le_bytes());
        push_address(out, self.local);
    }

    fn decode(rest: &mut Rest<'_>) -> Option<Self> {
        let (identity, version, cipher, group) = (word(rest)?, word(rest)?, word(rest)?, word(rest)?);
        Some(Self { identity, version, cipher, group, bits: rest.u32()?, local: rest.address()? })
    }
}

/// A word that may stand in a record.
fn word(rest: &mut Rest<'_>) -> Option<String> {
    rest.text().filter(|text| crate::psk::is_identity(text))
}

/// What the collector says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ToDaemon {
    /// It listens, and has no privileges any more.
    Ready,
    /// It cannot, and ends.
    Failed(String),
    /// For the administrator.
    Log(Level, String),
    /// A connection, under a number that no other has or had; and its TLS, if it has that.
    Accepted(u64, SocketAddr, Option<Session>),
    /// A connection whose TLS did not come about, and the word for that.
    Failure(SocketAddr, Session, String),
    /// A connection that was closed at once.
    Refused(Refusal, SocketAddr),
    /// The connection of this number has ended.
    Closed(u64),
    /// Records of a connection: so many lines.
    Records(u64, u32, Vec<u8>),
}

/// What became of a batch.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verdict {
    /// Whose.
    pub connection: u64,
    /// How many of its records, the first ones, are in the log.
    pub written: u32,
    /// What these are answered: [`protocol::kind::ACK`] or `DISK_LOW`.
    pub good: u32,
    /// What the others are answered: `DISK_FULL` or `DISK_ERROR`.
    pub bad: u32,
    /// What the others are told.
    pub why: String,
}

/// What the daemon says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ToCollector {
    /// First, and whenever they change.
    Settings(Box<Settings>),
    /// The answer to [`ToDaemon::Records`].
    Verdict(Verdict),
    /// Tell all senders, and end.
    Stop,
}

fn index<T: PartialEq>(all: &[T], one: &T) -> u8 {
    all.iter().position(|other| other == one).unwrap_or_default() as u8
}

impl ToDaemon {
    /// As a message.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Ready => out.push(0),
            Self::Failed(why) => {
                out.push(1);
                push_bytes(&mut out, why.as_bytes());
            }
            Self::Log(level, text) => {
                out.extend([2, index(&Level::ALL, level)]);
                push_bytes(&mut out, text.as_bytes());
            }
            Self::Accepted(connection, from, session) => {
                out.push(3);
                out.extend(connection.to_le_bytes());
                push_address(&mut out, *from);
                out.push(session.is_some().into());
                if let Some(session) = session {
                    session.encode(&mut out);
                }
            }
            Self::Failure(from, session, why) => {
                out.push(7);
                push_address(&mut out, *from);
                session.encode(&mut out);
                push_bytes(&mut out, why.as_bytes());
            }
            Self::Refused(why, from) => {
                out.extend([4, index(&Refusal::ALL, why)]);
                push_address(&mut out, *from);
            }
            Self::Closed(connection) => {
                out.push(5);
                out.extend(connection.to_le_bytes());
            }
            Self::Records(connection, records, lines) => {
                out.push(6);
                out.extend(connection.to_le_bytes());
                out.extend(records.to_le_bytes());
                push_bytes(&mut out, lines);
            }
        }
        out
    }

    /// A message, if it is one.
    pub fn decode(message: &[u8]) -> Option<Self> {
        let mut rest = Rest(message);
        let found = match rest.u8()? {
            0 => Self::Ready,
            1 => Self::Failed(rest.text()?),
            2 => Self::Log(*Level::ALL.get(usize::from(rest.u8()?))?, rest.text()?),
            3 => {
                let (connection, from) = (rest.u64()?, rest.address()?);
                let session = if rest.bool()? { Some(Session::decode(&mut rest)?) } else { None };
                Self::Accepted(connection, from, session)
            }
            4 => Self::Refused(*Refusal::ALL.get(usize::from(rest.u8()?))?, rest.address()?),
            5 => Self::Closed(rest.u64()?),
            6 => {
                let (connection, records, lines) = (rest.u64()?, rest.u32()?, rest.bytes()?);
                check_lines(records, lines)?;
                Self::Records(connection, records, lines.to_vec())
            }
            7 => Self::Failure(rest.address()?, Session::decode(&mut rest)?, word(&mut rest)?),
            _ => return None,
        };
        rest.end().map(|()| found)
    }
}

/// So many lines, each with the beginning and the length of a record, and without NUL.
fn check_lines(records: u32, lines: &[u8]) -> Option<()> {
    let is_line = |line: &[u8]| {
        let Some(text) = line.strip_suffix(b"\n") else { return false };
        protocol::is_record(text) && text.len() <= protocol::RECORD_MAX && !text.contains(&0)
    };
    let mut found = 0;
    let all = lines.split_inclusive(|&byte| byte == b'\n').inspect(|_| found += 1).all(is_line);
    (all && found == records && found > 0 && lines.len() <= BATCH_MAX).then_some(())
}

impl ToCollector {
    /// As a message.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Settings(settings) => {
                out.push(0);
                settings.encode(&mut out);
            }
            Self::Verdict(Verdict { connection, written, good, bad, why }) => {
                out.push(1);
                out.extend(connection.to_le_bytes());
                for number in [written, good, bad] {
                    out.extend(number.to_le_bytes());
                }
                push_bytes(&mut out, why.as_bytes());
            }
            Self::Stop => out.push(2),
        }
        out
    }

    /// A message, if it is one.
    pub fn decode(message: &[u8]) -> Option<Self> {
        let mut rest = Rest(message);
        let found = match rest.u8()? {
            0 => Self::Settings(Box::new(Settings::decode(&mut rest)?)),
            1 => Self::Verdict(Verdict {
                connection: rest.u64()?,
                written: rest.u32()?,
                good: rest.u32()?,
                bad: rest.u32()?,
                why: rest.text()?,
            }),
            2 => Self::Stop,
            _ => return None,
        };
        rest.end().map(|()| found)
    }
}

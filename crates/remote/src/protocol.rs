//! What audisp-remote and auditd say to each other (`AUDIT_RMW_*` of audit-userspace's `lib/private.h`).
//!
//! ```text
//!   0        4        5        6        10       12         16
//!   | magic  | header | message| type   | length | sequence | `length` bytes of text
//!   |        | version| version|        | (u16)  |          |
//! ```
//!
//! All numbers are little endian, the length is the text's alone. A sender with `format = managed` puts such a header before each record
//! and waits for an answer with the same sequence number; one with `format = ascii` sends lines, and gets no answer.

/// The length of a header.
pub const HEADER: usize = 16;
/// What a header begins with. Its first byte, 0xfe, begins no text.
pub const MAGIC: u32 = 0xff00_00fe;
/// The longest record: `MAX_AUDIT_MESSAGE_LENGTH`.
pub const RECORD_MAX: usize = 8970;
/// The longest text of an answer.
pub const ANSWER_MAX: usize = 256;

/// The types that mean something.
pub mod kind {
    /// A record. So is, to auditd, every type that is none of the others.
    pub const MESSAGE: u32 = 0;
    /// Is anybody there?
    pub const HEARTBEAT: u32 = 1;
    /// Answer: the record is in the log; or yes.
    pub const ACK: u32 = 0x4000_0000;
    /// To all senders: the collector ends.
    pub const ENDING: u32 = 0x4000_0001;
    /// Answer: the record is in the log, whose space gets low.
    pub const DISK_LOW: u32 = 0x5000_0001;
    /// Answer: the record is not in the log, there is no space.
    pub const DISK_FULL: u32 = 0x6000_0001;
    /// Answer: the record is not in the log, it could not be written.
    pub const DISK_ERROR: u32 = 0x6000_0002;
    /// In every answer that tells of an error.
    pub const ERROR_BIT: u32 = 0x2000_0000;
    /// In every answer that tells of something odd.
    pub const WARNING_BIT: u32 = 0x1000_0000;
}

/// What a sender has sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Item<'a> {
    /// A record, and the sequence number under which it is to be answered, if at all.
    Record(Option<u32>, &'a [u8]),
    /// To be answered with this sequence number.
    Heartbeat(u32),
}

/// What no sender of audit records sends. There is no way to find the next record after it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProtocolError {
    /// A header's length.
    #[error("a record of {0} bytes, {RECORD_MAX} are allowed")]
    Record(usize),
    /// A line without end.
    #[error("a line of more than {RECORD_MAX} bytes")]
    Line,
    /// An answer without [`MAGIC`] in front.
    #[error("bad magic number")]
    Magic,
    /// An answer's length.
    #[error("message too long")]
    Answer,
    /// Neither `type=` nor `node=` in front.
    #[error("something that is no audit record")]
    NotARecord,
}

/// The first item in what was received, and how many bytes it takes. `None`: not all of it is there yet.
///
/// # Errors
/// It is not the beginning of anything.
pub fn next(received: &[u8]) -> Result<Option<(Item<'_>, usize)>, ProtocolError> {
    let magic = MAGIC.to_le_bytes();
    let (item, len) = if let Some(header) = received.first_chunk::<HEADER>()
        && header.starts_with(&magic)
    {
        let [.., k0, k1, k2, k3, l0, l1, s0, s1, s2, s3] = *header;
        let len = usize::from(u16::from_le_bytes([l0, l1]));
        if len > RECORD_MAX {
            return Err(ProtocolError::Record(len));
        }
        let Some(text) = received.get(HEADER..HEADER + len) else { return Ok(None) };
        let sequence = u32::from_le_bytes([s0, s1, s2, s3]);
        if u32::from_le_bytes([k0, k1, k2, k3]) == kind::HEARTBEAT {
            return Ok(Some((Item::Heartbeat(sequence), HEADER + len)));
        }
        (Item::Record(Some(sequence), trimmed(text)), HEADER + len)
    } else if received.first() == magic.first() {
        let known = received.len().min(magic.len());
        return if received.get(..known) == magic.get(..known) { Ok(None) } else { Err(ProtocolError::NotARecord) };
    } else {
        let end = received.iter().take(RECORD_MAX + 1).position(|&byte| byte == b'\n');
        let Some(end) = end else {
            // what begins as nothing else is not waited for
            check_beginning(received)?;
            return if received.len() > RECORD_MAX { Err(ProtocolError::Line) } else { Ok(None) };
        };
        (Item::Record(None, trimmed(received.get(..end).unwrap_or_default())), end + 1)
    };
    match item {
        Item::Record(_, text) if !is_record(text) => Err(ProtocolError::NotARecord),
        item => Ok(Some((item, len))),
    }
}

/// What is left of a line when its sender has gone; nothing if it is no record.
pub fn last(received: &[u8]) -> Option<&[u8]> {
    let text = trimmed(received);
    (received.len() <= RECORD_MAX && is_record(text)).then_some(text)
}

/// Whether a text is a line of audit.log by its beginning.
pub fn is_record(text: &[u8]) -> bool {
    BEGINNINGS.iter().any(|beginning| text.starts_with(beginning))
}

const BEGINNINGS: [&[u8]; 2] = [b"type=", b"node="];

fn check_beginning(received: &[u8]) -> Result<(), ProtocolError> {
    let may_be = |beginning: &&[u8]| received.iter().zip(beginning.iter()).all(|(a, b)| a == b);
    if BEGINNINGS.iter().any(may_be) { Ok(()) } else { Err(ProtocolError::NotARecord) }
}

/// Without the newlines and the NUL at the end.
fn trimmed(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., b'\n' | 0] = text {
        text = rest;
    }
    text
}

/// Appends a record as a line of the log: what would end a line, or a text of C, is a space.
pub fn push_line(out: &mut Vec<u8>, text: &[u8]) {
    out.extend(text.iter().map(|&byte| if matches!(byte, b'\n' | 0) { b' ' } else { byte }));
    out.push(b'\n');
}

/// Appends a message of this type; of `text` the first [`ANSWER_MAX`] bytes.
pub fn push_answer(out: &mut Vec<u8>, kind: u32, sequence: u32, text: &str) {
    push_message(out, kind, sequence, text.as_bytes().get(..ANSWER_MAX).unwrap_or(text.as_bytes()));
}

/// Appends a message of this type; of `text` the first [`RECORD_MAX`] bytes.
pub fn push_message(out: &mut Vec<u8>, kind: u32, sequence: u32, text: &[u8]) {
    let text = text.get(..RECORD_MAX).unwrap_or(text);
    out.extend_from_slice(&MAGIC.to_le_bytes());
    // the versions of header and message
    out.extend_from_slice(&[0, 0]);
    out.extend_from_slice(&kind.to_le_bytes());
    out.extend_from_slice(&(text.len() as u16).to_le_bytes());
    out.extend_from_slice(&sequence.to_le_bytes());
    out.extend_from_slice(text);
}

/// What a collector has said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Answer<'a> {
    /// Of [`kind`], or something newer.
    pub kind: u32,
    /// Of the message it answers.
    pub sequence: u32,
    /// For people.
    pub text: &'a [u8],
}

/// The first answer in what was received, and how many bytes it takes. `None`: not all of it is there yet.
///
/// # Errors
/// It is not the beginning of one.
pub fn next_answer(received: &[u8]) -> Result<Option<(Answer<'_>, usize)>, ProtocolError> {
    let magic = MAGIC.to_le_bytes();
    if !received.iter().zip(&magic).all(|(a, b)| a == b) {
        return Err(ProtocolError::Magic);
    }
    let Some([.., k0, k1, k2, k3, l0, l1, s0, s1, s2, s3]) = received.first_chunk::<HEADER>() else { return Ok(None) };
    let len = usize::from(u16::from_le_bytes([*l0, *l1]));
    if len > RECORD_MAX {
        return Err(ProtocolError::Answer);
    }
    let (kind, sequence) = (u32::from_le_bytes([*k0, *k1, *k2, *k3]), u32::from_le_bytes([*s0, *s1, *s2, *s3]));
    Ok(received.get(HEADER..HEADER + len).map(|text| (Answer { kind, sequence, text }, HEADER + len)))
}

#[cfg(test)]
mod tests;

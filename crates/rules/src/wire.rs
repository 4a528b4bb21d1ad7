//! A rule as it crosses the socket: `struct audit_rule_data` of linux/audit.h.
//!
//! | bytes | what |
//! |---|---|
//! | 0..4 | list number, `AUDIT_FILTER_PREPEND` (0x10) when the rule goes to the front |
//! | 4..8 | action |
//! | 8..12 | number of fields, at most 64 |
//! | 12..268 | mask, 64 words |
//! | 268..524 | field numbers, 64 words |
//! | 524..780 | values, 64 words; for a text field its length |
//! | 780..1036 | operators, 64 words |
//! | 1036..1040 | length of the texts |
//! | 1040.. | the texts, one after the other, without NUL |
//!
//! All words are in the machine's byte order.

use crate::mask::WORDS;
use crate::{Action, Field, FieldId, List, Op, Rule, SyscallMask, Value};

/// Bytes before the texts.
pub const HEADER_LEN: usize = 1040;
/// Most fields in a rule (`AUDIT_MAX_FIELDS`).
pub const MAX_FIELDS: usize = 64;
/// Longest text of a field (`PATH_MAX`).
pub const MAX_TEXT: usize = 4096;

/// "To the front of the list" (`AUDIT_FILTER_PREPEND`).
const PREPEND: u32 = 0x10;

const MASK: usize = 12;
const FIELDS: usize = MASK + 4 * WORDS;
const VALUES: usize = FIELDS + 4 * MAX_FIELDS;
const FLAGS: usize = VALUES + 4 * MAX_FIELDS;
const BUFLEN: usize = FLAGS + 4 * MAX_FIELDS;
const _: () = assert!(BUFLEN + 4 == HEADER_LEN);

/// Why bytes are not a rule. The kernel answers EINVAL to all of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WireError {
    /// Shorter than the header.
    #[error("rule data has {0} bytes, a rule has at least {HEADER_LEN}")]
    Short(usize),
    /// No such list.
    #[error("unknown rule list {0}")]
    List(u32),
    /// No such action.
    #[error("unknown rule action {0}")]
    Action(u32),
    /// More than [`MAX_FIELDS`].
    #[error("rule has {0} fields, at most {MAX_FIELDS} are possible")]
    FieldCount(u32),
    /// No such operator.
    #[error("unknown operator {bits:#x} for field {field}")]
    Op {
        /// The field's number.
        field: u32,
        /// The bits found.
        bits: u32,
    },
    /// A text that is empty, too long, outside the message or contains a NUL.
    #[error("bad text for field {0}")]
    Text(u32),
}

impl Rule {
    /// The bytes that ask the kernel to add (or delete) this rule.
    ///
    /// Fields beyond the 64th cannot be expressed; a parsed rule never has them.
    pub fn to_wire(&self, prepend: bool) -> Vec<u8> {
        let mut words = [0u32; HEADER_LEN / 4];
        let mut texts = Vec::new();
        let count = self.fields.len().min(MAX_FIELDS);
        let head = [self.list as u32 | if prepend { PREPEND } else { 0 }, self.action as u32, count as u32];
        let per_field = |offset: usize| offset / 4..offset / 4 + MAX_FIELDS;
        put(&mut words, 0, head);
        put(&mut words, MASK / 4, self.syscalls.0);
        put(&mut words, per_field(FIELDS).start, self.fields.iter().take(count).map(|f| f.id.0));
        put(&mut words, per_field(FLAGS).start, self.fields.iter().take(count).map(|f| f.op as u32));
        let values = self.fields.iter().take(count).map(|field| match &field.value {
            Value::Number(number) => *number,
            Value::Text(text) => {
                texts.extend_from_slice(text);
                text.len() as u32
            }
        });
        put(&mut words, per_field(VALUES).start, values);
        put(&mut words, BUFLEN / 4, [texts.len() as u32]);
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        bytes.extend_from_slice(&texts);
        bytes
    }

    /// Reads a rule off the wire; true when it asks to go to the front.
    ///
    /// Bytes after the last text are ignored, as the kernel does. Whether the fields make sense is not looked at here.
    pub fn from_wire(bytes: &[u8]) -> Result<(Self, bool), WireError> {
        if bytes.len() < HEADER_LEN {
            return Err(WireError::Short(bytes.len()));
        }
        let flags = word(bytes, 0);
        let list = List::from_number(flags & !PREPEND).ok_or(WireError::List(flags))?;
        let action = match word(bytes, 4) {
            0 => Action::Never,
            2 => Action::Always,
            other => return Err(WireError::Action(other)),
        };
        let count = word(bytes, 8);
        if count as usize > MAX_FIELDS {
            return Err(WireError::FieldCount(count));
        }
        let buflen = word(bytes, BUFLEN) as usize;
        let mut texts = bytes.get(HEADER_LEN..).unwrap_or_default();
        texts = texts.get(..buflen).unwrap_or(texts);
        let mut syscalls = SyscallMask::EMPTY;
        for (index, slot) in syscalls.0.iter_mut().enumerate() {
            *slot = word(bytes, MASK + 4 * index);
        }
        let mut fields = Vec::with_capacity(count as usize);
        for index in 0..count as usize {
            fields.push(field(bytes, index, &mut texts)?);
        }
        Ok((Self { list, action, syscalls, fields }, flags & PREPEND != 0))
    }
}

/// Copies `values` into the words from `at` on.
fn put(words: &mut [u32], at: usize, values: impl IntoIterator<Item = u32>) {
    for (slot, value) in words.iter_mut().skip(at).zip(values) {
        *slot = value;
    }
}

/// The word at byte `offset`; 0 past the end.
fn word(bytes: &[u8], offset: usize) -> u32 {
    bytes.get(offset..offset + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_ne_bytes)
}

/// Field number `index`, taking its text, if it has one, off `texts`.
fn field(bytes: &[u8], index: usize, texts: &mut &[u8]) -> Result<Field, WireError> {
    let id = FieldId(word(bytes, FIELDS + 4 * index));
    let bits = word(bytes, FLAGS + 4 * index);
    let op = Op::from_bits(bits).ok_or(WireError::Op { field: id.0, bits })?;
    let number = word(bytes, VALUES + 4 * index);
    if !id.takes_text() {
        return Ok(Field { id, op, value: Value::Number(number) });
    }
    let bad = WireError::Text(id.0);
    let (text, rest) = texts.split_at_checked(number as usize).ok_or(bad)?;
    if text.is_empty() || text.len() > MAX_TEXT || text.contains(&0) {
        return Err(bad);
    }
    *texts = rest;
    Ok(Field { id, op, value: Value::Text(text.to_vec()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Rule {
        let mut syscalls = SyscallMask::EMPTY;
        syscalls.insert(59);
        let text = |id, text: &str| Field { id, op: Op::Eq, value: Value::Text(text.into()) };
        Rule {
            list: List::Exit,
            action: Action::Always,
            syscalls,
            fields: vec![
                Field { id: FieldId::ARCH, op: Op::Eq, value: Value::Number(0xc000_003e) },
                text(FieldId::DIR, "/etc"),
                text(FieldId::FILTERKEY, "k"),
            ],
        }
    }

    #[test]
    fn layout_is_linux_audit_h() {
        let bytes = sample().to_wire(true);
        assert_eq!(bytes.len(), 1045);
        assert_eq!(word(&bytes, 0), 0x14);
        assert_eq!(word(&bytes, 4), 2);
        assert_eq!(word(&bytes, 8), 3);
        assert_eq!(word(&bytes, 12 + 4), 1 << 27, "59 is bit 27 of word 1");
        assert_eq!(word(&bytes, 268), 11);
        assert_eq!(word(&bytes, 528), 4, "the length of /etc");
        assert_eq!(word(&bytes, 780), 0x4000_0000);
        assert_eq!(word(&bytes, 1036), 5);
        assert_eq!(&bytes[1040..], b"/etck");
    }

    #[test]
    fn every_cut_and_every_flipped_word_is_an_error_or_a_rule() {
        let bytes = sample().to_wire(false);
        assert_eq!(Rule::from_wire(&bytes), Ok((sample(), false)));
        for len in 0..bytes.len() {
            assert!(Rule::from_wire(&bytes[..len]).is_err(), "{len} bytes");
        }
        for offset in (0..HEADER_LEN).step_by(4) {
            for evil in [u32::MAX, 0, 64, 65, 0x7fff_ffff] {
                let mut bytes = bytes.clone();
                bytes[offset..offset + 4].copy_from_slice(&evil.to_ne_bytes());
                drop(Rule::from_wire(&bytes));
            }
        }
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(Rule::from_wire(&[]), Err(WireError::Short(0)));
        let broken = |offset: usize, value: u32| {
            let mut bytes = sample().to_wire(false);
            bytes[offset..offset + 4].copy_from_slice(&value.to_ne_bytes());
            Rule::from_wire(&bytes).unwrap_err()
        };
        assert_eq!(broken(0, u32::MAX), WireError::List(u32::MAX));
        assert_eq!(broken(4, 1), WireError::Action(1));
        assert_eq!(broken(8, 65), WireError::FieldCount(65));
        assert_eq!(broken(780, 7), WireError::Op { field: 11, bits: 7 });
        assert_eq!(broken(528, 6), WireError::Text(107));
        assert_eq!(broken(528, 0), WireError::Text(107));
    }
}

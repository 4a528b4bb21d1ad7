//! The head of a log line: node, type, time and serial, read as leniently as ausearch reads it.
//!
//! [`Line`](crate::Line) is the strict reading of a whole record. A search must find what ausearch finds in logs that are
//! torn, truncated or written by others, so only the first bytes are looked at and what follows a number is ignored.

use crate::short::{Key, key, place};
use crate::text::leading;
use crate::{EventId, Kind};
use memchr::memchr;

/// ausearch looks for the stamp in this many bytes of a line,
const HEAD: usize = 80;
/// or in this many when the line starts with `node=`: a host name has up to 255 bytes.
const HEAD_WITH_NODE: usize = 340;

/// The least that follows the parenthesis in a line that ausearch takes.
const SHORTEST: usize = 9;

/// The type of a line whose `type=` names none: not a record type, and never equal to one asked for.
pub const UNKNOWN: Kind = Kind(u32::MAX);

/// What ties a line to its event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stamp<'a> {
    /// The value of `node=`, empty without one.
    pub node: &'a [u8],
    /// The record type, [`UNKNOWN`] if its name is not known.
    pub kind: Kind,
    /// Time and serial.
    pub id: EventId,
}

/// Why a line has no usable stamp.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unstamped<'a> {
    /// Nothing that looks like a record: an empty line, the tail of a torn one, another program's text.
    NotARecord,
    /// It has a stamp, but its numbers are out of range. Holds what stands between the parentheses.
    BadStamp(&'a [u8]),
}

/// Reads stamps; remembers the type names it has met, because looking one up means scanning the table, and the last stamp, because
/// records of one event mostly follow each other.
#[derive(Debug)]
pub struct StampReader {
    seen: Vec<(Key, Kind)>,
    last: Last,
}

/// A stamp as auditd writes it, `S.M:N)`: kept as its first and its last sixteen bytes, which overlap.
#[derive(Debug, Default)]
struct Last {
    ends: [u128; 2],
    len: usize,
    id: EventId,
}

impl Last {
    fn ends(stamp: &[u8], len: usize) -> Option<[u128; 2]> {
        let stamp = stamp.get(..len)?;
        Some([u128::from_ne_bytes(*stamp.first_chunk()?), u128::from_ne_bytes(*stamp.last_chunk()?)])
    }

    /// Whether `text` begins with it.
    #[inline]
    fn begins(&self, text: &[u8]) -> bool {
        Self::ends(text, self.len) == Some(self.ends)
    }

    /// One that is too short, or too long for its ends to tell, is not kept.
    fn keep(&mut self, stamp: &[u8], id: EventId) {
        let ends = Self::ends(stamp, stamp.len()).filter(|_| stamp.len() <= 32);
        (self.len, self.ends, self.id) = (if ends.is_some() { stamp.len() } else { 0 }, ends.unwrap_or_default(), id);
    }
}

/// Large enough that the dozens of types of a log rarely share a place.
const PLACES_BITS: u32 = 10;

impl Default for StampReader {
    fn default() -> Self {
        Self { seen: vec![(Key::default(), UNKNOWN); 1 << PLACES_BITS], last: Last::default() }
    }
}

impl StampReader {
    /// Reads the stamp of `line`, which has no newline and no NUL.
    ///
    /// # Errors
    /// [`Unstamped`]: the line belongs to no event.
    #[inline]
    pub fn read<'a>(&mut self, line: &'a [u8]) -> Result<Stamp<'a>, Unstamped<'a>> {
        if let Some(stamp) = self.usual(line) {
            return Ok(stamp);
        }
        self.lenient(line)
    }

    fn lenient<'a>(&mut self, line: &'a [u8]) -> Result<Stamp<'a>, Unstamped<'a>> {
        let limit = if line.first() == Some(&b'n') { HEAD_WITH_NODE } else { HEAD };
        let mut rest = line.get(..limit).unwrap_or(line);
        let mut word = next_word(&mut rest).ok_or(Unstamped::NotARecord)?;
        let mut node: &[u8] = &[];
        if word.first() == Some(&b'n') {
            node = word.get(5..).unwrap_or_default();
            word = next_word(&mut rest).ok_or(Unstamped::NotARecord)?;
        }
        let stamp = next_word(&mut rest).and_then(between_parentheses).ok_or(Unstamped::NotARecord)?;
        let id = event_id(stamp).ok_or(Unstamped::BadStamp(stamp))?;
        // The name stands after `type=`, whatever those five bytes are; but a number only after that.
        let (head, name) = word.split_at_checked(5).unwrap_or((word, &[]));
        let is_odd = name.first().is_some_and(u8::is_ascii_digit) && !head.ends_with(b"=");
        Ok(Stamp { node, kind: if is_odd { UNKNOWN } else { self.kind(name) }, id })
    }

    /// The stamp of a line as auditd writes it: `type=NAME msg=audit(S.M:N):`, with or without a node before.
    ///
    /// Takes most lines; what it does not take is read leniently.
    #[inline]
    fn usual<'a>(&mut self, line: &'a [u8]) -> Option<Stamp<'a>> {
        let (node, typed, limit) = match line.strip_prefix(b"type=") {
            Some(typed) => (&[][..], typed, HEAD),
            None => {
                let rest = line.strip_prefix(b"node=")?;
                let (node, rest) = rest.split_at_checked(memchr(b' ', rest)?)?;
                (node, rest.strip_prefix(b" type=")?, HEAD_WITH_NODE)
            }
        };
        let (name, rest) = typed.split_at_checked(typed.iter().position(|&b| b == b' ')?)?;
        let stamp = rest.strip_prefix(b" msg=audit(")?;
        let room = limit.checked_sub(line.len() - stamp.len())?;
        if self.last.len <= room && self.last.begins(stamp) {
            return Some(Stamp { node, kind: self.kind(name), id: self.last.id });
        }
        let stamp = stamp.get(..room).unwrap_or(stamp);
        let (sec, rest) = number_before(stamp, b'.')?;
        let (milli, rest) = number_before(rest, b':')?;
        let (serial, rest) = number_before(rest, b')')?;
        // A short stamp is the lenient reading's to judge.
        let milli = u16::try_from(milli).ok().filter(|&milli| milli <= 999)?;
        if sec < 1_000_000_000 {
            return None;
        }
        let id = EventId { sec, milli, serial };
        self.last.keep(stamp.get(..stamp.len() - rest.len())?, id);
        Some(Stamp { node, kind: self.kind(name), id })
    }

    #[inline]
    fn kind(&mut self, name: &[u8]) -> Kind {
        let Some(key) = key(name) else { return kind_written(name) };
        let Some(seen) = self.seen.get_mut(place(key, PLACES_BITS)) else { return kind_written(name) };
        if seen.0 != key {
            *seen = (key, kind_written(name));
        }
        seen.1
    }
}

/// The type that `name` stands for in a log. A number is all of it, without zeros before it: nobody writes one otherwise, and searches
/// look for it so.
fn kind_written(name: &[u8]) -> Kind {
    let is_odd = match name {
        [b'0', _, ..] => true,
        [b'1'..=b'9', rest @ ..] => !rest.iter().all(u8::is_ascii_digit),
        [_, _, _, _, _, _, _, b'[', number @ ..] => match number {
            [b'0', digit, ..] => digit.is_ascii_digit(),
            [digit, ..] => !digit.is_ascii_digit(),
            [] => true,
        },
        _ => false,
    };
    if is_odd { UNKNOWN } else { kind_named(name) }
}

/// The type `name` stands for: a name in any case, `UNKNOWN[n]`, or a number; what follows the digits does not matter.
pub fn kind_named(name: &[u8]) -> Kind {
    if name.first().is_some_and(u8::is_ascii_digit) {
        return leading_number(name).and_then(|n| u32::try_from(n).ok()).map_or(UNKNOWN, Kind);
    }
    let Ok(text) = std::str::from_utf8(name) else { return UNKNOWN };
    let text = text.to_ascii_uppercase();
    if let Some(number) = text.strip_prefix("UNKNOWN[") {
        return leading_number(number.as_bytes()).and_then(|n| u32::try_from(n).ok()).map_or(UNKNOWN, Kind);
    }
    Kind::from_name(&text).unwrap_or(UNKNOWN)
}

/// A number of 1 to 18 digits, and what follows the byte that must end it.
#[inline]
fn number_before(text: &[u8], end: u8) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (at, &byte) in text.iter().enumerate().take(19) {
        if byte.is_ascii_digit() {
            number = number * 10 + u64::from(byte - b'0');
        } else {
            return (byte == end && at > 0).then_some((number, text.get(at + 1..)?));
        }
    }
    None
}

fn next_word<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let text = *rest;
    let from = text.iter().position(|&b| b != b' ')?;
    let text = text.get(from..)?;
    let end = memchr(b' ', text).unwrap_or(text.len());
    let (word, after) = text.split_at_checked(end)?;
    *rest = after;
    Some(word)
}

/// What follows `msg=audit(`, or the first parenthesis, up to the closing one.
fn between_parentheses(word: &[u8]) -> Option<&[u8]> {
    let open = if word.get(9) == Some(&b'(') { 9 } else { memchr(b'(', word)? };
    // Shorter ones are torn: not even a time fits.
    let inner = word.get(open + 1..).filter(|inner| inner.len() >= SHORTEST)?;
    let inner = inner.get(..memchr(b')', inner).unwrap_or(inner.len()))?;
    (!inner.is_empty()).then_some(inner)
}

/// `SEC.MILLI:SERIAL`; each part counts as far as it is a number, missing ones are 0.
///
/// `None` for more than 999 milliseconds, a number beyond 64 bits, or a negative time.
fn event_id(stamp: &[u8]) -> Option<EventId> {
    let colon = memchr(b':', stamp).unwrap_or(stamp.len());
    let (time, serial) = stamp.split_at_checked(colon)?;
    let dot = memchr(b'.', time).unwrap_or(time.len());
    let (sec, milli) = time.split_at_checked(dot)?;
    let milli = leading_number(milli.get(1..).unwrap_or_default())?;
    Some(EventId {
        sec: leading_number(sec).filter(|&sec| i64::try_from(sec).is_ok())?,
        milli: u16::try_from(milli).ok().filter(|&milli| milli <= 999)?,
        // A negative serial wraps around, as strtoul has it.
        serial: match serial.get(1..).unwrap_or_default().strip_prefix(b"-") {
            Some(negative) => leading_number(negative)?.wrapping_neg(),
            None => leading_number(serial.get(1..).unwrap_or_default())?,
        },
    })
}

/// The number `text` starts with, 0 if none; `None` if it is negative or has more than 64 bits.
fn leading_number(text: &[u8]) -> Option<u64> {
    if text.first() == Some(&b'-') {
        return None;
    }
    leading(text, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<(String, Kind, EventId), Option<String>> {
        match StampReader::default().read(line.as_bytes()) {
            Ok(s) => Ok((String::from_utf8_lossy(s.node).into(), s.kind, s.id)),
            Err(Unstamped::NotARecord) => Err(None),
            Err(Unstamped::BadStamp(s)) => Err(Some(String::from_utf8_lossy(s).into())),
        }
    }

    const ID: EventId = EventId { sec: 1_700_000_000, milli: 123, serial: 1 };

    #[test]
    fn node_type_and_time_are_found_behind_blanks() {
        assert_eq!(read("type=CWD msg=audit(1700000000.123:1): x"), Ok(("".into(), Kind::CWD, ID)));
        assert_eq!(read("node=a.b type=CWD msg=audit(1700000000.123:1): x"), Ok(("a.b".into(), Kind::CWD, ID)));
        assert_eq!(read("   type=CWD   audit(1700000000.123:1"), Ok(("".into(), Kind::CWD, ID)));
        assert_eq!(read("type=cwd msg=audit(1700000000.123:1x)"), Ok(("".into(), Kind::CWD, ID)));
        assert_eq!(read("type=UNKNOWN[1999] msg=audit(1700000000.123:1)"), Ok(("".into(), Kind(1999), ID)));
        for odd in ["NEW", "01300", "1300x", "UNKNOWN[01999]", "UNKNOWN[%1999]", "UNKNOWN[]"] {
            assert_eq!(read(&format!("type={odd} msg=audit(1700000000.123:1)")), Ok(("".into(), UNKNOWN, ID)), "{odd}");
        }
        assert_eq!(read("type=1307 msg=audit(1700000000.123:1)"), Ok(("".into(), Kind::CWD, ID)));
        for odd in ["type=1307x", "type:1307", "node=a type:1307"] {
            assert_eq!(
                read(&format!("{odd} msg=audit(1700000000.123:1)")).map(|(_, kind, _)| kind),
                Ok(UNKNOWN),
                "{odd}"
            );
        }
    }

    #[test]
    fn the_usual_form_reads_the_same_as_the_lenient_one() {
        for line in
            ["type=CWD msg=audit(1700000000.123:1): x", "type=PATH msg=audit(1700000000.9:18446744073709551615)"]
        {
            let lenient = format!(" {line}");
            assert_eq!(read(line), read(&lenient));
            assert!(read(line).is_ok());
        }
        let mut reader = StampReader::default();
        for line in ["type=CWD msg=audit(1700000000.1234:1):", "type=CWD msg=audit(1700000000.:1):"] {
            assert_eq!(reader.usual(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn the_last_stamp_is_known_again_only_where_it_is_the_same() {
        let mut reader = StampReader::default();
        let mut of = |line: &str| reader.read(line.as_bytes()).map(|stamp| (stamp.kind, stamp.id.serial)).ok();
        assert_eq!(of("type=CWD msg=audit(1700000000.123:1): x"), Some((Kind::CWD, 1)));
        assert_eq!(of("type=PATH msg=audit(1700000000.123:1): y"), Some((Kind::PATH, 1)));
        assert_eq!(of("node=a type=PATH msg=audit(1700000000.123:1)"), Some((Kind::PATH, 1)));
        assert_eq!(of("type=PATH msg=audit(1700000000.123:12): y"), Some((Kind::PATH, 12)));
        assert_eq!(of("type=PATH msg=audit(1700000000.123:1): y"), Some((Kind::PATH, 1)));
        assert_eq!(of(&format!("type={} msg=audit(1700000000.123:1): y", "X".repeat(46))), Some((UNKNOWN, 1)));
        assert_eq!(of(&format!("type={} msg=audit(1700000000.123:1): y", "X".repeat(70))), None);
    }

    #[test]
    fn only_the_head_of_a_line_is_looked_at() {
        assert_eq!(read(&format!("type={} msg=audit(1700000000.123:1): x", "x".repeat(75))), Err(None));
        let long = "n".repeat(300);
        let node = read(&format!("node={long} type=CWD msg=audit(1700000000.123:1): x")).unwrap().0;
        assert_eq!(node, long);
        assert_eq!(read(&format!("node={long}{long} type=CWD msg=audit(1700000000.123:1): x")), Err(None));
    }

    #[test]
    fn text_without_a_stamp_and_numbers_out_of_range_are_told_apart() {
        for line in
            ["", "   ", "type=CWD", "type=CWD msg=audit", "Nov 21 10:00:00 host prog: text", "type=A msg=audit():"]
        {
            assert_eq!(read(line), Err(None), "{line}");
        }
        for stamp in [
            "1700000000.1234:1",
            "1700000000.-1:1",
            "99999999999999999999.1:1",
            "1.1:99999999999999999999",
            "-17.123:1",
        ] {
            assert_eq!(read(&format!("type=CWD msg=audit({stamp}): x")), Err(Some(stamp.into())));
        }
    }
}

//! One line of the log, borrowed.

use crate::{EventId, Kind, near};
use memchr::{memchr, memchr2};
use thiserror::Error;

/// Stands between what the kernel said and what the daemon added (`AUDIT_INTERP_SEPARATOR`).
pub const ENRICHMENT: u8 = 0x1d;

/// A line as auditd writes it: `[node=NAME ]type=T msg=audit(SEC.mmm:SERIAL): BODY[0x1D ENRICHMENT]`.
///
/// Every part points into the bytes it was read from. The line ends at its first NUL, as the records of the kernel do;
/// line ends, also of other systems, do not belong to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Line<'a> {
    /// The whole line without its end.
    pub text: &'a [u8],
    /// The machine, if the line says so.
    pub node: Option<&'a [u8]>,
    /// The record type; [`Kind::UNNAMED`] for a name that no table has.
    pub kind: Kind,
    /// The record type as it stands in the line.
    pub kind_text: &'a [u8],
    /// Time and serial number.
    pub id: EventId,
    /// The fields: what follows `audit(...): `, without the enrichment.
    pub body: &'a [u8],
    /// The fields that the writing daemon added.
    pub enriched: Option<&'a [u8]>,
}

/// Why some bytes are no line of an audit log.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum LineError {
    /// There is no `audit(...)` where it belongs: in the word after the type.
    #[error("no time stamp \"msg=audit(SECONDS.MILLI:SERIAL)\" after the type")]
    NoStamp,
    /// Seconds or serial are not numbers or too large, or milliseconds are above 999.
    #[error("the time stamp has an impossible number")]
    BadStamp,
}

impl<'a> Line<'a> {
    /// Reads one line.
    ///
    /// Lenient where ausearch is: blanks before it, several blanks between words, a type in lower case or as a number,
    /// a stamp without milliseconds or serial.
    ///
    /// # Errors
    /// Of text that has no stamp in the place of the stamp, or an impossible one.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, LineError> {
        let whole = trim_end(bytes);
        let (text, enriched) = cut(whole);
        let length = text.len() + enriched.map_or(0, |e| e.len() + 1);
        let shown = whole.get(..length).unwrap_or(text);
        if let Some((kind_text, id, body)) = usual(text) {
            let kind = Kind::from_log(kind_text);
            return Ok(Self { text: shown, node: None, kind, kind_text, id, body, enriched });
        }
        let (word, rest) = next_word(text);
        let (node, (word, rest)) = match word.strip_prefix(b"node=") {
            Some(node) => (Some(node), next_word(rest)),
            None => (None, (word, rest)),
        };
        let kind_text = word.strip_prefix(b"type=").unwrap_or(word);
        let rest = skip_blanks(rest);
        let open = match rest.strip_prefix(b"msg=audit(") {
            Some(stamp) => stamp,
            None => {
                let (word, _) = next_word(rest);
                let at = memchr(b'(', word).ok_or(LineError::NoStamp)?;
                rest.get(at + 1..).unwrap_or_default()
            }
        };
        let (id, after) = stamp(open)?;
        let body = after.strip_prefix(b":").unwrap_or(after);
        let body = body.strip_prefix(b" ").unwrap_or(body);
        Ok(Self { text: shown, node, kind: Kind::from_log(kind_text), kind_text, id, body, enriched })
    }
}

/// The type, stamp and body of a line as auditd writes it; most are, and these need no look at each word.
fn usual(text: &[u8]) -> Option<(&[u8], EventId, &[u8])> {
    let rest = text.strip_prefix(b"type=")?;
    let (kind, rest) = rest.split_at(near::find(b' ', rest)?);
    let (id, after) = stamp(rest.strip_prefix(b" msg=audit(")?).ok()?;
    Some((kind, id, after.strip_prefix(b": ")?))
}

fn trim_end(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., b'\n' | b'\r'] = bytes {
        bytes = rest;
    }
    bytes
}

/// Splits at the first separator, and ends at the first NUL.
fn cut(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    let Some(at) = memchr2(0, ENRICHMENT, text) else { return (text, None) };
    let (head, tail) = text.split_at(at);
    match tail {
        [ENRICHMENT, enriched @ ..] => {
            let end = memchr(0, enriched).unwrap_or(enriched.len());
            (head, Some(enriched.get(..end).unwrap_or(enriched)))
        }
        _ => (head, None),
    }
}

fn skip_blanks(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    text
}

/// The next word and what follows it, blanks before it skipped.
fn next_word(text: &[u8]) -> (&[u8], &[u8]) {
    let text = skip_blanks(text);
    text.split_at(memchr(b' ', text).unwrap_or(text.len()))
}

/// `SEC[.MILLI][:SERIAL])`, and what follows the parenthesis.
fn stamp(text: &[u8]) -> Result<(EventId, &[u8]), LineError> {
    let (sec, mut rest) = number(text).ok_or(LineError::BadStamp)?;
    let (mut milli, mut serial) = (0, 0);
    if let [b'.', after @ ..] = rest {
        (milli, rest) = number(after).ok_or(LineError::BadStamp)?;
    }
    if let [b':', after @ ..] = rest {
        (serial, rest) = number(after).ok_or(LineError::BadStamp)?;
    }
    let milli = u16::try_from(milli).ok().filter(|&m| m <= 999).ok_or(LineError::BadStamp)?;
    let rest = match rest {
        [b')', after @ ..] => after,
        // Something after the serial: it is not used, but the parenthesis must come in this word.
        _ => {
            let (word, _) = next_word(rest);
            let at = memchr(b')', word).ok_or(LineError::NoStamp)?;
            rest.get(at + 1..).unwrap_or_default()
        }
    };
    Ok((EventId { sec, milli, serial }, rest))
}

/// A decimal number of at least one digit, `None` if it does not fit.
fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    /// No number of so few digits is too large.
    const SURE: usize = 19;
    let mut value = 0_u64;
    let mut digits = 0;
    for digit in text.iter().take(SURE).take_while(|digit| digit.is_ascii_digit()) {
        value = value * 10 + u64::from(digit - b'0');
        digits += 1;
    }
    let mut rest = text.get(digits..)?;
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
        rest = after;
    }
    (rest.len() < text.len()).then_some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn splits_a_line_of_every_part() {
        let line =
            Line::parse(b"node=db1 type=USER_LOGIN msg=audit(1700000000.007:456): pid=1 uid=0\x1dUID=\"root\"\n");
        let line = line.unwrap();
        assert_eq!(line.node, Some(&b"db1"[..]));
        assert_eq!((line.kind, line.kind_text), (Kind(1112), &b"USER_LOGIN"[..]));
        assert_eq!(line.id, EventId { sec: 1_700_000_000, milli: 7, serial: 456 });
        assert_eq!(line.body, b"pid=1 uid=0");
        assert_eq!(line.enriched, Some(&b"UID=\"root\""[..]));
        assert!(line.text.starts_with(b"node=db1") && line.text.ends_with(b"\""));
    }

    /// Checked against ausearch 3.0.9, which takes all of these.
    #[test]
    fn lenient_where_ausearch_is() {
        for (text, kind, body) in [
            ("  type=USER msg=audit(1.5:7): a=1", 1005, "a=1"),
            ("type=USER  msg=audit(1.005:7): a=1\r\n", 1005, "a=1"),
            ("USER_AUTH msg=audit(1.005:7): a=1", 1100, "a=1"),
            ("type=user audit(1.0005:7) a=1", 1005, "a=1"),
            ("type=1112 msg=audit(1.5:7):a=1", 1112, "a=1"),
            ("type=UNKNOWN[1999] msg=audit(1.5:7x): a=1", 1999, "a=1"),
            ("type=FOO msg=audit(1.5:7): a=1\0junk\x1dmore", 0, "a=1"),
        ] {
            let line = Line::parse(text.as_bytes()).unwrap();
            assert_eq!(line.kind, Kind(kind), "{text}");
            assert_eq!(line.id, EventId { sec: 1, milli: 5, serial: 7 }, "{text}");
            assert_eq!(line.body, body.as_bytes(), "{text}");
        }
        let line = Line::parse(b"type=EOE msg=audit(1700000000): ").unwrap();
        assert_eq!(line.id, EventId { sec: 1_700_000_000, milli: 0, serial: 0 });
    }

    #[test]
    fn refuses_what_has_no_possible_stamp() {
        for (text, error) in [
            ("", LineError::NoStamp),
            ("type=USER", LineError::NoStamp),
            ("Nov 1 host audispd: type=USER msg=audit(1.5:7): a=1", LineError::NoStamp),
            ("type=USER msg=audit(1.5:7", LineError::NoStamp),
            ("type=USER msg=audit(1.1234:7): a", LineError::BadStamp),
            ("type=USER msg=audit(-1.5:7): a", LineError::BadStamp),
            ("type=USER msg=audit( 1.5:7): a", LineError::BadStamp),
            ("type=USER msg=audit(1.5:99999999999999999999): a", LineError::BadStamp),
            ("type=USER msg=audit(11/14/23 22:13:20.123:456) : a", LineError::NoStamp),
        ] {
            assert_eq!(Line::parse(text.as_bytes()), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_line_or_an_error(bytes: Vec<u8>) {
            let _unused = Line::parse(&bytes);
        }

        /// Also where the beginning is right, and the parts are those of the text.
        #[test]
        fn a_line_is_made_of_its_text(sec: u64, milli in 0_u16..1000, serial: u64, body: Vec<u8>, node in "[ -~]{0,9}") {
            let mut bytes = format!("node={node} type=PATH msg=audit({sec}.{milli:03}:{serial}): ").into_bytes();
            bytes.extend(&body);
            if let Ok(line) = Line::parse(&bytes) {
                prop_assert!(bytes.starts_with(line.text));
                prop_assert!(line.body.len() + line.enriched.map_or(0, <[u8]>::len) <= line.text.len());
                prop_assert!(!line.text.contains(&0));
                if !node.contains(' ') {
                    prop_assert_eq!((line.id, line.kind), (EventId { sec, milli, serial }, Kind::PATH));
                    let rest = trim_end(&body);
                    prop_assert!(rest.starts_with(line.body), "{rest:?} {:?}", line.body);
                }
            } else {
                prop_assert!(node.contains(' '));
            }
        }
    }
}

//! Reading a record front to back, as ausearch's parsers do: each value is looked for behind the one before it.

use crate::text::{after, leading, unhex, up_to_blank, word};
use memchr::memchr;
use std::borrow::Cow;

/// A record lacks what its type must have. The number is the one that `ausearch --debug` gives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Unreadable(pub u8);

/// A value of a record, or nothing where there is none.
pub(super) type Value<'a> = Option<Cow<'a, [u8]>>;

/// A record, and what of it is still to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    whole: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { whole: text, rest: text }
    }

    /// Begins anew.
    pub(super) fn restart(&mut self) {
        self.rest = self.whole;
    }

    /// Goes on from here.
    pub(super) fn go_to(&mut self, rest: &'a [u8]) {
        self.rest = rest;
    }

    pub(super) fn whole(&self) -> &'a [u8] {
        self.whole
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// What follows the next `name`; nothing is read by that.
    pub(super) fn find(&self, name: &[u8]) -> Option<&'a [u8]> {
        after(self.rest, name)
    }

    /// What follows the next `name` that does not continue a longer one, which would end in `not`.
    pub(super) fn find_but(&self, name: &[u8], not: u8) -> Option<&'a [u8]> {
        let mut rest = self.rest;
        loop {
            let value = after(rest, name)?;
            let at = self.whole.len() - value.len() - name.len();
            if at == 0 || self.whole.get(at - 1) != Some(&not) {
                return Some(value);
            }
            rest = value;
        }
    }

    /// A value that a blank must end.
    pub(super) fn word(&mut self, value: &'a [u8], open: u8) -> Result<&'a [u8], Unreadable> {
        let (word, rest) = up_to_blank(value).ok_or(Unreadable(open))?;
        self.rest = rest;
        Ok(word)
    }

    /// A number that a blank must end.
    pub(super) fn number(&mut self, value: &'a [u8], [open, large]: [u8; 2]) -> Result<u32, Unreadable> {
        number(self.word(value, open)?).ok_or(Unreadable(large))
    }

    /// A number that must be there.
    pub(super) fn needed(&mut self, name: &[u8], [missing, open, large]: [u8; 3]) -> Result<u32, Unreadable> {
        let value = self.find(name).ok_or(Unreadable(missing))?;
        self.number(value, [open, large])
    }

    /// A number that need not be there.
    pub(super) fn optional(&mut self, name: &[u8], codes: [u8; 2]) -> Result<Option<u32>, Unreadable> {
        self.find(name).map(|value| self.number(value, codes)).transpose()
    }

    /// A word that may be the record's last. Then reading goes on at its beginning.
    pub(super) fn last_word(&mut self, value: &'a [u8]) -> &'a [u8] {
        let word = word(value);
        self.rest = value.get(word.len()..).filter(|rest| !rest.is_empty()).unwrap_or(value);
        word
    }

    /// A number that need not be there, and may be the last thing in the record.
    pub(super) fn last(&mut self, name: &[u8], large: u8) -> Result<Option<u32>, Unreadable> {
        let Some(value) = self.find(name) else { return Ok(None) };
        number(self.last_word(value)).map(Some).ok_or(Unreadable(large))
    }

    /// A text the kernel did not trust: in quotes, or in hexadecimal digits, which are not passed over.
    pub(super) fn text(&mut self, value: &'a [u8], open: u8) -> Result<Value<'a>, Unreadable> {
        match value.strip_prefix(b"\"") {
            Some(quoted) => self.quoted(quoted, open).map(|text| Some(Cow::Borrowed(text))),
            None => Ok(unescape(value)),
        }
    }

    /// What stands up to the closing quote.
    pub(super) fn quoted(&mut self, quoted: &'a [u8], open: u8) -> Result<&'a [u8], Unreadable> {
        let end = memchr(b'"', quoted).ok_or(Unreadable(open))?;
        let (text, rest) = quoted.split_at_checked(end).ok_or(Unreadable(open))?;
        self.rest = rest;
        Ok(text)
    }

    /// A text as `text`, but one without quotes goes up to the blank, and means itself where it is not all hexadecimal.
    pub(super) fn said(&mut self, value: &'a [u8], open: u8) -> Result<Value<'a>, Unreadable> {
        if value.first() == Some(&b'"') {
            return self.text(value, open);
        }
        let plain = word(value);
        self.rest = value.get(plain.len()..).unwrap_or_default();
        Ok(if plain.iter().all(u8::is_ascii_hexdigit) { unescape(plain) } else { Some(Cow::Borrowed(plain)) })
    }

    /// A label that a blank must end.
    pub(super) fn label(&mut self, name: &[u8], open: u8) -> Result<Option<&'a [u8]>, Unreadable> {
        self.find(name).map(|value| self.word(value, open)).transpose()
    }
}

/// The number `text` begins with, 0 for none; `None` for more than 32 bits. A minus sign is two's complement. (ausearch takes the lower
/// half of larger ones, which nobody writes; then it would not stand in the log as it is asked for.)
pub(super) fn number(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let number = u32::try_from(leading(digits, 10)?).ok()?;
    match text.first() {
        Some(b'-') => i32::try_from(-i64::from(number)).ok().map(i32::cast_unsigned),
        _ => Some(number),
    }
}

/// The lower half.
pub(super) fn low(number: u64) -> u32 {
    (number & u64::from(u32::MAX)) as u32
}

/// Hexadecimal digits as text, `(null)` and the like as they stand; nothing for anything else. A NUL ends it.
pub(super) fn unescape(value: &[u8]) -> Value<'_> {
    if value.first() == Some(&b'(') {
        return value.get(..=memchr(b')', value)?).map(Cow::Borrowed);
    }
    let digits = value.get(..value.iter().take_while(|b| b.is_ascii_hexdigit()).count())?;
    if digits.len() < 2 {
        return None;
    }
    let mut text = unhex(digits);
    text.truncate(memchr(0, &text).unwrap_or(text.len()));
    Some(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_looked_for_behind_the_one_before() {
        let mut reader = Reader::new(b"pid=1 a=2 pid=3 ");
        assert_eq!(reader.needed(b"a=", [1, 2, 3]), Ok(2));
        assert_eq!(reader.needed(b"pid=", [1, 2, 3]), Ok(3));
        assert_eq!(reader.needed(b"pid=", [1, 2, 3]), Err(Unreadable(1)));
        reader.restart();
        assert_eq!(reader.optional(b"pid=", [2, 3]), Ok(Some(1)));
    }

    #[test]
    fn what_is_wrong_has_a_number() {
        assert_eq!(Reader::new(b"pid=1").needed(b"pid=", [1, 2, 3]), Err(Unreadable(2)));
        assert_eq!(Reader::new(b"pid=18446744073709551616 ").needed(b"pid=", [1, 2, 3]), Err(Unreadable(3)));
        assert_eq!(Reader::new(b"pid=1").last(b"pid=", 3), Ok(Some(1)));
        let mut reader = Reader::new(b"comm=\"torn");
        let value = reader.find(b"comm=").unwrap();
        assert_eq!(reader.text(value, 7), Err(Unreadable(7)));
    }

    #[test]
    fn a_name_within_a_longer_one_is_passed_over() {
        let mut reader = Reader::new(b"auid=1 uid=2 ");
        let value = reader.find_but(b"uid=", b'a').unwrap();
        assert_eq!(reader.number(value, [1, 2]), Ok(2));
        assert!(Reader::new(b"auid=1 ").find_but(b"uid=", b'a').is_none());
    }

    #[test]
    fn numbers_as_strtoul_reads_them() {
        assert_eq!(number(b"4294967295"), Some(4_294_967_295));
        assert_eq!(number(b"-1"), Some(u32::MAX));
        assert_eq!(number(b"12ab"), Some(12));
        assert_eq!(number(b"x"), Some(0));
        assert_eq!(number(b"99999999999999999999"), None);
        assert_eq!((number(b"4294967297"), number(b"-4294967295")), (None, None));
    }

    #[test]
    fn hexadecimal_text() {
        assert_eq!(unescape(b"6162 x").as_deref(), Some(&b"ab"[..]));
        assert_eq!(unescape(b"61006200").as_deref(), Some(&b"a"[..]));
        assert_eq!(unescape(b"(null) x").as_deref(), Some(&b"(null)"[..]));
        assert_eq!((unescape(b"(open"), unescape(b"?"), unescape(b"6"), unescape(b"")), (None, None, None, None));
    }
}

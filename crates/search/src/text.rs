//! Finding `name=value` in a record the way ausearch's searches do: by first occurrence, up to the next blank.

use memchr::{memchr_iter, memmem};

/// What follows the first `needle`.
///
/// Most needles are a field's name with its `=`: looking at each `=` is faster than setting up a general search.
pub(crate) fn after<'a>(text: &'a [u8], needle: &[u8]) -> Option<&'a [u8]> {
    let Some(name) = needle.strip_suffix(b"=") else {
        return text.get(memmem::find(text, needle)? + needle.len()..);
    };
    let last = name.last();
    let is_name = |before: &[u8]| before.last() == last && before.ends_with(name);
    let at = memchr_iter(b'=', text).find(|&at| text.get(..at).is_some_and(is_name))?;
    text.get(at + 1..)
}

/// The bytes up to the next blank, which must be there, and the rest from the blank on.
pub(crate) fn up_to_blank(text: &[u8]) -> Option<(&[u8], &[u8])> {
    text.split_at_checked(memchr::memchr(b' ', text)?)
}

/// The bytes up to the next blank or the end.
pub(crate) fn word(text: &[u8]) -> &[u8] {
    text.get(..memchr::memchr(b' ', text).unwrap_or(text.len())).unwrap_or(text)
}

/// Whether the number `text` starts with, in this base, needs more than 64 bits.
pub(crate) fn overflows(text: &[u8], base: u32) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let text = if base == 16 { text.strip_prefix(b"0x").unwrap_or(text) } else { text };
    let mut number: u64 = 0;
    for &b in text {
        let Some(digit) = char::from(b).to_digit(base) else { return false };
        match number.checked_mul(u64::from(base)).and_then(|n| n.checked_add(u64::from(digit))) {
            Some(n) => number = n,
            None => return true,
        }
    }
    false
}

/// Bytes written as hexadecimal digits, up to the first that is none; a last single digit counts as a byte's high half.
pub(crate) fn unhex(text: &[u8]) -> Vec<u8> {
    let digit = |b: &u8| char::from(*b).to_digit(16).map(|d| d as u8);
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut pairs = text.chunks_exact(2);
    for pair in &mut pairs {
        let [high, low] = pair else { break };
        let (Some(high), Some(low)) = (digit(high), digit(low)) else { return bytes };
        bytes.push(high << 4 | low);
    }
    bytes.extend(pairs.remainder().first().and_then(digit).map(|d| d << 4));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_at_a_blank() {
        assert_eq!(after(b"a=1 b=2", b"b="), Some(&b"2"[..]));
        assert_eq!(up_to_blank(b"1 b"), Some((&b"1"[..], &b" b"[..])));
        assert_eq!(up_to_blank(b"1"), None);
        assert_eq!(word(b"1"), b"1");
    }

    #[test]
    fn numbers_beyond_64_bits() {
        assert!(!overflows(b"ffffffffffffffff ", 16));
        assert!(overflows(b"10000000000000000 ", 16));
        assert!(overflows(b"0x10000000000000000", 16));
        assert!(!overflows(b"zz", 16));
        assert!(overflows(b"18446744073709551616", 10));
    }

    #[test]
    fn hexadecimal_digits() {
        assert_eq!(unhex(b"6162"), b"ab");
        assert_eq!(unhex(b"61zz"), b"a");
        assert_eq!(unhex(b"616"), b"a\x60");
        assert_eq!(unhex(b""), b"");
    }
}

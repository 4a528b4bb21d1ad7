//! Finding `name=value` in a record the way ausearch's searches do: by first occurrence, up to the next blank.

use memchr::memmem;
use raudit_record::near;
pub(crate) use raudit_record::text::leading;

/// What follows the first `needle`.
///
/// Most needles are a field's name with its `=`: looking at each `=` is faster than setting up a general search.
pub(crate) fn after<'a>(text: &'a [u8], needle: &[u8]) -> Option<&'a [u8]> {
    let Some(name) = needle.strip_suffix(b"=") else {
        return text.get(memmem::find(text, needle)? + needle.len()..);
    };
    let last = name.last();
    let mut from = 0;
    loop {
        let at = from + near::find(b'=', text.get(from..)?)?;
        let before = text.get(..at)?;
        if before.last() == last && before.ends_with(name) {
            return text.get(at + 1..);
        }
        from = at + 1;
    }
}

/// The bytes up to the next blank, which must be there, and the rest from the blank on.
pub(crate) fn up_to_blank(text: &[u8]) -> Option<(&[u8], &[u8])> {
    text.split_at_checked(near::find(b' ', text)?)
}

/// The bytes up to the next blank or the end.
pub(crate) fn word(text: &[u8]) -> &[u8] {
    text.get(..near::find(b' ', text).unwrap_or(text.len())).unwrap_or(text)
}

/// The same of hexadecimal digits, also behind a sign and `0x`, which do not count.
pub(crate) fn leading_hex(text: &[u8]) -> Option<u64> {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    leading(text.strip_prefix(b"0x").unwrap_or(text), 16)
}

/// The signed number that `text` begins with, in the base that `0x` or `0` tells, and what follows; `None` for more than 64 bits.
pub(crate) fn in_any_base(text: &[u8]) -> Option<(i64, &[u8])> {
    let (digits, negative) = text.strip_prefix(b"-").map_or((text, false), |digits| (digits, true));
    let (digits, base) = match digits {
        [b'0', b'x' | b'X', rest @ ..] if rest.first().is_some_and(u8::is_ascii_hexdigit) => (rest, 16),
        [b'0', _, ..] => (digits, 8),
        _ => (digits, 10),
    };
    let magnitude = leading(digits, base)?;
    let number = if negative { 0i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() };
    let end = digits.iter().take_while(|b| char::from(**b).is_digit(base)).count();
    Some((number?, digits.get(end..).unwrap_or_default()))
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
        assert_eq!(leading_hex(b"ffffffffffffffff "), Some(u64::MAX));
        assert_eq!(leading_hex(b"10000000000000000 "), None);
        assert_eq!(leading_hex(b"0x10000000000000000"), None);
        assert_eq!(leading_hex(b"zz"), Some(0));
        assert_eq!(leading(b"18446744073709551616", 10), None);
    }

    #[test]
    fn numbers_in_any_base() {
        let number = |text| in_any_base(text).map(|(number, _)| number);
        assert_eq!(number(b"-13"), Some(-13));
        assert_eq!(number(b"0x10"), Some(16));
        assert_eq!(number(b"010"), Some(8));
        assert_eq!(number(b"x"), Some(0));
        assert_eq!(number(b"-9223372036854775808"), Some(i64::MIN));
        assert_eq!(number(b"9223372036854775808"), None);
        assert_eq!(in_any_base(b"12z"), Some((12, &b"z"[..])));
        assert_eq!(in_any_base(b"0x"), Some((0, &b"x"[..])));
    }

    #[test]
    fn hexadecimal_digits() {
        assert_eq!(unhex(b"6162"), b"ab");
        assert_eq!(unhex(b"61zz"), b"a");
        assert_eq!(unhex(b"616"), b"a\x60");
        assert_eq!(unhex(b""), b"");
    }
}

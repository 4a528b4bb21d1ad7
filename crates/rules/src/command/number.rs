//! Numbers as C reads them: auditctl takes what strtol(3) and strtoul(3) with base 0 take, and ignores the rest.

/// Base and digits of a number: `0x` sixteen, a leading `0` eight, otherwise ten.
fn split_base(text: &[u8]) -> (u32, &[u8]) {
    match text {
        [b'0', b'x' | b'X', digits @ ..] if digits.first().is_some_and(u8::is_ascii_hexdigit) => (16, digits),
        [b'0', ..] => (8, text),
        _ => (10, text),
    }
}

/// The number at the start of `text`, which must start with a digit (or, with `base` 16, may with a letter).
///
/// `None` if it exceeds 64 bits.
pub(crate) fn digits(text: &[u8], base: Option<u32>) -> Option<u64> {
    let (base, text) = match base {
        Some(base) => (base, text.strip_prefix(b"0x").unwrap_or(text)),
        None => split_base(text),
    };
    let mut number = 0u64;
    for &byte in text {
        let Some(digit) = char::from(byte).to_digit(base) else { break };
        number = number.checked_mul(base.into())?.checked_add(digit.into())?;
    }
    Some(number)
}

/// Whether a number starts here.
pub(crate) fn starts_number(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_digit)
}

/// A number, cut to 32 bits as the rule carries it; too large ones are the largest.
pub(crate) fn unsigned(text: &[u8]) -> Option<u32> {
    starts_number(text).then(|| digits(text, None).unwrap_or(u64::MAX) as u32)
}

/// A number that may be negative, in two's complement.
pub(crate) fn signed(text: &[u8]) -> Option<u32> {
    match text {
        [b'-', rest @ ..] => unsigned(rest).map(u32::wrapping_neg),
        _ => unsigned(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_strtol_does() {
        for (text, expected) in [
            ("0", Some(0)),
            ("90-92", Some(90)),
            ("0100", Some(64)),
            ("0x1f", Some(31)),
            ("0x", Some(0)),
            ("09", Some(0)),
            ("4294967295", Some(u32::MAX)),
            ("4294967296", Some(0)),
            ("99999999999999999999999", Some(u32::MAX)),
            ("", None),
            ("x", None),
            ("-1", None),
        ] {
            assert_eq!(unsigned(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(signed(b"-1"), Some(u32::MAX));
        assert_eq!(signed(b"--1"), None);
        assert_eq!(signed(b"-"), None);
        assert_eq!(digits(b"c000003e", Some(16)), Some(0xc000_003e));
    }
}

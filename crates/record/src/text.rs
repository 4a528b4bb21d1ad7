//! How the kernel writes numbers and strings it does not trust.

use std::borrow::Cow;

/// True when the kernel writes `bytes` as hex instead of quoting them (`audit_string_contains_control`).
pub fn needs_hex(bytes: &[u8]) -> bool {
    // to the end in any case: that many bytes can be looked at at once
    bytes.iter().fold(false, |found, &byte| found | (byte == b'"') | !(0x21..=0x7e).contains(&byte))
}

/// Appends a string as `audit_log_n_untrustedstring` does: `"text"`, or upper-case hex when it has a blank, a quote, a
/// control character or a byte above 0x7e.
pub fn push_untrusted(out: &mut Vec<u8>, bytes: &[u8]) {
    if needs_hex(bytes) {
        push_hex_bytes(out, bytes);
    } else {
        out.push(b'"');
        out.extend_from_slice(bytes);
        out.push(b'"');
    }
}

/// Appends bytes as upper-case hex, two digits each.
pub fn push_hex_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len() * 2);
    for &byte in bytes {
        out.extend_from_slice(&[hex_digit(byte >> 4), hex_digit(byte & 15)]);
    }
}

const fn hex_digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'A' - 10 + nibble }
}

/// The bytes behind a value that [`push_untrusted`] wrote. Anything else (`(null)`, odd or no hex) is returned as it is.
pub fn untrusted(value: &[u8]) -> Cow<'_, [u8]> {
    match value {
        [b'"', inner @ .., b'"'] => Cow::Borrowed(inner),
        _ => decode_hex(value).map_or(Cow::Borrowed(value), Cow::Owned),
    }
}

/// The bytes that pairs of hex digits stand for; `None` if there are none, an odd number of them, or other characters.
pub fn decode_hex(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    push_decoded_hex(&mut bytes, text).then_some(bytes)
}

/// As [`decode_hex`], appended; false, and nothing is appended, if it is no such text.
pub fn push_decoded_hex(out: &mut Vec<u8>, text: &[u8]) -> bool {
    if text.is_empty() || !text.len().is_multiple_of(2) {
        return false;
    }
    let start = out.len();
    let mut seen = 0;
    out.extend(text.chunks_exact(2).map(|pair| {
        let [high, low] = [pair.first(), pair.last()].map(|digit| digit.map_or(NO_DIGIT, |&digit| nibble(digit)));
        seen |= high | low;
        high << 4 | low
    }));
    let all_digits = seen < NO_DIGIT;
    if !all_digits {
        out.truncate(start);
    }
    all_digits
}

/// As [`decode_hex`], into a buffer of the caller's; also `None` when it is too small.
pub fn decode_hex_into<'a>(text: &[u8], buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    if text.is_empty() || !text.len().is_multiple_of(2) {
        return None;
    }
    let bytes = buffer.get_mut(..text.len() / 2)?;
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        let [high, low] = [nibble(*pair.first()?), nibble(*pair.last()?)];
        if high | low >= NO_DIGIT {
            return None;
        }
        *byte = high << 4 | low;
    }
    Some(bytes)
}

/// A bit that no digit has.
const NO_DIGIT: u8 = 16;

/// What a hex digit stands for, or [`NO_DIGIT`].
#[inline]
fn nibble(digit: u8) -> u8 {
    NIBBLES.get(usize::from(digit)).copied().unwrap_or(NO_DIGIT)
}

/// The number that 1 to 16 hex digits stand for; `None` for anything else.
#[inline]
pub fn short_hex(digits: &[u8]) -> Option<u64> {
    let fits = !digits.is_empty() && digits.len() <= 16;
    let (mut number, mut seen) = (0, 0);
    for &digit in digits.iter().take(16) {
        let nibble = nibble(digit);
        seen |= nibble;
        number = number << 4 | u64::from(nibble);
    }
    (fits && seen < NO_DIGIT).then_some(number)
}

/// For each byte: looking up is quicker than comparing.
static NIBBLES: [u8; 256] = nibbles();

#[expect(clippy::indexing_slicing, reason = "runs at compile time, where a wrong index is an error")]
const fn nibbles() -> [u8; 256] {
    let mut nibbles = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        let digit = hex_digit(value);
        nibbles[digit as usize] = value;
        nibbles[digit.to_ascii_lowercase() as usize] = value;
        value += 1;
    }
    nibbles
}

/// Appends an unsigned number in decimal (`%llu`).
pub fn push_decimal(out: &mut Vec<u8>, number: u64) {
    push_radix::<10>(out, number, 1);
}

/// Appends a number in decimal, padded with zeros to `width` digits (`%0*llu`).
pub fn push_padded_decimal(out: &mut Vec<u8>, number: u64, width: usize) {
    push_radix::<10>(out, number, width);
}

/// Appends a signed number in decimal (`%lld`).
pub fn push_signed(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    push_decimal(out, number.unsigned_abs());
}

/// Appends a number in lower-case hex without prefix (`%llx`).
pub fn push_hex(out: &mut Vec<u8>, number: u64) {
    push_radix::<16>(out, number, 1);
}

/// Appends a number in lower-case hex, padded with zeros to `width` digits (`%0*llx`).
pub fn push_padded_hex(out: &mut Vec<u8>, number: u64, width: usize) {
    push_radix::<16>(out, number, width);
}

/// Appends a number in octal without prefix (`%llo`).
pub fn push_octal(out: &mut Vec<u8>, number: u64) {
    push_radix::<8>(out, number, 1);
}

/// Appends a number in octal, padded with zeros to `width` digits (`%0*llo`).
pub fn push_padded_octal(out: &mut Vec<u8>, number: u64, width: usize) {
    push_radix::<8>(out, number, width);
}

/// Enough for 64 bits in octal.
const DIGITS_MAX: usize = 22;

/// At least `width` digits, as far as there is room for them: written from the last to the first, then appended in one go.
fn push_radix<const RADIX: u64>(out: &mut Vec<u8>, mut number: u64, width: usize) {
    let mut digits = [b'0'; DIGITS_MAX];
    let mut written = 0;
    for place in digits.iter_mut().rev() {
        *place = b"0123456789abcdef".get((number % RADIX) as usize).copied().unwrap_or(b'0');
        number /= RADIX;
        written += 1;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(DIGITS_MAX - written.max(width).min(DIGITS_MAX)..).unwrap_or_default());
}

/// The number that `text` begins with in this base, without a sign; 0 for none, `None` for more than 64 bits.
pub fn leading(text: &[u8], base: u32) -> Option<u64> {
    /// No number of so few digits is too large, in any base up to 16.
    const SURE: usize = 15;
    if base <= 16 {
        let value = |byte: &u8| u32::from(nibble(*byte));
        let digits = text.iter().map(value).take(SURE + 1).take_while(|digit| *digit < base);
        let (number, count) =
            digits.fold((0, 0), |(number, count), digit| (number * u64::from(base) + u64::from(digit), count + 1));
        if count <= SURE {
            return Some(number);
        }
    }
    let mut digits = text.iter().map_while(|&b| char::from(b).to_digit(base));
    digits.try_fold(0u64, |number, digit| number.checked_mul(base.into())?.checked_add(digit.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pushed(push: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = b"x".to_vec();
        push(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers() {
        assert_eq!(pushed(|o| push_decimal(o, 0)), "x0");
        assert_eq!(pushed(|o| push_decimal(o, u64::MAX)), "x18446744073709551615");
        assert_eq!(pushed(|o| push_signed(o, i64::MIN)), "x-9223372036854775808");
        assert_eq!(pushed(|o| push_signed(o, -13)), "x-13");
        assert_eq!(pushed(|o| push_hex(o, 0xffff_ff9c)), "xffffff9c");
        assert_eq!(pushed(|o| push_octal(o, 0o100_644)), "x100644");
        assert_eq!(pushed(|o| push_padded_octal(o, 7, 3)), "x007");
        assert_eq!(pushed(|o| push_padded_octal(o, 0o1234, 3)), "x1234");
        assert_eq!(pushed(|o| push_padded_decimal(o, 7, 3)), "x007");
        assert_eq!(pushed(|o| push_padded_hex(o, 0x2000, 16)), "x0000000000002000");
        assert_eq!(pushed(|o| push_octal(o, u64::MAX)), "x1777777777777777777777");
    }

    #[test]
    fn quotes_only_what_is_harmless() {
        assert_eq!(pushed(|o| push_untrusted(o, b"cat")), "x\"cat\"");
        assert_eq!(pushed(|o| push_untrusted(o, b"")), "x\"\"");
        assert_eq!(pushed(|o| push_untrusted(o, b"a b")), "x612062");
        assert_eq!(pushed(|o| push_untrusted(o, b"a\"")), "x6122");
        assert_eq!(pushed(|o| push_untrusted(o, b"\xff\x00\x7f~")), "xFF007F7E");
    }

    #[test]
    fn leaves_alone_what_is_no_encoding() {
        for value in ["(null)", "?", "abc", ""] {
            assert_eq!(untrusted(value.as_bytes()), value.as_bytes());
        }
        assert_eq!(untrusted(b"6120"), &b"a "[..]);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(bytes: Vec<u8>) {
            let mut out = Vec::new();
            push_untrusted(&mut out, &bytes);
            prop_assert_eq!(untrusted(&out).into_owned(), bytes.clone());
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            prop_assert_eq!(decode_hex_into(hex.as_bytes(), &mut [0; 128]).map(<[u8]>::to_vec), decode_hex(hex.as_bytes()));
        }

        #[test]
        fn numbers_print_as_the_standard_library_does(number: u64) {
            prop_assert_eq!(pushed(|o| push_decimal(o, number)), format!("x{number}"));
            prop_assert_eq!(pushed(|o| push_hex(o, number)), format!("x{number:x}"));
            prop_assert_eq!(pushed(|o| push_octal(o, number)), format!("x{number:o}"));
            prop_assert_eq!(pushed(|o| push_padded_hex(o, number, 16)), format!("x{number:016x}"));
        }
    }
}

//! `ts:SECONDS.MILLI[:SERIAL]`

/// Seconds, milliseconds, the serial or 0, and what follows; milliseconds may be out of range.
pub(super) fn read(text: &[u8], with_serial: bool) -> Option<(i64, u64, u64, &[u8])> {
    let (sec, rest) = number(text.strip_prefix(b"ts:")?)?;
    let (milli, rest) = unsigned(rest.strip_prefix(b".")?)?;
    if !with_serial {
        return Some((sec, milli, 0, rest));
    }
    let (serial, rest) = unsigned(rest.strip_prefix(b":")?)?;
    Some((sec, milli, u64::from(u32::try_from(serial).ok()?), rest))
}

/// A decimal number as `strtoimax` reads it: blanks and a sign may stand before it.
fn number(text: &[u8]) -> Option<(i64, &[u8])> {
    let text = text.trim_ascii_start();
    let (sign, digits) = match text {
        [b'-', digits @ ..] => ("-", digits),
        [b'+', digits @ ..] => ("", digits),
        digits => ("", digits),
    };
    let count = digits.iter().take_while(|digit| digit.is_ascii_digit()).count();
    let (number, rest) = digits.split_at_checked(count).filter(|_| count > 0)?;
    Some((format!("{sign}{}", str::from_utf8(number).ok()?).parse().ok()?, rest))
}

/// The same without negative ones.
fn unsigned(text: &[u8]) -> Option<(u64, &[u8])> {
    let (number, rest) = number(text)?;
    Some((u64::try_from(number).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_c_library_does() {
        assert_eq!(read(b"ts:17.007 x", false), Some((17, 7, 0, &b" x"[..])));
        assert_eq!(read(b"ts: -17.+7:4294967295)", true), Some((-17, 7, 4_294_967_295, &b")"[..])));
        for text in ["ts:17", "ts:.7", "17.7", "ts:17.-7", "ts:99999999999999999999.7"] {
            assert_eq!(read(text.as_bytes(), false), None, "{text}");
        }
        assert_eq!([read(b"ts:1.2", true), read(b"ts:1.2:4294967296", true)], [None, None]);
    }
}

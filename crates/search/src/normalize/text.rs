//! Text that senders encode, as far as the normaliser reads it: quoted, or hex.

use raudit_record::near;
use std::borrow::Cow;

/// The text behind a value: what is between quotes, or the bytes of the hex it begins with; anything else is itself.
pub(super) fn text_of(value: &[u8]) -> Cow<'_, [u8]> {
    if let [b'"', quoted @ ..] = value {
        // a quote without its partner is torn text, of which nothing is shown
        return Cow::Borrowed(near::find(b'"', quoted).and_then(|end| quoted.get(..end)).unwrap_or(b" "));
    }
    // the name of an abstract socket begins with a NUL
    let digits = value.strip_prefix(b"00").unwrap_or(value);
    decoded(digits).unwrap_or(Cow::Borrowed(value))
}

/// The first of the keys of a rule, which are in hex with 0x01 between them.
pub(super) fn first_key(value: &[u8]) -> Option<Vec<u8>> {
    let keys = decoded(value)?;
    keys.split(|&byte| byte == 1).find(|key| !key.is_empty()).map(<[u8]>::to_vec)
}

/// The bytes, up to a NUL, of the hex digits that `value` begins with; what stands in parentheses is itself. `None` for neither.
pub(super) fn decoded(value: &[u8]) -> Option<Cow<'_, [u8]>> {
    if value.first() == Some(&b'(') {
        return value.get(..=near::find(b')', value)?).map(Cow::Borrowed);
    }
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits = value.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    if digits < 2 {
        return None;
    }
    let pairs = value.get(..digits)?.chunks_exact(2);
    let bytes = pairs.map_while(|pair| Some(digit(pair.first()?)? << 4 | digit(pair.last()?)?));
    Some(Cow::Owned(bytes.take_while(|&byte| byte != 0).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_several_keys() {
        assert_eq!(first_key(b"610162"), Some(b"a".to_vec()));
        assert_eq!(first_key(b"01612062"), Some(b"a b".to_vec()));
        assert_eq!((first_key(b"01"), first_key(b"x")), (None, None));
    }

    #[test]
    fn quoted_hex_and_neither() {
        for (value, text) in [
            ("\"a\"", "a"),
            ("\"a", " "),
            ("\"a\"b", "a"),
            ("612062", "a b"),
            ("612", "a"),
            ("6120zz", "a "),
            ("610062", "a"),
            ("002F6162", "/ab"),
            ("00zz", "00zz"),
            ("/usr", "/usr"),
            ("(null)", "(null)"),
            ("(null)x", "(null)"),
            ("(sd-pam", "(sd-pam"),
            ("?", "?"),
            ("", ""),
        ] {
            assert_eq!(String::from_utf8_lossy(&text_of(value.as_bytes())), text, "{value}");
        }
    }
}

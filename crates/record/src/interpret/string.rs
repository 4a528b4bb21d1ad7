//! Strings that senders encode: quoted, or hex.

use super::escape::Escape;
use super::meaning::Meaning;
use super::tty;
use crate::text::decode_hex;
use std::borrow::Cow;

/// Appends the text of a value that holds text; false if the meaning is another.
pub fn push(meaning: Meaning, value: &[u8], out: &mut Vec<u8>) -> bool {
    match meaning {
        Meaning::Untrusted => out.extend_from_slice(&decode(value)),
        Meaning::Proctitle => {
            out.extend(decode(value).iter().map(|&byte| if byte == 0 { b' ' } else { byte }));
        }
        Meaning::Key => out.extend_from_slice(&decode(value)),
        Meaning::Tty => return tty::push(value, out),
        _ => return false,
    }
    true
}

/// The bytes behind `"text"` or hex. A last digit without partner is ignored, and so is the quote that ends a user
/// message; anything else is returned as it stands.
fn decode(value: &[u8]) -> Cow<'_, [u8]> {
    if let [b'"', rest @ ..] = value {
        return Cow::Borrowed(rest.strip_suffix(b"\"").unwrap_or(rest));
    }
    let hex = value.strip_suffix(b"'").unwrap_or(value);
    if hex.iter().any(|digit| !digit.is_ascii_hexdigit()) {
        return Cow::Borrowed(value);
    }
    let pairs = hex.get(..hex.len() & !1).unwrap_or_default();
    decode_hex(pairs).map_or(Cow::Borrowed(value), Cow::Owned)
}

/// Several keys of a rule, each as a field of its own.
pub fn finish_keys(escape: Escape, out: &mut Vec<u8>, start: usize) {
    let keys = out.split_off(start);
    let keys = keys.split(|&byte| byte == 1).filter(|key| !key.is_empty());
    for (index, key) in keys.enumerate() {
        if index > 0 {
            out.extend_from_slice(b" key=");
        }
        out.extend_from_slice(&escape.show(key));
    }
}

/// Escapes what stands from `start` on.
pub fn escape(escape: Escape, out: &mut Vec<u8>, start: usize) {
    if let Cow::Owned(shown) = escape.show(out.get(start..).unwrap_or_default()) {
        out.truncate(start);
        out.extend_from_slice(&shown);
    }
}

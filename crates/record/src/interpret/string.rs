//! Strings that senders encode: quoted, or hex.

use super::escape::Escape;
use super::meaning::Meaning;
use super::tty;
use crate::text::push_decoded_hex;
use memchr::memchr;

/// Appends the text of a value that holds text; false if the meaning is another.
pub fn push(meaning: Meaning, value: &[u8], out: &mut Vec<u8>) -> bool {
    match meaning {
        Meaning::Untrusted | Meaning::Key => decode(value, out),
        Meaning::Proctitle => {
            let start = out.len();
            decode(value, out);
            out.iter_mut().skip(start).filter(|byte| **byte == 0).for_each(|byte| *byte = b' ');
        }
        Meaning::Tty => return tty::push(value, out),
        _ => return false,
    }
    true
}

/// Appends the bytes behind `"text"` or hex. A last digit without partner is ignored, and so is the quote that ends a user
/// message; anything else is appended as it stands.
fn decode(value: &[u8], out: &mut Vec<u8>) {
    if let [b'"', rest @ ..] = value {
        return out.extend_from_slice(rest.strip_suffix(b"\"").unwrap_or(rest));
    }
    let hex = value.strip_suffix(b"'").unwrap_or(value);
    let (pairs, odd) = hex.split_at(hex.len() & !1);
    if !odd.iter().all(u8::is_ascii_hexdigit) || !push_decoded_hex(out, pairs) {
        out.extend_from_slice(value);
    }
}

/// Several keys of a rule, each as a field of its own.
pub fn finish_keys(escape: Escape, out: &mut Vec<u8>, start: usize) {
    if memchr(1, out.get(start..).unwrap_or_default()).is_none() {
        return escape.show_from(start, out);
    }
    let keys = out.split_off(start);
    let keys = keys.split(|&byte| byte == 1).filter(|key| !key.is_empty());
    for (index, key) in keys.enumerate() {
        if index > 0 {
            out.extend_from_slice(b" key=");
        }
        out.extend_from_slice(&escape.show(key));
    }
}

//! Printing sets of flags.

use crate::text::{push_hex, push_padded_octal};
use raudit_tables::Table;

/// Appends `0x` and a number in hex.
pub fn push_0x(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(b"0x");
    push_hex(out, value);
}

/// Appends `separator` if something was appended since `start`.
pub fn separate(out: &mut Vec<u8>, start: usize, separator: u8) {
    if out.len() > start {
        out.push(separator);
    }
}

/// Appends the names of the bits set, `|` between them; with what was appended since `start` counted in.
pub fn push_names(out: &mut Vec<u8>, start: usize, table: &Table, value: u64) {
    for (bit, name) in table.iter() {
        if value & u64::from(bit) != 0 {
            separate(out, start, b'|');
            out.extend_from_slice(name.as_bytes());
        }
    }
}

/// Appends the names of the bits set, or the number when no bit has a name.
pub fn push_or_hex(out: &mut Vec<u8>, table: &Table, value: u64) {
    let start = out.len();
    push_names(out, start, table, value);
    if out.len() == start {
        push_0x(out, value);
    }
}

/// Appends `none` and, when no bit of `mask` is set, the names of the others.
pub fn push_with_default(out: &mut Vec<u8>, table: &Table, value: u64, mask: u64, none: &str) {
    let start = out.len();
    if value & mask == 0 {
        out.extend_from_slice(none.as_bytes());
    }
    push_names(out, start, table, value);
}

/// Appends a mode with its file type: `file,suid,755`.
pub fn push_mode(out: &mut Vec<u8>, mode: u64) {
    match mode >> 12 & 0o17 {
        0o14 => out.extend_from_slice(b"socket"),
        0o12 => out.extend_from_slice(b"link"),
        0o10 => out.extend_from_slice(b"file"),
        0o6 => out.extend_from_slice(b"block"),
        0o4 => out.extend_from_slice(b"dir"),
        0o2 => out.extend_from_slice(b"character"),
        0o1 => out.extend_from_slice(b"fifo"),
        other => push_padded_octal(out, other, 3),
    }
    for (bit, name) in SPECIAL {
        if mode & bit != 0 {
            out.push(b',');
            out.extend_from_slice(name);
        }
    }
    out.push(b',');
    push_padded_octal(out, mode & 0o777, 3);
}

/// Appends a mode without file type: `suid,0755`.
pub fn push_mode_short(out: &mut Vec<u8>, mode: u64) {
    for (bit, name) in SPECIAL {
        if mode & bit != 0 {
            out.extend_from_slice(name);
            out.push(b',');
        }
    }
    out.push(b'0');
    push_padded_octal(out, mode & 0o777, 3);
}

const SPECIAL: [(u64, &[u8]); 3] = [(0o4000, b"suid"), (0o2000, b"sgid"), (0o1000, b"sticky")];

//! What was typed on an audited terminal.

use crate::text::{decode_hex, push_padded_octal};

/// Keys that send one byte.
const BYTES: [(u8, &[u8]); 6] =
    [(0x08, b"backspace"), (0x09, b"tab"), (0x0a, b"nl"), (0x0d, b"ret"), (0x1b, b"esc"), (0x7f, b"backspace")];

/// Keys that send an escape sequence (xterm and the Linux console).
const SEQUENCES: [(&[u8], &[u8]); 34] = [
    (b"\x1b[A", b"up"),
    (b"\x1b[B", b"down"),
    (b"\x1b[C", b"right"),
    (b"\x1b[D", b"left"),
    (b"\x1bOA", b"up"),
    (b"\x1bOB", b"down"),
    (b"\x1bOC", b"right"),
    (b"\x1bOD", b"left"),
    (b"\x1b[H", b"home"),
    (b"\x1b[F", b"end"),
    (b"\x1bOH", b"home"),
    (b"\x1bOF", b"end"),
    (b"\x1b[1~", b"home"),
    (b"\x1b[2~", b"insert"),
    (b"\x1b[3~", b"delete"),
    (b"\x1b[4~", b"end"),
    (b"\x1b[5~", b"page-up"),
    (b"\x1b[6~", b"page-down"),
    (b"\x1b[7~", b"home"),
    (b"\x1b[8~", b"end"),
    (b"\x1b[11~", b"F1"),
    (b"\x1bOP", b"F1"),
    (b"\x1bOQ", b"F2"),
    (b"\x1bOR", b"F3"),
    (b"\x1bOS", b"F4"),
    (b"\x1b[15~", b"F5"),
    (b"\x1b[17~", b"F6"),
    (b"\x1b[18~", b"F7"),
    (b"\x1b[19~", b"F8"),
    (b"\x1b[20~", b"F9"),
    (b"\x1b[21~", b"F10"),
    (b"\x1b[23~", b"F11"),
    (b"\x1b[24~", b"F12"),
    (b"\x1b[Z", b"back-tab"),
];

/// Appends keystrokes: runs of text in quotes, keys by name, commas between them; false if the value is no hex.
pub fn push(value: &[u8], out: &mut Vec<u8>) -> bool {
    let Some(typed) = decode_hex(value) else { return false };
    let start = out.len();
    let mut rest = &typed[..];
    let mut in_text = false;
    while let [byte, after @ ..] = rest {
        match key_at(rest, *byte) {
            Some(key) => {
                if in_text {
                    out.push(b'"');
                    in_text = false;
                }
                comma(out, start);
                rest = rest.get(key.push(out)..).unwrap_or_default();
            }
            None => {
                if !in_text {
                    comma(out, start);
                    out.push(b'"');
                    in_text = true;
                }
                push_character(*byte, out);
                rest = after;
            }
        }
    }
    if in_text {
        out.push(b'"');
    }
    true
}

fn comma(out: &mut Vec<u8>, start: usize) {
    if out.len() > start {
        out.push(b',');
    }
}

/// A key that is not text.
enum Key {
    /// Its name, and how many bytes it sends.
    Named(&'static [u8], usize),
    /// A letter together with Ctrl.
    Control(u8),
}

impl Key {
    /// Appends the key and tells how many bytes it took.
    fn push(&self, out: &mut Vec<u8>) -> usize {
        out.push(b'<');
        let used = match *self {
            Self::Named(name, used) => {
                out.extend_from_slice(name);
                used
            }
            Self::Control(byte) => {
                out.extend_from_slice(&[b'^', b'@' + byte]);
                1
            }
        };
        out.push(b'>');
        used
    }
}

fn key_at(typed: &[u8], byte: u8) -> Option<Key> {
    if let Some(&(bytes, name)) = SEQUENCES.iter().find(|(bytes, _)| typed.starts_with(bytes)) {
        return Some(Key::Named(name, bytes.len()));
    }
    if let Some(&(_, name)) = BYTES.iter().find(|&&(one, _)| one == byte) {
        return Some(Key::Named(name, 1));
    }
    (1..=26).contains(&byte).then_some(Key::Control(byte))
}

fn push_character(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
        0x20..=0x7e => out.push(byte),
        _ => {
            out.push(b'\\');
            push_padded_octal(out, u64::from(byte), 3);
        }
    }
}

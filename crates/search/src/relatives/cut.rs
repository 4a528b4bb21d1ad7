//! Text in columns: what has no room is cut off, by bytes as `printf` counts.

use raudit_record::interpret::Escape;
use std::io::{self, Write};

/// At most `width` bytes of a text, control characters escaped.
pub(super) fn cut(text: &[u8], width: usize) -> Box<[u8]> {
    // no more than what is shown is looked at: a hostile record may be long
    let shown = Escape::Tty.show(text.get(..width).unwrap_or(text));
    shown.get(..width).unwrap_or(&shown).into()
}

/// Writes a text and blanks up to `width`.
pub(super) fn column(out: &mut dyn Write, text: &[u8], width: usize) -> io::Result<()> {
    out.write_all(text)?;
    let blanks = width.saturating_sub(text.len());
    write!(out, "{:blanks$}", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_are() {
        let shown = |text: &[u8]| {
            let mut out = Vec::new();
            column(&mut out, &cut(text, 6), 6).unwrap();
            out
        };
        assert_eq!(shown(b"ab"), b"ab    ");
        assert_eq!(shown(b"abcdefgh"), b"abcdef");
        assert_eq!(shown(b"\x1b[2J\x1b"), b"\\033[2");
        assert_eq!(shown("abcde\u{e4}".as_bytes()), b"abcde\xc3");
    }
}

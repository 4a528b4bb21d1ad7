//! How text of a record is shown: what stands in a log must not drive the reader's terminal, or shell.

use crate::near::has_control;
use crate::text::push_padded_octal;
use std::borrow::Cow;

/// What is escaped (`--escape` of ausearch): control characters as `\ooo`, others by a backslash.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Escape {
    /// Nothing.
    Raw,
    /// Control characters.
    #[default]
    Tty,
    /// Also what means something to a shell within a word: `"'`, backquote, `$\!()|` and the blank.
    Shell,
    /// Also what means something between words: `;#&*?[]<>{}`.
    ShellQuote,
}

impl Escape {
    /// The mode of a name: `raw`, `tty`, `shell`, `shell_quote`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "raw" => Self::Raw,
            "tty" => Self::Tty,
            "shell" => Self::Shell,
            "shell_quote" => Self::ShellQuote,
            _ => return None,
        })
    }

    /// For text that is not escaped for shells.
    pub fn at_most_control(self) -> Self {
        if self == Self::Raw { Self::Raw } else { Self::Tty }
    }

    /// The text as it is shown.
    pub fn show(self, text: &[u8]) -> Cow<'_, [u8]> {
        let any_special = match self {
            Self::Raw => false,
            Self::Tty => has_control(text),
            _ => text.iter().any(|&byte| self.is_special(byte)),
        };
        if !any_special {
            return Cow::Borrowed(text);
        }
        let mut shown = Vec::with_capacity(text.len() + 16);
        for &byte in text {
            if !self.is_special(byte) {
                shown.push(byte);
            } else if is_control(byte) {
                shown.push(b'\\');
                push_padded_octal(&mut shown, u64::from(byte), 3);
            } else {
                shown.extend([b'\\', byte]);
            }
        }
        Cow::Owned(shown)
    }

    /// Puts in the place of the text from `start` on what is shown of it.
    #[inline]
    pub fn show_from(self, start: usize, text: &mut Vec<u8>) {
        if self == Self::Raw {
            return;
        }
        if let Cow::Owned(shown) = self.show(text.get(start..).unwrap_or_default()) {
            text.truncate(start);
            text.extend_from_slice(&shown);
        }
    }

    /// How text is to be escaped of which it is known that there is no control character in it.
    pub fn of_clean(self) -> Self {
        if self == Self::Tty { Self::Raw } else { self }
    }

    fn is_special(self, byte: u8) -> bool {
        let in_word = || matches!(byte, b'"' | b'\'' | b'`' | b'$' | b'\\' | b'!' | b'(' | b')' | b'|' | b' ');
        let between = || matches!(byte, b';' | b'#' | b'&' | b'*' | b'?' | b'[' | b']' | b'<' | b'>' | b'{' | b'}');
        match self {
            Self::Raw => false,
            Self::Tty => is_control(byte),
            Self::Shell => is_control(byte) || in_word(),
            Self::ShellQuote => is_control(byte) || in_word() || between(),
        }
    }
}

fn is_control(byte: u8) -> bool {
    byte < b' '
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_escapes_more() {
        let text = b"a b\x1b;$(x)";
        let shown = |name: &str| String::from_utf8(Escape::named(name).unwrap().show(text).into_owned()).unwrap();
        assert_eq!(shown("raw"), "a b\x1b;$(x)");
        assert_eq!(shown("tty"), "a b\\033;$(x)");
        assert_eq!(shown("shell"), "a\\ b\\033;\\$\\(x\\)");
        assert_eq!(shown("shell_quote"), "a\\ b\\033\\;\\$\\(x\\)");
        assert!(matches!(Escape::Tty.show(b"plain"), Cow::Borrowed(_)));
        assert_eq!(Escape::named("shellx"), None);
    }
}

//! Extended regular expressions, as the C library has them: auparse's are these, and no other library reads all of their
//! language alike.
#![allow(unsafe_code, reason = "the C library's regular expressions have no other interface")]

use std::ffi::{CString, c_char, c_int};
use std::fmt;
use std::mem::MaybeUninit;

/// A compiled regular expression. Bytes count, not characters: programs here do not set the locale's characters.
pub(super) struct Regex {
    // in a place of its own: the library may keep pointers into it
    compiled: Box<libc::regex_t>,
}

// SAFETY: what belongs to nobody else may move to another thread.
unsafe impl Send for Regex {}
// SAFETY: regexec is for several threads at once (POSIX; MT-Safe in regexec(3)): it takes what was compiled as const, and the library guards what it
// keeps there. Nothing else reads it.
unsafe impl Sync for Regex {}

impl Regex {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// It is none, in the words of the C library.
    pub(super) fn new(pattern: &[u8]) -> Result<Self, String> {
        let pattern = CString::new(pattern).map_err(|_| "it has a NUL".to_owned())?;
        let mut compiled = Box::new(MaybeUninit::<libc::regex_t>::uninit());
        // SAFETY: regcomp writes the first and reads the second, a C string; both live until it returns.
        let code =
            unsafe { libc::regcomp(compiled.as_mut_ptr(), pattern.as_ptr(), libc::REG_EXTENDED | libc::REG_NOSUB) };
        if code != 0 {
            return Err(reason(code, compiled.as_ptr()));
        }
        // SAFETY: regcomp has succeeded and so has written all of it.
        Ok(Self { compiled: unsafe { compiled.assume_init() } })
    }

    /// Whether it is found in a text.
    pub(super) fn is_in(&self, text: &CString) -> bool {
        // SAFETY: compiled by regcomp and not freed; the text is a C string; no places of matches are asked for.
        unsafe { libc::regexec(&raw const *self.compiled, text.as_ptr(), 0, std::ptr::null_mut(), 0) == 0 }
    }
}

/// What the library says of an error. (It has freed what regcomp had begun.)
fn reason(code: c_int, compiled: *const libc::regex_t) -> String {
    let mut text = [0_u8; 128];
    // SAFETY: writes at most so many bytes, the last of them a NUL.
    unsafe { libc::regerror(code, compiled, text.as_mut_ptr().cast::<c_char>(), text.len()) };
    let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
    String::from_utf8_lossy(text.get(..end).unwrap_or_default()).into_owned()
}

impl Drop for Regex {
    fn drop(&mut self) {
        // SAFETY: compiled by regcomp, and freed once: here.
        unsafe { libc::regfree(&raw mut *self.compiled) };
    }
}

impl fmt::Debug for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Regex")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_extended_one() {
        let found =
            |pattern: &str, text: &str| Regex::new(pattern.as_bytes()).unwrap().is_in(&CString::new(text).unwrap());
        assert!(found("^type=(A|B) .*[[:digit:]]+$", "type=B x=12"));
        assert!(found("a{2}", "baac") && !found("a{3}", "baac"));
        assert!(found("", ""));
        assert!(!found("x", ""));
        assert!(found("[\\]", "a\\b"), "a backslash in brackets is itself");
        assert!(Regex::new(b"a(").unwrap_err().contains('('));
        assert!(Regex::new(b"a\0").is_err());
    }
}

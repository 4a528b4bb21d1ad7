//! Error numbers (positive, as in `exit=-13`), their names, and what they mean. The texts are the C library's and not in a
//! table.

use crate::generated::errno::ALIAS;
pub use crate::generated::errno::ERRNO;
use std::io::Error;

/// The name of a positive error number, e.g. `EACCES` of 13.
pub fn name(number: u32) -> Option<&'static str> {
    ERRNO.name(number)
}

/// The positive number of a name; aliases (`EWOULDBLOCK`) count.
pub fn number(name: &str) -> Option<u32> {
    ERRNO.number(name).or_else(|| ALIAS.number(name))
}

/// What a positive error number means, in the words of strerror(3): `Permission denied` of 13.
pub fn text(number: i32) -> String {
    let mut text = Error::from_raw_os_error(number).to_string();
    // The standard library's addition.
    text.truncate(text.rfind(" (os error").unwrap_or(text.len()));
    text
}

/// Why something failed, in the words of strerror(3) where the system gave the reason.
pub fn reason(error: &Error) -> String {
    error.raw_os_error().map_or_else(|| error.to_string(), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_and_aliases() {
        assert!(ERRNO.is_sorted());
        assert_eq!(name(11), Some("EAGAIN"));
        assert_eq!(number("EWOULDBLOCK"), Some(11));
        assert_eq!(number("EACCES"), Some(13));
        assert_eq!(name(0), None);
        assert_eq!(name(512), None);
    }

    #[test]
    fn texts_are_the_c_librarys() {
        assert_eq!(text(13), "Permission denied");
        assert_eq!(text(5), "Input/output error");
        assert_eq!(text(99_999), "Unknown error 99999");
        assert_eq!(reason(&Error::from_raw_os_error(12)), "Cannot allocate memory");
        assert_eq!(reason(&Error::other("of our own")), "of our own");
    }
}

//! Error numbers (positive, as in `exit=-13`) and their names. The texts are the C library's and not in a table.

use crate::generated::errno::ALIAS;
pub use crate::generated::errno::ERRNO;

/// The name of a positive error number, e.g. `EACCES` of 13.
pub fn name(number: u32) -> Option<&'static str> {
    ERRNO.name(number)
}

/// The positive number of a name; aliases (`EWOULDBLOCK`) count.
pub fn number(name: &str) -> Option<u32> {
    ERRNO.number(name).or_else(|| ALIAS.number(name))
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
}

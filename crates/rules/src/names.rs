//! Names that stand for numbers in rules only: file types, file systems, io_uring operations.

use raudit_tables::Table;

pub use raudit_tables::generated::io_uring::OPERATION as IO_URING;

/// `filetype=`: `S_IF*` of stat(2).
pub static FILE_TYPE: Table = Table::new(&[
    (0o010_000, "fifo"),
    (0o020_000, "character"),
    (0o040_000, "dir"),
    (0o060_000, "block"),
    (0o100_000, "file"),
    (0o120_000, "link"),
    (0o140_000, "socket"),
]);

/// `fstype=`: `*_MAGIC` of linux/magic.h.
pub static FILE_SYSTEM: Table = Table::new(&[
    (0x0027_e0eb, "cgroup"),
    (0x6367_7270, "cgroup2"),
    (0x6462_6720, "debugfs"),
    (0x7472_6163, "tracefs"),
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_ascend() {
        assert!(FILE_TYPE.is_sorted() && FILE_SYSTEM.is_sorted() && IO_URING.is_sorted());
        assert_eq!(IO_URING.iter().count(), 30);
        assert_eq!(FILE_TYPE.number("socket"), Some(49152));
    }
}

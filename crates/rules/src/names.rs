//! Names that stand for numbers in rules only: file types, file systems, io_uring operations.

use raudit_tables::Table;

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

/// Operations of the io_uring list (`IORING_OP_*`, linux/io_uring.h): those the kernel audits at all.
pub static IO_URING: Table = Table::new(&[
    (9, "sendmsg"),
    (10, "recvmsg"),
    (13, "accept"),
    (16, "connect"),
    (17, "fallocate"),
    (18, "openat"),
    (19, "close"),
    (28, "openat2"),
    (34, "shutdown"),
    (35, "renameat"),
    (36, "unlinkat"),
    (37, "mkdirat"),
    (38, "symlinkat"),
    (39, "linkat"),
    (40, "msg_ring"),
    (41, "fsetxattr"),
    (42, "setxattr"),
    (43, "fgetxattr"),
    (44, "getxattr"),
    (46, "uring_cmd"),
    (48, "sendmsg_zc"),
    (50, "waitid"),
    (51, "futex_wait"),
    (52, "futex_wake"),
    (53, "futex_waitv"),
    (54, "fixed_fd_install"),
    (55, "ftruncate"),
    (56, "bind"),
    (57, "listen"),
    (64, "uring_cmd128"),
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

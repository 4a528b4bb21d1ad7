//! `perm=`: kinds of access, and the system calls that may make them.

/// A file is executed.
pub const EXEC: u32 = 1;
/// A file or directory is written.
pub const WRITE: u32 = 2;
/// A file is read.
pub const READ: u32 = 4;
/// Mode, owner, labels or links of a file change.
pub const ATTR: u32 = 8;

/// Letters and bits, in the order in which they are printed.
const LETTERS: [(u8, u32); 4] = [(b'r', READ), (b'w', WRITE), (b'x', EXEC), (b'a', ATTR)];

/// The bit of a letter, in any case.
pub fn bit(letter: u8) -> Option<u32> {
    LETTERS.iter().find(|&&(l, _)| l == letter.to_ascii_lowercase()).map(|&(_, bit)| bit)
}

/// The letters of a value, always in the order `rwxa`.
pub fn letters(bits: u32) -> String {
    LETTERS.iter().filter(|&&(_, bit)| bits & bit != 0).map(|&(letter, _)| char::from(letter)).collect()
}

/// The calls that may execute a file.
const EXEC_CALLS: &[&str] = &["execve", "execveat"];

/// The calls that may write a file or directory.
const WRITE_CALLS: &[&str] = &[
    "rename",
    "mkdir",
    "rmdir",
    "creat",
    "link",
    "unlink",
    "symlink",
    "mknod",
    "mkdirat",
    "mknodat",
    "unlinkat",
    "renameat",
    "linkat",
    "symlinkat",
    "renameat2",
    "acct",
    "swapon",
    "quotactl",
    "quotactl_fd",
    "truncate",
    "ftruncate",
    "bind",
    "fallocate",
    "open",
    "openat",
    "openat2",
];

/// The calls that may read a file.
const READ_CALLS: &[&str] = &[
    "readlink",
    "quotactl",
    "quotactl_fd",
    "listxattr",
    "listxattrat",
    "llistxattr",
    "flistxattr",
    "getxattr",
    "getxattrat",
    "lgetxattr",
    "fgetxattr",
    "readlinkat",
    "open",
    "openat",
    "openat2",
    "file_getattr",
    "stat",
    "lstat",
    "fstat",
    "newfstatat",
    "statx",
];

/// The calls that may change a file's mode, owner, labels or links.
const ATTR_CALLS: &[&str] = &[
    "chmod",
    "fchmod",
    "chown",
    "lchown",
    "fchown",
    "setxattr",
    "setxattrat",
    "lsetxattr",
    "fsetxattr",
    "removexattr",
    "removexattrat",
    "lremovexattr",
    "fremovexattr",
    "fchownat",
    "fchmodat",
    "fchmodat2",
    "file_setattr",
    "link",
    "linkat",
];

/// The system calls that may make such an access: what a rule with `arch` and `perm` but without `-S` is about. Not every
/// architecture has all of them.
pub fn syscalls(bit: u32) -> &'static [&'static str] {
    match bit {
        EXEC => EXEC_CALLS,
        WRITE => WRITE_CALLS,
        READ => READ_CALLS,
        ATTR => ATTR_CALLS,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_one_order() {
        assert_eq!(letters(EXEC | WRITE | READ | ATTR), "rwxa");
        assert_eq!(letters(0), "");
        assert_eq!(bit(b'W'), Some(WRITE));
        assert_eq!(bit(b'q'), None);
        let sizes = [EXEC, WRITE, READ, ATTR].map(|bit| syscalls(bit).len());
        assert_eq!(sizes, [2, 26, 21, 19]);
    }
}

//! What a system call needs: the records the kernel would write beside SYSCALL, and what to collect for them.

use crate::hooks::Need;

/// Bits of `enum want` (bpf/policy.h).
#[allow(missing_docs, reason = "explained there")]
pub mod want {
    pub const NAMES: u16 = 1;
    pub const SADDR: u16 = 2;
    pub const EXEC: u16 = 4;
    pub const OPEN_A0: u16 = 8;
    pub const OPEN_A1: u16 = 16;
    pub const CREAT: u16 = 32;
    pub const HOW: u16 = 64;
    pub const AT: u16 = 128;
    pub const FD: u16 = 256;
    pub const PWD: u16 = 512;
    pub const NOEVAL: u16 = 1024;
}

/// The kinds of call this backend can record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Call {
    /// No record but SYSCALL and PROCTITLE.
    Plain,
    /// CWD and PATH of one opened file.
    Open,
    /// EXECVE, CWD and PATH of the program and its interpreters.
    Exec,
    /// CWD and a PATH for each name that is looked up.
    Lookup,
    /// CWD and a PATH for each name, directory and entry.
    Entry,
    /// CWD and a PATH of the file that the first argument is open on.
    Descriptor,
    /// SOCKADDR, and CWD and PATH where the address is a path.
    Sockaddr,
    /// The same, and the path is made.
    Bind,
}

/// Calls for which the kernel writes no record but SYSCALL and PROCTITLE. A call that is not listed anywhere here is not
/// served: better the kernel's audit than a record missing.
const PLAIN: &[&str] = &[
    "alarm",
    "brk",
    "capget",
    "clock_getres",
    "clock_gettime",
    "clock_nanosleep",
    "clone",
    "clone3",
    "close",
    "close_range",
    "dup",
    "dup2",
    "dup3",
    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
    "epoll_pwait",
    "epoll_wait",
    "eventfd",
    "eventfd2",
    "fadvise64",
    "fallocate",
    "fcntl",
    "fcntl64",
    "fdatasync",
    "flock",
    "fork",
    "fstat",
    "fstatfs",
    "fsync",
    "ftruncate",
    "futex",
    "get_robust_list",
    "getcpu",
    "getegid",
    "geteuid",
    "getgid",
    "getgroups",
    "getitimer",
    "getpgid",
    "getpgrp",
    "getpid",
    "getpriority",
    "getrandom",
    "getresgid",
    "getresuid",
    "getrlimit",
    "getrusage",
    "getsid",
    "gettid",
    "gettimeofday",
    "getuid",
    "getppid",
    "ioctl",
    "ioperm",
    "iopl",
    "keyctl",
    "getsockopt",
    "listen",
    "lseek",
    "madvise",
    "membarrier",
    "memfd_create",
    "mincore",
    "mlock",
    "mlock2",
    "mlockall",
    "mprotect",
    "mremap",
    "msync",
    "munlock",
    "munlockall",
    "munmap",
    "nanosleep",
    "perf_event_open",
    "personality",
    "poll",
    "ppoll",
    "prctl",
    "pread",
    "pread64",
    "preadv",
    "preadv2",
    "prlimit64",
    "pselect6",
    "pwrite",
    "pwrite64",
    "pwritev",
    "pwritev2",
    "read",
    "readv",
    "request_key",
    "add_key",
    "setsockopt",
    "sched_getaffinity",
    "sched_getattr",
    "sched_getparam",
    "sched_getscheduler",
    "sched_setaffinity",
    "sched_setattr",
    "sched_setparam",
    "sched_setscheduler",
    "sched_yield",
    "seccomp",
    "select",
    "sendfile",
    "sendfile64",
    "set_robust_list",
    "set_tid_address",
    "setdomainname",
    "setfsgid",
    "setfsuid",
    "setgid",
    "setgroups",
    "sethostname",
    "setitimer",
    "setns",
    "setpgid",
    "setpriority",
    "setregid",
    "setresgid",
    "setresuid",
    "setreuid",
    "setrlimit",
    "setsid",
    "setuid",
    "shutdown",
    "sigaltstack",
    "socket",
    "splice",
    "sync",
    "syncfs",
    "sysinfo",
    "syslog",
    "tee",
    "times",
    "umask",
    "uname",
    "unshare",
    "vfork",
    "vmsplice",
    "wait4",
    "waitid",
    "waitpid",
    "write",
    "writev",
];

/// Calls that look names up and change no directory.
const LOOKUP: &[&str] = &[
    "access",
    "chmod",
    "chown",
    "chroot",
    "faccessat",
    "faccessat2",
    "fchmodat",
    "fchmodat2",
    "fchownat",
    "fstatat64",
    "futimesat",
    "getxattr",
    "inotify_add_watch",
    "lchown",
    "lgetxattr",
    "listxattr",
    "llistxattr",
    "lremovexattr",
    "lsetxattr",
    "lstat",
    "lstat64",
    "mount",
    "newfstatat",
    "readlink",
    "readlinkat",
    "removexattr",
    "setxattr",
    "stat",
    "stat64",
    "statfs",
    "statfs64",
    "statx",
    "truncate",
    "truncate64",
    "utime",
    "utimensat",
    "utimensat_time64",
    "utimes",
];

/// Calls that make, move or delete entries of directories.
const ENTRY: &[&str] = &[
    "link",
    "linkat",
    "mkdir",
    "mkdirat",
    "mknod",
    "mknodat",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "symlink",
    "symlinkat",
    "unlink",
    "unlinkat",
];

/// Calls on a descriptor for which the kernel notes its file (`audit_file`).
const DESCRIPTOR: &[&str] = &["fchmod", "fchown", "fgetxattr", "flistxattr", "fremovexattr", "fsetxattr"];

impl Call {
    /// The kind of the call with this kernel name, and what to collect (`enum want`); `None` when it is not served.
    pub fn of(name: &str) -> Option<(Self, u16)> {
        Some(match name {
            "open" => (Self::Open, want::NAMES | want::OPEN_A0),
            "creat" => (Self::Open, want::NAMES | want::OPEN_A0 | want::CREAT),
            "openat" => (Self::Open, want::NAMES | want::OPEN_A1),
            "openat2" => (Self::Open, want::NAMES | want::OPEN_A1 | want::HOW),
            "execve" => (Self::Exec, want::NAMES | want::EXEC),
            "execveat" => (Self::Exec, want::NAMES | want::EXEC | want::AT),
            "chdir" => (Self::Lookup, want::NAMES | want::PWD),
            "umount" | "umount2" => (Self::Lookup, want::NAMES | want::NOEVAL),
            "connect" | "sendto" | "sendmsg" | "sendmmsg" => (Self::Sockaddr, want::NAMES | want::SADDR),
            "bind" => (Self::Bind, want::NAMES | want::SADDR),
            name => {
                // 32-bit calls whose ids grew from 16 to 32 bits: the same call under a second name
                let bare = name.strip_suffix("32").unwrap_or(name);
                [
                    (PLAIN, Self::Plain, 0),
                    (LOOKUP, Self::Lookup, want::NAMES),
                    (ENTRY, Self::Entry, want::NAMES),
                    (DESCRIPTOR, Self::Descriptor, want::NAMES | want::FD),
                ]
                .into_iter()
                .find(|(list, ..)| list.contains(&bare))
                .map(|(_, call, want)| (call, want))?
            }
        })
    }

    /// What hooks must see of it.
    pub fn needs(self) -> &'static [Need] {
        match self {
            Self::Plain | Self::Descriptor => &[Need::Call],
            Self::Open => &[Need::Call, Need::Open],
            Self::Exec => &[Need::Call, Need::Exec],
            Self::Lookup => &[Need::Call, Need::Lookup],
            Self::Entry => &[Need::Call, Need::Lookup, Need::Entry],
            Self::Sockaddr => &[Need::Call, Need::Address],
            Self::Bind => &[Need::Call, Need::Address, Need::Lookup, Need::Entry],
        }
    }

    /// Why the fentry tier does not serve the call exactly on every kernel, if it does not.
    pub fn inexact_by_fentry(self) -> Option<&'static str> {
        match self {
            Self::Lookup | Self::Entry | Self::Bind => Some(
                "names are seen where the compiler left the kernel's functions whole: compared with kernel audit on Debian's kernels only",
            ),
            Self::Descriptor => Some("on a read-only file system the kernel notes no file"),
            Self::Plain | Self::Open | Self::Exec | Self::Sockaddr => None,
        }
    }

    /// Why the tracepoint tier cannot serve the call at all, if it cannot.
    pub fn refused_by_tracepoint(self) -> Option<&'static str> {
        matches!(self, Self::Lookup | Self::Entry | Self::Descriptor | Self::Bind).then_some("its files are not seen")
    }

    /// Why the tracepoint tier does not serve the call exactly, if it does not.
    pub fn inexact_by_tracepoint(self) -> Option<&'static str> {
        match self {
            Self::Plain | Self::Lookup | Self::Entry | Self::Descriptor | Self::Bind => None,
            Self::Open => {
                Some("the name is read from user memory a second time, and a refused open's inode is not seen")
            }
            Self::Exec => Some("a script's inode and a failed program's name are not seen in kernel memory"),
            Self::Sockaddr => Some("the address is read from user memory a second time"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skel;
    use raudit_tables::{arch, syscall};

    #[test]
    fn calls_exist() {
        let known = |name| {
            [arch::X86_64, arch::I386].iter().any(|&a| syscall::table(a).is_some_and(|t| t.number(name).is_some()))
        };
        for &name in [PLAIN, LOOKUP, ENTRY, DESCRIPTOR].into_iter().flatten() {
            assert!(known(name), "{name}");
        }
    }

    #[test]
    fn calls_with_records_of_their_own_are_not_plain() {
        for name in [
            "kill",
            "ptrace",
            "mmap",
            "pipe",
            "socketpair",
            "finit_module",
            "init_module",
            "settimeofday",
            "bpf",
            "exit",
        ] {
            assert_eq!(Call::of(name), None, "{name}");
        }
    }

    #[test]
    fn both_sides_want_alike() {
        let bits = [
            ("WANT_NAMES", want::NAMES),
            ("WANT_SADDR", want::SADDR),
            ("WANT_EXEC", want::EXEC),
            ("WANT_OPEN_A0", want::OPEN_A0),
            ("WANT_OPEN_A1", want::OPEN_A1),
            ("WANT_CREAT", want::CREAT),
            ("WANT_HOW", want::HOW),
            ("WANT_AT", want::AT),
            ("WANT_FD", want::FD),
            ("WANT_PWD", want::PWD),
            ("WANT_NOEVAL", want::NOEVAL),
        ];
        for (name, bit) in bits {
            assert_eq!(skel::enum_value("want", name), Some(u32::from(bit)), "{name}");
        }
    }
}

//! What a system call needs: the records the kernel would write beside SYSCALL, and what to collect for them.

/// Bits of `enum want` (bpf/policy.h).
#[allow(missing_docs, reason = "explained there")]
pub mod want {
    pub const NAMES: u8 = 1;
    pub const SADDR: u8 = 2;
    pub const EXEC: u8 = 4;
    pub const OPEN_A0: u8 = 8;
    pub const OPEN_A1: u8 = 16;
    pub const CREAT: u8 = 32;
    pub const HOW: u8 = 64;
    pub const AT: u8 = 128;
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
    /// SOCKADDR, and CWD and PATH where the address is a path.
    Sockaddr,
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

impl Call {
    /// The kind of the call with this kernel name, and what to collect (`enum want`); `None` when it is not served.
    pub fn of(name: &str) -> Option<(Self, u8)> {
        Some(match name {
            "open" => (Self::Open, want::NAMES | want::OPEN_A0),
            "creat" => (Self::Open, want::NAMES | want::OPEN_A0 | want::CREAT),
            "openat" => (Self::Open, want::NAMES | want::OPEN_A1),
            "openat2" => (Self::Open, want::NAMES | want::OPEN_A1 | want::HOW),
            "execve" => (Self::Exec, want::NAMES | want::EXEC),
            "execveat" => (Self::Exec, want::NAMES | want::EXEC | want::AT),
            "connect" => (Self::Sockaddr, want::NAMES | want::SADDR),
            // 32-bit calls whose ids grew from 16 to 32 bits: the same call under a second name
            name if PLAIN.contains(&name.strip_suffix("32").unwrap_or(name)) => (Self::Plain, 0),
            _ => return None,
        })
    }

    /// Why the tracepoint tier does not serve the call exactly, if it does not.
    pub fn inexact_by_tracepoint(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
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
    fn plain_calls_exist() {
        let known = |name| {
            [arch::X86_64, arch::I386].iter().any(|&a| syscall::table(a).is_some_and(|t| t.number(name).is_some()))
        };
        for &name in PLAIN {
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
            "chmod",
            "fchmod",
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
        ];
        for (name, bit) in bits {
            assert_eq!(skel::enum_value("want", name), Some(u32::from(bit)), "{name}");
        }
    }
}

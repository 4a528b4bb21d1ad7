//! The calls that are drawn from: how often, and of what kind their arguments are. Whether BPF serves a call the plan says; what it
//! does not serve is left out until it does.

/// What an argument is.
#[derive(Clone, Copy, Debug)]
pub enum A {
    /// A pointer to a name, now and then a bad one.
    Name,
    /// A directory to begin at, or `AT_FDCWD`, or no directory at all.
    At,
    /// A descriptor, good or bad.
    Fd,
    /// One of these.
    One(&'static [u64]),
    /// Any of these, or-ed.
    Any(&'static [u64]),
    /// Permissions.
    Mode,
    /// A user or group, or -1.
    Id,
    /// A number below this.
    Below(u64),
    /// Room for the kernel to write to.
    Room,
    /// How much of it.
    Len,
    /// One of these strings.
    Text(&'static [&'static str]),
    /// A socket address, followed by its length.
    Addr,
    /// `struct open_how`.
    How,
    /// `struct msghdr` with an address.
    Message,
    /// Anything.
    Junk,
}

/// What is special about performing a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    /// Nothing.
    Plain,
    /// It may return a descriptor to use.
    Opens,
    /// Only in a mount namespace of one's own.
    Apart,
    /// Executes a program, in a child.
    Exec,
    /// Returns twice.
    Fork,
}

/// A call by its name in the tables, for both gates.
#[derive(Debug)]
pub struct Call {
    pub name: &'static str,
    /// How often, against the others.
    pub weight: u32,
    pub args: &'static [A],
    pub way: Way,
}

const fn c(name: &'static str, weight: u32, args: &'static [A]) -> Call {
    Call { name, weight, args, way: Way::Plain }
}

const fn way(way: Way, name: &'static str, weight: u32, args: &'static [A]) -> Call {
    Call { name, weight, args, way }
}

use A::{Addr, Any, At, Below, Fd, How, Id, Junk, Len, Message, Mode, Name, One, Room, Text};
use Way::{Apart, Exec, Fork, Opens};

/// Open flags, without those that block on a FIFO.
const OPEN: A = Any(&[
    0o4000,
    0o4000,
    0o4001,
    0o4002,
    0o4100,
    0o4100,
    0o4200,
    0o5000,
    0o6000,
    0o204_000,
    0o404_000,
    0o10_004_000,
    0o20_204_000,
]);
const FOLLOW: A = Any(&[0, 0, 0, 0x100, 0x1000, 0x200, 0x400, 0x800, 0x8000]);
const NAMED: A = Text(&["user.a", "user.b", "trusted.x", "security.capability", "system.posix_acl_access", "bad", ""]);
const KIND: A = One(&[0, 0o100_644, 0o100_600, 0o010_644, 0o020_600, 0o060_600, 0o140_755, 0o040_755, 0o170_000]);

pub const CALLS: &[Call] = &[
    way(Opens, "open", 30, &[Name, OPEN, Mode]),
    way(Opens, "openat", 40, &[At, Name, OPEN, Mode]),
    way(Opens, "openat2", 12, &[At, Name, How, One(&[24, 24, 24, 24, 0, 8, 32])]),
    way(Opens, "creat", 10, &[Name, Mode]),
    way(Opens, "open_by_handle_at", 1, &[At, Room, OPEN]),
    c("name_to_handle_at", 3, &[At, Name, Room, Room, FOLLOW]),
    way(Exec, "execve", 12, &[]),
    way(Exec, "execveat", 6, &[]),
    way(Fork, "fork", 1, &[]),
    way(Fork, "vfork", 0, &[]),
    c("access", 6, &[Name, Below(9)]),
    c("faccessat", 4, &[At, Name, Below(8)]),
    c("faccessat2", 6, &[At, Name, Below(8), FOLLOW]),
    c("stat", 4, &[Name, Room]),
    c("stat64", 4, &[Name, Room]),
    c("lstat", 4, &[Name, Room]),
    c("lstat64", 3, &[Name, Room]),
    c("newfstatat", 8, &[At, Name, Room, FOLLOW]),
    c("fstatat64", 5, &[At, Name, Room, FOLLOW]),
    c("statx", 6, &[At, Name, FOLLOW, One(&[0x7ff, 0xfff, 0]), Room]),
    c("statfs", 3, &[Name, Room]),
    c("readlink", 5, &[Name, Room, Len]),
    c("readlinkat", 5, &[At, Name, Room, Len]),
    c("chmod", 8, &[Name, Mode]),
    c("fchmodat", 6, &[At, Name, Mode]),
    c("fchmodat2", 4, &[At, Name, Mode, FOLLOW]),
    c("chown", 6, &[Name, Id, Id]),
    c("chown32", 4, &[Name, Id, Id]),
    c("lchown", 6, &[Name, Id, Id]),
    c("lchown32", 3, &[Name, Id, Id]),
    c("fchownat", 6, &[At, Name, Id, Id, FOLLOW]),
    c("truncate", 4, &[Name, Below(5000)]),
    c("utime", 3, &[Name, One(&[0])]),
    c("utimes", 3, &[Name, One(&[0, 8])]),
    c("futimesat", 3, &[At, Name, One(&[0])]),
    c("utimensat", 6, &[At, Name, One(&[0, 0, 8]), FOLLOW]),
    c("setxattr", 5, &[Name, NAMED, Room, Below(40), Below(4)]),
    c("lsetxattr", 5, &[Name, NAMED, Room, Below(40), Below(4)]),
    c("fsetxattr", 5, &[Fd, NAMED, Room, Below(40), Below(4)]),
    c("getxattr", 3, &[Name, NAMED, Room, Len]),
    c("lgetxattr", 3, &[Name, NAMED, Room, Len]),
    c("fgetxattr", 3, &[Fd, NAMED, Room, Len]),
    c("listxattr", 3, &[Name, Room, Len]),
    c("llistxattr", 3, &[Name, Room, Len]),
    c("flistxattr", 3, &[Fd, Room, Len]),
    c("removexattr", 3, &[Name, NAMED]),
    c("lremovexattr", 3, &[Name, NAMED]),
    c("fremovexattr", 3, &[Fd, NAMED]),
    c("setxattrat", 2, &[At, Name, FOLLOW, NAMED, Room, One(&[16, 0])]),
    c("getxattrat", 2, &[At, Name, FOLLOW, NAMED, Room, One(&[16, 0])]),
    c("removexattrat", 2, &[At, Name, FOLLOW, NAMED]),
    c("file_getattr", 1, &[At, Name, Room, One(&[24, 0]), FOLLOW]),
    c("inotify_init1", 1, &[One(&[0, 0o4000])]),
    c("inotify_add_watch", 2, &[Fd, Name, One(&[1, 0xfff])]),
    c("fanotify_init", 1, &[Below(4), Below(4)]),
    c("fanotify_mark", 1, &[Fd, One(&[1, 2]), One(&[1, 8]), At, Name]),
    c("chdir", 12, &[Name]),
    c("fchdir", 3, &[Fd]),
    c("chroot", 1, &[Name]),
    c("getcwd", 1, &[Room, Len]),
    c("mkdir", 14, &[Name, Mode]),
    c("mkdirat", 8, &[At, Name, Mode]),
    c("rmdir", 12, &[Name]),
    c("mknod", 10, &[Name, KIND, One(&[0, 0x103, 0x501])]),
    c("mknodat", 8, &[At, Name, KIND, One(&[0, 0x103])]),
    c("unlink", 14, &[Name]),
    c("unlinkat", 10, &[At, Name, One(&[0, 0x200, 0x200, 1])]),
    c("symlink", 12, &[Name, Name]),
    c("symlinkat", 8, &[Name, At, Name]),
    c("link", 14, &[Name, Name]),
    c("linkat", 12, &[At, Name, At, Name, One(&[0, 0x400, 0x1000, 1])]),
    c("rename", 16, &[Name, Name]),
    c("renameat", 10, &[At, Name, At, Name]),
    c("renameat2", 16, &[At, Name, At, Name, One(&[0, 1, 2, 2, 4, 3, 8])]),
    c("fchmod", 4, &[Fd, Mode]),
    c("fchown", 4, &[Fd, Id, Id]),
    c("fchown32", 2, &[Fd, Id, Id]),
    c("ftruncate", 2, &[Fd, Below(5000)]),
    c("fallocate", 1, &[Fd, Below(4), Below(100), Below(100)]),
    way(
        Apart,
        "mount",
        12,
        &[
            Name,
            Name,
            Text(&["tmpfs", "proc", "overlay", "none", ""]),
            One(&[0, 4096, 4096, 4096, 8192, 0x44000]),
            Text(&["", "lowerdir=d0,upperdir=d1,workdir=d2", "lowerdir=d0:d1", "size=1m"]),
        ],
    ),
    way(Apart, "umount2", 8, &[Text(&["d0", "d1", "d2", "d0/s", "l1", "none", "d2/", "sticky"]), Below(16)]),
    way(Apart, "pivot_root", 1, &[Text(&["d0", "none", ""]), Text(&["d0/s", "none"])]),
    c("swapon", 1, &[Name, Below(4)]),
    c("swapoff", 1, &[Name]),
    c("acct", 0, &[Name]),
    c("quotactl", 1, &[One(&[0x80_0001, 0x80_0002]), Name, Below(3), Room]),
    c("socket", 6, &[One(&[1, 1, 2, 2, 10, 16, 99]), One(&[0o4001, 0o4002, 0o4003]), Below(2)]),
    c("socketpair", 2, &[One(&[1, 2]), One(&[0o4001, 0o4002]), Below(2), Room]),
    c("connect", 10, &[Fd, Addr]),
    c("bind", 10, &[Fd, Addr]),
    c("listen", 3, &[Fd, Below(5)]),
    c("accept", 2, &[Fd, Room, Room]),
    c("accept4", 3, &[Fd, Room, Room, One(&[0o4000, 0])]),
    c("getsockname", 2, &[Fd, Room, Room]),
    c("getpeername", 2, &[Fd, Room, Room]),
    c("sendto", 6, &[Fd, Room, Below(20), One(&[0x40, 0x4040]), Addr]),
    c("recvfrom", 2, &[Fd, Room, Len, One(&[0x40]), Room, Room]),
    c("sendmsg", 6, &[Fd, Message, One(&[0x40, 0x4040])]),
    c("recvmsg", 1, &[Fd, Message, One(&[0x40])]),
    c("setsockopt", 2, &[Fd, One(&[1, 6, 0, 41]), Below(30), Room, One(&[4, 8])]),
    c("getsockopt", 2, &[Fd, One(&[1, 6, 0, 41]), Below(30), Room, Room]),
    c("shutdown", 2, &[Fd, Below(4)]),
    c("pipe", 2, &[Room]),
    c("pipe2", 2, &[Room, One(&[0o4000, 0, 1])]),
    c("dup", 2, &[Fd]),
    c("dup2", 3, &[Fd, One(&[900, 901, 902, 70_000])]),
    c("dup3", 2, &[Fd, One(&[900, 901]), One(&[0, 0o2_000_000, 1])]),
    c("close", 3, &[Fd]),
    c("lseek", 2, &[Fd, Below(2000), Below(5)]),
    c("read", 1, &[One(&[900, 901, 1_000_000]), Room, Len]),
    c("fcntl", 2, &[Fd, One(&[1, 3, 1005, 1033, 1034]), Below(9)]),
    c("ioctl", 2, &[Fd, One(&[0x5401, 0x8008_6601, 0x541b, 0x1234]), Room]),
    c("fsync", 1, &[Fd]),
    c("memfd_create", 2, &[Text(&["memory", "", "new\nline"]), Below(4)]),
    c("mmap", 2, &[One(&[0]), One(&[4096, 0]), Below(8), One(&[1, 2, 0x22]), Fd, One(&[0, 4096, 1])]),
    c("mmap2", 2, &[One(&[0]), One(&[4096, 0]), Below(8), One(&[1, 2, 0x22]), Fd, Below(2)]),
    c("mprotect", 1, &[One(&[0, 4096, 0x1000_0000]), One(&[4096, 0]), Below(8)]),
    c("setuid", 2, &[Id]),
    c("setuid32", 1, &[Id]),
    c("setgid", 2, &[Id]),
    c("setreuid", 2, &[Id, Id]),
    c("setregid", 2, &[Id, Id]),
    c("setresuid", 2, &[Id, Id, One(&[0xffff_ffff, 0xffff_ffff, 0, 1000])]),
    c("setresgid", 2, &[Id, Id, Id]),
    c("setfsuid", 4, &[Id]),
    c("setfsgid", 4, &[Id]),
    c("setgroups", 1, &[One(&[0, 0x10_0000]), Room]),
    c("getuid", 2, &[]),
    c("getppid", 3, &[Junk, Junk]),
    c("personality", 2, &[One(&[0, 8, 0x4_0000, 0xffff_ffff, 0])]),
    c("prctl", 3, &[One(&[8, 38, 3, 4, 9999, 23]), Below(2), Below(2)]),
    c("capget", 1, &[Room, Room]),
    c("capset", 2, &[Text(&["\x22\x05\x08\x20", ""]), Room]),
    c("umask", 3, &[One(&[0o22, 0o22, 0, 0o77])]),
    c("sethostname", 1, &[Room, One(&[100])]),
    c("setrlimit", 1, &[One(&[99, 7]), One(&[8])]),
    c("kill", 3, &[One(&[0xffff_ffff_fff0_bdc1, 1, 0x7fff_fff0]), One(&[0, 0, 99])]),
    c("tkill", 1, &[One(&[1, 0x7fff_fff0]), One(&[0, 99])]),
    c("tgkill", 1, &[One(&[1]), One(&[1, 2]), One(&[0, 99])]),
    c("ptrace", 1, &[One(&[16, 99, 17]), One(&[1, 0x7fff_fff0]), Junk, Junk]),
    c("process_vm_readv", 1, &[One(&[1, 0x7fff_fff0]), Room, Below(2), Room, Below(2), One(&[0, 1])]),
    c("init_module", 1, &[Room, Len, NAMED]),
    c("finit_module", 1, &[Fd, NAMED, Below(4)]),
    c("delete_module", 1, &[Text(&["no_such_module", "", "with space"]), One(&[0o4000])]),
    c("bpf", 1, &[One(&[99, 5]), Room, One(&[0, 8])]),
    c("keyctl", 1, &[One(&[0, 99]), Junk]),
    c("add_key", 1, &[NAMED, NAMED, Room, Below(9), Junk]),
    c("request_key", 1, &[NAMED, NAMED, One(&[0]), Junk]),
    c(
        "mq_open",
        3,
        &[
            Text(&["queue", "none", "with/slash", "", "new\nline"]),
            One(&[0o4102, 0o4100, 0o4000, 0o4002]),
            Mode,
            One(&[0]),
        ],
    ),
    c("mq_unlink", 2, &[Text(&["queue", "none", ""])]),
    c("mq_getsetattr", 2, &[Fd, One(&[0]), Room]),
    c("mq_timedsend", 1, &[Fd, Room, Below(9), Below(3), One(&[0])]),
    c("mq_notify", 1, &[Fd, One(&[0])]),
    c("shmget", 2, &[One(&[0, 77, 78]), One(&[4096, 0]), One(&[0o1600, 0, 0o3600])]),
    c("shmctl", 3, &[Below(9), One(&[0, 1, 2]), Room]),
    c("shmat", 1, &[Below(9), One(&[0]), One(&[0, 0o10000])]),
    c("semget", 2, &[One(&[0, 77, 78]), One(&[1, 0]), One(&[0o1600, 0, 0o3600])]),
    c("semctl", 3, &[Below(9), Below(2), One(&[0, 1, 2]), Room]),
    c("semop", 1, &[Below(9), Room, Below(3)]),
    c("msgget", 2, &[One(&[0, 77, 78]), One(&[0o1600, 0, 0o3600])]),
    c("msgctl", 3, &[Below(9), One(&[0, 1, 2]), Room]),
    c("msgsnd", 1, &[Below(9), Room, Below(9), One(&[0o4000])]),
    c("unshare", 1, &[One(&[0, 0x200, 0x400, 0x1_0000_0000])]),
    c("setns", 1, &[Fd, One(&[0])]),
    c("sched_setscheduler", 1, &[One(&[0, 0x7fff_fff0]), Below(9), Room]),
    c("adjtimex", 1, &[Room]),
    c("clock_adjtime", 1, &[Below(3), Room]),
    c("sync", 0, &[]),
    c("io_uring_setup", 1, &[Below(3), Room]),
    c("fspick", 1, &[At, Name, Below(2)]),
    c("open_tree", 1, &[At, Name, One(&[0, 1])]),
    c("move_mount", 1, &[At, Name, At, Name, One(&[0, 4])]),
    c("fsopen", 1, &[Text(&["tmpfs", "none"]), Below(2)]),
    c("userfaultfd", 1, &[One(&[0o4000])]),
    c("perf_event_open", 1, &[Room, Below(2), Below(2), Fd, Below(2)]),
    c("seccomp", 1, &[One(&[2, 99]), Below(2), Room]),
    c("membarrier", 1, &[Below(2), Below(2)]),
    c("getrandom", 1, &[Room, Below(9), One(&[1])]),
];

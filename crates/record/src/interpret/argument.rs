//! Arguments of system calls: `a2=80241` of openat is `O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC`.

use super::Context;
use super::flags::{push_0x, push_mode, push_mode_short, push_names, push_or_hex, push_with_default};
use super::number::{hex, push_ioctl, push_map_flags, push_open_flags, push_personality};
use crate::names::Names;
use crate::text::{push_hex, push_signed};
use raudit_tables::family::{FAMILY, PROTOCOL};
use raudit_tables::flag::{
    ACCESS, ACCESS_FLAG, BPF, CAPABILITY, CLOCK, CLONE_FLAG, FCNTL, MESSAGE_FLAG, MOUNT_FLAG, PRCTL, PROTECTION,
    PTRACE, RLIMIT, SCHEDULER, SEEK, SOCKET_CALL, SOCKET_LEVEL, SOCKET_TYPE, UNMOUNT_FLAG, socket_option,
};
use raudit_tables::{Table, arch, signal};

/// How a number that no table has is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Unknown {
    /// `unknown-x(0x1f)`.
    Prefixed,
    /// `unknown-x(1f)`.
    Hex,
    /// `unknown-x(-1)`.
    Decimal,
}

/// What an argument holds.
#[derive(Clone, Copy, Debug)]
enum Holds {
    User,
    Group,
    /// A directory's descriptor, where `AT_FDCWD` is the current one.
    Directory,
    OpenFlags,
    /// The mode of a file that open creates, if its flags (the argument before) say so.
    CreateMode,
    Mode,
    TypedMode,
    /// One of a table, what unknown ones are called, and how they are shown.
    One(&'static Table, &'static str, Unknown),
    /// Bits of a table.
    Bits(&'static Table),
    Access,
    Protection(&'static Table),
    MapFlags,
    CloneFlags,
    Signal,
    SocketType,
    SocketLevel,
    SocketOption,
    Scheduler,
    SharedMemory,
    Personality,
    Ioctl,
    FcntlArgument,
    PrctlArgument,
    ExitCode,
}

impl Holds {
    /// What argument `index` of `call` holds, if it is worth more than its number.
    fn of(call: &str, index: u8) -> Option<Self> {
        Some(match (call, index) {
            ("open" | "mq_open", 1) | ("openat" | "open_by_handle_at", 2) => Self::OpenFlags,
            ("open" | "mq_open", 2) => Self::CreateMode,
            ("creat" | "chmod" | "fchmod" | "mkdir", 1) => Self::Mode,
            ("mkdirat" | "fchmodat" | "fchmodat2" | "mknodat", 2) => Self::Mode,
            ("mknod", 1) => Self::TypedMode,
            ("access", 1) | ("faccessat" | "faccessat2", 2) => Self::Access,
            ("faccessat2", 3) => Self::Bits(&ACCESS_FLAG),
            ("renameat" | "renameat2" | "linkat", 0 | 2) => Self::Directory,
            (call, 0) if AT_CALLS.contains(&call) => Self::Directory,
            ("lseek", 2) => Self::One(&SEEK, "whence", Unknown::Hex),
            ("fcntl" | "fcntl64", 1) => Self::One(&FCNTL, "fcntl-command", Unknown::Decimal),
            ("fcntl" | "fcntl64", 2) => Self::FcntlArgument,
            ("ioctl", 1) => Self::Ioctl,
            ("mmap", 2) => Self::Protection(&PROTECTION),
            ("mprotect", 2) => Self::Protection(&MPROTECT),
            ("mmap", 3) => Self::MapFlags,
            ("shmget", 2) => Self::SharedMemory,
            ("mount", 3) => Self::Bits(&MOUNT_FLAG),
            ("umount2", 1) => Self::Bits(&UNMOUNT_FLAG),
            _ => return Self::of_process(call, index).or_else(|| Self::of_socket(call, index)),
        })
    }

    fn of_process(call: &str, index: u8) -> Option<Self> {
        Some(match (call, index) {
            ("chown" | "chown32", 1) => Self::User,
            ("setuid" | "setreuid" | "setresuid" | "setfsuid", 0) => Self::User,
            ("setreuid" | "setresuid", 1) | ("setresuid", 2) => Self::User,
            ("setgid" | "setregid" | "setresgid" | "setfsgid", 0) => Self::Group,
            ("setregid" | "setresgid", 1) | ("setresgid", 2) => Self::Group,
            ("kill" | "tkill", 1) | ("tgkill", 2) | ("rt_sigaction", 0) => Self::Signal,
            ("clone" | "unshare", 0) | ("setns", 1) => Self::CloneFlags,
            ("exit" | "exit_group", 0) => Self::ExitCode,
            ("getrlimit" | "setrlimit", 0) => Self::One(&RLIMIT, "rlimit", Unknown::Prefixed),
            ("ptrace", 0) => Self::One(&PTRACE, "ptrace", Unknown::Prefixed),
            ("personality", 0) => Self::Personality,
            ("sched_setscheduler", 1) => Self::Scheduler,
            ("prctl", 0) => Self::One(&PRCTL, "prctl-option", Unknown::Prefixed),
            ("prctl", 1) => Self::PrctlArgument,
            ("clock_settime", 0) => Self::One(&CLOCK, "clk_id", Unknown::Prefixed),
            ("bpf", 0) => Self::One(&BPF, "bpf-cmd", Unknown::Hex),
            ("epoll_ctl", 1) => Self::One(&EPOLL_CTL, "epoll_ctl-operation", Unknown::Decimal),
            _ => return None,
        })
    }

    fn of_socket(call: &str, index: u8) -> Option<Self> {
        Some(match (call, index) {
            ("socket", 0) => Self::One(&FAMILY, "family", Unknown::Prefixed),
            ("socket", 1) => Self::SocketType,
            ("socket", 2) => Self::One(&PROTOCOL, "proto", Unknown::Hex),
            ("send" | "recv" | "sendto" | "recvfrom" | "sendmmsg" | "recvmmsg", 3) | ("sendmsg" | "recvmsg", 2) => {
                Self::Bits(&MESSAGE_FLAG)
            }
            ("setsockopt" | "getsockopt", 1) => Self::SocketLevel,
            ("setsockopt" | "getsockopt", 2) => Self::SocketOption,
            ("socketcall", 0) => Self::One(&SOCKET_CALL, "socketcall", Unknown::Hex),
            _ => return None,
        })
    }
}

/// Calls whose first argument is a directory.
const AT_CALLS: [&str; 15] = [
    "openat",
    "openat2",
    "mkdirat",
    "mknodat",
    "fchownat",
    "futimesat",
    "newfstatat",
    "unlinkat",
    "readlinkat",
    "fchmodat",
    "fchmodat2",
    "faccessat",
    "faccessat2",
    "utimensat",
    "name_to_handle_at",
];

/// `AT_FDCWD` as a 32-bit number.
const CURRENT_DIRECTORY: u64 = 0xffff_ff9c;

static EPOLL_CTL: Table = Table::new(&[(1, "EPOLL_CTL_ADD"), (2, "EPOLL_CTL_DEL"), (3, "EPOLL_CTL_MOD")]);

/// auditd knows `PROT_SEM` for mmap only.
static MPROTECT: Table = Table::new(&[(1, "PROT_READ"), (2, "PROT_WRITE"), (4, "PROT_EXEC")]);

static SHARED_MEMORY: Table =
    Table::new(&[(0x200, "IPC_CREAT"), (0x400, "IPC_EXCL"), (0x800, "SHM_HUGETLB"), (0x1000, "SHM_NORESERVE")]);

/// What the arguments of the last call held: the same one mostly follows, and finding out takes many comparisons.
#[derive(Clone, Copy, Debug, Default)]
pub struct Held {
    call: (Option<u32>, Option<u32>),
    holds: Option<[Option<Holds>; 4]>,
}

impl Held {
    fn by(&mut self, context: &Context<'_>, index: u8) -> Option<Holds> {
        let call = (context.arch, context.syscall);
        let name = || context.call().unwrap_or_default();
        if self.call != call {
            (self.call, self.holds) = (call, None);
        }
        let holds = *self.holds.get_or_insert_with(|| [0, 1, 2, 3].map(|index| Holds::of(name(), index)));
        holds.get(usize::from(index)).copied().flatten()
    }
}

/// Appends argument `index`, 0 to 3; false if the value is no hex number.
pub fn push(
    names: &mut Names,
    held: &mut Held,
    context: &Context<'_>,
    index: u8,
    value: &[u8],
    out: &mut Vec<u8>,
) -> bool {
    let Some(number) = hex(value) else { return false };
    match held.by(context, index) {
        Some(Holds::User) => names.push_user(low(number), out),
        Some(Holds::Group) => names.push_group(low(number), out),
        Some(holds) => push_held(holds, context, number, out),
        None => push_0x(out, number),
    }
    true
}

#[expect(clippy::cast_possible_truncation, reason = "the kernel uses only the low half of such an argument")]
fn low(number: u64) -> u32 {
    number as u32
}

fn push_held(holds: Holds, context: &Context<'_>, number: u64, out: &mut Vec<u8>) {
    match holds {
        Holds::Directory if u64::from(low(number)) == CURRENT_DIRECTORY => out.extend_from_slice(b"AT_FDCWD"),
        Holds::CreateMode if context.arguments[1] & 0o100 == 0 => push_0x(out, number),
        Holds::OpenFlags => push_open_flags(out, number),
        Holds::CreateMode | Holds::Mode => push_mode_short(out, number),
        Holds::TypedMode => push_mode(out, number),
        Holds::One(table, what, unknown) => push_one(out, table, number, what, unknown),
        Holds::Bits(table) => push_or_hex(out, table, number),
        Holds::Access => push_with_default(out, &ACCESS, number, 7, "F_OK"),
        Holds::Protection(_) if number & 7 == 0 => out.extend_from_slice(b"PROT_NONE"),
        Holds::Protection(table) => push_names(out, out.len(), table, number),
        Holds::MapFlags => push_map_flags(out, number),
        Holds::CloneFlags => push_clone_flags(out, number),
        Holds::Signal => push_signal(out, number),
        Holds::SocketType => match SOCKET_TYPE.name(low(number) & 0xff) {
            Some(name) => out.extend_from_slice(name.as_bytes()),
            None => push_unknown(out, number, "type", Unknown::Hex),
        },
        Holds::SocketLevel => push_level(out, number),
        Holds::SocketOption => push_option(out, context, number),
        Holds::Scheduler => push_scheduler(out, number),
        Holds::SharedMemory => {
            let start = out.len();
            push_names(out, start, &SHARED_MEMORY, number);
            super::flags::separate(out, start, b'|');
            push_mode_short(out, number & 0o777);
        }
        Holds::Personality => push_personality(out, number),
        Holds::Ioctl => push_ioctl(out, number),
        Holds::FcntlArgument => push_fcntl_argument(out, context.arguments[1], number),
        Holds::PrctlArgument => push_prctl_argument(out, context.arguments[0], number),
        Holds::ExitCode => push_exit_code(out, number),
        Holds::User | Holds::Group | Holds::Directory => push_0x(out, number),
    }
}

fn push_one(out: &mut Vec<u8>, table: &Table, number: u64, what: &str, unknown: Unknown) {
    // The kernel takes these as 32-bit numbers.
    match table.name(low(number)) {
        Some(name) => out.extend_from_slice(name.as_bytes()),
        None => push_unknown(out, number, what, unknown),
    }
}

fn push_unknown(out: &mut Vec<u8>, number: u64, what: &str, unknown: Unknown) {
    out.extend_from_slice(b"unknown-");
    out.extend_from_slice(what.as_bytes());
    out.push(b'(');
    match unknown {
        Unknown::Prefixed => push_0x(out, number),
        Unknown::Hex => push_hex(out, number),
        Unknown::Decimal => push_signed(out, i64::from(low(number).cast_signed())),
    }
    out.push(b')');
}

/// Appends flags and, from the low byte, the signal the child sends when it ends.
fn push_clone_flags(out: &mut Vec<u8>, number: u64) {
    let number = u64::from(low(number));
    let start = out.len();
    push_names(out, start, &CLONE_FLAG, number);
    if let Some(name) = signal::SIGNAL.name(low(number) & 0xff) {
        super::flags::separate(out, start, b'|');
        out.extend_from_slice(name.as_bytes());
    }
    if out.len() == start {
        push_0x(out, number);
    }
}

fn push_signal(out: &mut Vec<u8>, number: u64) {
    match signal::SIGNAL.name(low(number)) {
        Some(name) => out.extend_from_slice(name.as_bytes()),
        None if low(number) == 0 => out.extend_from_slice(b"SIG0"),
        None => push_unknown(out, number, "signal", Unknown::Prefixed),
    }
}

const SOL_SOCKET: u64 = 1;
const SOL_IP: u64 = 0;
const SOL_TCP: u64 = 6;
const SOL_UDP: u64 = 17;
const SOL_IPV6: u64 = 41;
const SOL_PACKET: u64 = 263;

/// A level is one of the kernel's own or a protocol.
fn push_level(out: &mut Vec<u8>, number: u64) {
    match SOCKET_LEVEL.name(low(number)) {
        Some(name) => out.extend_from_slice(name.as_bytes()),
        None => push_one(out, &PROTOCOL, number, "sockopt-level", Unknown::Prefixed),
    }
}

fn push_option(out: &mut Vec<u8>, context: &Context<'_>, number: u64) {
    let ppc = matches!(context.arch, Some(arch::PPC | arch::PPC64 | arch::PPC64LE));
    let (table, what) = match context.arguments[1] {
        SOL_SOCKET if ppc && socket_option::SOCKET_PPC.name(low(number)).is_some() => {
            (&socket_option::SOCKET_PPC, "sockopt-name")
        }
        SOL_SOCKET => (&socket_option::SOCKET, "sockopt-name"),
        SOL_IP => (&socket_option::IP, "ipopt-name"),
        SOL_TCP => (&socket_option::TCP, "tcpopt-name"),
        SOL_UDP => (&socket_option::UDP, "udpopt-name"),
        SOL_IPV6 => (&socket_option::IPV6, "ip6opt-name"),
        SOL_PACKET => (&socket_option::PACKET, "pktopt-name"),
        _ => return push_0x(out, number),
    };
    push_one(out, table, number, what, Unknown::Prefixed);
}

/// `SCHED_RESET_ON_FORK` of linux/sched.h.
const RESET_ON_FORK: u64 = 0x4000_0000;

fn push_scheduler(out: &mut Vec<u8>, number: u64) {
    match SCHEDULER.name(low(number) & 0xf) {
        Some(name) => out.extend_from_slice(name.as_bytes()),
        None => return push_unknown(out, number, "scheduler-policy", Unknown::Prefixed),
    }
    if number & RESET_ON_FORK != 0 {
        out.extend_from_slice(b"|SCHED_RESET_ON_FORK");
    }
}

const F_SETFD: u64 = 2;

fn push_fcntl_argument(out: &mut Vec<u8>, command: u64, number: u64) {
    match (command, number) {
        (F_SETFD, 1) => out.extend_from_slice(b"FD_CLOEXEC"),
        _ => push_0x(out, number),
    }
}

const PR_SET_PDEATHSIG: u64 = 1;
const PR_CAPBSET_READ: u64 = 23;
const PR_CAPBSET_DROP: u64 = 24;

fn push_prctl_argument(out: &mut Vec<u8>, option: u64, number: u64) {
    match option {
        PR_SET_PDEATHSIG => push_signal(out, number),
        PR_CAPBSET_READ | PR_CAPBSET_DROP => push_one(out, &CAPABILITY, number, "capability", Unknown::Prefixed),
        _ => push_0x(out, number),
    }
}

fn push_exit_code(out: &mut Vec<u8>, number: u64) {
    match number {
        0 => out.extend_from_slice(b"EXIT_SUCCESS"),
        1 => out.extend_from_slice(b"EXIT_FAILURE"),
        _ => out.extend_from_slice(b"UNKNOWN"),
    }
}

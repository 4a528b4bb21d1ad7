//! What a system call needs: the records the kernel would write beside SYSCALL, and what to collect for them.

use crate::hooks::Need;

mod names;

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
    pub const RECORDS: u16 = 2048;
    pub const QUEUE: u16 = 4096;
    pub const FD_LATE: u16 = 32768;
}

/// The kinds of call this backend can record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Call {
    /// No record but SYSCALL and PROCTITLE.
    Plain,
    /// CWD and PATH of one opened file.
    Open,
    /// The same, and OPENAT2.
    OpenHow,
    /// The same as an open, of a file that the kernel opens for itself.
    File,
    /// The same as an open, of a file that is opened by its handle.
    Handle,
    /// EXECVE, CWD and PATH of the program and its interpreters.
    Exec,
    /// CWD and a PATH for each name that is looked up.
    Lookup,
    /// CWD and a PATH for each name, directory and entry.
    Entry,
    /// The same; the entry is a BPF object's. The kernel's own BPF records come by themselves.
    Object,
    /// CWD and a PATH of the file that the first argument is open on.
    Descriptor,
    /// SOCKADDR, and CWD and PATH where the address is a path.
    Sockaddr,
    /// The same, and the path is made.
    Bind,
    /// SOCKADDR of an address that the task is given.
    Peer,
    /// All that calls on sockets have, and SOCKETCALL.
    Socketcall,
    /// FD_PAIR.
    Pair,
    /// MMAP, from the arguments.
    Mmap,
    /// MMAP, of a 32-bit call whose arguments lie in memory.
    OldMmap,
    /// CAPSET.
    Capset,
    /// KERN_MODULE.
    Module,
    /// TIME_INJOFFSET, TIME_ADJNTPVAL.
    Clock,
    /// OBJ_PID for each task that is signalled.
    Signal,
    /// OBJ_PID of the task that is traced.
    Trace,
    /// IPC, IPC_SET_PERM.
    Ipc,
    /// MQ_OPEN, CWD and PATH.
    QueueOpen,
    /// CWD and PATH of a message queue's name.
    QueueName,
    /// MQ_SENDRECV, MQ_NOTIFY, MQ_GETSETATTR, CWD and PATH of the queue.
    Queue,
    /// No record but SYSCALL and PROCTITLE, and no result.
    Exit,
    /// What operations done at once would have as calls: names and addresses.
    Ring,
}

/// Whether a call notes the file of its descriptor only once something else was in order: fchown asks for write access first, and
/// since 6.13 the calls about an attribute copy its name and value before.
pub fn notes_late(name: &str, attributes_late: bool) -> bool {
    match name.strip_suffix("32").unwrap_or(name) {
        "fchown" => true,
        "fgetxattr" | "fremovexattr" | "fsetxattr" => attributes_late,
        _ => false,
    }
}

impl Call {
    /// The kind of the call with this kernel name, and what to collect (`enum want`); `None` when it is not served.
    pub fn of(name: &str) -> Option<(Self, u16)> {
        const NAMED: u16 = want::NAMES | want::RECORDS;
        Some(match name {
            "open" => (Self::Open, want::NAMES | want::OPEN_A0),
            "creat" => (Self::Open, want::NAMES | want::OPEN_A0 | want::CREAT),
            "openat" => (Self::Open, want::NAMES | want::OPEN_A1),
            "openat2" => (Self::OpenHow, NAMED | want::OPEN_A1 | want::HOW),
            "open_by_handle_at" => (Self::Handle, want::NAMES),
            "execve" => (Self::Exec, want::NAMES | want::EXEC),
            "execveat" => (Self::Exec, want::NAMES | want::EXEC | want::AT),
            "chdir" => (Self::Lookup, want::NAMES | want::PWD),
            "umount" | "umount2" => (Self::Lookup, want::NAMES | want::NOEVAL),
            "bpf" => (Self::Object, want::NAMES),
            "connect" | "sendto" | "sendmsg" | "sendmmsg" => (Self::Sockaddr, want::NAMES | want::SADDR),
            "bind" => (Self::Bind, want::NAMES | want::SADDR),
            "socketcall" => (Self::Socketcall, NAMED | want::SADDR),
            "io_uring_enter" => (Self::Ring, want::NAMES | want::SADDR),
            "mmap2" => (Self::Mmap, 0),
            "capset" => (Self::Capset, want::RECORDS),
            "ptrace" => (Self::Trace, want::RECORDS),
            "mq_open" => (Self::QueueOpen, NAMED | want::QUEUE),
            "mq_unlink" => (Self::QueueName, want::NAMES | want::QUEUE),
            "exit" | "exit_group" => (Self::Exit, 0),
            name => {
                // 32-bit calls whose ids grew from 16 to 32 bits: the same call under a second name
                let bare = name.strip_suffix("32").unwrap_or(name);
                LISTS
                    .iter()
                    .find(|(list, ..)| list.split_ascii_whitespace().any(|n| n == bare))
                    .map(|(_, call, want)| (*call, *want))?
            }
        })
    }

    /// The same for a call of one architecture (index into `classify::ARCHES`): the 32-bit mmap is another one.
    pub fn of_arch(at: usize, name: &str) -> Option<(Self, u16)> {
        match (at, name) {
            (0, "mmap") => Some((Self::Mmap, 0)),
            (_, "mmap") => Some((Self::OldMmap, want::RECORDS)),
            _ => Self::of(name),
        }
    }

    /// What hooks must see of it.
    pub fn needs(self) -> &'static [Need] {
        use Need::{Address, Call, Entry, Exec, Lookup, Open};
        match self {
            Self::Plain | Self::Descriptor | Self::Mmap => &[Call],
            Self::Open | Self::File => &[Call, Open],
            Self::OpenHow => &[Call, Open, Need::How],
            Self::Handle => &[Call, Open, Address, Need::Handle],
            Self::Exec => &[Call, Exec],
            Self::Lookup => &[Call, Lookup],
            Self::Entry => &[Call, Lookup, Entry],
            Self::Object => &[Call, Lookup, Entry, Need::Object],
            Self::Sockaddr => &[Call, Address],
            Self::Bind => &[Call, Address, Lookup, Entry],
            Self::Peer => &[Call, Need::Peer],
            Self::Socketcall => &[Call, Address, Lookup, Entry, Need::Peer, Need::Fds, Need::Socketcall],
            Self::Pair => &[Call, Need::Fds],
            Self::OldMmap => &[Call, Need::OldMmap],
            Self::Capset => &[Call, Need::Capset],
            Self::Module => &[Call, Need::Module],
            Self::Clock => &[Call, Need::Clock],
            Self::Signal => &[Call, Need::Signal],
            Self::Trace => &[Call, Need::Trace],
            Self::Ipc => &[Call, Need::Ipc],
            Self::QueueOpen | Self::QueueName => &[Call, Lookup, Entry, Need::Queue, Need::Object],
            Self::Queue => &[Call, Need::Queue],
            Self::Exit => &[Call, Need::Exit],
            Self::Ring => &[Call, Open, Address, Lookup, Entry],
        }
    }

    /// Why the tracepoint tier cannot serve the call at all, if it cannot.
    pub fn refused_by_tracepoint(self) -> Option<&'static str> {
        match self {
            Self::Plain | Self::Open | Self::OpenHow | Self::Exec | Self::Sockaddr | Self::Mmap => None,
            Self::Exit => Some("it has no end that is seen"),
            Self::Lookup
            | Self::Entry
            | Self::Object
            | Self::Descriptor
            | Self::Bind
            | Self::File
            | Self::Handle
            | Self::QueueName
            | Self::Ring => Some("its files are not seen"),
            _ => Some("its record of its own is not seen"),
        }
    }

    /// Why the tracepoint tier does not serve the call exactly, if it does not.
    pub fn inexact_by_tracepoint(self) -> Option<&'static str> {
        match self {
            Self::Open => {
                Some("the name is read from user memory a second time, and a refused open's inode is not seen")
            }
            Self::OpenHow => Some("the name is read from user memory a second time, and there is no OPENAT2 record"),
            Self::Exec => Some("a script's inode and a failed program's name are not seen in kernel memory"),
            Self::Sockaddr => Some("the address is read from user memory a second time"),
            _ => None,
        }
    }
}

/// The calls of each kind, and what to collect.
const LISTS: &[(&str, Call, u16)] = &[
    (names::PLAIN, Call::Plain, 0),
    (names::LOOKUP, Call::Lookup, want::NAMES),
    (names::ENTRY, Call::Entry, want::NAMES),
    (names::DESCRIPTOR, Call::Descriptor, want::NAMES | want::FD),
    (names::FILE, Call::File, want::NAMES),
    (names::MODULE, Call::Module, want::RECORDS),
    (names::CLOCK, Call::Clock, want::RECORDS),
    (names::SIGNAL, Call::Signal, want::RECORDS),
    (names::PEER, Call::Peer, want::SADDR),
    (names::PAIR, Call::Pair, want::RECORDS),
    (names::IPC, Call::Ipc, want::RECORDS),
    (names::QUEUE, Call::Queue, want::NAMES | want::RECORDS),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skel;
    use raudit_tables::{arch, syscall};

    #[test]
    fn calls_exist() {
        let known = |name| {
            [arch::X86_64, arch::I386, arch::AARCH64, arch::ARM]
                .iter()
                .any(|&a| syscall::table(a).is_some_and(|t| t.number(name).is_some()))
        };
        let mut seen = std::collections::BTreeSet::new();
        for name in LISTS.iter().flat_map(|l| l.0.split_ascii_whitespace()) {
            assert!(known(name), "{name}");
            assert!(seen.insert(name), "{name} is of two kinds");
        }
    }

    #[test]
    fn every_call_of_every_table_is_served() {
        for (at, arch) in [(0, arch::X86_64), (1, arch::I386), (0, arch::AARCH64), (1, arch::ARM)] {
            let names = syscall::table(arch).unwrap().iter();
            let unserved: Vec<_> = names.filter(|(_, name)| Call::of_arch(at, name).is_none()).collect();
            assert_eq!(unserved, []);
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
            assert_ne!(Call::of_arch(0, name).unwrap().0, Call::Plain, "{name}");
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
            ("WANT_FD_LATE", want::FD_LATE),
            ("WANT_PWD", want::PWD),
            ("WANT_NOEVAL", want::NOEVAL),
            ("WANT_RECORDS", want::RECORDS),
            ("WANT_QUEUE", want::QUEUE),
        ];
        for (name, bit) in bits {
            assert_eq!(skel::enum_value("want", name), Some(u32::from(bit)), "{name}");
        }
    }
}

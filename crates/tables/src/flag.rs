//! Flags, modes and commands in the arguments of system calls.
//!
//! Flag tables have one entry per bit (or, for `O_WRONLY` and `O_RDWR`, per value); what is printed when no bit is set is
//! the caller's business. Command tables map whole numbers.

pub use crate::generated::bpf::BPF;
pub use crate::generated::capability::CAPABILITY;
pub use crate::generated::ioctl::IOCTL;
pub use crate::generated::memory::{MAP_FLAG, PROTECTION};
pub use crate::generated::mount::{MOUNT_FLAG, UNMOUNT_FLAG};
pub use crate::generated::open::{ACCESS, ACCESS_FLAG, FCNTL, OPEN_FLAG, RESOLVE, SEEK};
pub use crate::generated::process::{CLOCK, CLONE_FLAG, PRCTL, PTRACE, RLIMIT, SCHEDULER};
pub use crate::generated::socket::{IPC_CALL, MESSAGE_FLAG, SOCKET_CALL, SOCKET_LEVEL, SOCKET_TYPE};
pub use crate::generated::socket_option;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_ascends() {
        let options = [&socket_option::SOCKET, &socket_option::IP, &socket_option::IPV6, &socket_option::TCP];
        let flags = [&MAP_FLAG, &PROTECTION, &MOUNT_FLAG, &UNMOUNT_FLAG, &ACCESS, &ACCESS_FLAG, &OPEN_FLAG, &RESOLVE];
        let commands = [&BPF, &CAPABILITY, &IOCTL, &FCNTL, &SEEK, &CLOCK, &PRCTL, &PTRACE, &RLIMIT, &SCHEDULER];
        let sockets = [&IPC_CALL, &MESSAGE_FLAG, &SOCKET_CALL, &SOCKET_LEVEL, &SOCKET_TYPE, &CLONE_FLAG];
        for table in options.into_iter().chain(flags).chain(commands).chain(sockets) {
            assert!(table.is_sorted(), "{table:?}");
        }
    }

    #[test]
    fn flags_are_single_bits() {
        for table in [&MAP_FLAG, &PROTECTION, &MOUNT_FLAG, &UNMOUNT_FLAG, &MESSAGE_FLAG, &CLONE_FLAG, &OPEN_FLAG] {
            for (bit, name) in table.iter() {
                assert_eq!(bit.count_ones(), 1, "{name}");
            }
        }
    }

    #[test]
    fn a_few_known_values() {
        assert_eq!(OPEN_FLAG.name(0x40), Some("O_CREAT"));
        assert_eq!(CAPABILITY.name(21), Some("sys_admin"));
        assert_eq!(socket_option::SOCKET.name(27), Some("SO_DETACH_FILTER"));
        assert_eq!(PTRACE.name(0x4206), Some("PTRACE_SEIZE"));
        assert_eq!(IOCTL.name(0x5413), Some("TIOCGWINSZ"));
    }
}

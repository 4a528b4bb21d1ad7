//! The generated tables, one file each.
pub mod arch;
pub mod bpf;
pub mod capability;
pub mod errno;
pub mod ioctl;
pub mod memory;
pub mod mount;
pub mod open;
pub mod process;
pub mod record_type;
pub mod signal;
pub mod socket;
pub mod socket_option;
pub mod syscall_aarch64;
pub mod syscall_i386;
pub mod syscall_x86_64;

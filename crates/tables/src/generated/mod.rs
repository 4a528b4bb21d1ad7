//! The generated tables, one file each.
pub mod arch;
pub mod errno;
pub mod family;
pub mod record_type;
pub mod signal;
pub mod syscall_aarch64;
pub mod syscall_i386;
pub mod syscall_x86_64;

//! System call names, by architecture.
//!
//! Where auditd prints another name than the kernel (`pread` for `pread64`), that one comes first; both are understood.

use crate::Table;
use crate::arch;
use crate::generated::{syscall_aarch64, syscall_i386, syscall_x86_64};

/// The table of an `AUDIT_ARCH_*` number (`arch=` of a SYSCALL record), `None` where this project has none yet.
///
/// 32-bit calls of x86_64 and aarch64 processes carry the 32-bit architecture's own number.
pub fn table(arch: u32) -> Option<&'static Table> {
    match arch {
        arch::X86_64 => Some(&syscall_x86_64::SYSCALL),
        arch::I386 => Some(&syscall_i386::SYSCALL),
        arch::AARCH64 => Some(&syscall_aarch64::SYSCALL),
        _ => None,
    }
}

/// The name of a call, e.g. `openat`.
pub fn name(arch: u32, number: u32) -> Option<&'static str> {
    table(arch)?.name(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_call_has_its_number_per_architecture() {
        for (arch, number) in [(arch::X86_64, 257), (arch::I386, 295), (arch::AARCH64, 56)] {
            assert_eq!(name(arch, number), Some("openat"));
            assert_eq!(table(arch).unwrap().number("openat"), Some(number));
        }
        assert_eq!(name(0, 1), None);
    }

    #[test]
    fn prints_auditds_names_and_reads_both() {
        let table = table(arch::X86_64).unwrap();
        assert_eq!(table.name(17), Some("pread"));
        assert_eq!(table.number("pread64"), Some(17));
        assert_eq!(table.number("pread"), Some(17));
    }

    #[test]
    fn every_table_ascends() {
        for arch in [arch::X86_64, arch::I386, arch::AARCH64] {
            let table = table(arch).unwrap();
            assert!(table.is_sorted());
            assert_eq!(table.number("listns"), Some(470));
            for (number, name) in table.iter() {
                assert_eq!(table.number(name), Some(number), "{name}");
            }
        }
    }
}

//! System call names, by architecture.
//!
//! Where auditd prints another name than the kernel (`pread` for `pread64`), that one comes first; both are understood.

use crate::Table;
use crate::arch;
use crate::generated::{
    syscall_aarch64, syscall_arm, syscall_i386, syscall_ppc, syscall_ppc64, syscall_riscv32, syscall_riscv64,
    syscall_s390, syscall_s390x, syscall_x86_64,
};

/// The table of an `AUDIT_ARCH_*` number (`arch=` of a SYSCALL record), `None` for machines that rules cannot name.
///
/// 32-bit calls of 64-bit kernels carry the 32-bit architecture's own number. Both byte orders of ppc64 have one table.
pub fn table(arch: u32) -> Option<&'static Table> {
    match arch {
        arch::X86_64 => Some(&syscall_x86_64::SYSCALL),
        arch::I386 => Some(&syscall_i386::SYSCALL),
        arch::AARCH64 => Some(&syscall_aarch64::SYSCALL),
        arch::ARM => Some(&syscall_arm::SYSCALL),
        arch::PPC64 | arch::PPC64LE => Some(&syscall_ppc64::SYSCALL),
        arch::PPC => Some(&syscall_ppc::SYSCALL),
        arch::S390X => Some(&syscall_s390x::SYSCALL),
        arch::S390 => Some(&syscall_s390::SYSCALL),
        arch::RISCV64 => Some(&syscall_riscv64::SYSCALL),
        arch::RISCV32 => Some(&syscall_riscv32::SYSCALL),
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
        for (arch, number) in [
            (arch::X86_64, 257),
            (arch::I386, 295),
            (arch::AARCH64, 56),
            (arch::ARM, 322),
            (arch::PPC64, 286),
            (arch::PPC64LE, 286),
            (arch::PPC, 286),
            (arch::S390X, 288),
            (arch::S390, 288),
            (arch::RISCV64, 56),
            (arch::RISCV32, 56),
        ] {
            assert_eq!(name(arch, number), Some("openat"));
            assert_eq!(table(arch).unwrap().number("openat"), Some(number));
        }
        assert_eq!(name(0, 1), None);
    }

    #[test]
    fn both_word_sizes_of_ppc_have_the_32_bit_names() {
        for arch in [arch::PPC, arch::PPC64, arch::PPC64LE] {
            assert_eq!(name(arch, 291), Some("fstatat64"));
            assert_eq!(name(arch, 195), Some("stat64"));
        }
        assert_eq!(table(arch::PPC64LE).unwrap().number("newfstatat"), Some(291));
        assert_eq!(table(arch::PPC).unwrap().number("newfstatat"), None);
    }

    #[test]
    fn riscv64_has_the_kernels_generic_calls() {
        // aarch64 has them too, with renameat and without riscv's two; four have another name first, auditd's.
        let (riscv, generic) = (table(arch::RISCV64).unwrap(), table(arch::AARCH64).unwrap());
        for (number, name) in riscv.iter().filter(|(number, _)| !matches!(number, 258 | 259)) {
            assert_eq!(generic.number(name), Some(number), "{name}");
        }
        for (number, _) in generic.iter().filter(|(number, _)| *number != 38) {
            assert!(riscv.name(number).is_some(), "{number}");
        }
        assert_eq!((riscv.name(38), riscv.name(259)), (None, Some("riscv_flush_icache")));
    }

    #[test]
    fn arm_has_the_calls_of_its_old_abi() {
        let table = table(arch::ARM).unwrap();
        assert_eq!(table.number("socketcall"), Some(102));
        assert_eq!(table.number("mmap"), Some(90));
        assert_eq!(table.number("mmap2"), Some(192));
        assert!(table.iter().all(|(number, _)| number < 2048), "a rule can name every call");
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
        for arch in arch::IN_RULES {
            let table = table(arch).unwrap();
            assert!(table.is_sorted());
            assert_eq!(table.number("listns"), Some(470));
            for (number, name) in table.iter() {
                assert_eq!(table.number(name), Some(number), "{name}");
            }
        }
    }
}

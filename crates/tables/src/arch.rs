//! Architectures: `AUDIT_ARCH_*` numbers (linux/audit.h) and machine names.

pub use crate::generated::arch::ARCH;

/// `AUDIT_ARCH_X86_64`.
pub const X86_64: u32 = 0xc000_003e;
/// `AUDIT_ARCH_I386`.
pub const I386: u32 = 0x4000_0003;
/// `AUDIT_ARCH_AARCH64`.
pub const AARCH64: u32 = 0xc000_00b7;
/// `AUDIT_ARCH_ARM`, little-endian; printed as `armeb`.
pub const ARM: u32 = 0x4000_0028;
/// `AUDIT_ARCH_PPC64LE`.
pub const PPC64LE: u32 = 0xc000_0015;
/// `AUDIT_ARCH_PPC64`, big-endian.
pub const PPC64: u32 = 0x8000_0015;
/// `AUDIT_ARCH_PPC`.
pub const PPC: u32 = 0x14;
/// `AUDIT_ARCH_S390X`.
pub const S390X: u32 = 0x8000_0016;
/// `AUDIT_ARCH_S390`, of 31 bits.
pub const S390: u32 = 0x16;
/// `AUDIT_ARCH_RISCV64`.
pub const RISCV64: u32 = 0xc000_00f3;
/// `AUDIT_ARCH_RISCV32`.
pub const RISCV32: u32 = 0x4000_00f3;

/// The architectures that rules can name: those whose system calls are known.
pub const IN_RULES: [u32; 11] = [X86_64, I386, AARCH64, ARM, PPC64LE, PPC64, PPC, S390X, S390, RISCV64, RISCV32];

/// The bit that says 64-bit (`__AUDIT_ARCH_64BIT`).
pub const IS_64BIT: u32 = 0x8000_0000;

/// The machine name of an `AUDIT_ARCH_*` number, e.g. `x86_64`.
pub fn name(arch: u32) -> Option<&'static str> {
    ARCH.name(arch)
}

/// The number of a machine as `uname -m` and `-F arch=` spell it, including the spellings of several i386 and arm CPUs.
///
/// `armv8l` is a 64-bit kernel seen by a 32-bit program, and means the kernel's architecture.
pub fn number(machine: &str) -> Option<u32> {
    match machine {
        "i486" | "i586" | "i686" => Some(I386),
        "armv5tejl" | "armv5tel" | "armv6l" | "armv7l" => Some(ARM),
        "armv8l" => Some(AARCH64),
        _ => ARCH.number(machine),
    }
}

/// The same, also for `b64` and `b32`: this machine's architectures of 64 and 32 bits.
pub fn of_width_or_name(name: &str) -> Option<u32> {
    let is_64bit = native() & IS_64BIT != 0;
    match name {
        "b64" => is_64bit.then_some(native()),
        "b32" if is_64bit => compat(native()),
        "b32" => Some(native()),
        machine => number(machine),
    }
}

/// The architecture this program was built for: `b64` (or `b32` on a 32-bit machine) in rules.
pub const fn native() -> u32 {
    if cfg!(target_arch = "x86_64") {
        X86_64
    } else if cfg!(target_arch = "x86") {
        I386
    } else if cfg!(target_arch = "aarch64") {
        AARCH64
    } else if cfg!(target_arch = "arm") {
        ARM
    } else if cfg!(target_arch = "riscv64") {
        RISCV64
    } else if cfg!(target_arch = "riscv32") {
        RISCV32
    } else if cfg!(target_arch = "s390x") {
        S390X
    } else if cfg!(all(target_arch = "powerpc64", target_endian = "little")) {
        PPC64LE
    } else if cfg!(target_arch = "powerpc64") {
        PPC64
    } else if cfg!(target_arch = "powerpc") {
        PPC
    } else {
        0
    }
}

/// The 32-bit architecture whose programs a 64-bit kernel also runs: `b32` in rules. Little-endian ppc64 has none.
pub const fn compat(arch: u32) -> Option<u32> {
    match arch {
        X86_64 => Some(I386),
        AARCH64 => Some(ARM),
        PPC64 => Some(PPC),
        S390X => Some(S390),
        RISCV64 => Some(RISCV32),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_agree() {
        assert!(ARCH.is_sorted());
        for (number, machine) in [
            (0xc000_003e, "x86_64"),
            (0x4000_0003, "i386"),
            (0xc000_00b7, "aarch64"),
            (0x4000_0028, "armeb"),
            (0xc000_0015, "ppc64le"),
            (0x8000_0015, "ppc64"),
            (0x14, "ppc"),
            (0x8000_0016, "s390x"),
            (0x16, "s390"),
            (0xc000_00f3, "riscv64"),
            (0x4000_00f3, "riscv32"),
        ] {
            assert_eq!(name(number), Some(machine));
            assert_eq!(super::number(machine), Some(number));
            assert!(IN_RULES.contains(&number), "{machine}");
        }
        assert_eq!(number("vax"), None);
    }

    #[test]
    fn a_machine_has_several_spellings() {
        for (number, spellings) in [
            (I386, "i386 i486 i586 i686"),
            (ARM, "arm armeb armv5tejl armv5tel armv6l armv7l"),
            (AARCH64, "aarch64 armv8l"),
        ] {
            for spelling in spellings.split(' ') {
                assert_eq!(super::number(spelling), Some(number), "{spelling}");
            }
        }
    }

    #[test]
    fn the_kernel_of_a_64_bit_machine_runs_one_kind_of_32_bit_programs() {
        for arch in IN_RULES {
            let narrow = compat(arch);
            assert!(narrow.is_none() || arch & IS_64BIT != 0);
            assert!(narrow.is_none_or(|narrow| narrow & IS_64BIT == 0 && IN_RULES.contains(&narrow)));
        }
        assert_eq!(compat(X86_64), Some(I386));
        assert_eq!(compat(PPC64LE), None);
    }
}

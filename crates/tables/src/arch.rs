//! Architectures: `AUDIT_ARCH_*` numbers (linux/audit.h) and machine names.

pub use crate::generated::arch::ARCH;

/// `AUDIT_ARCH_X86_64`.
pub const X86_64: u32 = 0xc000_003e;
/// `AUDIT_ARCH_I386`.
pub const I386: u32 = 0x4000_0003;
/// `AUDIT_ARCH_AARCH64`.
pub const AARCH64: u32 = 0xc000_00b7;
/// `AUDIT_ARCH_ARM`.
pub const ARM: u32 = 0x4000_0028;
/// `AUDIT_ARCH_PPC64LE`.
pub const PPC64LE: u32 = 0xc000_0015;
/// `AUDIT_ARCH_S390X`.
pub const S390X: u32 = 0x8000_0016;
/// `AUDIT_ARCH_RISCV64`.
pub const RISCV64: u32 = 0xc000_00f3;

/// The bit that says 64-bit (`__AUDIT_ARCH_64BIT`).
pub const IS_64BIT: u32 = 0x8000_0000;

/// The machine name of an `AUDIT_ARCH_*` number, e.g. `x86_64`.
pub fn name(arch: u32) -> Option<&'static str> {
    ARCH.name(arch)
}

/// The number of a machine as `uname -m` and `-F arch=` spell it, including the spellings of several i386 and arm CPUs.
pub fn number(machine: &str) -> Option<u32> {
    match machine {
        "i486" | "i586" | "i686" => Some(I386),
        "armv5tejl" | "armv5tel" | "armv6l" | "armv7l" | "armv8l" => Some(ARM),
        _ => ARCH.number(machine),
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
    } else if cfg!(target_arch = "s390x") {
        S390X
    } else if cfg!(all(target_arch = "powerpc64", target_endian = "little")) {
        PPC64LE
    } else {
        0
    }
}

/// The 32-bit architecture whose programs a 64-bit kernel also runs: `b32` in rules.
pub fn compat(arch: u32) -> Option<u32> {
    match arch {
        X86_64 => Some(I386),
        AARCH64 => Some(ARM),
        S390X => Some(0x16),
        0x8000_0015 => Some(0x14),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_agree() {
        assert!(ARCH.is_sorted());
        for (n, m) in [(X86_64, "x86_64"), (I386, "i386"), (AARCH64, "aarch64"), (ARM, "arm"), (PPC64LE, "ppc64le")] {
            assert_eq!(name(n), Some(m));
            assert_eq!(number(m), Some(n));
        }
        assert_eq!(name(S390X), Some("s390x"));
        assert_eq!(name(RISCV64), Some("riscv64"));
        assert_eq!(number("i686"), Some(I386));
        assert_eq!(number("vax"), None);
        assert_eq!(compat(X86_64), Some(I386));
    }
}

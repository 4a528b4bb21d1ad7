//! What depends on the machine: system calls that only the older ones have, memory that 32-bit callers can name, and their gate.
#![allow(unsafe_code, reason = "system calls with arguments that no safe interface would pass")]

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "aarch64")]
mod arm;
#[cfg(target_arch = "x86_64")]
mod i386;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub use {aarch64::*, arm::*};
#[cfg(target_arch = "x86_64")]
pub use {i386::*, x86_64::*};

use raudit_tables::{arch, syscall};

/// The architecture that `-F arch=b64` or `b32` means.
pub fn arch_of(bits: &str) -> u32 {
    if bits == "b32" { arch::compat(arch::native()).unwrap_or_default() } else { arch::native() }
}

/// Whether an architecture of this machine has the call.
pub fn has(bits: &str, call: &str) -> bool {
    syscall::table(arch_of(bits)).is_some_and(|t| t.number(call).is_some())
}

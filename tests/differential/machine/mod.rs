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

/// The line with system calls that this machine has; `None` when none is left.
pub fn rule(line: &str) -> Option<String> {
    let bits = line.split("arch=").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap_or("b64");
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for at in 1..words.len() {
        if words[at - 1] == "-S" && words[at] != "all" {
            let calls = words[at].split(',').map(|call| if has(bits, call) { call } else { instead(call) });
            let mut there: Vec<&str> = calls.filter(|call| has(bits, call) || slips(call)).collect();
            there.sort_unstable();
            there.dedup();
            if there.is_empty() {
                return None;
            }
            words[at] = there.join(",");
        }
    }
    Some(words.join(" "))
}

/// A call that not even x86 has is a slip of the pen, which the rule's parser is to find.
fn slips(call: &str) -> bool {
    let known = |a: &u32| syscall::table(*a).is_some_and(|t| t.number(call).is_some());
    cfg!(target_arch = "x86_64") || ![arch::X86_64, arch::I386].iter().any(known)
}

/// What younger machines have in place of a call.
fn instead(call: &str) -> &str {
    match call {
        "access" => "faccessat",
        "chmod" => "fchmodat",
        "chown" | "lchown" => "fchownat",
        "creat" | "open" => "openat",
        "link" => "linkat",
        "lstat" | "stat" => "newfstatat",
        "mkdir" => "mkdirat",
        "mknod" => "mknodat",
        "pipe" => "pipe2",
        "readlink" => "readlinkat",
        "rename" => "renameat",
        "rmdir" | "unlink" => "unlinkat",
        "symlink" => "symlinkat",
        "utimes" => "utimensat",
        _ => call,
    }
}

//! aarch64 and 32-bit Arm: `scripts/syscall.tbl` (include/uapi/asm-generic/unistd.h before 6.11), `arch/arm64/tools/syscall_32.tbl`
//! (arch/arm64/include/asm/unistd32.h), names as of `arch/arm64/include/asm/syscall_wrapper.h`. One function serves both architectures
//! where 32-bit callers need nothing of their own.

/// A function of the native architecture that every kernel has.
pub const ANY: &str = "__arm64_sys_openat";
/// What the functions of either architecture begin with.
pub const PREFIX: [&str; 2] = ["__arm64_", "__arm64_"];
/// What is made for this machine alone has this before its name.
pub const OWN: &str = "aarch32_";

/// Calls of aarch64 whose function has another name than they, besides those of every machine.
pub const NATIVE: &[(&str, &str)] = &[("fadvise64", "fadvise64_64"), ("personality", "arm64_personality")];

/// The same of Arm.
pub const COMPAT: &[(&str, &str)] = &[
    ("llseek", "sys_llseek"),
    ("newselect", "compat_sys_select"),
    ("arm_fadvise64_64", "compat_sys_aarch32_fadvise64_64"),
    ("arm_sync_file_range", "compat_sys_aarch32_sync_file_range2"),
    ("msgctl", "compat_sys_old_msgctl"),
    ("personality", "sys_personality"),
    ("semctl", "compat_sys_old_semctl"),
    ("shmctl", "compat_sys_old_shmctl"),
    ("sync_file_range2", "compat_sys_aarch32_sync_file_range2"),
];

/// Numbers that are given out and have no call on this machine: 64-bit, 32-bit. A function of the name may exist all the same.
pub const WITHOUT: [&[&str]; 2] = [&["nfsservctl"], &["bdflush", "nfsservctl", "syscall", "sysctl", "vserver"]];

//! aarch64 and 32-bit Arm: `scripts/syscall.tbl` (include/uapi/asm-generic/unistd.h before 6.11), `arch/arm64/tools/syscall_32.tbl`
//! (arch/arm64/include/asm/unistd32.h), names as of `arch/arm64/include/asm/syscall_wrapper.h`. One function serves both architectures
//! where 32-bit callers need nothing of their own.

/// A function of the native architecture that every kernel has.
pub const ANY: &str = "__arm64_sys_openat";
/// What the functions of either architecture begin with.
pub const PREFIX: [&str; 2] = ["__arm64_", "__arm64_"];
/// What is made for this machine alone has this before its name.
pub const OWN: &str = "aarch32_";

/// Calls of aarch64 whose function has another name than they. A function of the call's own name may exist as well, and be an
/// older call's.
pub const NATIVE: &[(&str, &str)] = &[
    ("fadvise64", "fadvise64_64"),
    ("personality", "arm64_personality"),
    ("sendfile", "sendfile64"),
    ("umount2", "umount"),
    ("uname", "newuname"),
];

/// The same of Arm, with the prefix: which of the two functions it is cannot be told from what exists.
pub const COMPAT: &[(&str, &str)] = &[
    ("llseek", "sys_llseek"),
    ("newselect", "compat_sys_select"),
    ("arm_fadvise64_64", "compat_sys_aarch32_fadvise64_64"),
    ("arm_sync_file_range", "compat_sys_aarch32_sync_file_range2"),
    ("clock_adjtime64", "sys_clock_adjtime"),
    ("clock_getres_time64", "sys_clock_getres"),
    ("clock_gettime64", "sys_clock_gettime"),
    ("clock_nanosleep_time64", "sys_clock_nanosleep"),
    ("clock_settime64", "sys_clock_settime"),
    ("fstat", "compat_sys_newfstat"),
    ("futex_time64", "sys_futex"),
    ("getsockopt", "sys_getsockopt"),
    ("io_pgetevents", "compat_sys_io_pgetevents"),
    ("lstat", "compat_sys_newlstat"),
    ("mq_timedreceive_time64", "sys_mq_timedreceive"),
    ("mq_timedsend_time64", "sys_mq_timedsend"),
    ("msgctl", "compat_sys_old_msgctl"),
    ("personality", "sys_personality"),
    ("process_vm_readv", "sys_process_vm_readv"),
    ("process_vm_writev", "sys_process_vm_writev"),
    ("sched_rr_get_interval_time64", "sys_sched_rr_get_interval"),
    ("semctl", "compat_sys_old_semctl"),
    ("semtimedop_time64", "sys_semtimedop"),
    ("sendfile64", "sys_sendfile64"),
    ("setsockopt", "sys_setsockopt"),
    ("shmctl", "compat_sys_old_shmctl"),
    ("stat", "compat_sys_newstat"),
    ("sync_file_range2", "compat_sys_aarch32_sync_file_range2"),
    ("timer_gettime64", "sys_timer_gettime"),
    ("timer_settime64", "sys_timer_settime"),
    ("timerfd_gettime64", "sys_timerfd_gettime"),
    ("timerfd_settime64", "sys_timerfd_settime"),
    ("ugetrlimit", "compat_sys_getrlimit"),
    ("umount2", "sys_umount"),
    ("uname", "sys_newuname"),
    ("utimensat_time64", "sys_utimensat"),
];

/// Numbers that are given out and have no call on this machine: 64-bit, 32-bit. A function of the name may exist all the same.
pub const WITHOUT: [&[&str]; 2] = [&["nfsservctl"], &["bdflush", "nfsservctl", "syscall", "sysctl", "vserver"]];

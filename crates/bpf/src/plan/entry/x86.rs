//! x86_64 and i386: `arch/x86/entry/syscalls/*.tbl`, names as of `arch/x86/include/asm/syscall_wrapper.h`.

/// A function of the native architecture that every kernel has.
pub const ANY: &str = "__x64_sys_openat";
/// What the functions of either architecture begin with.
pub const PREFIX: [&str; 2] = ["__x64_", "__ia32_"];
/// What is made for this machine alone has this before its name.
pub const OWN: &str = "ia32_";

/// Calls of x86_64 whose function has another name than they. A function of the call's own name may exist as well, and be an
/// older call's.
pub const NATIVE: &[(&str, &str)] = &[
    ("fstat", "newfstat"),
    ("lstat", "newlstat"),
    ("pread", "pread64"),
    ("pwrite", "pwrite64"),
    ("sendfile", "sendfile64"),
    ("stat", "newstat"),
    ("umount2", "umount"),
    ("uname", "newuname"),
];

/// The same of i386, with the prefix: which of the two functions it is cannot be told from what exists.
pub const COMPAT: &[(&str, &str)] = &[
    ("_llseek", "sys_llseek"),
    ("_newselect", "compat_sys_select"),
    ("clock_adjtime64", "sys_clock_adjtime"),
    ("clock_getres_time64", "sys_clock_getres"),
    ("clock_gettime64", "sys_clock_gettime"),
    ("clock_nanosleep_time64", "sys_clock_nanosleep"),
    ("clock_settime64", "sys_clock_settime"),
    ("epoll_pwait", "sys_epoll_pwait"),
    ("fcntl", "compat_sys_fcntl64"),
    ("fstat", "compat_sys_newfstat"),
    ("futex_time64", "sys_futex"),
    ("getrlimit", "compat_sys_old_getrlimit"),
    ("getsockopt", "sys_getsockopt"),
    ("io_pgetevents", "compat_sys_io_pgetevents"),
    ("lstat", "compat_sys_newlstat"),
    ("madvise1", "sys_madvise"),
    ("mmap2", "sys_mmap_pgoff"),
    ("mq_timedreceive_time64", "sys_mq_timedreceive"),
    ("mq_timedsend_time64", "sys_mq_timedsend"),
    ("oldfstat", "sys_fstat"),
    ("oldlstat", "sys_lstat"),
    ("oldolduname", "sys_olduname"),
    ("oldstat", "sys_stat"),
    ("olduname", "sys_uname"),
    ("process_vm_readv", "sys_process_vm_readv"),
    ("process_vm_writev", "sys_process_vm_writev"),
    ("readdir", "compat_sys_old_readdir"),
    ("sched_rr_get_interval64", "sys_sched_rr_get_interval"),
    ("sched_rr_get_interval_time64", "sys_sched_rr_get_interval"),
    ("select", "compat_sys_old_select"),
    ("semtimedop_time64", "sys_semtimedop"),
    ("sendfile64", "sys_sendfile64"),
    ("setsockopt", "sys_setsockopt"),
    ("stat", "compat_sys_newstat"),
    ("sys_kexec_load", "compat_sys_kexec_load"),
    ("timer_gettime64", "sys_timer_gettime"),
    ("timer_settime64", "sys_timer_settime"),
    ("timerfd_gettime64", "sys_timerfd_gettime"),
    ("timerfd_settime64", "sys_timerfd_settime"),
    ("ugetrlimit", "compat_sys_getrlimit"),
    ("umount", "sys_oldumount"),
    ("umount2", "sys_umount"),
    ("uname", "sys_newuname"),
    ("utimensat_time64", "sys_utimensat"),
];

/// Numbers that are given out and have no call on x86: 64-bit, 32-bit. A function of the name may exist all the same.
pub const WITHOUT: [&[&str]; 2] = [
    &[
        "_sysctl",
        "afs_syscall",
        "create_module",
        "epoll_ctl_old",
        "epoll_wait_old",
        "get_kernel_syms",
        "get_thread_area",
        "getpmsg",
        "nfsservctl",
        "putpmsg",
        "query_module",
        "security",
        "set_thread_area",
        "tuxcall",
        "uselib",
        "vserver",
    ],
    &[
        "_sysctl",
        "afs_syscall",
        "bdflush",
        "break",
        "create_module",
        "ftime",
        "get_kernel_syms",
        "getpmsg",
        "gtty",
        "idle",
        "lock",
        "mpx",
        "nfsservctl",
        "prof",
        "profil",
        "putpmsg",
        "query_module",
        "stty",
        "ulimit",
        "vm86",
        "vm86old",
        "vserver",
    ],
];
